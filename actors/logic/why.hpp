// why: one true English sentence that says why a job did, or did not, or will run at an instant.
//
// The caller fetches the rows of the ledger around the instant; this file only reads them, in the
// order: what the ledger says, what the job's life says (created, deleted, changed, paused), what
// its schedule says. Instants are shown in the job's zone with their offset. Pure; safe from any
// thread; cannot fail.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/job.hpp"
#include "proto/run.hpp"
#include "proto/time.hpp"

#include <optional>
#include <string>

namespace takt {

struct why_input {
  job definition{};
  /// Nothing when the definition's schedule cannot be read here (a zone that this host lacks).
  std::optional<schedule> when{};
  /// The instant asked about.
  wall_time at{};
  wall_time now{};
  /// Planned rows of the job's ledger: the one with due <= at <= due_last whose dues `at` is one of
  /// or lies between, the last that ends before `at`, the first that begins after it.
  std::optional<run> covering{};
  std::optional<run> before{};
  std::optional<run> after{};
  /// The job is gone; `definition` is what it was.
  bool deleted = false;
};

/// Ends with a full stop; one line.
std::string why(const why_input& in);

/// "2026-03-29T02:30:00+02:00" in the zone; milliseconds only where they are not 0.
std::string to_rfc3339(wall_time t, const zone& in);

} // namespace takt
