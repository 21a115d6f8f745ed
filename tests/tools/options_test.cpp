#include "tools/config/options.hpp"

#include "tools/config/option_page.hpp"
#include "tools/config/option_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace takt {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// The environment that parse_options() sees; a plain function pointer cannot capture.
std::map<std::string, std::string, std::less<>> variables;

const char* look_up(const char* name) {
  auto found = variables.find(name);
  return found == variables.end() ? nullptr : found->second.c_str();
}

class options_test : public testing::Test {
protected:
  void SetUp() override { variables.clear(); }

  result<parsed> parse(program which, std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "program");
    return parse_options(which, static_cast<int>(arguments.size()), arguments.data(), look_up);
  }

  std::string refusal(program which, std::vector<const char*> arguments) {
    auto read = parse(which, std::move(arguments));
    if (read)
      return "accepted";
    EXPECT_EQ(read.code(), errc::setup_bad_option);
    EXPECT_THAT(read.failure().context, Not(HasSubstr("\n")));
    return read.failure().context;
  }

  std::string file(const std::string& text) {
    auto path = testing::TempDir() + "options_test_"
      + testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml";
    std::ofstream{path} << text;
    return path;
  }
};

TEST_F(options_test, each_program_has_the_defaults_of_the_design) {
  auto dev = parse(program::takt, {"dev"}).value().options;
  EXPECT_EQ(dev.data, "./takt-data");
  EXPECT_EQ(dev.listen, "127.0.0.1:8080");
  EXPECT_EQ(dev.slots, 8U);
  EXPECT_THAT(dev.types, IsEmpty());
  auto scheduler = parse(program::scheduler, {}).value().options;
  EXPECT_THAT(scheduler.brokers, ElementsAre("tcp://127.0.0.1:7701"));
  EXPECT_EQ(scheduler.lease_ttl, limits::lease_ttl);
  EXPECT_EQ(scheduler.lock_ttl, limits::redis_lease_ttl);
  EXPECT_EQ(scheduler.executor_silence, limits::executor_silence_max);
  EXPECT_EQ(scheduler.stop_grace, limits::stop_grace);
  auto broker = parse(program::broker, {}).value().options;
  EXPECT_THAT(broker.frontend, ElementsAre("tcp://127.0.0.1:7701"));
  EXPECT_THAT(broker.backend, ElementsAre("tcp://127.0.0.1:7702"));
  auto worker = parse(program::worker, {}).value().options;
  EXPECT_EQ(worker.data, "./takt-worker-data");
  EXPECT_THAT(worker.brokers, ElementsAre("tcp://127.0.0.1:7702"));
  EXPECT_EQ(parse(program::takt, {"job", "list"}).value().options.url, "http://127.0.0.1:8080");
}

TEST_F(options_test, the_flag_wins_over_the_environment_over_the_file_over_the_default) {
  auto path = file("slots = 3\n");
  auto slots = [this](std::vector<const char*> arguments) {
    return parse(program::worker, std::move(arguments)).value().options.slots;
  };
  EXPECT_EQ(slots({}), 8U);
  EXPECT_EQ(slots({"--config", path.c_str()}), 3U);
  variables["TAKT_CONFIG"] = path;
  EXPECT_EQ(slots({}), 3U);
  variables["TAKT_SLOTS"] = "4";
  EXPECT_EQ(slots({}), 4U);
  EXPECT_EQ(slots({"--slots", "5"}), 5U);
  EXPECT_EQ(slots({"--slots=6"}), 6U);
}

TEST_F(options_test, a_section_of_the_file_holds_for_its_program_only) {
  auto path = file("log-level = \"debug\"\nslots = 2\n\n[worker]\nslots = 16\n"
                   "brokers = [\"tcp://a:1\", \"tcp://b:2\"]\n\n[broker]\nlog-level = \"error\"\n");
  auto worker = parse(program::worker, {"--config", path.c_str()}).value().options;
  EXPECT_EQ(worker.slots, 16U);
  EXPECT_THAT(worker.brokers, ElementsAre("tcp://a:1", "tcp://b:2"));
  EXPECT_EQ(worker.log_level, "debug");
  EXPECT_EQ(parse(program::broker, {"--config", path.c_str()}).value().options.log_level, "error");
  auto scheduler = parse(program::scheduler, {"--config", path.c_str()}).value().options;
  EXPECT_THAT(scheduler.brokers, ElementsAre("tcp://127.0.0.1:7701"));
}

TEST_F(options_test, lists_are_comma_separated_or_repeated) {
  auto types = [this](std::vector<const char*> arguments) {
    return parse(program::worker, std::move(arguments)).value().options.types;
  };
  EXPECT_THAT(types({"--types", "A, B,,C"}), ElementsAre("A", "B", "C"));
  EXPECT_THAT(types({"--types", "A", "--types", "B"}), ElementsAre("A", "B"));
  variables["TAKT_TYPES"] = "X,Y";
  EXPECT_THAT(types({}), ElementsAre("X", "Y"));
  EXPECT_THAT(types({"--types", "A"}), ElementsAre("A"));
}

TEST_F(options_test, a_given_lease_ttl_sets_the_locks_too) {
  auto read = parse(program::scheduler, {"--lease", "redis://127.0.0.1:6379", "--lease-ttl", "5s"});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->options.lease_ttl, 5s);
  EXPECT_EQ(read->options.lock_ttl, 5s);
}

TEST_F(options_test, a_flag_needs_no_value_and_a_variable_says_true_or_false) {
  EXPECT_TRUE(parse(program::broker, {"--insecure"}).value().options.insecure);
  variables["TAKT_INSECURE"] = "yes";
  EXPECT_TRUE(parse(program::broker, {}).value().options.insecure);
  variables["TAKT_INSECURE"] = "0";
  EXPECT_FALSE(parse(program::broker, {}).value().options.insecure);
  variables["TAKT_INSECURE"] = "perhaps";
  EXPECT_EQ(refusal(program::broker, {}), "TAKT_INSECURE: \"perhaps\" is not true or false");
}

TEST_F(options_test, what_is_out_of_bounds_is_refused_with_its_source_its_text_and_the_bounds) {
  EXPECT_EQ(refusal(program::worker, {"--slots", "0"}), "--slots: \"0\" is not within 1 to 10000");
  EXPECT_EQ(
    refusal(program::worker, {"--slots", "99999999999999999999"}),
    "--slots: \"99999999999999999999\" is no whole number within 1 to 10000");
  variables["TAKT_LEASE_TTL"] = "2h";
  EXPECT_EQ(refusal(program::scheduler, {}), "TAKT_LEASE_TTL: \"2h\" is not within 1s to 1h");
  variables.clear();
  EXPECT_EQ(
    refusal(program::scheduler, {"--log-level", "loud"}),
    "--log-level: \"loud\" is not trace, debug, info, warning or error");
  EXPECT_EQ(
    refusal(program::scheduler, {"--executor-silence", "2999ms"}),
    "--executor-silence: \"2999ms\" is not within 3s to 1h");
  EXPECT_THAT(refusal(program::worker, {"--id", "a b"}), HasSubstr("--id: \"a b\""));
  EXPECT_THAT(refusal(program::worker, {"--brokers", "a:1"}), HasSubstr("tcp://HOST:PORT"));
  EXPECT_THAT(refusal(program::worker, {"--brokers", ","}), HasSubstr("at least one"));
  EXPECT_THAT(refusal(program::scheduler, {"--listen", "8080"}), HasSubstr("HOST:PORT"));
  EXPECT_THAT(refusal(program::scheduler, {"--data", ""}), HasSubstr("must not be empty"));
  EXPECT_THAT(refusal(program::scheduler, {"--lease", "6379"}), HasSubstr("redis://"));
}

TEST_F(options_test, a_bad_value_is_refused_even_where_a_stronger_source_overrules_it) {
  variables["TAKT_SLOTS"] = "none";
  EXPECT_THAT(refusal(program::worker, {"--slots", "2"}), HasSubstr("TAKT_SLOTS"));
}

TEST_F(options_test, a_bad_file_is_refused_with_its_name) {
  EXPECT_THAT(refusal(program::worker, {"--config", "/no/such"}), HasSubstr("/no/such"));
  auto unknown = file("slotz = 3\n");
  EXPECT_THAT(refusal(program::worker, {"--config", unknown.c_str()}), HasSubstr("slotz"));
  auto section = file("[wrker]\nslots = 3\n");
  EXPECT_THAT(refusal(program::worker, {"--config", section.c_str()}), HasSubstr("[wrker]"));
  auto bounds = file("[worker]\nslots = 0\n");
  EXPECT_THAT(
    refusal(program::worker, {"--config", bounds.c_str()}), HasSubstr("slots in " + bounds));
}

TEST_F(options_test, an_option_of_another_program_is_refused_as_a_flag_and_passed_over_elsewhere) {
  EXPECT_THAT(refusal(program::broker, {"--slots", "3"}), HasSubstr("--slots"));
  variables["TAKT_SLOTS"] = "nonsense for a worker only";
  EXPECT_TRUE(parse(program::broker, {}));
}

TEST_F(options_test, unknown_words_are_refused_with_a_hint) {
  EXPECT_THAT(refusal(program::worker, {"--nope"}), HasSubstr("try takt-worker --help"));
  EXPECT_THAT(refusal(program::worker, {"stray"}), HasSubstr("stray"));
  EXPECT_THAT(refusal(program::takt, {}), HasSubstr("try takt --help"));
  EXPECT_NE(refusal(program::takt, {"job"}), "accepted");
  EXPECT_NE(refusal(program::takt, {"job", "show"}), "accepted");
  EXPECT_NE(refusal(program::takt, {"dev", "--brokers", "tcp://a:1"}), "accepted");
}

TEST_F(options_test, help_and_version_are_text_to_print) {
  for (auto which : {program::takt, program::scheduler, program::broker, program::worker}) {
    EXPECT_THAT(parse(which, {"--help"}).value().print, HasSubstr("--help"));
    auto version = std::string{to_string(which)} + " " TAKT_VERSION "\n";
    EXPECT_EQ(parse(which, {"--version"}).value().print, version);
  }
  EXPECT_THAT(parse(program::worker, {"--help"}).value().print, HasSubstr("--slots"));
  EXPECT_THAT(parse(program::takt, {"dev", "--help"}).value().print, HasSubstr("--listen"));
  EXPECT_EQ(parse(program::worker, {}).value().print, "");
}

TEST_F(options_test, the_commands_of_takt_are_told_apart) {
  struct row {
    std::vector<const char*> words;
    verb what;
    const char* target;
  };
  const row rows[] = {
    {{"dev", "--data", "/d", "--listen", "127.0.0.1:1"}, verb::dev, ""},
    {{"job", "list"}, verb::job_list, ""},
    {{"job", "show", "J"}, verb::job_show, "J"},
    {{"job", "trigger", "J"}, verb::job_trigger, "J"},
    {{"job", "pause", "J"}, verb::job_pause, "J"},
    {{"job", "resume", "J"}, verb::job_resume, "J"},
    {{"job", "rm", "J"}, verb::job_remove, "J"},
    {{"logs", "R", "--json"}, verb::logs, "R"},
    {{"runs", "J"}, verb::runs, "J"},
    {{"executors"}, verb::executors, ""},
    {{"executors", "rm", "E"}, verb::executor_remove, "E"},
    {{"keys", "new", "/k"}, verb::keys_new, "/k"},
    {{"version"}, verb::version, ""},
    {{"config-page"}, verb::config_page, ""},
  };
  for (const auto& r : rows) {
    auto read = parse(program::takt, r.words);
    ASSERT_TRUE(read) << r.words.front() << ": " << read.failure().message();
    EXPECT_EQ(read->command.what, r.what) << r.words.front();
    EXPECT_EQ(read->command.target, r.target) << r.words.front();
  }
}

TEST_F(options_test, a_job_form_says_only_what_was_given) {
  auto given = parse(
    program::takt,
    {"job", "add", "--name", "n", "--type", "SHELL_COMMAND", "--cron", "*/5 * * * * *", "--payload",
     "-x", "--timeout", "0", "--url", "http://h:1", "--json"});
  ASSERT_TRUE(given) << given.failure().message();
  const auto& form = given->command.form;
  EXPECT_EQ(form.name, "n");
  EXPECT_EQ(form.cron, "*/5 * * * * *");
  EXPECT_EQ(form.payload, "-x");
  EXPECT_EQ(form.timeout_s, 0);
  EXPECT_FALSE(form.interval_s || form.retry_times || form.executor || form.description);
  EXPECT_EQ(given->options.url, "http://h:1");
  EXPECT_TRUE(given->options.json);
  EXPECT_THAT(
    refusal(
      program::takt,
      {"job", "add", "--name", "n", "--type", "T", "--cron", "* * * * *", "--interval", "3"}),
    HasSubstr("--interval"));
  EXPECT_NE(refusal(program::takt, {"job", "add", "--name", "n"}), "accepted");
}

TEST_F(options_test, every_row_has_a_help_a_program_and_a_default_that_its_bounds_allow) {
  std::set<std::string_view> seen;
  for (const auto& row : option_rows()) {
    EXPECT_TRUE(seen.insert(row.key).second) << row.key;
    EXPECT_GT(row.help.size(), 10U) << row.key;
    EXPECT_NE(row.parts.bits, 0) << row.key;
    for (auto p : {part::dev, part::scheduler, part::broker, part::worker, part::cli}) {
      options out;
      auto set = row.assign(out, {std::string{default_of(row, p)}}, row);
      EXPECT_TRUE(set) << row.key;
    }
  }
  EXPECT_LT(seen.size(), 40U) << "the design's bound on options";
}

TEST_F(options_test, the_configuration_page_is_fresh) {
  const std::string path = TAKT_SOURCE_DIR "/docs/CONFIG.md";
  if (std::getenv("TAKT_UPDATE_DOCS") != nullptr)
    std::ofstream{path} << option_page();
  std::ostringstream page;
  page << std::ifstream{path}.rdbuf();
  EXPECT_EQ(page.str(), option_page()) << "TAKT_UPDATE_DOCS=1 writes it";
}

} // namespace
} // namespace takt
