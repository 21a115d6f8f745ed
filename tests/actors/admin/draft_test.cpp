#include "actors/admin/draft.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

const auto now = wall_from_ms(1'700'000'000'000); // 2023-11-14T22:13:20Z
const job_id id{{1, 2, 3}};

/// The host's zones, and a calendar "feast".
almanac_ptr edition() {
  static const auto all = [] {
    auto a = std::make_shared<almanac>();
    auto zones = zone_database::load(system_zones_folder);
    EXPECT_TRUE(zones) << zones.failure().message();
    a->zones = *zones;
    a->calendars["feast"] = std::make_shared<const calendar>(calendar{.name = "feast"});
    a->revision = 7;
    return a;
  }();
  return all;
}

result<job> made(const job_draft& d) {
  return new_job(d, id, now, edition());
}

result<job> changed(const job& stored, const job_draft& d, wall_time at = now) {
  auto out = merged(stored, d, at, edition());
  if (!out)
    return out.failure();
  return out->definition;
}

job_draft minimal() {
  job_draft d;
  d.name = "n";
  d.task_type = "SHELL_COMMAND";
  return d;
}

job stored_cron() {
  auto d = minimal();
  d.cron_spec = "*/10 * * * * *";
  return *made(d);
}

TEST(draft, a_minimal_draft_becomes_a_manual_job_with_defaults) {
  auto j = made(minimal());
  ASSERT_TRUE(j);
  EXPECT_EQ(j->id, id);
  EXPECT_EQ(j->version, 1u);
  EXPECT_EQ(j->timeout_s, 60);
  EXPECT_EQ(j->retry_times, 0u);
  EXPECT_EQ(j->created_at, now);
  EXPECT_EQ(j->updated_at, now);
  EXPECT_EQ(j->anchor, now);
  EXPECT_FALSE(j->next_due);
}

TEST(draft, a_new_job_is_first_due_after_now) {
  auto d = minimal();
  d.interval_s = 20;
  EXPECT_EQ(made(d)->next_due, now + std::chrono::seconds{20});
  EXPECT_EQ(stored_cron().next_due, now + std::chrono::seconds{10});
}

TEST(draft, a_job_made_paused_has_its_first_due_as_where_its_account_begins) {
  auto d = minimal();
  d.interval_s = 20;
  d.paused = true;
  EXPECT_EQ(made(d)->next_due, now + std::chrono::seconds{20});
}

struct bad_draft {
  std::string name;
  std::function<void(job_draft&)> spoil;
  errc code;
  std::vector<std::string> says;
};

class refused_draft : public testing::TestWithParam<bad_draft> {};

TEST_P(refused_draft, names_field_and_value) {
  auto d = minimal();
  GetParam().spoil(d);
  auto j = made(d);
  ASSERT_FALSE(j);
  EXPECT_EQ(j.code(), GetParam().code);
  for (const auto& word : GetParam().says)
    EXPECT_NE(j.failure().context.find(word), std::string::npos)
      << word << " in: " << j.failure().context;
}

INSTANTIATE_TEST_SUITE_P(
  each, refused_draft,
  testing::Values(
    bad_draft{"no_name", [](auto& d) { d.name.reset(); }, errc::bad_field, {"name"}},
    bad_draft{"empty_name", [](auto& d) { d.name = ""; }, errc::bad_field, {"name"}},
    bad_draft{
      "long_name",
      [](auto& d) { d.name = std::string(256, 'x'); },
      errc::bad_field,
      {"name", "xxx", "256", "255"}},
    bad_draft{"line_in_name", [](auto& d) { d.name = "a\nb"; }, errc::bad_field, {"name", "a\nb"}},
    bad_draft{
      "long_description",
      [](auto& d) { d.description = std::string((16 << 10) + 1, 'x'); },
      errc::bad_field,
      {"description"}},
    bad_draft{"no_type", [](auto& d) { d.task_type.reset(); }, errc::bad_field, {"job_type"}},
    bad_draft{
      "blank_in_type",
      [](auto& d) { d.task_type = "MY TYPE"; },
      errc::bad_field,
      {"job_type", "MY TYPE"}},
    bad_draft{
      "long_type",
      [](auto& d) { d.task_type = std::string(65, 'T'); },
      errc::bad_field,
      {"job_type", "64"}},
    bad_draft{
      "negative_timeout", [](auto& d) { d.timeout_s = -5; }, errc::bad_field, {"timeout", "-5"}},
    bad_draft{
      "endless_timeout",
      [](auto& d) { d.timeout_s = INT64_MAX; },
      errc::bad_field,
      {"timeout", "9223372036854775807"}},
    bad_draft{
      "negative_interval", [](auto& d) { d.interval_s = -1; }, errc::bad_field, {"interval", "-1"}},
    bad_draft{
      "too_many_retries",
      [](auto& d) { d.retry_times = 101; },
      errc::bad_field,
      {"retry_times", "101"}},
    bad_draft{
      "negative_retries",
      [](auto& d) { d.retry_times = -1; },
      errc::bad_field,
      {"retry_times", "-1"}},
    bad_draft{
      "odd_executor", [](auto& d) { d.executor = "a b"; }, errc::bad_field, {"executor_id", "a b"}},
    bad_draft{
      "both_schedules",
      [](auto& d) {
        d.cron_spec = "* * * * *";
        d.interval_s = 5;
      },
      errc::bad_schedule,
      {"cron_spec", "interval"}},
    bad_draft{
      "short_interval_ms",
      [](auto& d) { d.interval_ms = 9; },
      errc::bad_field,
      {"interval_ms: 9 is out of range (10-"}},
    bad_draft{
      "interval_and_other_interval_ms",
      [](auto& d) {
        d.interval_s = 20;
        d.interval_ms = 20'001;
      },
      errc::bad_schedule,
      {"interval: 20 seconds are not interval_ms, 20001; name one of them"}},
    bad_draft{
      "negative_fixed_delay",
      [](auto& d) { d.fixed_delay_ms = -1; },
      errc::bad_field,
      {"fixed_delay: -1 is out of range"}},
    bad_draft{
      "fixed_delay_beside_an_interval",
      [](auto& d) {
        d.schedules = {{fixed_delay_rule(millis{5000}), interval_rule(millis{5000})}};
      },
      errc::bad_schedule,
      {"fixed_delay"}},
    bad_draft{
      "run_at_in_the_past",
      [](auto& d) { d.run_at = now; },
      errc::bad_schedule,
      {"run_at: 2023-11-14T22:13:20.000Z is in the past"}},
    bad_draft{
      "run_at_in_the_past_among_others",
      [](auto& d) {
        d.schedules = {{once_rule(now - millis{1}), cron_rule("0 0 * * * *")}};
      },
      errc::bad_schedule,
      {"run_at: 2023-11-14T22:13:19.999Z is in the past"}},
    bad_draft{
      "schedules_beside_a_cron_spec",
      [](auto& d) {
        d.cron_spec = "0 0 * * * *";
        d.schedules = {{interval_rule(millis{5000})}};
      },
      errc::bad_schedule,
      {"schedules and cron_spec"}},
    bad_draft{
      "seventeen_schedules",
      [](auto& d) { d.schedules = {std::vector(17, interval_rule(millis{5000}))}; },
      errc::bad_field,
      {"schedules", "17", "16"}},
    bad_draft{
      "unknown_zone",
      [](auto& d) { d.time_zone = "Europe/Belin"; },
      errc::bad_schedule,
      {"time_zone: unknown zone \"Europe/Belin\"", "Europe/Berlin"}},
    bad_draft{
      "end_before_start",
      [](auto& d) {
        d.interval_s = 5;
        d.start_at = now + std::chrono::hours{2};
        d.end_at = now + std::chrono::hours{1};
      },
      errc::bad_schedule,
      {"end_at"}},
    bad_draft{
      "negative_max_runs", [](auto& d) { d.max_runs = -1; }, errc::bad_field, {"max_runs", "-1"}},
    bad_draft{
      "unknown_calendar",
      [](auto& d) {
        d.interval_s = 5;
        d.calendars = {{"feats"}};
      },
      errc::bad_schedule,
      {"calendars", "feats"}},
    bad_draft{
      "calendar_twice",
      [](auto& d) {
        d.calendars = {{"feast", "feast"}};
      },
      errc::bad_field,
      {"calendars: \"feast\" is named twice"}},
    bad_draft{
      "jitter_of_two_days",
      [](auto& d) { d.jitter_ms = 172'800'000; },
      errc::bad_field,
      {"jitter_ms: 172800000 is out of range (0-86400000 ms)"}},
    bad_draft{
      "long_catch_up_window",
      [](auto& d) { d.catch_up_window_ms = INT64_MAX; },
      errc::bad_field,
      {"catch_up_window"}},
    bad_draft{
      "no_catch_up_rate",
      [](auto& d) { d.catch_up_rate = 0; },
      errc::bad_field,
      {"catch_up_rate: 0 is out of range (1-1000 a second)"}},
    bad_draft{
      "never", [](auto& d) { d.cron_spec = "0 0 30 2 *"; }, errc::bad_schedule, {"cron_spec"}},
    bad_draft{
      "cron_out_of_range",
      [](auto& d) { d.cron_spec = "0 61 * * * *"; },
      errc::bad_schedule,
      {"minute", "61"}},
    bad_draft{
      "bad_cron_of_a_paused_job",
      [](auto& d) {
        d.cron_spec = "nonsense";
        d.paused = true;
      },
      errc::bad_schedule,
      {"cron_spec"}}),
  [](const auto& each_one) { return each_one.param.name; });

TEST(draft, what_is_not_mentioned_stays) {
  auto before = stored_cron();
  job_draft d;
  d.payload = "echo";
  auto later = now + std::chrono::minutes{1};
  auto after = changed(before, d, later);
  ASSERT_TRUE(after);
  auto expected = before;
  expected.payload = "echo";
  expected.updated_at = later;
  EXPECT_EQ(*after, expected);
}

TEST(draft, a_change_that_leaves_the_schedule_keeps_even_an_overdue_next_due) {
  auto before = stored_cron();
  before.next_due = now - std::chrono::hours{1};
  job_draft d;
  d.name = "other";
  EXPECT_EQ(changed(before, d, now)->next_due, before.next_due);
}

TEST(draft, built_in_and_announced_task_types_are_known) {
  EXPECT_TRUE(is_built_in("SHELL_COMMAND"));
  EXPECT_TRUE(is_built_in("HTTP_CALLBACK"));
  EXPECT_FALSE(is_built_in("GO_FUNCTION"));
  EXPECT_TRUE(check_task_type("SHELL_COMMAND", {}));
  EXPECT_TRUE(check_task_type("WORDS", {"WORDS"}));
}

TEST(draft, an_unknown_task_type_is_refused_with_the_known_ones) {
  auto no = check_task_type("GO_FUNCTION", {"WORDS", "SHELL_COMMAND"});
  EXPECT_EQ(no.code(), errc::unknown_task_type);
  EXPECT_EQ(
    no.failure().context,
    "job_type: \"GO_FUNCTION\" is not known; known are HTTP_CALLBACK, SHELL_COMMAND, WORDS");
}

TEST(draft, a_refusal_of_a_task_type_names_fifty_at_most) {
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i)
    many.push_back("T" + std::to_string(i));
  EXPECT_LT(check_task_type("X", many).failure().context.size(), 500u);
}

} // namespace

} // namespace takt
