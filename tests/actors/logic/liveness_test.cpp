#include "actors/logic/liveness.hpp"

#include <gtest/gtest.h>

using namespace takt;
using namespace std::chrono_literals;

namespace {

constexpr mono_time t0 = mono_from_ms(5'000'000);

} // namespace

TEST(liveness, silence_adds_up_tick_by_tick_and_ends_with_a_sign_of_life) {
  silence s{1s};
  s.tick(t0, true);
  EXPECT_EQ(s.counted(), 0ms);
  s.tick(t0 + 400ms, true);
  s.tick(t0 + 1200ms, true);
  EXPECT_EQ(s.counted(), 1200ms);
  EXPECT_FALSE(s.exceeded(1200ms));
  EXPECT_TRUE(s.exceeded(1199ms));
  s.heard();
  EXPECT_EQ(s.counted(), 0ms);
}

TEST(liveness, the_slice_in_which_the_peer_was_heard_does_not_count) {
  silence s{1s};
  s.tick(t0, true);
  s.heard();
  s.tick(t0 + 900ms, true);
  EXPECT_EQ(s.counted(), 0ms);
  s.tick(t0 + 1000ms, true);
  EXPECT_EQ(s.counted(), 100ms);
}

TEST(liveness, a_paused_process_sees_one_slice) {
  silence s{1s};
  s.tick(t0, true);
  s.tick(t0 + 20s, true);
  EXPECT_EQ(s.counted(), 1s);
  s.tick(t0 + 20s + 500ms, true);
  EXPECT_EQ(s.counted(), 1500ms);
}

TEST(liveness, time_without_a_link_does_not_count_and_a_reconnect_starts_from_zero) {
  silence s{1s};
  s.tick(t0, true);
  s.tick(t0 + 1s, true);
  s.tick(t0 + 2s, false);
  EXPECT_EQ(s.counted(), 0ms);
  s.tick(t0 + 3s, false);
  s.tick(t0 + 4s, true); // alive again: from here on
  EXPECT_EQ(s.counted(), 0ms);
  s.tick(t0 + 4500ms, true);
  EXPECT_EQ(s.counted(), 500ms);
}

TEST(liveness, a_take_over_starts_from_zero) {
  silence s{1s};
  s.tick(t0, true);
  s.tick(t0 + 1s, true);
  s.reset();
  EXPECT_EQ(s.counted(), 0ms);
  s.tick(t0 + 2s, true);
  EXPECT_EQ(s.counted(), 0ms);
}

TEST(liveness, the_limit_is_passed_after_as_many_slices_as_it_holds) {
  silence s;
  int ticks = 0;
  for (auto now = t0; !s.exceeded(limits::executor_silence_max);
       now += limits::heartbeat_interval) {
    s.tick(now, true);
    ++ticks;
  }
  EXPECT_EQ(ticks, 12); // the first only starts the count, the last passes 10 s
}
