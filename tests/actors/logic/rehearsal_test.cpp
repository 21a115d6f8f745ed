#include "actors/logic/rehearsal.hpp"

#include "tests/support/schedule_samples.hpp"

#include <map>
#include <random>

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;

namespace {

constexpr wall_time t0 = wall_from_ms(1'700'000'400'000);

rehearsed_job playing(
  std::string name, const job& j, millis duration, overlap_policy overlap = overlap_policy::queue,
  const almanac_ptr& by = new_almanac()) {
  auto when = read(j, by);
  return {std::move(name), when, *when.next(t0 - 1ms), overlap, duration};
}

job every(millis length) {
  return job_of(interval_rule(length), t0 - length);
}

} // namespace

TEST(rehearsal, runs_that_fit_wait_for_nothing) {
  auto r = rehearse({playing("a", every(10s), 4s)}, t0, t0 + 100s, 1);
  EXPECT_EQ(r.runs, 10u);
  EXPECT_EQ(r.peak_queue, 0u);
  EXPECT_EQ(r.lateness_max, 0ms);
  EXPECT_DOUBLE_EQ(r.busy_percent, 40);
  EXPECT_TRUE(r.overlapping.empty());
  EXPECT_FALSE(r.cut_at);
}

TEST(rehearsal, what_finds_no_slot_waits_in_the_order_of_firing) {
  // Three at once on one slot, each minute: starts after 0, 10 and 20 s.
  std::vector<rehearsed_job> jobs;
  for (int i = 0; i < 3; ++i)
    jobs.push_back(playing(std::to_string(i), every(1min), 10s));
  auto r = rehearse(jobs, t0, t0 + 2min, 1);
  EXPECT_EQ(r.runs, 6u);
  EXPECT_EQ(r.peak_queue, 2u);
  EXPECT_EQ(r.peak_at, t0);
  EXPECT_EQ(r.lateness_max, 20s);
  EXPECT_GE(r.lateness_p50, 10s);
  EXPECT_LE(r.lateness_p50, 10'200ms);
  EXPECT_EQ(r.lateness_p99, 20s);
  EXPECT_DOUBLE_EQ(r.busy_percent, 50);
  EXPECT_EQ(rehearse(jobs, t0, t0 + 2min, 3).lateness_max, 0ms);
}

TEST(rehearsal, each_overlap_policy_does_what_it_says) {
  // Due at 0, 10 … 90 s; runs of 25 s.
  auto play = [](overlap_policy p) {
    return rehearse({playing("a", every(10s), 25s, p)}, t0, t0 + 100s, 8);
  };
  auto r = play(overlap_policy::allow);
  EXPECT_EQ(r.runs, 10u);
  EXPECT_EQ(r.lateness_max, 0ms);
  EXPECT_EQ(r.overlapping, (std::vector<overlapping_job>{{"a", 9, 25s}}));
  r = play(overlap_policy::skip); // runs at 0, 30, 60, 90
  EXPECT_EQ(r.runs, 4u);
  EXPECT_EQ(r.skipped, 6u);
  EXPECT_EQ(r.overlapping.at(0).times, 6u);
  r = play(overlap_policy::queue); // one after the other: the tenth starts at 225 s
  EXPECT_EQ(r.runs, 10u);
  EXPECT_EQ(r.skipped, 0u);
  EXPECT_EQ(r.lateness_max, 135s);
  EXPECT_EQ(r.peak_queue, 0u);          // there are slots enough
  r = play(overlap_policy::buffer_one); // 0, 25 (due 10), 50 (30), 75 (50), 100 (80)
  EXPECT_EQ(r.runs, 5u);
  EXPECT_EQ(r.skipped, 5u);
  EXPECT_EQ(r.lateness_max, 25s);
  r = play(overlap_policy::cancel_running);
  EXPECT_EQ(r.runs, 10u);
  EXPECT_EQ(r.lateness_max, 0ms);
  EXPECT_DOUBLE_EQ(r.busy_percent, 100.0 / 8);
}

TEST(rehearsal, a_fixed_delay_comes_after_its_run) {
  auto j = job_of(fixed_delay_rule(10s), t0 - 10s);
  // 0-5, 15-20, 30-35, 45-50
  auto r = rehearse({playing("d", j, 5s)}, t0, t0 + 1min, 1);
  EXPECT_EQ(r.runs, 4u);
  EXPECT_TRUE(r.overlapping.empty());
  auto by = new_almanac();
  by->blackouts = {{"b", t0 + 12s, t0 + 41s, "rack", {}}};
  // 0-5, not at 15, 25 and 35, again at 45
  r = rehearse({playing("d", j, 5s, overlap_policy::queue, by)}, t0, t0 + 1min, 1);
  EXPECT_EQ(r.runs, 2u);
  EXPECT_EQ(r.skipped, 3u);
}

TEST(rehearsal, dues_that_blackouts_stop_are_skipped) {
  auto by = new_almanac();
  by->blackouts = {{"b", t0 + 5s, t0 + 35s, "rack", {}}};
  auto r = rehearse({playing("a", every(10s), 1s, overlap_policy::queue, by)}, t0, t0 + 100s, 1);
  EXPECT_EQ(r.runs, 7u);
  EXPECT_EQ(r.skipped, 3u);
}

TEST(rehearsal, the_queue_of_a_job_is_bounded) {
  auto r = rehearse({playing("a", every(10ms), 1h)}, t0, t0 + 60s, 1);
  EXPECT_EQ(r.runs, uint64_t{limits::queued_runs_per_job_max});
  EXPECT_EQ(r.runs + r.skipped, 6'000u);
  EXPECT_DOUBLE_EQ(r.busy_percent, 100);
}

TEST(rehearsal, no_run_is_lost_and_no_slot_used_twice_whatever_the_jobs) {
  std::mt19937_64 random{3};
  for (int round = 0; round < 20; ++round) {
    std::vector<rehearsed_job> jobs;
    uint64_t dues = 0;
    double work = 0;
    for (int i = 0; i < 12; ++i) {
      auto length = std::chrono::seconds{random() % 50 + 5};
      auto duration = std::chrono::seconds{random() % 40};
      auto policy = random() % 2 ? overlap_policy::allow : overlap_policy::queue;
      jobs.push_back(playing(std::to_string(i), every(length), duration, policy));
      auto fires = read(every(length)).count(t0, t0 + 10min - 1ms);
      dues += fires;
      work += static_cast<double>(fires) * static_cast<double>(duration.count());
    }
    auto slots = static_cast<uint32_t>(random() % 6 + 1);
    auto r = rehearse(jobs, t0, t0 + 10min, slots);
    ASSERT_EQ(r.runs, dues);
    ASSERT_EQ(r.skipped, 0u);
    ASSERT_LE(r.busy_percent, 100.0);
    ASSERT_LE(r.busy_percent, 100 * work / (600.0 * slots) + 1e-9);
    ASSERT_LE(r.lateness_p50, r.lateness_p99);
    ASSERT_LE(r.lateness_p99, r.lateness_max);
  }
}
