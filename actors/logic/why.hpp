// why: one true sentence for "why did it, or did it not, run at that instant?". Pure; safe from any
// thread; cannot fail.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/job.hpp"
#include "proto/run.hpp"

#include <optional>
#include <string>

namespace takt {

struct why_input {
  job definition{};
  /// Nothing when the definition cannot be read (its zone is gone).
  std::optional<schedule> when{};
  wall_time at{};
  wall_time now{};
  /// The ledger's row that covers `at`, and the nearest ones on either side.
  std::optional<run> before{};
  std::optional<run> covering{};
  std::optional<run> after{};
  /// The job is gone; `definition` is what it was.
  bool deleted = false;
};

/// English, ending with a full stop; instants in the job's zone with their offset.
std::string why(const why_input& about);

} // namespace takt
