// rehearsal: a stretch of time to come, replayed for all jobs against so many slots, each run
// taking as long as the job's runs used to. What waits when, how late runs start, which jobs run
// into themselves. Pure, event by event; one thread at a time. Cannot fail.
//
// Dues fire at their fires_at(), calendars and blackouts kept, and take slots in the order in which
// they fired. The overlap policies are those of store.hpp, fire; what cancel_running ends, ends at
// once. Nothing fires from `to` on, and what waits then is played to its end. Lateness is from a
// run's fires_at() to its start, percentiles to within 2 %. A few microseconds per fire.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/job.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace takt {

struct rehearsed_job {
  std::string name{};
  schedule when{};
  wall_time next_due{};
  overlap_policy overlap = overlap_policy::queue;
  /// The median of its past runs.
  millis duration{};
};

struct overlapping_job {
  std::string name{};
  /// Dues that came while an earlier run was unfinished.
  uint64_t times = 0;
  millis duration{};

  bool operator==(const overlapping_job&) const = default;
};

struct rehearsal_report {
  wall_time from{};
  wall_time to{};
  uint32_t slots = 0;
  uint64_t runs = 0;
  /// Dues that calendars, blackouts, overlap or a full queue stopped.
  uint64_t skipped = 0;
  /// Runs that waited for a slot at the same time.
  uint64_t peak_queue = 0;
  wall_time peak_at{};
  millis lateness_p50{};
  millis lateness_p99{};
  millis lateness_max{};
  /// Of slots x time, in percent.
  double busy_percent = 0;
  /// Most often first, at most 100.
  std::vector<overlapping_job> overlapping{};
  /// The replay ended here: more fires than limits::rehearsed_fires_max.
  std::optional<wall_time> cut_at{};

  bool operator==(const rehearsal_report&) const = default;
};

/// @pre from < to, slots >= 1
rehearsal_report
rehearse(std::vector<rehearsed_job> jobs, wall_time from, wall_time to, uint32_t slots);

} // namespace takt
