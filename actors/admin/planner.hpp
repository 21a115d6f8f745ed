// PLANNER: the long sums over all jobs, forecast and rehearsal, so that neither DESK nor READ PORT
// waits for them.
//
// Receives  read_question (DESK) · almanac_here (ALMANAC KEEPER)
// Sends     read_answer
// Owns      a reading connection
// Dies when its node stops it
//
// Spawned detached: one question at a time, each on the thread for as long as it takes (a million
// jobs: some seconds). The DESK asks a few at once at most.
#pragma once

#include "actors/interfaces.hpp"
#include "proto/time.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace takt {

class planner {
public:
  using interface = planner_actor;
  static inline const char* name = "takt.planner";

  /// `edition` is the one to begin with; `time` outlives the actor.
  planner(
    interface::pointer self, std::shared_ptr<store_reader> rows, almanac_ptr edition,
    const clock* time);

  interface::behavior_type make_behavior();

private:
  interface::pointer self_;
  std::shared_ptr<store_reader> rows_;
  almanac_ptr almanac_;
  const clock* time_;
};

/// A stretch of more days than this is not forecast: herds are looked for second by second.
inline constexpr auto forecast_stretch_max = std::chrono::days{31};

/// bad_field: from is not before to, too long a stretch, too many or too short steps; what the
/// reader refuses. Jobs whose schedule cannot be read are left out.
result<forecast_report>
forecast_of(store_reader& rows, const almanac_ptr& by, const ask::forecast& q, wall_time now);

/// A run of a job without past ones takes a second. Errors and jobs as above.
result<rehearsal_report>
rehearsal_of(store_reader& rows, const almanac_ptr& by, const ask::rehearse& q, wall_time now);

} // namespace takt
