#include "actors/logic/misfire.hpp"

#include "actors/logic/civil.hpp"

#include <gtest/gtest.h>

#include <random>

using namespace takt;
using namespace std::chrono_literals;

namespace {

constexpr wall_time t0 = wall_from_ms(1'700'000'000'000);

schedule every(int64_t seconds, wall_time anchor = t0) {
  job j;
  j.interval_s = seconds;
  j.anchor = anchor;
  return *schedule::of(j);
}

schedule by_cron(std::string spec) {
  job j;
  j.cron_spec = std::move(spec);
  return *schedule::of(j);
}

planned_due runs(wall_time due) {
  return {due, due, 1, true, ""};
}

planned_due missed(wall_time first, wall_time last, uint32_t count) {
  return {first, last, count, false, "no_scheduler"};
}

} // namespace

TEST(misfire, a_due_on_time_runs) {
  auto s = every(10);
  EXPECT_EQ(plan_dues(s, t0 + 10s, t0 + 10s), (due_plan{{runs(t0 + 10s)}, t0 + 20s}));
  EXPECT_EQ(plan_dues(s, t0 + 10s, t0 + 10'999ms), (due_plan{{runs(t0 + 10s)}, t0 + 20s}));
}

TEST(misfire, a_single_late_due_still_runs_since_it_is_the_latest) {
  EXPECT_EQ(plan_dues(every(10), t0 + 10s, t0 + 11s), (due_plan{{runs(t0 + 10s)}, t0 + 20s}));
  EXPECT_EQ(plan_dues(every(10), t0 + 10s, t0 + 19s), (due_plan{{runs(t0 + 10s)}, t0 + 20s}));
}

TEST(misfire, of_several_late_ones_the_latest_runs_and_the_others_are_one_missed_entry) {
  for (const auto& s : {every(10), by_cron("*/10 * * * * *")}) {
    auto first = *s.next(t0);
    EXPECT_EQ(
      plan_dues(s, first, first + 15s),
      (due_plan{{missed(first, first, 1), runs(first + 10s)}, first + 20s}));
    EXPECT_EQ(
      plan_dues(s, first, first + 45s),
      (due_plan{{missed(first, first + 30s, 4), runs(first + 40s)}, first + 50s}));
  }
}

TEST(misfire, when_one_is_on_time_all_late_ones_are_missed) {
  EXPECT_EQ(
    plan_dues(every(10), t0 + 10s, t0 + 40'500ms),
    (due_plan{{missed(t0 + 10s, t0 + 30s, 3), runs(t0 + 40s)}, t0 + 50s}));
}

TEST(misfire, the_threshold_is_where_lateness_ends_and_misfire_begins) {
  misfire_rule rule{.threshold = 20s};
  EXPECT_EQ(
    plan_dues(every(10), t0 + 10s, t0 + 40s, rule),
    (due_plan{{missed(t0 + 10s, t0 + 20s, 2), runs(t0 + 30s), runs(t0 + 40s)}, t0 + 50s}));
  EXPECT_EQ(
    plan_dues(every(10), t0 + 10s, t0 + 39'999ms, rule),
    (due_plan{{missed(t0 + 10s, t0 + 10s, 1), runs(t0 + 20s), runs(t0 + 30s)}, t0 + 40s}));
  EXPECT_EQ(
    plan_dues(every(10), t0 + 20s, t0 + 40s, rule),
    (due_plan{{missed(t0 + 20s, t0 + 20s, 1), runs(t0 + 30s), runs(t0 + 40s)}, t0 + 50s}));
}

TEST(misfire, a_full_plan_leaves_the_rest_to_the_next_one) {
  misfire_rule rule{.threshold = 1h, .runs_max = 3};
  auto plan = plan_dues(every(1), t0 + 1s, t0 + 5s, rule);
  EXPECT_EQ(plan, (due_plan{{runs(t0 + 1s), runs(t0 + 2s), runs(t0 + 3s)}, t0 + 4s}));
  EXPECT_EQ(
    plan_dues(every(1), *plan.next_due, t0 + 5s, rule),
    (due_plan{{runs(t0 + 4s), runs(t0 + 5s)}, t0 + 6s}));
}

TEST(misfire, a_next_due_of_an_older_definition_is_still_accounted_for) {
  EXPECT_EQ(
    plan_dues(every(10), t0 + 3s, t0 + 15s),
    (due_plan{{missed(t0 + 3s, t0 + 3s, 1), runs(t0 + 10s)}, t0 + 20s}));
  auto manual = *schedule::of(job{});
  EXPECT_EQ(plan_dues(manual, t0, t0 + 1h), (due_plan{{runs(t0)}, std::nullopt}));
}

TEST(misfire, ages_without_a_scheduler_are_one_entry_and_quick) {
  auto plan = plan_dues(every(1, calendar_begin), calendar_begin + 1s, t0);
  ASSERT_EQ(plan.entries.size(), 2u);
  EXPECT_EQ(plan.entries[0], missed(calendar_begin + 1s, t0 - 1s, 0xffff'ffff));
  EXPECT_EQ(plan.entries[1], runs(t0));
  EXPECT_EQ(plan.next_due, t0 + 1s);
}

TEST(misfire, the_last_due_of_a_schedule_has_no_next) {
  auto s = by_cron("59 59 23 31 12 *");
  auto last = calendar_end - 1s;
  EXPECT_EQ(plan_dues(s, last, last), (due_plan{{runs(last)}, std::nullopt}));
}

TEST(misfire, every_due_is_covered_exactly_once_whatever_the_gap) {
  std::mt19937_64 random{99};
  for (int i = 0; i < 3'000; ++i) {
    auto s = random() % 2 ? every(static_cast<int64_t>(random() % 30 + 1))
                          : by_cron("*/" + std::to_string(random() % 30 + 1) + " * * * * *");
    auto first = *s.next(t0 + millis{random() % 100'000});
    auto now = first + millis{random() % (random() % 2 ? 3'000 : 300'000)};
    misfire_rule rule{.threshold = millis{random() % 20'000}, .runs_max = 5};
    auto plan = plan_dues(s, first, now, rule);
    std::optional<wall_time> expected = first;
    size_t running = 0, running_late = 0;
    for (const auto& e : plan.entries) {
      ASSERT_EQ(e.due, *expected);
      auto last = e.due;
      for (uint32_t n = 1; n < e.count; ++n)
        last = *s.next(last);
      ASSERT_EQ(e.due_last, last);
      ASSERT_LE(last, now);
      ASSERT_EQ(e.reason.empty(), e.run);
      ASSERT_TRUE(e.run || last <= now - rule.threshold);
      running += e.run;
      running_late += e.run && e.due <= now - rule.threshold;
      expected = s.next(last);
    }
    ASSERT_EQ(plan.next_due, expected);
    ASSERT_GE(running, 1u);
    ASSERT_TRUE(running_late == 0 || running == 1);
    ASSERT_TRUE(*plan.next_due > now || running == rule.runs_max);
  }
}
