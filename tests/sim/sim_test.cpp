// A smoke run of the simulator, and the fault that it must find.
#include "tests/sim/sim_oracle.hpp"

#include <gtest/gtest.h>

namespace takt::sim {
namespace {

class simulation : public testing::TestWithParam<std::tuple<uint64_t, bool>> {};

std::string all_of(const sim_findings& found) {
  std::string out;
  for (const auto& f : found.faults)
    out += f + "\n";
  return out;
}

TEST_P(simulation, accounts_for_every_planned_instant) {
  auto [seed, sqlite] = GetParam();
  sim_config cfg{seed, sqlite ? 40U : 100U, sqlite ? 14 : 60, sqlite};
  sim_world world{cfg};
  world.run();
  auto found = judge(world, 2);
  EXPECT_EQ(found.faults_in_all, 0U) << all_of(found);
  EXPECT_GT(found.ran, 1000U);
  EXPECT_GT(found.sampled_dues, 100U);
}

INSTANTIATE_TEST_SUITE_P(
  seeds, simulation, testing::Combine(testing::Values(1, 2, 3, 4), testing::Values(false, true)),
  [](const auto& p) {
    return std::string{std::get<1>(p.param) ? "sqlite" : "memory"} + "_"
      + std::to_string(std::get<0>(p.param));
  });

TEST(simulation_canary, a_cursor_that_moves_without_its_run_is_found) {
  sim_config cfg{1, 60, 20, false, true, 97};
  sim_world world{cfg};
  world.run();
  ASSERT_GT(world.canaries(), 0U);
  EXPECT_GT(judge(world, 2).faults_in_all, 0U);
}

TEST(simulation_story, is_the_same_for_the_same_seed) {
  auto dues = [] {
    sim_config cfg{7, 30, 20};
    sim_world world{cfg};
    world.run();
    auto found = judge(world, 2);
    return std::tuple{found.dues, found.ran, found.skipped, found.missed, world.now()};
  };
  EXPECT_EQ(dues(), dues());
}

} // namespace
} // namespace takt::sim
