#include "actors/logic/forecast.hpp"

#include "tests/support/schedule_samples.hpp"

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;

namespace {

constexpr wall_time t0 = wall_from_ms(1'700'000'400'000); // a full ten minutes

job job_named(std::string name, schedule_rule rule, wall_time next_due) {
  auto j = job_of(std::move(rule), t0 - 1h);
  j.name = std::move(name);
  j.id.bytes[9] = static_cast<uint8_t>(j.name.back());
  j.next_due = next_due;
  return j;
}

job by_cron(std::string name, std::string spec) {
  auto j = job_named(std::move(name), cron_rule(std::move(spec)), t0);
  j.next_due = read(j).next(t0 - 1ms);
  return j;
}

forecast_report
report_of(const std::vector<job>& jobs, millis stretch, millis step, const almanac_ptr& by) {
  forecast f{t0, t0 + stretch, step};
  for (const auto& j : jobs)
    f.add(j, read(j, by));
  return f.report();
}

forecast_report report_of(const std::vector<job>& jobs, millis stretch, millis step) {
  return report_of(jobs, stretch, step, new_almanac());
}

using counts = std::vector<uint64_t>;

} // namespace

TEST(forecast, nothing_makes_empty_steps_and_no_herd) {
  auto r = report_of({}, 25min, 10min);
  EXPECT_EQ(r.counts, (counts{0, 0, 0}));
  EXPECT_EQ(r.total, 0u);
  EXPECT_EQ(r.worst.count, 0u);
  EXPECT_EQ(r.worst.seen_until, t0 + 25min);
}

TEST(forecast, fires_are_counted_in_their_steps) {
  auto r = report_of(
    {by_cron("often", "*/5 * * * *"), by_cron("once an hour", "30 * * * *"),
     job_named("once", once_rule(t0 + 24min + 59'999ms), t0 + 24min + 59'999ms)},
    25min, 10min);
  // From 22:20: 22:20, :25 | :30, :35, and :30 | :40, and once
  EXPECT_EQ(r.counts, (counts{2, 3, 2}));
  EXPECT_EQ(r.total, 7u);
  EXPECT_EQ(r.jobs, 3u);
}

TEST(forecast, paused_and_ended_jobs_add_nothing_and_others_what_they_have_left) {
  auto paused = by_cron("p", "* * * * *");
  paused.paused = true;
  auto ended = by_cron("e", "* * * * *");
  ended.next_due.reset();
  auto counted = by_cron("c", "* * * * *");
  counted.max_runs = 10;
  counted.fired_runs = 7;
  auto r = report_of({paused, ended, counted}, 5min, 1min);
  EXPECT_EQ(r.counts, (counts{1, 1, 1, 0, 0}));
  EXPECT_EQ(r.jobs, 1u);
  auto later = by_cron("l", "* * * * *");
  later.next_due = t0 + 3min;
  EXPECT_EQ(report_of({later}, 5min, 1min).counts, (counts{0, 0, 0, 1, 1}));
  auto spent_before = counted; // its three runs are over before the stretch begins
  spent_before.next_due = t0 - 3min;
  EXPECT_EQ(report_of({spent_before}, 5min, 1min).total, 0u);
}

TEST(forecast, a_fixed_delay_counts_with_the_due_that_is_known) {
  auto j = job_named("d", fixed_delay_rule(1min), t0 + 90s);
  EXPECT_EQ(report_of({j}, 5min, 1min).counts, (counts{0, 1, 0, 0, 0}));
}

TEST(forecast, what_calendars_and_blackouts_stop_is_no_fire) {
  auto by = new_almanac();
  by->blackouts = {{"b", t0 + 1min, t0 + 3min, "rack", {}}};
  EXPECT_EQ(report_of({by_cron("x", "* * * * *")}, 5min, 1min, by).counts, (counts{1, 0, 0, 1, 1}));
}

TEST(forecast, jitter_moves_fires_and_loses_none) {
  std::vector<job> jobs;
  for (int i = 0; i < 40; ++i) {
    jobs.push_back(by_cron("job " + std::to_string(i), "*/10 * * * *"));
    jobs.back().jitter_ms = 60'000;
    jobs.back().id.bytes[10] = static_cast<uint8_t>(i);
  }
  auto r = report_of(jobs, 20min, 10s);
  EXPECT_EQ(r.total, 80u);
  uint64_t first_minute = 0;
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_LT(r.counts[i], 20u);
    first_minute += r.counts[i];
  }
  EXPECT_EQ(first_minute, 40u);
  EXPECT_LT(r.worst.count, 10u);
  EXPECT_EQ(r.worst.suggested_jitter_ms, 0);
}

TEST(forecast, the_herd_is_the_second_with_most_fires_and_names_ten_of_its_jobs) {
  std::vector<job> jobs;
  for (int i = 0; i < 45; ++i)
    jobs.push_back(by_cron("hourly " + std::to_string(i), "30 * * * *"));
  for (int i = 0; i < 5; ++i)
    jobs.push_back(by_cron("minutely " + std::to_string(i), "* * * * *"));
  auto r = report_of(jobs, 1h, 1min);
  EXPECT_EQ(r.worst.at, t0 + 10min);
  EXPECT_EQ(r.worst.count, 50u);
  ASSERT_EQ(r.worst.jobs.size(), 10u);
  EXPECT_EQ(r.worst.jobs.front(), "hourly 0");
  EXPECT_EQ(r.worst.suggested_jitter_ms, 5'000); // 50 over 5 s are ten a second
  EXPECT_EQ(r.worst.seen_until, t0 + 1h);
}

TEST(forecast, a_job_that_fires_often_in_a_second_is_named_once) {
  auto r = report_of({job_named("busy", interval_rule(20ms), t0)}, 2s, 1s);
  EXPECT_EQ(r.worst.count, 50u);
  EXPECT_EQ(r.worst.jobs, (std::vector<std::string>{"busy"}));
  EXPECT_EQ(r.worst.suggested_jitter_ms, 0); // every second is like that
}

TEST(forecast, what_is_too_much_to_look_through_gives_up_the_end_and_says_so) {
  // 432,000 seconds, each with a fire: more than are kept.
  auto often = job_named("often", interval_rule(1s), t0);
  auto r = report_of({often}, 120h, 24h);
  EXPECT_EQ(r.total, 432'000u);
  EXPECT_EQ(r.worst.seen_until, t0 + 60h);
  EXPECT_EQ(r.worst.count, 1u);
}
