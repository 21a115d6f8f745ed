// forecast: how many runs the schedules plan, step by step, and where they meet in a herd.
//
// What is counted is what would fire: dues that calendars or blackouts stop are left out, jitter is
// applied, runs_left is kept to. A fixed delay counts with its next due alone, since the one after
// depends on how long that run takes. Pure; safe from any thread; cannot fail. Instants are UTC.
//
// Cost: a step costs a count() per job; the herd looks at each fire, at most
// limits::rehearsed_fires_max of them, and says how far it came.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace takt {

/// One job that is not paused.
struct forecast_job {
  std::string name{};
  schedule when{};
  /// The job's own: no due before it counts. Nothing: it has none left.
  std::optional<wall_time> next_due{};
  /// max_runs less fired_runs; nothing: without limit.
  std::optional<uint64_t> runs_left{};
};

struct forecast_step {
  wall_time begin{};
  uint64_t fires = 0;

  bool operator==(const forecast_step&) const = default;
};

/// The second in which most runs fire.
struct forecast_herd {
  wall_time at{}; ///< its begin
  uint64_t fires = 0;
  /// At most herd_names_max, those with the most fires in it first, then by name.
  std::vector<std::string> jobs{};
  /// How many jobs take part.
  uint64_t jobs_total = 0;
  /// With this jitter_ms on its jobs no second would have more than twice the average, or ten where
  /// that is more. 0: none is needed.
  int64_t flattening_jitter_ms = 0;

  bool operator==(const forecast_herd&) const = default;
};

struct forecast {
  std::vector<forecast_step> steps{}; ///< all steps of [from, to), the last one may be shorter
  uint64_t total = 0;
  /// Nothing when nothing fires.
  std::optional<forecast_herd> herd{};
  /// Where the search for the herd ended: `to`, or earlier when there were too many fires.
  wall_time herd_until{};
};

inline constexpr size_t herd_names_max = 10;

/// @pre from < to, step > 0, at most limits::forecast_steps_max steps
forecast forecast_steps(
  const std::vector<forecast_job>& jobs, wall_time from, wall_time to, millis step);

} // namespace takt
