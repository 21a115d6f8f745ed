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
inline constexpr const char* job_deleted = "job_deleted";
inline constexpr const char* canceled = "canceled";
} // namespace reasons

/// Whether the grant may write for this shard whose epoch is `current`. store_stale_epoch.
result<void> check_epoch(const grant& g, epoch_no current);
/// Whether the grant is for the job's shard at all. store_stale_epoch.
result<void> check_shard(const grant& g, const job_id& job);

/// Whether version and next_due of the request count: some entry is not manual.
bool follows_schedule(const fire_request& request) noexcept;
/// Whether a run of this kind is unique by its due; the others are by their id.
bool is_unique_by_due(run_kind kind) noexcept;
/// Where a pending entry goes when `unfinished` runs of the job exist already: pending, or skipped
/// for a full queue; sched_queue_full for a manual one.
result<run_state> admit(const fire_entry& entry, uint64_t unfinished);
/// The ledger row of an entry that was admitted as `state`.
run new_run(const fire_request& request, const fire_entry& entry, run_state state);

/// PENDING, that attempt, and its instant has come. store_run_moved.
result<void> check_assign(const run& r, const assign_request& request);
/// Moves the run to its next attempt and returns that.
/// @pre check_assign() found nothing
attempt apply_assign(run& r, fence_no fence, const assign_request& request);

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

/// What deleting the job makes of an unfinished run.
void apply_job_deleted(run& r, wall_time now);

/// The words for "no": the same in every backend.
failure no_such_job(const job_id& id);
failure no_such_run(const run_id& id);
failure no_such_executor(const executor_id& id);
failure run_moved(const attempt_key& key, const std::string& why);
failure version_moved(const job& stored);
failure job_busy(const job_id& id);

/// All that a DISPATCH of this attempt needs.
assignment make_assignment(const job& j, const run& r, const attempt& a);

} // namespace takt
