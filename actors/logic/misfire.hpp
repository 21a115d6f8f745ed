// misfire: what becomes of dues when they are looked at: run, skipped or missed, each with its
// reason, in the order that design.md gives (paused, calendar and blackout, missed).
//
// A due is looked at when its node wakes for it, or when somebody looks again after nobody did: a
// restart, a take-over, a clock that was set, a process that slept. Dues found less than the
// threshold late are ordinary and all run. Older ones have misfired; what then happens is the
// job's:
//   skip  none runs
//   last  the latest runs, when no ordinary one is there to bring the job up to date
//   all   all run, oldest first, at most catch_up_rate in a second
// and never one that is older than catch_up_window. Whatever does not run becomes a ledger row with
// its reason; consecutive ones of a kind share a row. Pure; safe from any thread; cannot fail.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/limits.hpp"
#include "proto/run_state.hpp"
#include "proto/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace takt {

/// Why dues are found late: becomes the reason of those that are missed.
enum class late_cause : uint8_t {
  no_scheduler,   ///< nobody drove the job: a restart, a take-over
  clock_stepped,  ///< the wall clock was set forward over them
  process_paused, ///< the host or the process slept
  overloaded      ///< the node was driving, and slow: limits::overload_threshold applies
};

/// "no_scheduler", … : the words in the ledger.
std::string_view to_string(late_cause c) noexcept;

/// One ledger row to be: a due that runs, or `count` consecutive ones that do not.
struct planned_due {
  wall_time due{};
  wall_time due_last{};
  uint32_t count = 1; ///< saturates
  /// pending, skipped or missed.
  run_state state = run_state::pending;
  std::string reason{}; ///< empty when it runs
  std::string note{};

  bool operator==(const planned_due&) const = default;
};

struct due_plan {
  /// In due order, without gap or overlap, from the given next_due on; at most
  /// limits::plan_entries_max.
  std::vector<planned_due> entries{};
  /// The first due that no entry covers. Nothing: the schedule has ended, or a fixed delay waits
  /// for its run.
  std::optional<wall_time> next_due{};
  /// When to look again: when next_due fires; earlier dues that wait for their turn (the plan was
  /// full, or catch_up_rate is used up): now or a little later. Nothing as for next_due.
  std::optional<wall_time> look_again_at{};
};

/// Plans all dues from `next_due` whose time to fire has come at `now`. Cost: as schedule::span for
/// what has misfired, per local day where calendars differ.
/// @pre when.fires_at(next_due) <= now
due_plan plan_dues(
  const schedule& when, const job& definition, wall_time next_due, wall_time now, late_cause cause);

/// What a pause swallowed: all dues from `next_due` up to `now`, as one row SKIPPED (paused).
/// @pre next_due <= now
due_plan plan_paused(const schedule& when, wall_time next_due, wall_time now);

} // namespace takt
