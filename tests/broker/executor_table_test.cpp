#include "broker/executor_table.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

const peer first{broker_side::backend, "1"};
const peer second{broker_side::backend, "2"};

TEST(executor_table_test, finds_what_was_bound_and_nothing_else) {
  executor_table table;
  EXPECT_EQ(table.find({"a"}), nullptr);
  table.bind({"a"}, first, {});
  ASSERT_NE(table.find({"a"}), nullptr);
  EXPECT_EQ(table.find({"a"})->at, first);
  EXPECT_EQ(table.find({"b"}), nullptr);
}

TEST(executor_table_test, a_newer_connection_replaces_and_the_older_ones_end_leaves_it) {
  executor_table table;
  table.bind({"a"}, first, {});
  table.bind({"a"}, second, {});
  table.unbind({"a"}, first);
  ASSERT_NE(table.find({"a"}), nullptr);
  EXPECT_EQ(table.find({"a"})->at, second);
  table.unbind({"a"}, second);
  EXPECT_EQ(table.size(), 0u);
}

} // namespace

} // namespace takt
