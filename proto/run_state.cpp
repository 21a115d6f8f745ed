#include "proto/run_state.hpp"

#include <array>

namespace takt {

namespace {

using enum run_state;
using enum run_event;

constexpr run_transition table[] = {
  {pending, assign, scheduling},
  {pending, give_up_wait, failed},
  {pending, cancel, canceled},
  {scheduling, start, running},
  {scheduling, give_back, pending},
  {scheduling, succeed, success},
  {scheduling, fail, failed},
  {scheduling, time_out, timeout},
  {scheduling, cancel, canceled},
  {scheduling, lose, lost},
  {running, succeed, success},
  {running, fail, failed},
  {running, time_out, timeout},
  {running, cancel, canceled},
  {running, lose, lost},
  {failed, retry, pending},
  {timeout, retry, pending},
  {lost, retry, pending},
  // A late word of the newest attempt, no newer one assigned: from LOST, or while it waits for its
  // retry (the store checks that the attempt is the newest and was LOST).
  {lost, start, running},
  {lost, succeed, success},
  {lost, fail, failed},
  {lost, time_out, timeout},
  {lost, cancel, canceled},
  {pending, start, running},
  {pending, succeed, success},
  {pending, fail, failed},
  {pending, time_out, timeout},
};

constexpr std::array<std::string_view, 10> state_names = {
  "PENDING", "SCHEDULING", "RUNNING", "SUCCESS", "FAILED",
  "TIMEOUT", "CANCELED",   "LOST",    "SKIPPED", "MISSED"};

constexpr std::array<std::string_view, 10> event_names = {
  "assign",   "start",  "give_back", "succeed", "fail",
  "time_out", "cancel", "lose",      "retry",   "give_up_wait"};

} // namespace

std::span<const run_transition> run_transitions() noexcept {
  return table;
}

std::optional<run_state> next(run_state from, run_event event) noexcept {
  for (const auto& t : table)
    if (t.from == from && t.event == event)
      return t.to;
  return std::nullopt;
}

std::string_view to_string(run_state s) noexcept {
  auto i = static_cast<size_t>(s);
  return i < state_names.size() ? state_names[i] : "UNKNOWN";
}

std::string_view to_string(run_event e) noexcept {
  auto i = static_cast<size_t>(e);
  return i < event_names.size() ? event_names[i] : "unknown";
}

std::optional<run_state> run_state_from(std::string_view text) noexcept {
  for (size_t i = 0; i < state_names.size(); ++i)
    if (state_names[i] == text)
      return static_cast<run_state>(i);
  return std::nullopt;
}

std::string run_state_diagram() {
  std::string out = "stateDiagram-v2\n  [*] --> PENDING: due, policy says run\n"
                    "  [*] --> SKIPPED: due, policy says no\n"
                    "  [*] --> MISSED: nobody drove the shard\n";
  for (const auto& t : table) {
    out += "  ";
    out += to_string(t.from);
    out += " --> ";
    out += to_string(t.to);
    out += ": ";
    out += to_string(t.event);
    out += '\n';
  }
  return out;
}

} // namespace takt
