#include "tools/cli_job.hpp"

#include "proto/json.hpp"
#include "proto/rfc3339.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace takt {
namespace {

using testing::HasSubstr;

const wall_time noon = from_rfc3339("2026-01-02T12:00:00Z").value();

job_form named() {
  return {.name = "n", .type = "T"};
}

std::string body(const job_form& form) {
  return to_json(job_body(form, noon));
}

TEST(cli_job, what_is_not_given_is_not_sent) {
  EXPECT_EQ(body(named()), R"({"name":"n","job_type":"T"})");
}

TEST(cli_job, everything_about_time_is_sent_in_the_apis_own_types) {
  auto form = named();
  form.interval_ms = 250;
  form.time_zone = "Europe/Berlin";
  form.dst = "skip";
  form.start_at = "1767355200000";
  form.end_at = "2026-02-01T01:00:00+01:00";
  form.max_runs = 3;
  form.calendars = {"a", "b"};
  form.on_excluded = "next_day";
  form.jitter_ms = 5000;
  form.misfire = "all";
  form.catch_up_window = "10m";
  form.catch_up_rate = 7;
  form.overlap = "skip";
  EXPECT_EQ(
    body(form),
    R"({"name":"n","job_type":"T","interval_ms":250,"time_zone":"Europe/Berlin","dst":"skip",)"
    R"("start_at":"2026-01-02T12:00:00.000Z","end_at":"2026-02-01T00:00:00.000Z","max_runs":3,)"
    R"("calendars":["a","b"],"on_excluded":"next_day","jitter_ms":5000,"misfire":"all",)"
    R"("catch_up_window":600,"catch_up_rate":7,"overlap":"skip"})");
}

TEST(cli_job, spans_are_whole_seconds_or_a_text_and_now_is_now) {
  auto form = named();
  form.fixed_delay = "1h30m";
  EXPECT_THAT(body(form), HasSubstr(R"("fixed_delay":5400)"));
  form.fixed_delay = "1.5";
  EXPECT_THAT(body(form), HasSubstr(R"("fixed_delay":"1500ms")"));
  form = named();
  form.run_after = "90";
  EXPECT_THAT(body(form), HasSubstr(R"("run_after":90)"));
  form = named();
  form.run_at = "now";
  EXPECT_THAT(body(form), HasSubstr(R"("run_at":"2026-01-02T12:00:00.000Z")"));
}

TEST(cli_job, every_kind_of_schedule_has_its_words) {
  const std::pair<const char*, const char*> rows[] = {
    {R"({})", "manual"},
    {R"({"cron_spec":"","interval":0,"interval_ms":0,"fixed_delay":0,"run_at":null,
         "calendar_interval":null,"daily_window":null,"schedules":[]})",
     "manual"},
    {R"({"cron_spec":"0 9 * * MON-FRI","time_zone":"UTC"})", "0 9 * * MON-FRI"},
    {R"({"cron_spec":"0 9 * * *","time_zone":"Asia/Tokyo"})", "0 9 * * * (Asia/Tokyo)"},
    {R"({"interval":90,"interval_ms":90000})", "every 90s"},
    {R"({"interval":300})", "every 5m"},
    {R"({"interval":0,"interval_ms":250,"time_zone":"Asia/Tokyo"})", "every 250ms"},
    {R"({"fixed_delay":600})", "10m after each run"},
    {R"({"fixed_delay":"1500ms"})", "1500ms after each run"},
    {R"({"run_at":"2026-12-24T18:00:00.000Z"})", "once at 2026-12-24 18:00:00 UTC"},
    {R"({"calendar_interval":{"every":3,"unit":"months","start_at":"2026-01-31T08:00:00.000Z"},
         "time_zone":"Europe/Paris"})",
     "every 3 months from 2026-01-31 08:00:00 UTC (Europe/Paris)"},
    {R"({"calendar_interval":{"every":1,"unit":"years"}})", "every year"},
    {R"({"daily_window":{"from":"09:30","to":"11:30","every":300,"days":["MON","TUE"]}})",
     "every 5m from 09:30 to 11:30, MON TUE"},
    {R"({"daily_window":{"from":"09:30","to":"11:30","every":"1500ms",
         "days":["MON","TUE","WED","THU","FRI","SAT","SUN"]}})",
     "every 1500ms from 09:30 to 11:30"},
    {R"({"cron_spec":"","schedules":[{"cron_spec":"0 9 * * *"},{"interval":60},
         {"run_at":"2026-12-24T18:00:00.000Z"}],"time_zone":"Asia/Tokyo"})",
     "0 9 * * * (Asia/Tokyo); every 1m; once at 2026-12-24 18:00:00 UTC"},
  };
  for (const auto& [job, words] : rows)
    EXPECT_EQ(schedule_line(from_json(job).value()), words) << job;
}

TEST(cli_job, foreign_shapes_are_left_out) {
  for (const auto* job :
       {"7", "null", R"({"interval":-5})", R"({"interval":true})", R"({"fixed_delay":"soon"})",
        R"({"calendar_interval":7})", R"({"calendar_interval":{"every":0,"unit":"days"}})",
        R"({"daily_window":[]})", R"({"schedules":[{}, 7]})", R"({"schedules":{}})"})
    EXPECT_EQ(schedule_line(from_json(job).value()), "manual") << job;
}

TEST(cli_job, cron_is_put_in_plain_words_with_the_jobs_own_hash) {
  auto words = [](const char* id) {
    auto job = std::string{R"({"cron_spec":"H H * * *","id":")"} + id + "\"}";
    return schedule_words(from_json(job).value());
  };
  auto one = words("0194200b-7c00-7b1e-8a40-3f0c6d2e9a11");
  EXPECT_THAT(one, testing::MatchesRegex("H H \\* \\* \\*: .*[0-9][0-9]:[0-9][0-9].*"));
  EXPECT_NE(one, words("0194200b-7c00-7b1e-8a40-3f0c6d2e9a12"));
  EXPECT_EQ(schedule_words(from_json(R"({"cron_spec":"nonsense"})").value()), "nonsense");
}

TEST(cli_job, nobodys_expression_moves_the_cursor) {
  auto job = from_json(R"({"daily_window":{"from":"\u001b[2J","to":"x","every":5}})").value();
  EXPECT_EQ(schedule_line(job), "every 5s from  [2J to x");
}

} // namespace
} // namespace takt
