// rehearsal: the coming days of all jobs, played against a number of slots before they happen.
//
// Event by event in virtual time: dues fire (jitter applied, calendars and blackouts kept), wait in
// one queue in the order in which they fired, take a slot for as long as the job's runs usually take
// and give it back. The overlap policies hold as in store.hpp, fire: `queue` keeps a job's runs one
// after the other, at most limits::queued_runs_per_job_max unfinished; `buffer_one` keeps the first
// that waits; `cancel_running` ends what runs; `allow` does not look. Fires end at `to`; what waits
// then is still started, so that its lateness counts.
//
// Pure; safe from any thread; cannot fail. About a microsecond per fire; at most
// limits::rehearsed_fires_max fires, then the rehearsal ends early and says so.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/time.hpp"
#include "proto/timing.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace takt {

/// One job that is not paused.
struct rehearsal_job {
  std::string name{};
  schedule when{};
  /// How long its runs usually take.
  millis duration{};
  overlap_policy overlap = overlap_policy::queue;
  /// The job's own: no due before it is played. Nothing: it has none left.
  std::optional<wall_time> next_due{};
  /// max_runs less fired_runs; nothing: without limit.
  std::optional<uint64_t> runs_left{};
};

struct rehearsal_overlap {
  std::string name{};
  /// How many of its dues came while an earlier run was unfinished.
  uint64_t times = 0;

  bool operator==(const rehearsal_overlap&) const = default;
};

struct rehearsal {
  /// Runs that were started.
  uint64_t runs = 0;
  /// Dues that overlap or a full queue stopped.
  uint64_t skipped_overlap = 0;
  /// Dues that calendars or blackouts stopped.
  uint64_t skipped_excluded = 0;
  /// Runs that `cancel_running` ended early, or took out of the queue.
  uint64_t canceled = 0;
  /// The most runs that waited at one instant, and the first such instant.
  uint64_t peak_queue = 0;
  wall_time peak_queue_at{};
  /// From the instant a run should fire to its start. Percentiles to within 2 %, the maximum exact.
  millis lateness_p50{};
  millis lateness_p99{};
  millis lateness_max{};
  /// Busy slot time in [from, until), as a part of all slot time: 0 to 1.
  double slot_use = 0;
  /// Jobs that would overlap, most often first; at most rehearsal_overlaps_max.
  std::vector<rehearsal_overlap> overlaps{};
  /// How many jobs would.
  uint64_t overlapping_jobs = 0;
  /// Where it ended: `to`, or earlier when there were too many fires.
  wall_time until{};
};

inline constexpr size_t rehearsal_overlaps_max = 100;

/// @pre from < to, slots >= 1
rehearsal
rehearse(const std::vector<rehearsal_job>& jobs, wall_time from, wall_time to, uint32_t slots);

} // namespace takt
