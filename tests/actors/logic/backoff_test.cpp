#include "actors/logic/backoff.hpp"

#include <gtest/gtest.h>

using namespace takt;
using namespace std::chrono_literals;

TEST(backoff, the_default_is_the_same_wait_each_time) {
  for (uint32_t tries : {0u, 1u, 2u, 100u, 0xffff'ffffu})
    EXPECT_EQ(retry_delay(tries), limits::retry_delay_default);
}

TEST(backoff, the_wait_doubles_up_to_its_cap) {
  struct row {
    uint32_t tries;
    millis wait;
  };
  for (auto [tries, wait] :
       {row{0, 100ms},
        {1, 100ms},
        {2, 200ms},
        {3, 400ms},
        {6, 3200ms},
        {7, 5000ms},
        {8, 5000ms},
        {64, 5000ms},
        {0xffff'ffff, 5000ms}})
    EXPECT_EQ(retry_delay(tries, 100ms, 5000ms), wait) << tries;
}

TEST(backoff, the_largest_values_do_not_overflow) {
  EXPECT_EQ(retry_delay(63, 1ms, millis::max()), millis{int64_t{1} << 62});
  EXPECT_EQ(retry_delay(64, 1ms, millis::max()), millis::max());
  EXPECT_EQ(retry_delay(2, millis::max(), millis::max()), millis::max());
}

TEST(backoff, nothing_doubled_is_nothing_and_nobody_waits_negative_time) {
  EXPECT_EQ(retry_delay(50, 0ms, 5000ms), 0ms);
  EXPECT_EQ(retry_delay(100, 0ms, 5000ms), 0ms);
  EXPECT_EQ(retry_delay(3, -5ms, 5000ms), 0ms);
  EXPECT_EQ(retry_delay(3, 5ms, -1ms), 0ms);
  EXPECT_EQ(retry_delay(1, 10s, 5s), 5s);
}
