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
//      version: no instant can fall between them, no stale definition can fire. What else decides
//      about a due from other rows (overlap, the queue's limit, max_runs) is decided there too, so
//      that it holds across the cluster.
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

#include "proto/calendar.hpp"
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
  /// pending: run it; skipped or missed: a ledger row with `reason` and `note`.
  run_state state = run_state::pending;
  std::string reason{};
  std::string note{};
};

struct fire_request {
  takt::grant grant{};
  job_id job{};
  /// The definition that decided; ignored when every entry is manual.
  uint64_t version = 0;
  std::vector<fire_entry> entries{};
  /// Where the job's next_due goes, and what that was worked out with (job.hpp); ignored when every
  /// entry is manual.
  std::optional<wall_time> next_due{};
  std::string zone_version{};
  uint64_t calendar_revision = 0;
  wall_time now{};
};

struct fired_entry {
  run_id id{};
  /// As asked for, or skipped where a pending entry met an unfinished run: see fire().
  run_state state = run_state::pending;
  wall_time due{};
  /// The due had a row already; nothing was written for this entry, `id` is the row's.
  bool duplicate = false;
  /// Why it was skipped or missed.
  std::string reason{};
  /// The dues that the row stands for.
  uint32_t count = 1;
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

struct fired {
  job_id job{};
  /// One per entry of the request, in order; fewer when max_runs was reached.
  std::vector<fired_entry> entries{};
  /// The job's, as stored now.
  std::optional<wall_time> next_due{};
  uint64_t fired_runs = 0;
  /// Policy cancel_running: attempts in flight whose cancellation is requested now, and whether
  /// PENDING runs of the job became CANCELED.
  std::vector<assignment> to_cancel{};
  bool canceled_pending = false;
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
  /// For the ledger's lateness.
  std::optional<wall_time> started_at{};
  /// The run's end planned the job's next due (a fixed delay): look the job up.
  bool planned_next = false;
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
  /// The job's runs may be in flight side by side (overlap allow).
  bool parallel = false;
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

  /// Live jobs of these shards, by id after `after`, at most `max`, whose next_due was worked out
  /// with another zone database (zone_version neither empty nor `zones`) or other calendars
  /// (calendar_revision neither 0 nor `calendars`).
  virtual result<std::vector<job>> jobs_planned_otherwise(
    const std::vector<shard_no>& shards, const std::string& zones, uint64_t calendars,
    const std::optional<job_id>& after, uint32_t max) = 0;

  /// store_no_such_run.
  virtual result<run> find_run(const run_id& id) = 0;
  /// A job's runs (its ledger), newest first by (due, id). Also for deleted jobs; unknown ones have
  /// none. Attempt output is the newest attempt's.
  virtual result<page_of<run>> list_runs(const job_id& job, const page_request& page) = 0;
  /// The job's account of [from, to): rows of planned dues that cover an instant of it, oldest
  /// first; a row that stands for several dues is given whole. Also for deleted jobs.
  virtual result<page_of<run>>
  list_ledger(const job_id& job, wall_time from, wall_time to, const page_request& page) = 0;
  /// The row of a planned due that covers `at`, and the nearest ones on either side.
  struct ledger_place {
    std::optional<run> before{};
    std::optional<run> covering{};
    std::optional<run> after{};
  };
  virtual result<ledger_place> find_due(const job_id& job, wall_time at) = 0;
  /// How long the last `max` runs of the job that ended in SUCCESS took, newest first.
  virtual result<std::vector<millis>> recent_durations(const job_id& job, uint32_t max) = 0;
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

  /// Calendars and blackouts, by name and by begin, and the revision that they are of.
  struct almanac_rows {
    uint64_t revision = 1;
    std::vector<calendar> calendars{};
    std::vector<blackout> blackouts{};
  };
  virtual result<almanac_rows> almanac() = 0;
  virtual result<uint64_t> almanac_revision() = 0;
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
  /// created_at and fired_runs stay as stored; so does the plan (next_due, zone_version,
  /// calendar_revision) when `keeps_plan`: the change does not touch when the job is due, and the
  /// store may have moved next_due since j was read. What is stored now comes back.
  /// store_no_such_job; store_version_moved.
  virtual result<job> replace_job(const takt::grant& g, const job& j, bool keeps_plan) = 0;
  /// Moves the plan of a job whose definition is of `version` and whose next_due is `expected`: the
  /// zones or calendars that it was worked out with have changed. The version stays.
  /// store_no_such_job; store_version_moved, also when next_due is another.
  struct replan_request {
    takt::grant grant{};
    job_id job{};
    uint64_t version = 0;
    std::optional<wall_time> expected{};
    std::optional<wall_time> next_due{};
    std::string zone_version{};
    uint64_t calendar_revision = 0;
  };
  virtual result<void> replan(const replan_request& request) = 0;
  /// Deletes the job: PENDING runs become CANCELED; of the others cancellation is requested and
  /// their attempts are returned. Ledger rows stay. store_no_such_job.
  virtual result<attempts_to_cancel>
  remove_job(const takt::grant& g, const job_id& id, wall_time now) = 0;

  // -- runs -------------------------------------------------------------------

  /// One transaction: epoch, version, the entries' rows, next_due. Entries in due order.
  /// - another epoch:            store_stale_epoch
  /// - unknown or deleted job:   store_no_such_job
  /// - another version and some entry is planned, or the job is paused and some planned entry is
  ///   pending: store_version_moved
  /// - a due that has a row:     that entry is a duplicate; the others and next_due are written
  /// - planned dues that became runs (duplicates not counted) reach the job's max_runs: the entries
  ///   after that one are not written, and next_due is none
  /// - a pending planned entry meets unfinished runs of the job, those of this request included:
  ///     queue           it waits; with limits::queued_runs_per_job_max of them it is stored as
  ///                     SKIPPED (queue_full). That limit holds for allow as well
  ///     skip            SKIPPED (overlap), the note names one of them
  ///     allow           it runs beside them
  ///     cancel_running  PENDING ones become CANCELED (superseded), of the others cancellation is
  ///                     requested; the new one waits until they are gone
  ///     buffer_one      it waits when there is only one; with two or more SKIPPED (overlap)
  /// - a manual entry always waits; beyond limits::queued_runs_per_job_max: sched_queue_full, and
  ///   nothing is written
  virtual result<fired> fire(const fire_request& request) = 0;

  /// PENDING -> SCHEDULING with attempt + 1 and a new fence.
  /// - another epoch: store_stale_epoch
  /// - not PENDING, another attempt, or not before its instant: store_run_moved
  /// - another run of the job is SCHEDULING or RUNNING, and its overlap is not allow:
  /// store_job_busy
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
  /// When the run has ended, the job has a fixed delay, no next_due and no unfinished run left, its
  /// next_due becomes request.now + the delay (none after end_at or when max_runs is reached): so
  /// it is wherever a run ends, in give_back() too. store_no_such_run when the attempt was never
  /// assigned. `lose` for a run that is not SCHEDULING or RUNNING with this attempt:
  /// store_run_moved.
  virtual result<finished> finish(const finish_request& request) = 0;

  // -- executors --------------------------------------------------------------

  /// Inserts or updates the record, its task types and its heartbeat; sets it up.
  virtual result<void> save_executor(const executor_info& info, wall_time now) = 0;
  /// Sets it up or down; heartbeat_at is written when up. store_no_such_executor.
  virtual result<void> mark_executor(const executor_id& id, bool up, wall_time now) = 0;
  /// Removes the record; its attempts' rows keep its name. store_no_such_executor.
  virtual result<void> remove_executor(const executor_id& id) = 0;

  // -- calendars and blackouts --------------------------------------------------
  // Of the whole cluster, no shard's; each change makes the next revision. Any grant that is not
  // stale may write: store_stale_epoch.

  /// Inserts or replaces by name; the revision. store_too_many beyond limits::calendars_max.
  virtual result<uint64_t> save_calendar(const takt::grant& g, const calendar& c) = 0;
  /// store_no_such_calendar; store_calendar_in_use while a live job names it.
  virtual result<uint64_t> remove_calendar(const takt::grant& g, const std::string& name) = 0;
  /// Inserts or replaces by name; the revision. store_too_many beyond limits::blackouts_max.
  virtual result<uint64_t> save_blackout(const takt::grant& g, const blackout& b) = 0;
  /// store_no_such_blackout.
  virtual result<uint64_t> remove_blackout(const takt::grant& g, const std::string& name) = 0;
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
