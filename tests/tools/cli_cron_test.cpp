#include "tools/cli_cron.hpp"

#include "proto/rfc3339.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace takt {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const wall_time now = from_rfc3339("2026-01-01T00:00:00.250Z").value();

std::shared_ptr<const zone_database> zones() {
  static const auto all = zone_database::load(system_zones_folder).value();
  return all;
}

cron_question about(std::string expression) {
  cron_question asked;
  asked.expression = std::move(expression);
  return asked;
}

cli_answer next(std::string expression, std::string zone, std::string from, uint32_t count = 5) {
  auto asked = about(std::move(expression));
  asked.zone = std::move(zone);
  asked.from = std::move(from);
  asked.count = count;
  return next_cron_answer(asked, zones(), now);
}

/// One line on stderr, nothing on stdout.
void expect_refused(const cli_answer& answer, const std::string& why) {
  EXPECT_EQ(answer.code, 2);
  EXPECT_EQ(answer.out, "");
  EXPECT_EQ(std::count(answer.err.begin(), answer.err.end(), '\n'), 1) << answer.err;
  EXPECT_THAT(answer.err, StartsWith("takt: "));
  EXPECT_THAT(answer.err, HasSubstr(why));
  EXPECT_THAT(answer.err, EndsWith("\n"));
}

TEST(cli_cron_test, next_prints_instants_as_the_zone_shows_them) {
  EXPECT_EQ(
    next("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00+01:00", 3),
    (cli_answer{
      0,
      "2026-03-28T02:30:00+01:00\n"
      "2026-03-29T03:00:00+02:00\n"
      "2026-03-30T02:30:00+02:00\n",
      ""}));
  EXPECT_EQ(
    next("0 0 * * *", "Asia/Kathmandu", "2026-01-01T00:00:00Z", 1).out,
    "2026-01-02T00:00:00+05:45\n");
}

TEST(cli_cron_test, only_utc_ends_with_z) {
  EXPECT_EQ(next("0 0 * * *", "", "2026-01-01T00:00:00Z", 1).out, "2026-01-02T00:00:00Z\n");
  EXPECT_EQ(next("0 0 * * *", "Etc/UTC", "2026-01-01T00:00:00Z", 1).out, "2026-01-02T00:00:00Z\n");
  EXPECT_EQ(
    next("0 0 * * *", "Europe/London", "2026-01-01T00:00:00Z", 1).out,
    "2026-01-02T00:00:00+00:00\n");
}

TEST(cli_cron_test, the_dst_policy_is_obeyed) {
  auto asked = about("30 1 * * *");
  asked.zone = "America/New_York";
  asked.from = "2026-11-01T00:00:00-04:00";
  asked.count = 2;
  auto of = [&](const char* dst) {
    asked.dst = dst;
    return next_cron_answer(asked, zones(), now).out;
  };
  EXPECT_EQ(of("vixie"), "2026-11-01T01:30:00-04:00\n2026-11-02T01:30:00-05:00\n");
  EXPECT_EQ(of("all"), "2026-11-01T01:30:00-04:00\n2026-11-01T01:30:00-05:00\n");
  asked.expression = "30 2 * * *";
  asked.from = "2026-03-08T00:00:00-05:00";
  EXPECT_EQ(of("vixie"), "2026-03-08T03:00:00-04:00\n2026-03-09T02:30:00-04:00\n");
  EXPECT_EQ(of("skip"), "2026-03-09T02:30:00-04:00\n2026-03-10T02:30:00-04:00\n");
}

TEST(cli_cron_test, from_is_now_and_count_is_5_when_not_given) {
  auto answer = next_cron_answer(about("*/10 * * * * *"), zones(), now);
  EXPECT_EQ(
    answer.out,
    "2026-01-01T00:00:10Z\n2026-01-01T00:00:20Z\n2026-01-01T00:00:30Z\n"
    "2026-01-01T00:00:40Z\n2026-01-01T00:00:50Z\n");
}

TEST(cli_cron_test, an_instant_given_is_not_printed_itself) {
  EXPECT_EQ(next("0 0 * * *", "", "2026-01-02T00:00:00Z", 1).out, "2026-01-03T00:00:00Z\n");
}

TEST(cli_cron_test, an_interval_is_counted_from_the_instant_given) {
  EXPECT_EQ(
    next("@every 90s", "Asia/Shanghai", "2026-01-01T00:00:00Z", 2).out,
    "2026-01-01T08:01:30+08:00\n2026-01-01T08:03:00+08:00\n");
  EXPECT_EQ(
    next("@every 250ms", "", "2026-01-01T00:00:00Z", 4).out,
    "2026-01-01T00:00:00.250Z\n2026-01-01T00:00:00.500Z\n2026-01-01T00:00:00.750Z\n"
    "2026-01-01T00:00:01Z\n");
  EXPECT_EQ(
    next_cron_answer(about("@every 1h"), zones(), now).out.substr(0, 21), "2026-01-01T01:00:00Z\n");
}

TEST(cli_cron_test, a_schedule_that_ends_prints_what_there_is) {
  EXPECT_EQ(
    next("0 0 0 1 1 ? 2030", "", "2026-01-01T00:00:00Z"),
    (cli_answer{0, "2030-01-01T00:00:00Z\n", ""}));
  EXPECT_EQ(
    next("0 0 0 1 1 ? 2020", "Asia/Tokyo", "2026-01-01T00:00:00Z"),
    (cli_answer{0, "", "takt: it never fires after 2026-01-01T09:00:00+09:00\n"}));
  EXPECT_EQ(
    next("0 0 1 1 *", "", "9998-12-31T00:00:00Z"), (cli_answer{0, "9999-01-01T00:00:00Z\n", ""}));
}

TEST(cli_cron_test, ten_thousand_instants_are_printed_in_order) {
  auto answer = next("* * * * * *", "America/New_York", "2026-03-08T06:00:00Z", 10'000);
  EXPECT_EQ(std::count(answer.out.begin(), answer.out.end(), '\n'), 10'000);
  EXPECT_THAT(answer.out, StartsWith("2026-03-08T01:00:01-05:00\n"));
  EXPECT_THAT(answer.out, EndsWith("2026-03-08T04:46:40-04:00\n"));
}

TEST(cli_cron_test, what_cannot_be_answered_is_one_line_and_2) {
  expect_refused(next("0 22-2 * * *", "", "2026-01-01T00:00:00Z"), "22-23,0-2");
  expect_refused(next("0 0 30 2 *", "", "2026-01-01T00:00:00Z"), "never");
  expect_refused(next("", "", "2026-01-01T00:00:00Z"), "cron_spec: is empty");
  expect_refused(next("a\nb", "", "2026-01-01T00:00:00Z"), "cron_spec");
  expect_refused(next("@every 1ms", "", "2026-01-01T00:00:00Z"), "@every");
  expect_refused(next("@every soon", "", "2026-01-01T00:00:00Z"), "@every");
  expect_refused(
    next("0 0 * * *", "Europe/Belin", "2026-01-01T00:00:00Z"), "did you mean \"Europe/Berlin\"?");
  expect_refused(next("0 0 * * *", "a\nb", "2026-01-01T00:00:00Z"), "time_zone");
  expect_refused(next("0 0 * * *", "", "2026-01-01T00:00:00"), "--from: ");
  expect_refused(next("0 0 * * *", "", "2026-02-30T00:00:00Z"), "--from: ");
  expect_refused(next("0 0 * * *", "", "tomorrow\nor later"), "--from: ");
}

TEST(cli_cron_test, explain_says_it_in_both_languages_or_in_one) {
  auto asked = about("30 9 * * 1-5");
  EXPECT_EQ(
    explain_cron_answer(asked),
    (cli_answer{0, "At 09:30 on Monday to Friday\n工作日（周一至周五）09:30\n", ""}));
  asked.lang = "en";
  EXPECT_EQ(explain_cron_answer(asked).out, "At 09:30 on Monday to Friday\n");
  asked.lang = "zh";
  EXPECT_EQ(explain_cron_answer(asked).out, "工作日（周一至周五）09:30\n");
}

TEST(cli_cron_test, lints_follow_indented) {
  auto asked = about("*/7 * 13 * */2");
  asked.lang = "en";
  auto out = explain_cron_answer(asked).out;
  EXPECT_THAT(
    out,
    StartsWith("Every 7 minutes from minute 0 to 56 past every hour on day 13 of "
               "the month or on "));
  EXPECT_THAT(out, HasSubstr("\n  step_and_or: "));
  EXPECT_THAT(out, HasSubstr("\n  short_cycle: "));
  asked.expression = "H H * * THU";
  EXPECT_THAT(explain_cron_answer(asked).out, HasSubstr("\n  hash: "));
  asked.expression = "0 0 * * THU";
  EXPECT_EQ(explain_cron_answer(asked).out, "At 00:00 on Thursdays\n");
}

TEST(cli_cron_test, an_interval_is_explained_in_its_largest_unit) {
  auto out = [](const char* expression) { return explain_cron_answer(about(expression)).out; };
  EXPECT_EQ(
    out("@every 90s"),
    "Every 90 seconds, counted from the job's creation\n每90秒，从任务创建时起算\n");
  EXPECT_EQ(
    out(" @every  1h "), "Every hour, counted from the job's creation\n每小时，从任务创建时起算\n");
  EXPECT_THAT(out("@every 1500ms"), StartsWith("Every 1500 milliseconds, "));
  EXPECT_THAT(out("@every 48h"), StartsWith("Every 2 days, "));
}

TEST(cli_cron_test, what_cannot_be_explained_is_refused) {
  for (auto* bad : {"", "* * *", "60 * * * *", "0 0 30 2 *", "@every", "@every 0s", "@everyday"})
    expect_refused(explain_cron_answer(about(bad)), "cron_spec");
}

TEST(cli_cron_test, import_prints_the_translation_alone) {
  auto asked = about("0 15 10 ? * 2-6");
  for (auto* source : {"quartz", "xxl"}) {
    asked.source = source;
    EXPECT_EQ(import_cron_answer(asked), (cli_answer{0, "0 15 10 ? * MON-FRI\n", ""}));
  }
  asked.expression = "0 15 10 * * *";
  expect_refused(import_cron_answer(asked), "xxl: day of week");
  asked.expression = "0 15\n10 * * ?";
  expect_refused(import_cron_answer(asked), "xxl: ");
}

} // namespace
} // namespace takt
