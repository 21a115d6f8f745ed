#include "actors/logic/schedule.hpp"

#include "actors/logic/civil.hpp"

#include <gtest/gtest.h>

using namespace takt;
using namespace std::chrono_literals;

namespace {

constexpr wall_time t0 = wall_from_ms(1'700'000'000'250);

job with_cron(std::string spec) {
  job j;
  j.cron_spec = std::move(spec);
  return j;
}

job every(int64_t seconds, wall_time anchor = t0) {
  job j;
  j.interval_s = seconds;
  j.anchor = anchor;
  return j;
}

std::string error_of(const job& j) {
  auto s = schedule::of(j);
  return s ? "accepted" : std::string{to_string(s.code())} + ": " + s.failure().context;
}

} // namespace

TEST(schedule, a_job_with_neither_is_manual_and_never_due) {
  auto s = *schedule::of(job{});
  EXPECT_TRUE(s.is_manual());
  EXPECT_EQ(s.next(t0), std::nullopt);
  EXPECT_EQ(s.span(t0, t0 + 1h), (due_span{1, t0, t0}));
}

TEST(schedule, a_cron_job_is_due_by_its_expression) {
  auto s = *schedule::of(with_cron("*/10 * * * * *"));
  EXPECT_FALSE(s.is_manual());
  EXPECT_EQ(*s.next(t0), wall_from_ms(1'700'000'010'000));
}

TEST(schedule, an_interval_counts_from_its_anchor_and_never_drifts) {
  auto s = *schedule::of(every(7));
  EXPECT_FALSE(s.is_manual());
  EXPECT_EQ(*s.next(t0 - 1h), t0 + 7s);
  EXPECT_EQ(*s.next(t0 - 1ms), t0 + 7s);
  EXPECT_EQ(*s.next(t0), t0 + 7s);
  EXPECT_EQ(*s.next(t0 + 6999ms), t0 + 7s);
  EXPECT_EQ(*s.next(t0 + 7s), t0 + 14s);
  EXPECT_EQ(*s.next(t0 + 7001ms), t0 + 14s);
  EXPECT_EQ(*s.next(t0 + 7'000'000s + 3s), t0 + 7'000'007s);
}

TEST(schedule, intervals_end_with_the_calendar) {
  auto s = *schedule::of(every(limits::interval_s_max));
  EXPECT_EQ(*s.next(wall_time::min()), t0 + std::chrono::seconds{limits::interval_s_max});
  EXPECT_EQ(s.next(calendar_end - 1ms), std::nullopt);
  EXPECT_EQ(s.next(wall_time::max()), std::nullopt);
}

TEST(schedule, bad_definitions_are_refused_with_a_sentence) {
  auto both = every(5);
  both.cron_spec = "* * * * *";
  EXPECT_EQ(
    error_of(both),
    "bad_schedule: cron_spec and interval: a job has one of them or none, not both");
  EXPECT_EQ(
    error_of(every(-1)),
    "bad_schedule: interval: -1 is out of range (1-316224000 seconds; 0 for none)");
  EXPECT_EQ(
    error_of(every(limits::interval_s_max + 1)),
    "bad_schedule: interval: 316224001 is out of range (1-316224000 seconds; 0 for none)");
  EXPECT_EQ(error_of(every(limits::interval_s_max)), "accepted");
  EXPECT_EQ(
    error_of(every(5, wall_time::max())),
    "bad_schedule: interval: its anchor is outside the years 0000-9999");
  EXPECT_EQ(
    error_of(with_cron("60 * * * *")),
    "bad_schedule: cron_spec: minute: 60 at column 1 is out of range (0-59)");
}

TEST(schedule, a_span_counts_from_its_first_due_to_the_last_one_in_time) {
  for (const auto& j : {every(60, wall_from_ms(0)), with_cron("* * * * *")}) {
    auto s = *schedule::of(j);
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
  auto s = *schedule::of(every(1, calendar_begin));
  auto first = calendar_begin + 1s;
  auto seconds = (calendar_end - calendar_begin) / 1s;
  EXPECT_EQ(
    s.span(first, wall_time::max()),
    (due_span{static_cast<uint64_t>(seconds - 1), calendar_end - 1s, calendar_end - 2s}));
}

TEST(schedule, the_first_due_is_none_for_manual_and_paused_jobs_and_checked_for_all) {
  EXPECT_EQ(first_due(every(5), t0).value(), t0 + 5s);
  EXPECT_EQ(first_due(job{}, t0).value(), std::nullopt);
  auto paused = every(5);
  paused.paused = true;
  EXPECT_EQ(first_due(paused, t0).value(), std::nullopt);
  paused.interval_s = -5;
  EXPECT_EQ(first_due(paused, t0).code(), errc::bad_schedule);
}
