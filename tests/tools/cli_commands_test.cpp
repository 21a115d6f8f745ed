#include "tools/config/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace takt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

result<parsed> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "takt");
  auto none = [](const char*) -> const char* { return nullptr; };
  return parse_options(program::takt, static_cast<int>(words.size()), words.data(), none);
}

std::string refusal(std::vector<const char*> words) {
  auto read = parse(std::move(words));
  if (read)
    return "accepted";
  EXPECT_EQ(read.code(), errc::setup_bad_option);
  EXPECT_THAT(read.failure().context, Not(HasSubstr("\n")));
  return read.failure().context;
}

TEST(commands, those_about_time_are_told_apart) {
  struct row {
    std::vector<const char*> words;
    verb what;
    const char* target;
  };
  const row rows[] = {
    {{"why", "J", "09:00"}, verb::why, "J"},
    {{"ledger", "J", "--json"}, verb::ledger, "J"},
    {{"forecast"}, verb::forecast, ""},
    {{"simulate"}, verb::simulate, ""},
    {{"calendar", "list"}, verb::calendar_list, ""},
    {{"calendar", "show", "C"}, verb::calendar_show, "C"},
    {{"calendar", "import", "C", "/f.ics"}, verb::calendar_import, "C"},
    {{"calendar", "rm", "C"}, verb::calendar_remove, "C"},
    {{"blackout", "list"}, verb::blackout_list, ""},
    {{"blackout", "add", "B", "--from", "now", "--to", "2030-01-01T00:00:00Z"},
     verb::blackout_add,
     "B"},
    {{"blackout", "rm", "B"}, verb::blackout_remove, "B"},
  };
  for (const auto& r : rows) {
    auto read = parse(r.words);
    ASSERT_TRUE(read) << r.words.front() << ": " << read.failure().message();
    EXPECT_EQ(read->command.what, r.what) << r.words.front();
    EXPECT_EQ(read->command.target, r.target) << r.words.front();
  }
}

TEST(commands, a_job_form_says_when_in_every_way) {
  auto given = parse(
    {"job",
     "add",
     "--name",
     "n",
     "--type",
     "T",
     "--interval-ms",
     "250",
     "--tz",
     "Europe/Berlin",
     "--dst",
     "skip",
     "--start-at",
     "2026-01-01T00:00:00Z",
     "--end-at",
     "2027-01-01T00:00:00Z",
     "--max-runs",
     "3",
     "--calendar",
     "a",
     "--calendar",
     "b",
     "--on-excluded",
     "next_day",
     "--jitter-ms",
     "500",
     "--misfire",
     "all",
     "--catch-up-window",
     "10m",
     "--catch-up-rate",
     "5",
     "--overlap",
     "buffer_one"});
  ASSERT_TRUE(given) << given.failure().message();
  const auto& form = given->command.form;
  EXPECT_EQ(form.interval_ms, 250);
  EXPECT_EQ(form.time_zone, "Europe/Berlin");
  EXPECT_EQ(form.dst, "skip");
  EXPECT_EQ(form.start_at, "2026-01-01T00:00:00Z");
  EXPECT_EQ(form.end_at, "2027-01-01T00:00:00Z");
  EXPECT_EQ(form.max_runs, 3);
  EXPECT_THAT(form.calendars, ElementsAre("a", "b"));
  EXPECT_EQ(form.on_excluded, "next_day");
  EXPECT_EQ(form.jitter_ms, 500);
  EXPECT_EQ(form.misfire, "all");
  EXPECT_EQ(form.catch_up_window, "10m");
  EXPECT_EQ(form.catch_up_rate, 5);
  EXPECT_EQ(form.overlap, "buffer_one");
}

TEST(commands, a_job_has_one_way_to_say_when) {
  const std::pair<const char*, const char*> ways[] = {
    {"--cron", "* * * * *"},  {"--interval", "3"},      {"--interval-ms", "250"},
    {"--fixed-delay", "90s"}, {"--run-after", "1h30m"}, {"--run-at", "2030-01-01T00:00:00Z"},
  };
  for (const auto& [one, value_of_one] : ways) {
    std::vector<const char*> words = {"job",    "add", "--name", "n",
                                      "--type", "T",   one,      value_of_one};
    EXPECT_TRUE(parse(words)) << one;
    for (const auto& [other, value_of_other] : ways) {
      auto both = words;
      both.insert(both.end(), {other, value_of_other});
      if (std::string_view{one} != other) {
        EXPECT_THAT(refusal(both), HasSubstr("excludes")) << one << " " << other;
      }
    }
  }
}

TEST(commands, questions_about_time_are_checked_before_anybody_is_asked) {
  const std::vector<const char*> wrong[] = {
    {"why", "J"},
    {"why", "J", "25:00"},
    {"why", "J", "yesterday"},
    {"ledger", "J", "--from", "9:00"},
    {"ledger", "J", "--last", "0"},
    {"ledger", "J", "--last", "10001"},
    {"forecast", "--from", "09:00"},
    {"forecast", "--step", "soon"},
    {"simulate", "--days", "0"},
    {"simulate", "--days", "32"},
    {"simulate", "--slots", "0"},
    {"calendar"},
    {"calendar", "import", "C"},
    {"blackout", "add", "B"},
    {"blackout", "add", "B", "--from", "now"},
    {"blackout", "add", "B", "--from", "now", "--to", "18:00"},
    {"job", "add", "--name", "n", "--type", "T", "--interval-ms", "9"},
    {"job", "add", "--name", "n", "--type", "T", "--run-at", "18:00"},
    {"job", "add", "--name", "n", "--type", "T", "--fixed-delay", "soon"},
    {"job", "add", "--name", "n", "--type", "T", "--jitter-ms", "-1"},
    {"job", "add", "--name", "n", "--type", "T", "--max-runs", "-1"},
    {"job", "add", "--name", "n", "--type", "T", "--catch-up-rate", "0"},
  };
  for (const auto& words : wrong)
    EXPECT_NE(refusal(words), "accepted") << words.front() << " " << words.back();
  auto asked =
    parse({"ledger", "J", "--from", "09:00", "--to", "now", "--last", "7"}).value().command.time;
  EXPECT_EQ(asked.from, "09:00");
  EXPECT_EQ(asked.to, "now");
  EXPECT_EQ(asked.last, 7U);
  auto ahead = parse({"simulate", "--days", "31", "--slots", "2"}).value().command;
  EXPECT_EQ(ahead.time.days, 31U);
  EXPECT_EQ(ahead.time.slots, 2U);
}

} // namespace
} // namespace takt
