// run_state: the states of a run, the events that move it, and the one table of legal moves.
//
// The table is the truth: the store asks next(), SQL repeats the states as CHECK constraints, and
// docs/RUN_STATES.md is printed from it (a test compares). Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace takt {

/// Stored as these numbers; REST shows to_string(). Numbers are never used again once given.
enum class run_state : uint8_t {
  pending = 0,    ///< fired, waits for an executor (or for a retry's instant)
  scheduling = 1, ///< an attempt was assigned; its executor has not said STARTED
  running = 2,    ///< its executor started it
  success = 3,
  failed = 4,
  timeout = 5,
  canceled = 6,
  lost = 7,    ///< its executor fell silent or lost its journal; a late result may still resolve it
  skipped = 8, ///< the due was decided against, with a reason
  missed = 9,  ///< nobody drove the shard when it was due; one row may cover a range
};

/// What happens to a run.
enum class run_event : uint8_t {
  assign,      ///< given to an executor
  start,       ///< its executor says STARTED (or still running)
  give_back,   ///< its executor says REFUSED or NOT_STARTED
  succeed,     ///< result: ok
  fail,        ///< result: error
  time_out,    ///< result: deadline passed
  cancel,      ///< canceled while pending, or the executor's result says so
  lose,        ///< its executor fell silent or came back without it
  retry,       ///< attempts are left
  give_up_wait ///< the queue-wait limit was reached
};

struct run_transition {
  run_state from;
  run_event event;
  run_state to;
};

/// Every legal move, in the order of design's table.
std::span<const run_transition> run_transitions() noexcept;

/// Where `event` takes a run in `from`; nothing when the move is not legal.
std::optional<run_state> next(run_state from, run_event event) noexcept;

/// PENDING, SCHEDULING or RUNNING.
constexpr bool is_unfinished(run_state s) noexcept {
  return s <= run_state::running;
}

/// "PENDING", "SCHEDULING", …: the seed's words and takt's additions.
std::string_view to_string(run_state s) noexcept;
std::string_view to_string(run_event e) noexcept;
std::optional<run_state> run_state_from(std::string_view text) noexcept;

/// The table as a Mermaid state diagram, for docs/RUN_STATES.md.
std::string run_state_diagram();

} // namespace takt
