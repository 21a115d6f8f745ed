// misfire: what becomes of the dues between a job's next_due and now.
//
// On time there is one of them and it runs. After an outage there may be a million; policy "last":
// dues that are late by less than the misfire threshold are ordinary and all run; of the older ones
// nothing runs but, when no ordinary one exists, the latest: the job is brought up to date once.
// All others become one MISSED entry that covers their range, so that every instant is accounted
// for. Pure; safe from any thread; cannot fail.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/limits.hpp"
#include "proto/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace takt {

/// Policy "last". What other policies need (catch-up window, rate) comes beside these.
struct misfire_rule {
  /// A due this late or later has misfired.
  millis threshold = limits::misfire_threshold;
  /// Runs in one plan; what is left is planned by the next one.
  size_t runs_max = 1000;
};

/// One ledger row to be: a due that runs, or `count` consecutive ones that do not.
struct planned_due {
  wall_time due{};
  wall_time due_last{};
  uint32_t count = 1; ///< saturates
  bool run = true;
  std::string reason{}; ///< empty when it runs

  bool operator==(const planned_due&) const = default;
};

struct due_plan {
  /// In due order, without gap or overlap, from the given next_due on.
  std::vector<planned_due> entries{};
  /// The first due that no entry covers: later than now, or, when the plan is full, not; fire again
  /// then. Nothing: the schedule has ended.
  std::optional<wall_time> next_due{};

  bool operator==(const due_plan&) const = default;
};

/// Cost: as schedule::span for the misfired part.
/// @pre next_due <= now
due_plan
plan_dues(const schedule& when, wall_time next_due, wall_time now, const misfire_rule& rule = {});

} // namespace takt
