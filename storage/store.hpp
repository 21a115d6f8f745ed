// store: the contract for everything that must survive. Whoever can fulfil it can be a backend.
//
// THE LEASE AND FENCE PROTOCOL (explained here, once)
//
// Jobs are spread over 64 shards. At any moment at most one scheduler node *should* drive a shard,
// but nothing rests on that: a node may be paused for a minute and wake up believing it still
// drives. So each taking of a shard grows the shard's epoch *in the store* (lease.hpp), and every
// write that fires, dispatches or decides names the grant {shard, epoch} it acts under and is
// refused with store_stale_epoch when the shard has moved on. The check and the write are one
// transaction. Three more rules carry the rest:
//
//   1. UNIQUE(job, due, kind, part): a planned instant can become a row once, whoever tries.
//   2. Every transition is a compare-and-set on (state, attempt): of two deciders one wins and the
//      other is told store_run_moved.
//   3. A fire and the advance of the job's next_due are one transaction, conditional on the job's
//      version: no instant can fall between them, no stale definition can fire.
//
// Fences grow per job across its runs and are minted with each attempt; a task may hand its fence
// to its own store, to refuse a stale attempt there.
//
// THREADING: a store is used by one thread at a time. Readers (store_reader) have connections of
// their own and may be used by another thread than the store's.
//
// TIME: no clock is read here; `now` is an argument.
//
// BATCHES: begin() … commit() makes many requests one commit (group commit). Each request in
// between is atomic by itself: one that fails leaves its neighbours untouched. Nobody may be told
// of success before commit() returned success; when it fails, every request of the batch failed.
// Without begin(), each request commits by itself.
//
// ERRORS: any method may fail with store_failed (disk full, I/O error); listed are the others.
#pragma once

#include "proto/executor.hpp"
#include "proto/ids.hpp"
#include "proto/job.hpp"
#include "proto/result.hpp"
#include "proto/run.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace takt {

/// Rows first + 1 .. first + size of a listing, and how many rows there are in all.
struct page_request {
  uint32_t page = 1; ///< from 1
  uint32_t size = limits::page_size_default;
};

template <class Row>
struct page_of {
  std::vector<Row> rows{};
  uint64_t total = 0;
};

// -- requests -----------------------------------------------------------------

/// What becomes of one due, or of `count` consecutive ones from due to due_last.
struct fire_entry {
  run_id id{};
  run_kind kind = run_kind::planned;
  wall_time due{};
  wall_time due_last{};
  uint32_t count = 1;
  /// pending: run it; skipped or missed: a ledger row with `reason`.
  run_state state = run_state::pending;
  std::string reason{};
};

struct fire_request {
  takt::grant grant{};
  job_id job{};
  /// The definition that decided; ignored when every entry is manual.
  uint64_t version = 0;
  std::vector<fire_entry> entries{};
  /// Where the job's next_due goes; ignored when every entry is manual.
  std::optional<wall_time> next_due{};
  wall_time now{};
};

struct fired_entry {
  run_id id{};
  /// pending, or skipped/missed. A pending entry beyond limits::queued_runs_per_job_max is stored
  /// as skipped, reason "queue_full" (manual: nothing is stored, see `duplicate`).
  run_state state = run_state::pending;
  wall_time due{};
  /// The due had a row already; nothing was written for this entry, `id` is the row's.
  bool duplicate = false;
};

struct fired {
  job_id job{};
  std::vector<fired_entry> entries{};
};

struct assign_request {
  takt::grant grant{};
  run_id run{};
  /// The run's newest attempt as the caller knows it: the compare-and-set.
  attempt_no attempt = 0;
  executor_id executor{};
  incarnation_id incarnation{};
  wall_time now{};
};

/// All that a DISPATCH needs, read in the assigning transaction.
struct assignment {
  attempt_key key{};
  fence_no fence = 0;
  takt::grant grant{};
  executor_id executor{};
  incarnation_id incarnation{};
  job_id job{};
  std::string task_type{};
  std::string payload{};
  int64_t timeout_s = 0;
  run_kind kind = run_kind::planned;
  wall_time due{};
  /// scheduling, or running for attempts found by in_flight().
  run_state state = run_state::scheduling;
  bool cancel_requested = false;
};

struct start_request {
  takt::grant grant{};
  attempt_key key{};
  wall_time started_at{};
};

struct give_back_request {
  takt::grant grant{};
  attempt_key key{};
  std::string reason{}; ///< the executor's word: "busy", "unknown_type", "restarted", …
  wall_time now{};
  /// Not to be assigned again before this.
  wall_time not_before{};
};

struct finish_request {
  takt::grant grant{};
  attempt_key key{};
  /// succeed, fail, time_out, cancel or lose.
  run_event event = run_event::fail;
  std::string reason{};
  std::string error{};
  std::optional<wall_time> started_at{};
  wall_time ended_at{};
  output_excerpt output{};
  wall_time now{};
  /// Where attempts are left: when the next may be assigned.
  wall_time retry_at{};
};

struct finished {
  attempt_key key{};
  job_id job{};
  /// The run's state now: the outcome, or pending when it will be tried again.
  run_state state = run_state::failed;
  /// The outcome itself, also when the run is pending again.
  run_state outcome = run_state::failed;
  wall_time due{};
  wall_time not_before{};
  /// The result was stored already, or came from an older attempt: the row was not changed (an
  /// older attempt's result is kept in the attempt's row). Acknowledge it all the same.
  bool changed = true;
  /// A one-shot job's end and the like: none yet; kept for the ledger's lateness.
  std::optional<wall_time> started_at{};
};

/// A PENDING run that waits for an executor.
struct ready_run {
  run_id id{};
  job_id job{};
  shard_no shard = 0;
  attempt_no attempt = 0;
  wall_time due{};
  wall_time not_before{};
  std::string task_type{};
  executor_id pinned{}; ///< the job's executor; empty: any
};

/// What deleting or canceling leaves to do: attempts to tell their executors of.
struct attempts_to_cancel {
  std::vector<assignment> attempts{};
};

// -- reading ------------------------------------------------------------------

class store_reader {
public:
  virtual ~store_reader() = default;

  virtual cluster_id cluster() const = 0;

  /// store_no_such_job for unknown and deleted jobs.
  virtual result<job> find_job(const job_id& id) = 0;
  /// Jobs that are not deleted, oldest first.
  virtual result<page_of<job>> list_jobs(const page_request& page) = 0;
  /// Live jobs of these shards that are not paused and have next_due <= `until`, earliest first,
  /// at most `max` of them, starting after (`after_due`, `after_id`) when given.
  struct due_cursor {
    wall_time due{};
    job_id id{};
  };
  virtual result<std::vector<job>> jobs_due(
    const std::vector<shard_no>& shards, wall_time until, uint32_t max,
    const std::optional<due_cursor>& after) = 0;

  /// store_no_such_run.
  virtual result<run> find_run(const run_id& id) = 0;
  /// A job's runs (its ledger), newest first by (due, id). Also for deleted jobs; unknown ones have
  /// none. Attempt output is the newest attempt's.
  virtual result<page_of<run>> list_runs(const job_id& job, const page_request& page) = 0;
  /// All attempts of a run, oldest first.
  virtual result<std::vector<attempt>> list_attempts(const run_id& run) = 0;
  /// PENDING runs of these shards, by (due, id), at most `max`.
  virtual result<std::vector<ready_run>>
  ready_runs(const std::vector<shard_no>& shards, uint32_t max) = 0;
  /// Newest attempts of SCHEDULING and RUNNING runs of these shards.
  virtual result<std::vector<assignment>> in_flight(const std::vector<shard_no>& shards) = 0;
  /// How many runs of these shards wait as PENDING.
  virtual result<uint64_t> count_ready(const std::vector<shard_no>& shards) = 0;

  /// All executors' records, by id.
  virtual result<std::vector<executor>> list_executors() = 0;
  /// Every task type that some executor announced, sorted. Removing an executor's record removes
  /// what only it announced.
  virtual result<std::vector<std::string>> known_task_types() = 0;
};

// -- writing ------------------------------------------------------------------

class store : public store_reader {
public:
  // -- batches ----------------------------------------------------------------

  /// @pre no batch is open
  virtual result<void> begin() = 0;
  /// Ends the batch. On failure nothing of it is stored.
  /// @pre a batch is open
  virtual result<void> commit() = 0;

  // -- jobs -------------------------------------------------------------------
  // All check the grant: store_stale_epoch.

  /// Stores a new job as given. store_job_exists.
  virtual result<job> create_job(const takt::grant& g, const job& j) = 0;
  /// Replaces the definition when the stored version is j.version, and stores version + 1.
  /// store_no_such_job; store_version_moved.
  virtual result<job> replace_job(const takt::grant& g, const job& j) = 0;
  /// Deletes the job: PENDING runs become CANCELED; of the others cancellation is requested and
  /// their attempts are returned. Ledger rows stay. store_no_such_job.
  virtual result<attempts_to_cancel>
  remove_job(const takt::grant& g, const job_id& id, wall_time now) = 0;

  // -- runs -------------------------------------------------------------------

  /// One transaction: epoch, version, the entries' rows, next_due. Entries in due order.
  /// - another epoch:            store_stale_epoch
  /// - unknown or deleted job:   store_no_such_job
  /// - another version, or the job is paused, and some entry is planned: store_version_moved
  /// - a due that has a row:     that entry is a duplicate; the others and next_due are written
  /// - a manual entry beyond limits::queued_runs_per_job_max unfinished runs: sched_queue_full,
  ///   nothing is written
  virtual result<fired> fire(const fire_request& request) = 0;

  /// PENDING -> SCHEDULING with attempt + 1 and a new fence.
  /// - another epoch: store_stale_epoch
  /// - not PENDING, another attempt, or not before its instant: store_run_moved
  /// - another run of the job is SCHEDULING or RUNNING: store_job_busy
  /// - the job is deleted: store_no_such_job
  virtual result<assignment> assign(const assign_request& request) = 0;

  /// SCHEDULING -> RUNNING; also LOST or PENDING for a retry -> RUNNING when the attempt is the
  /// newest. Already RUNNING with this attempt: success. Otherwise store_run_moved.
  virtual result<void> start(const start_request& request) = 0;

  /// SCHEDULING -> PENDING, not counted as a try; CANCELED when cancellation was requested. The
  /// state is returned. store_run_moved when the run is not SCHEDULING with this attempt.
  virtual result<run_state> give_back(const give_back_request& request) = 0;

  /// Records the outcome on the attempt, and on the run when the attempt is its newest and the move
  /// is legal (run_state.hpp); FAILED, TIMEOUT and LOST go on to PENDING while tries are left, the
  /// job still exists and cancellation was not requested. Once an attempt has an outcome other than
  /// LOST it keeps it: the same again is success with changed = false.
  /// store_no_such_run when the attempt was never assigned. `lose` for a run that is not SCHEDULING
  /// or RUNNING with this attempt: store_run_moved.
  virtual result<finished> finish(const finish_request& request) = 0;

  // -- executors --------------------------------------------------------------

  /// Inserts or updates the record, its task types and its heartbeat; sets it up.
  virtual result<void> save_executor(const executor_info& info, wall_time now) = 0;
  /// Sets it up or down; heartbeat_at is written when up. store_no_such_executor.
  virtual result<void> mark_executor(const executor_id& id, bool up, wall_time now) = 0;
  /// Removes the record; its attempts' rows keep its name. store_no_such_executor.
  virtual result<void> remove_executor(const executor_id& id) = 0;
};

// -- checks shared by every backend -------------------------------------------

/// What finish() makes of a run: the pure part, so that no backend can differ.
struct finish_decision {
  run_state outcome = run_state::failed; ///< the attempt's state
  run_state state = run_state::failed;   ///< the run's state
  uint32_t tries = 0;
};

/// `state`, `tries` are the run's; `retries_left` says whether policy allows another try at all.
/// Nothing when the move is not legal.
std::optional<finish_decision> decide_finish(
  run_state state, run_state attempt_state, run_event event, uint32_t tries, uint32_t retry_times,
  bool may_retry);

} // namespace takt
