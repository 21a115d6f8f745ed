#include "storage/store.hpp"

namespace takt {

std::optional<finish_decision> decide_finish(
  run_state state, run_state attempt_state, run_event event, uint32_t tries, uint32_t retry_times,
  bool may_retry) {
  // A PENDING run takes a late word only from an attempt that was LOST and waits for its retry.
  if (state == run_state::pending && attempt_state != run_state::lost)
    return std::nullopt;
  if (event == run_event::lose && state != run_state::scheduling && state != run_state::running)
    return std::nullopt;
  auto outcome = next(state, event);
  if (!outcome)
    return std::nullopt;
  finish_decision d{*outcome, *outcome, tries};
  // A LOST attempt was counted when it was LOST; its late result is the same try.
  if (attempt_state != run_state::lost)
    ++d.tries;
  if (may_retry && next(d.outcome, run_event::retry) && d.tries <= retry_times)
    d.state = run_state::pending;
  return d;
}

} // namespace takt
