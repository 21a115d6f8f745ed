#include "actors/logic/closest.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace takt;

TEST(closest, finds_slips_and_parts_and_nothing_else) {
  std::vector<std::string_view> known = {"name", "cron_spec", "retry_times", "executor_id"};
  EXPECT_EQ(closest("cronspec", known), "cron_spec");
  EXPECT_EQ(closest("cron", known), "cron_spec");
  EXPECT_EQ(closest("executor", known), "executor_id");
  EXPECT_EQ(closest("retry_time", known), "retry_times");
  EXPECT_EQ(closest("nam", known), "name");
  EXPECT_EQ(closest("banana", known), "");
  EXPECT_EQ(closest("", known), "");
  EXPECT_EQ(closest(std::string(100'000, 'x'), known), "");
}
