#include "proto/run_state.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace takt {

namespace {

constexpr int states = 10;
constexpr int events = 10;

std::string page() {
  std::string text = "# States of a run\n\n"
                     "Printed from the table in `proto/run_state.cpp`; `run_state_test` compares. "
                     "To write it anew:\n"
                     "`TAKT_WRITE_GOLDEN=1 proto_tests --gtest_filter='run_state_test.*'`.\n\n"
                     "```mermaid\n"
    + run_state_diagram() + "```\n\n| from | event | to |\n|---|---|---|\n";
  for (const auto& t : run_transitions())
    text += "| " + std::string{to_string(t.from)} + " | " + std::string{to_string(t.event)} + " | "
      + std::string{to_string(t.to)} + " |\n";
  return text;
}

TEST(run_state_test, the_page_in_docs_is_the_table) {
  auto file = std::string{TAKT_SOURCE_DIR} + "/docs/RUN_STATES.md";
  if (std::getenv("TAKT_WRITE_GOLDEN"))
    std::ofstream{file} << page();
  std::ifstream in{file};
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), page());
}

TEST(run_state_test, each_state_and_event_has_at_most_one_move) {
  std::set<std::pair<run_state, run_event>> seen;
  for (const auto& t : run_transitions())
    EXPECT_TRUE(seen.insert({t.from, t.event}).second)
      << to_string(t.from) << " " << to_string(t.event);
}

TEST(run_state_test, next_is_the_table_and_nothing_else) {
  size_t legal = 0;
  for (int s = 0; s < states; ++s)
    for (int e = 0; e < events; ++e) {
      auto from = static_cast<run_state>(s);
      auto event = static_cast<run_event>(e);
      auto to = next(from, event);
      legal += to.has_value();
      for (const auto& t : run_transitions()) {
        if (t.from == from && t.event == event) {
          EXPECT_EQ(to, t.to);
        }
      }
    }
  EXPECT_EQ(legal, run_transitions().size());
}

TEST(run_state_test, the_lives_of_runs_that_design_tells) {
  using enum run_state;
  using enum run_event;
  struct life {
    std::vector<run_event> events;
    run_state end;
  } lives[] = {
    {{assign, start, succeed}, success},
    {{assign, succeed}, success},
    {{assign, give_back, assign, start, fail}, failed},
    {{assign, start, fail, retry, assign, start, succeed}, success},
    {{assign, start, time_out, retry}, pending},
    {{assign, start, lose, succeed}, success},
    {{assign, start, lose, start, cancel}, canceled},
    {{assign, lose, retry, succeed}, success},
    {{cancel}, canceled},
    {{give_up_wait}, failed},
  };
  for (const auto& l : lives) {
    auto s = std::optional{pending};
    for (auto e : l.events) {
      ASSERT_TRUE(s);
      s = next(*s, e);
    }
    EXPECT_EQ(s, l.end);
  }
}

TEST(run_state_test, what_is_final_stays) {
  for (auto s : {run_state::success, run_state::canceled, run_state::skipped, run_state::missed})
    for (int e = 0; e < events; ++e)
      EXPECT_EQ(next(s, static_cast<run_event>(e)), std::nullopt)
        << to_string(s) << " " << to_string(static_cast<run_event>(e));
}

TEST(run_state_test, names_are_read_as_they_are_written) {
  for (int s = 0; s < states; ++s) {
    auto state = static_cast<run_state>(s);
    EXPECT_EQ(run_state_from(to_string(state)), state);
    EXPECT_EQ(is_unfinished(state), s <= 2);
  }
  EXPECT_EQ(run_state_from("pending"), std::nullopt);
  EXPECT_EQ(run_state_from(""), std::nullopt);
  EXPECT_EQ(to_string(static_cast<run_state>(99)), "UNKNOWN");
}

} // namespace

} // namespace takt
