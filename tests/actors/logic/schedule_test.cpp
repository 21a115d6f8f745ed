#include "actors/logic/schedule.hpp"

#include "actors/logic/civil.hpp"
#include "tests/support/schedule_samples.hpp"

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;

namespace {

constexpr wall_time t0 = wall_from_ms(1'700'000'000'250);

job every(millis length, wall_time anchor = t0) {
  return job_of(interval_rule(length), anchor);
}

} // namespace

TEST(schedule, a_job_without_rules_is_manual_and_never_due) {
  auto s = read(job{});
  EXPECT_TRUE(s.is_manual());
  EXPECT_EQ(s.next(t0), std::nullopt);
  EXPECT_EQ(s.span(t0, t0 + 1h), (due_span{1, t0, t0}));
  EXPECT_EQ(s.count(calendar_begin, calendar_end), 0u);
  EXPECT_EQ(s.last(calendar_begin, calendar_end), std::nullopt);
}

TEST(schedule, a_cron_job_is_due_by_its_expression_in_its_zone) {
  auto j = job_of(cron_rule("30 2 * * *"));
  EXPECT_EQ(read(j).next(at("2026-03-28T12:00:00Z")), at("2026-03-29T02:30:00Z"));
  j.time_zone = "Europe/Berlin";
  EXPECT_EQ(read(j).next(at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
  j.dst = dst_policy::skip;
  EXPECT_EQ(read(j).next(at("2026-03-28T12:00:00Z")), at("2026-03-30T00:30:00Z"));
  j.rules = {cron_rule("@every 90s")};
  j.anchor = t0;
  EXPECT_EQ(read(j).next(t0), t0 + 90s);
  EXPECT_FALSE(read(j).is_manual());
}

TEST(schedule, hashed_fields_are_the_jobs_own_and_stay) {
  auto j = job_of(cron_rule("H H * * *"));
  auto first = read(j).next(t0);
  EXPECT_EQ(read(j).next(t0), first);
  j.id.bytes[3] = 9;
  EXPECT_NE(read(j).next(t0), first);
}

TEST(schedule, an_interval_counts_from_its_anchor_and_never_drifts) {
  auto s = read(every(7s));
  EXPECT_EQ(s.next(t0 - 1h), t0 + 7s);
  EXPECT_EQ(s.next(t0), t0 + 7s);
  EXPECT_EQ(s.next(t0 + 6999ms), t0 + 7s);
  EXPECT_EQ(s.next(t0 + 7s), t0 + 14s);
  EXPECT_EQ(s.next(t0 + 7'000'000s + 3s), t0 + 7'000'007s);
  EXPECT_EQ(s.count(t0, t0 + 70s), 10u);
  EXPECT_EQ(s.last(t0, t0 + 69s), t0 + 63s);
  EXPECT_EQ(s.last(t0, t0 + 6s), std::nullopt);
}

TEST(schedule, several_rules_are_one_schedule_and_equal_instants_one_due) {
  auto j = job_of({interval_rule(10s), interval_rule(15s), once_rule(t0 + 16s)}, t0);
  auto s = read(j);
  std::vector<millis> seen;
  for (auto due = s.next(t0); due && *due <= t0 + 60s; due = s.next(*due))
    seen.push_back(*due - t0);
  EXPECT_EQ(seen, (std::vector<millis>{10s, 15s, 16s, 20s, 30s, 40s, 45s, 50s, 60s}));
  EXPECT_EQ(s.count(t0, t0 + 60s), seen.size());
  EXPECT_EQ(s.last(t0, t0 + 59s), t0 + 50s);
  EXPECT_EQ(s.span(t0 + 10s, t0 + 60s), (due_span{9, t0 + 60s, t0 + 50s}));
}

TEST(schedule, start_and_end_are_included) {
  auto j = job_of(cron_rule("0 * * * *"));
  j.start_at = at("2026-01-01T10:00:00Z");
  j.end_at = at("2026-01-01T12:00:00Z");
  auto s = read(j);
  EXPECT_EQ(
    dues_after(s, calendar_begin, 9),
    (std::vector<std::string>{
      "2026-01-01T10:00:00.000Z", "2026-01-01T11:00:00.000Z", "2026-01-01T12:00:00.000Z"}));
  EXPECT_EQ(s.count(calendar_begin, calendar_end), 3u);
  EXPECT_EQ(s.last(calendar_begin, calendar_end), *j.end_at);
  EXPECT_EQ(s.next(*j.end_at), std::nullopt);
}

TEST(schedule, an_interval_begins_at_start_at_when_it_has_one) {
  auto j = every(1h);
  j.start_at = t0 + 5min;
  EXPECT_EQ(read(j).next(t0), t0 + 5min);
  EXPECT_EQ(read(j).next(t0 + 5min), t0 + 65min);
  j.rules.front().at = t0 - 10min;
  EXPECT_EQ(read(j).next(t0), t0 + 50min);
}

TEST(schedule, intervals_end_with_the_calendar) {
  auto s = read(every(std::chrono::seconds{limits::interval_s_max}));
  EXPECT_EQ(s.next(wall_time::min()), t0 + std::chrono::seconds{limits::interval_s_max});
  EXPECT_EQ(s.next(calendar_end - 1ms), std::nullopt);
  EXPECT_EQ(s.next(wall_time::max()), std::nullopt);
}

TEST(schedule, a_span_counts_from_its_first_due_to_the_last_one_in_time) {
  for (const auto& j : {every(60s, wall_from_ms(0)), job_of(cron_rule("* * * * *"))}) {
    auto s = read(j);
    auto first = *s.next(t0);
    EXPECT_EQ(s.span(first, first), (due_span{1, first, first}));
    EXPECT_EQ(s.span(first, first + 59'999ms), (due_span{1, first, first}));
    EXPECT_EQ(s.span(first, first + 60s), (due_span{2, first + 1min, first}));
    EXPECT_EQ(s.span(first, first + 150s), (due_span{3, first + 2min, first + 1min}));
    // A first due that the rule does not name (the definition has changed) still counts.
    EXPECT_EQ(s.span(first - 1s, first - 1ms), (due_span{1, first - 1s, first - 1s}));
    EXPECT_EQ(s.span(first - 1s, first), (due_span{2, first, first - 1s}));
    EXPECT_EQ(s.span(first - 1s, first + 60s), (due_span{3, first + 1min, first}));
  }
}

TEST(schedule, a_span_over_all_years_is_computed_for_intervals) {
  auto s = read(every(10ms, calendar_begin));
  auto first = calendar_begin + 10ms;
  EXPECT_EQ(
    s.span(first, wall_time::max()),
    (due_span{
      static_cast<uint64_t>((calendar_end - calendar_begin) / 10ms - 1), calendar_end - 10ms,
      calendar_end - 20ms}));
}

TEST(schedule, a_fixed_delay_has_one_due_and_then_waits_for_its_run) {
  auto j = job_of(fixed_delay_rule(90s), t0);
  auto s = read(j);
  EXPECT_EQ(s.fixed_delay(), 90s);
  EXPECT_EQ(s.next(t0), t0 + 90s);
  EXPECT_EQ(s.next(t0 + 90s), std::nullopt);
  EXPECT_EQ(s.delayed(t0 + 1h), t0 + 1h + 90s);
  j.start_at = t0 + 10min;
  EXPECT_EQ(read(j).next(t0), t0 + 10min);
  j.start_at = t0 - 10min; // over already
  EXPECT_EQ(read(j).next(t0), t0 + 90s);
  j.end_at = t0 + 1h;
  EXPECT_EQ(read(j).delayed(t0 + 1h - 90s), t0 + 1h);
  EXPECT_EQ(read(j).delayed(t0 + 1h - 89s), std::nullopt);
}

TEST(schedule, the_first_due_is_none_for_jobs_that_are_manual_or_have_ended) {
  auto by = new_almanac();
  EXPECT_EQ(first_due(every(5s), t0, by).value(), t0 + 5s);
  EXPECT_EQ(first_due(job{}, t0, by).value(), std::nullopt);
  auto paused = every(5s);
  paused.paused = true;
  EXPECT_EQ(first_due(paused, t0, by).value(), t0 + 5s);
  auto counted = every(5s);
  counted.max_runs = 3;
  counted.fired_runs = 2;
  EXPECT_EQ(first_due(counted, t0, by).value(), t0 + 5s);
  counted.fired_runs = 3;
  EXPECT_EQ(first_due(counted, t0, by).value(), std::nullopt);
  EXPECT_EQ(first_due(job_of(once_rule(t0)), t0, by).value(), std::nullopt);
  EXPECT_EQ(first_due(job_of(fixed_delay_rule(5s), t0), t0 + 1h, by).value(), t0 + 1h + 5s);
  paused.rules.front().every_ms = -5;
  EXPECT_EQ(first_due(paused, t0, by).code(), errc::bad_schedule);
}

TEST(schedule, it_says_whether_zones_and_calendars_decide_its_dues) {
  auto by = new_almanac();
  by->revision = 17;
  by->calendars["holidays"] = calendar_of("holidays", {{0, 1}});
  auto version = by->zones->version();
  ASSERT_NE(version, "none");
  auto check = [&](const job& j, const std::string& zones, uint64_t calendars) {
    EXPECT_EQ(read(j, by).zone_version(), zones);
    EXPECT_EQ(read(j, by).calendar_revision(), calendars);
  };
  auto j = job_of(cron_rule("0 9 * * *"));
  check(j, "", 0);
  j.time_zone = "Asia/Kathmandu";
  check(j, version, 0);
  j.rules = {cron_rule("@every 1h")};
  check(j, "", 0);
  j.rules = {once_rule(t0)};
  check(j, "", 0);
  j.calendars = {"holidays"};
  check(j, version, 0);
  j.on_excluded = excluded_policy::previous_day;
  check(j, version, 17);
  j.rules = {fixed_delay_rule(1h)};
  check(j, "", 0); // or a new edition would plan it anew, from a rule whose only due is over
  j.rules = {};
  check(j, "", 0);
  EXPECT_EQ(read(j, by).in_zone().name(), "Asia/Kathmandu");
}

TEST(schedule, jitter_is_fixed_by_job_and_due_and_stays_before_the_next_due) {
  auto j = every(10s);
  EXPECT_EQ(read(j).fires_at(t0), t0);
  j.jitter_ms = 4'000;
  auto s = read(j);
  std::vector<int> seen(5);
  for (auto due = t0 + 10s; due < t0 + 10'000s; due += 10s) {
    auto late = s.fires_at(due) - due;
    ASSERT_GE(late, 0ms);
    ASSERT_LE(late, 4s);
    ASSERT_EQ(late, read(j).fires_at(due) - due);
    ++seen[static_cast<size_t>(late / 1s)];
  }
  for (size_t second = 0; second < 4; ++second)
    EXPECT_GT(seen[second], 150) << second; // 250 each, when spread evenly
  auto other = j;
  other.id.bytes[15] = 1;
  EXPECT_NE(read(other).fires_at(t0 + 10s), s.fires_at(t0 + 10s));
  j.jitter_ms = limits::jitter_ms_max;
  auto bounded = read(j);
  for (auto due = t0 + 10s; due < t0 + 1'000s; due += 10s)
    ASSERT_LT(bounded.fires_at(due), due + 10s);
}

TEST(schedule, the_instant_a_due_fires_at_never_changes_between_versions) {
  auto j = every(24h);
  j.jitter_ms = 3'600'000;
  EXPECT_EQ(to_ms(read(j).fires_at(t0)) - to_ms(t0), 3'423'800);
  j.id.bytes[15] = 1;
  EXPECT_EQ(to_ms(read(j).fires_at(t0)) - to_ms(t0), 594'058);
}

TEST(schedule, a_verdict_names_the_calendar_and_lasts_until_it_differs) {
  auto by = new_almanac();
  by->calendars["weekend"] = calendar_of("weekend", {}, weekends);
  by->calendars["easter"] =
    calendar_of("easter", {{day_number(2026, 4, 3), day_number(2026, 4, 6)}});
  auto j = job_of(cron_rule("0 12 * * *"));
  j.time_zone = "Europe/Berlin";
  j.calendars = {"weekend", "easter"};
  auto s = read(j, by);
  EXPECT_EQ(
    s.judge(at("2026-03-24T11:00:00Z")), (due_verdict{true, "", "", at("2026-03-27T23:00:00Z")}));
  EXPECT_EQ(
    s.judge(at("2026-03-28T11:00:00Z")),
    (due_verdict{false, "calendar", "weekend", at("2026-03-29T22:00:00Z")}));
  EXPECT_EQ(
    s.judge(at("2026-04-03T11:00:00Z")),
    (due_verdict{false, "calendar", "easter", at("2026-04-03T22:00:00Z")}));
  EXPECT_EQ(
    s.judge(at("2026-04-04T11:00:00Z")),
    (due_verdict{false, "calendar", "weekend", at("2026-04-05T22:00:00Z")}));
  j.calendars = {};
  EXPECT_EQ(read(j, by).judge(t0), (due_verdict{true, "", "", wall_time::max()}));
}

TEST(schedule, blackouts_win_over_calendars_and_end_other_verdicts) {
  auto by = new_almanac();
  by->calendars["weekend"] = calendar_of("weekend", {}, weekends);
  auto noon = at("2026-03-28T12:00:00Z"); // a Saturday
  by->blackouts = {
    {"rack", noon, noon + 2h, "moving to the new rack", {}},
    {"audit", noon + 1h, noon + 3h, "audit", {}}};
  auto j = job_of(cron_rule("0 * * * *"));
  auto s = read(j, by);
  EXPECT_EQ(s.judge(noon - 1ms), (due_verdict{true, "", "", noon}));
  EXPECT_EQ(s.judge(noon), (due_verdict{false, "blackout", "moving to the new rack", noon + 2h}));
  EXPECT_EQ(
    s.judge(noon + 90min), (due_verdict{false, "blackout", "moving to the new rack", noon + 2h}));
  EXPECT_EQ(s.judge(noon + 2h), (due_verdict{false, "blackout", "audit", noon + 3h}));
  EXPECT_EQ(s.judge(noon + 3h), (due_verdict{true, "", "", wall_time::max()}));
  j.calendars = {"weekend"};
  s = read(j, by);
  EXPECT_EQ(s.judge(noon - 1h), (due_verdict{false, "calendar", "weekend", noon}));
  EXPECT_EQ(s.judge(noon).reason, "blackout");
}

TEST(schedule, lints_are_those_of_its_expressions) {
  EXPECT_FALSE(read(job_of(cron_rule("0 0 1 * */2"))).lints().empty());
  EXPECT_TRUE(read(job_of(cron_rule("0 0 * * *"))).lints().empty());
  auto twice = read(job_of({cron_rule("0 0 1 * */2"), cron_rule("0 0 1 * */2")}));
  EXPECT_EQ(twice.lints(), read(job_of(cron_rule("0 0 1 * */2"))).lints());
}
