#include "actors/logic/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <vector>

using namespace takt;

namespace {

std::vector<uint64_t> fired_by(timer_wheel& wheel, int64_t now) {
  std::vector<uint64_t> payloads;
  wheel.advance(now, [&](timer_id, uint64_t payload) { payloads.push_back(payload); });
  return payloads;
}

using list = std::vector<uint64_t>;

} // namespace

TEST(timer_wheel, an_empty_wheel_has_no_wakeup_and_advances_anywhere) {
  timer_wheel wheel{1000};
  EXPECT_EQ(wheel.next_wakeup(), std::nullopt);
  EXPECT_EQ(fired_by(wheel, std::numeric_limits<int64_t>::max()), list{});
  EXPECT_EQ(wheel.now(), std::numeric_limits<int64_t>::max());
}

TEST(timer_wheel, a_timer_fires_at_its_tick_and_not_before) {
  for (int64_t distance : {1, 2, 63, 64, 65, 4095, 4096, 262'143, 262'144, 1'000'000'007}) {
    timer_wheel wheel{1'700'000'000'123};
    wheel.schedule(wheel.now() + distance, 7);
    auto at = wheel.now() + distance;
    EXPECT_EQ(wheel.next_wakeup(), at);
    EXPECT_EQ(fired_by(wheel, at - 1), list{}) << distance;
    EXPECT_EQ(wheel.next_wakeup(), at);
    EXPECT_EQ(fired_by(wheel, at), list{7}) << distance;
    EXPECT_EQ(wheel.size(), 0u);
  }
}

TEST(timer_wheel, the_farthest_ticks_of_64_bits_are_not_too_far) {
  constexpr auto first = std::numeric_limits<int64_t>::min();
  constexpr auto last = std::numeric_limits<int64_t>::max();
  timer_wheel wheel{first};
  wheel.schedule(last, 3);
  wheel.schedule(0, 2);
  wheel.schedule(-1, 1);
  EXPECT_EQ(wheel.next_wakeup(), -1);
  EXPECT_EQ(fired_by(wheel, last), (list{1, 2, 3}));
}

TEST(timer_wheel, timers_of_one_tick_fire_in_the_order_in_which_they_were_scheduled) {
  timer_wheel wheel;
  wheel.schedule(100'000, 1); // from far away
  fired_by(wheel, 99'000);
  wheel.schedule(100'000, 2); // from nearer
  fired_by(wheel, 99'999);
  wheel.schedule(100'000, 3);
  wheel.schedule(99'999, 0); // late
  EXPECT_EQ(fired_by(wheel, 100'000), (list{0, 1, 2, 3}));
}

TEST(timer_wheel, a_late_timer_wakes_at_the_current_tick_and_fires_first) {
  timer_wheel wheel{500};
  wheel.schedule(501, 2);
  wheel.schedule(499, 1);
  EXPECT_EQ(wheel.next_wakeup(), 500);
  EXPECT_EQ(fired_by(wheel, 500), list{1});
  EXPECT_EQ(wheel.next_wakeup(), 501);
  EXPECT_EQ(fired_by(wheel, 501), list{2});
}

TEST(timer_wheel, cancelling_works_once_and_only_while_pending) {
  timer_wheel wheel;
  auto id = wheel.schedule(10, 1);
  EXPECT_NE(id, 0u);
  EXPECT_TRUE(wheel.cancel(id));
  EXPECT_FALSE(wheel.cancel(id));
  EXPECT_FALSE(wheel.cancel(0));
  EXPECT_FALSE(wheel.cancel(id + 1));
  EXPECT_EQ(wheel.next_wakeup(), std::nullopt);
  auto reused = wheel.schedule(20, 2);
  EXPECT_NE(reused, id);
  EXPECT_FALSE(wheel.cancel(id));
  EXPECT_EQ(fired_by(wheel, 20), list{2});
  EXPECT_FALSE(wheel.cancel(reused));
}

TEST(timer_wheel, the_next_wakeup_is_exact_after_the_earliest_of_a_coarse_slot_is_cancelled) {
  timer_wheel wheel;
  auto earliest = wheel.schedule(10'001, 1);
  wheel.schedule(10'003, 3);
  auto middle = wheel.schedule(10'002, 2);
  EXPECT_EQ(wheel.next_wakeup(), 10'001);
  wheel.cancel(earliest);
  EXPECT_EQ(wheel.next_wakeup(), 10'002);
  wheel.cancel(middle);
  wheel.schedule(10'002, 4);
  EXPECT_EQ(wheel.next_wakeup(), 10'002);
  EXPECT_EQ(fired_by(wheel, 20'000), (list{4, 3}));
}

TEST(timer_wheel, fire_may_cancel_timers_of_the_same_tick_and_of_later_ones) {
  timer_wheel wheel;
  std::map<uint64_t, timer_id> ids;
  for (uint64_t payload = 1; payload <= 4; ++payload)
    ids[payload] = wheel.schedule(payload <= 3 ? 10 : 5000, payload);
  list payloads;
  wheel.advance(6000, [&](timer_id id, uint64_t payload) {
    EXPECT_FALSE(wheel.cancel(id));
    payloads.push_back(payload);
    if (payload == 1) {
      EXPECT_TRUE(wheel.cancel(ids[2]));
      EXPECT_TRUE(wheel.cancel(ids[4]));
    }
  });
  EXPECT_EQ(payloads, (list{1, 3}));
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(timer_wheel, what_fire_schedules_up_to_now_waits_for_the_next_advance) {
  timer_wheel wheel;
  wheel.schedule(10, 0);
  list payloads;
  auto fire = [&](timer_id, uint64_t payload) {
    payloads.push_back(payload);
    wheel.schedule(10, payload + 1); // at the tick itself
    if (payload == 0) {
      wheel.schedule(50, 100); // between it and now
      wheel.schedule(90, 200); // after now
    }
  };
  EXPECT_EQ(wheel.advance(60, fire), 1u);
  EXPECT_EQ(wheel.next_wakeup(), 60);
  EXPECT_EQ(wheel.advance(60, fire), 2u);
  EXPECT_EQ(payloads, (list{0, 1, 100}));
  EXPECT_EQ(wheel.size(), 3u);
}

TEST(timer_wheel, an_advance_to_an_earlier_tick_fires_only_what_is_late) {
  timer_wheel wheel{100};
  wheel.schedule(90, 1);
  wheel.schedule(101, 2);
  EXPECT_EQ(fired_by(wheel, 50), list{1});
  EXPECT_EQ(wheel.now(), 100);
}

TEST(timer_wheel, rebasing_puts_timers_where_the_earlier_clock_sees_them) {
  timer_wheel wheel{1'000'000};
  wheel.schedule(999'999, 1); // late until the clock steps back
  wheel.schedule(1'000'001, 2);
  auto cancelled = wheel.schedule(1'000'001, 3);
  wheel.schedule(1'000'001, 4);
  wheel.schedule(50'000'000, 5);
  wheel.rebase(2'000'000); // not an earlier tick: ignored
  EXPECT_EQ(wheel.now(), 1'000'000);
  wheel.rebase(10);
  EXPECT_EQ(wheel.size(), 5u);
  EXPECT_EQ(wheel.next_wakeup(), 999'999);
  EXPECT_EQ(fired_by(wheel, 999'998), list{});
  EXPECT_TRUE(wheel.cancel(cancelled));
  EXPECT_EQ(fired_by(wheel, 1'000'001), (list{1, 2, 4}));
  EXPECT_EQ(fired_by(wheel, 50'000'000), list{5});
}

TEST(timer_wheel, an_id_that_was_never_handed_out_cancels_nothing) {
  timer_wheel wheel;
  auto id = wheel.schedule(10, 1);
  wheel.cancel(id);
  constexpr auto generation = uint64_t{1} << 32;
  for (auto forged : {id + 1, id + generation, id + 2 * generation, id - generation})
    EXPECT_FALSE(wheel.cancel(forged)) << forged;
  auto next = wheel.schedule(10, 2);
  EXPECT_EQ(wheel.size(), 1u);
  EXPECT_TRUE(wheel.cancel(next));
}

TEST(timer_wheel, a_crowd_cancelled_in_the_order_of_its_ticks_has_an_exact_wakeup_at_each_step) {
  timer_wheel wheel;
  std::mt19937_64 random{7};
  std::multimap<int64_t, timer_id> pending;
  auto schedule = [&](int64_t at) { pending.emplace(at, wheel.schedule(at, 0)); };
  // One coarse slot: ticks that differ in their last four digits only.
  auto some_tick = [&] { return int64_t{1 << 30} + static_cast<int64_t>(random() % (1 << 24)); };
  for (int i = 0; i < 5000; ++i)
    schedule(some_tick());
  for (int i = 0; !pending.empty(); ++i) {
    ASSERT_EQ(wheel.next_wakeup(), pending.begin()->first);
    ASSERT_TRUE(wheel.cancel(pending.begin()->second));
    pending.erase(pending.begin());
    if (i < 4000 && i % 3 == 0 && !pending.empty()) // among the earliest, or anywhere
      schedule(i % 2 == 0 ? some_tick() : pending.begin()->first + i % 1000);
  }
  EXPECT_EQ(wheel.next_wakeup(), std::nullopt);
}

TEST(timer_wheel, a_cancel_in_fire_that_sweeps_the_wheel_leaves_the_rest_of_the_tick_in_order) {
  timer_wheel wheel;
  std::vector<timer_id> ids;
  for (uint64_t i = 0; i < 5000; ++i)
    ids.push_back(wheel.schedule(10, i));
  list payloads;
  wheel.advance(10, [&](timer_id, uint64_t payload) {
    payloads.push_back(payload);
    if (payload != 100)
      return;
    for (size_t i = 101; i < ids.size(); ++i)
      EXPECT_EQ(wheel.cancel(i % 10 == 0 ? 0 : ids[i]), i % 10 != 0);
  });
  list expected;
  for (uint64_t i = 0; i < 5000; ++i)
    if (i <= 100 || i % 10 == 0)
      expected.push_back(i);
  EXPECT_EQ(payloads, expected);
}

TEST(
  timer_wheel, ten_million_timers_scheduled_and_cancelled_leave_memory_bounded_by_those_pending) {
  constexpr size_t live = 2000;
  timer_wheel wheel{1'700'000'000'000};
  std::mt19937_64 random{11};
  std::vector<timer_id> ids(live, 0);
  auto churn = [&](size_t steps) {
    for (size_t i = 0; i < steps; ++i) {
      auto& id = ids[i % live];
      wheel.cancel(id);
      id = wheel.schedule(wheel.now() + static_cast<int64_t>(random() & 0xfff'ffff), i);
      if (i % 64 == 0)
        fired_by(wheel, wheel.now() + 100);
    }
  };
  // 2000 pending and 3000 cancelled timers in full chunks, and one begun in every slot of 5 levels.
  constexpr size_t bound = (5000 / 42 + 5 * 64) * 1024 + 64 * 1024;
  churn(1'000'000);
  EXPECT_LT(wheel.capacity_bytes(), bound);
  churn(9'000'000);
  EXPECT_LT(wheel.capacity_bytes(), bound);
  EXPECT_LE(wheel.size(), live);
}
