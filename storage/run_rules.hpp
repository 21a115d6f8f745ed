// run_rules: what each request of store.hpp makes of a run and its attempt. A backend finds the
// rows, asks here, and writes back what changed, so that no two backends can decide differently.
//
// Pure; safe from any thread. Failures are those that store.hpp lists for the request.
#pragma once

#include "storage/store.hpp"

namespace takt {

/// Stable words for `reason` that the store itself gives.
namespace reasons {
inline constexpr const char* queue_full = "queue_full";
inline constexpr const char* overlap = "overlap";
inline constexpr const char* superseded = "superseded";
inline constexpr const char* job_deleted = "job_deleted";
inline constexpr const char* canceled = "canceled";
} // namespace reasons

/// Whether the grant may write for this shard whose epoch is `current`. store_stale_epoch.
result<void> check_epoch(const grant& g, epoch_no current);
/// Whether the grant is for the job's shard at all. store_stale_epoch.
result<void> check_shard(const grant& g, const job_id& job);

/// PENDING, that attempt, and its instant has come. store_run_moved.
result<void> check_assign(const run& r, const assign_request& request);
/// Moves the run to its next attempt and returns that.
/// @pre check_assign() found nothing
attempt apply_assign(run& r, fence_no fence, const assign_request& request);

/// A ledger row that covers `at` or not: rows stand for their first to their last due.
inline bool covers(const run& r, wall_time at) noexcept {
  return r.due <= at && at <= r.due_last;
}
/// How long a run took that ended in SUCCESS; nothing for others, and when nobody saw it start.
std::optional<millis> duration_of(const run& r) noexcept;
/// recent_durations() looks at so many of the newest runs: what is older is not recent, and a job
/// that never succeeds costs no walk over its whole ledger.
inline constexpr uint32_t durations_looked_at_max = 10'000;

/// True when run and attempt were moved, false when they are running already. store_run_moved.
result<bool> apply_start(run& r, attempt& a, const start_request& request);

/// Moves both; the run's new state. store_run_moved.
result<run_state> apply_give_back(run& r, attempt& a, const give_back_request& request);

struct retry_policy {
  uint32_t retry_times = 0;
  bool job_is_live = true;
};

struct finish_effect {
  finished answer{};
  bool attempt_changed = false; ///< the run has when answer.changed
};

/// Moves attempt and run as far as they may. store_run_moved (only for `lose`).
result<finish_effect>
apply_finish(run& r, attempt& a, const retry_policy& policy, const finish_request& request);

/// What deleting the job makes of an unfinished run: CANCELED, or cancellation requested.
void apply_job_deleted(run& r, wall_time now);
/// The same, for the run `by` that takes its place.
void apply_superseded(run& r, const run_id& by, wall_time now);

/// The words for "no": the same in every backend.
failure no_such_job(const job_id& id);
failure no_such_run(const run_id& id);
failure no_such_executor(const executor_id& id);
failure run_moved(const attempt_key& key, const std::string& why);
failure version_moved(const job_id& id, uint64_t version, bool paused);
failure plan_moved(const job_id& id, const std::optional<wall_time>& next_due);
failure job_busy(const job_id& id);
failure no_such_calendar(const std::string& name);
failure calendar_in_use(const std::string& name, const job_id& by);
failure no_such_blackout(const std::string& name);
failure too_many(size_t most);

/// All that a DISPATCH of this attempt needs.
assignment make_assignment(const job& j, const run& r, const attempt& a);

} // namespace takt
