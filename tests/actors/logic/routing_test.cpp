#include "actors/logic/routing.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace takt;

namespace {

const std::vector<std::string> shell = {"HTTP_CALLBACK", "SHELL_COMMAND"};
const std::vector<std::string> http = {"HTTP_CALLBACK"};

candidate some(
  std::string id, uint32_t slots, uint32_t credit, const std::vector<std::string>& types = shell) {
  return {{std::move(id)}, slots, credit, types};
}

std::string picked(
  const std::vector<candidate>& all, std::string type = "SHELL_COMMAND", std::string pinned = {},
  uint64_t turn = 0) {
  auto choice =
    pick_executor(all, {.task_type = type, .pinned = {std::move(pinned)}, .turn = turn});
  EXPECT_EQ(choice.index.has_value(), choice.why == no_fit::none);
  return choice.index ? all[*choice.index].id.text : "-" + std::string{to_string(choice.why)};
}

} // namespace

TEST(routing, the_one_with_the_largest_free_share_is_picked) {
  EXPECT_EQ(picked({some("a", 8, 2), some("b", 4, 2), some("c", 100, 49)}), "b");
  EXPECT_EQ(picked({some("a", 8, 5), some("b", 4, 2), some("c", 100, 49)}), "a");
  EXPECT_EQ(picked({some("a", 0, 1), some("b", 4, 4)}, "SHELL_COMMAND", "", 1), "b");
  auto huge = 0xffff'ffffu;
  EXPECT_EQ(picked({some("a", huge, huge - 1), some("b", huge, huge)}), "b");
}

TEST(routing, equals_take_turns_in_the_order_of_their_ids) {
  std::vector<candidate> all = {some("c", 4, 2), some("x", 4, 1), some("a", 2, 1), some("b", 8, 4)};
  std::string order;
  for (uint64_t turn = 0; turn < 6; ++turn)
    order += picked(all, "SHELL_COMMAND", "", turn);
  EXPECT_EQ(order, "abcabc");
}

TEST(routing, only_those_with_the_task_type_and_credit_fit) {
  EXPECT_EQ(picked({some("a", 8, 8, http), some("b", 8, 1), some("c", 8, 0)}), "b");
}

TEST(routing, a_pinned_run_goes_to_its_executor_or_waits) {
  EXPECT_EQ(picked({some("a", 8, 8), some("b", 8, 1)}, "SHELL_COMMAND", "b"), "b");
  EXPECT_EQ(picked({some("a", 8, 8), some("b", 8, 0)}, "SHELL_COMMAND", "b"), "-no_credit");
}

TEST(routing, the_reason_is_the_nearest_miss) {
  EXPECT_EQ(picked({}), "-no_executor");
  EXPECT_EQ(picked({}, "SHELL_COMMAND", "b"), "-no_executor");
  EXPECT_EQ(picked({some("a", 8, 8)}, "SHELL_COMMAND", "b"), "-pinned_away");
  EXPECT_EQ(
    picked({some("a", 8, 8), some("b", 8, 8, http)}, "SHELL_COMMAND", "b"), "-none_with_type");
  EXPECT_EQ(picked({some("a", 8, 8, http)}), "-none_with_type");
  EXPECT_EQ(picked({some("a", 8, 0), some("b", 8, 8, http)}), "-no_credit");
}

TEST(routing, policies_have_names) {
  EXPECT_EQ(to_string(routing_policy::least_loaded), "least_loaded");
}
