// ROSTER: which jobs are live, and their actors.
//
// Receives  shards_granted (LEASE KEEPER) · job_changed, job_removed (DESK) · job_at_rest,
//           job_doubted (JOB; STORE PORT) · jobs_found_due, job_found, jobs_planned_otherwise_found
//           (READ PORT) · job_replanned (STORE PORT) · almanac_here (ALMANAC KEEPER) · alarm_due
//           (CLOCKWORK) · scan_horizon (itself)
// Sends     job_changed, almanac_here, dismiss (JOB) · find_jobs_due, find_job,
//           find_jobs_planned_otherwise (READ PORT) · replan_job, roster_here (STORE PORT) ·
//           set_alarm (CLOCKWORK)
// Owns      the JOB actors: it spawns and ends them; a job's actor exists once per cluster, since
//           only the shard's driver has it
// Dies when its node stops it; ends its JOBs first
//
// Jobs due within limits::live_horizon are actors, all others rest in the store, found again by a
// look at next_due every limits::horizon_scan_interval, by the clock that never steps and by the
// one that does: a wall clock that is set forward past the horizon is noticed at once.
//
// When zones or calendars change, every job whose next_due was worked out with the old ones is
// planned anew, wherever it rests; a due that moves is logged.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/metrics.hpp"
#include "actors/scheduler/job_runner.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <unordered_map>
#include <vector>

namespace takt {

class roster {
public:
  using interface = roster_actor;
  static inline const char* name = "takt.roster";

  roster(
    interface::pointer self, job_runner_deps deps, read_port_actor reader,
    std::shared_ptr<metrics> counts, almanac_ptr edition);

  interface::behavior_type make_behavior();

private:
  struct live_job {
    job_actor handle{};
    uint64_t version = 0;
    grant under{};
  };

  void on_granted(const shards_granted& m);
  void on_changed(const job_changed& m);
  void on_removed(const job_id& id);
  void on_at_rest(const job_at_rest& m);
  void on_doubted(const job_doubted& m);
  void on_found_due(const jobs_found_due& m);
  void on_found(const job_found& m);
  void on_almanac(const almanac_here& m);
  void on_planned_otherwise(const jobs_planned_otherwise_found& m);
  void on_replanned(const job_replanned& m);
  void on_scan();
  void on_clock();
  void on_stop();
  void scan(std::optional<store_reader::due_cursor> after);
  void look_for_old_plans(std::optional<job_id> after);
  void replan(const job& definition);
  void take_in(const job& definition);
  void dismiss_job(const job_id& id);
  std::vector<shard_no> shards() const;
  bool within_horizon(const job& j) const;

  interface::pointer self_;
  job_runner_deps deps_;
  read_port_actor reader_;
  std::shared_ptr<metrics> metrics_;
  almanac_ptr almanac_;
  std::unordered_map<shard_no, epoch_no> grants_;
  std::unordered_map<job_id, live_job> live_;
  /// The last look failed, and another is under way.
  bool rereading_ = false;
  bool stopped_ = false;
};

} // namespace takt
