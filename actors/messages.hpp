// messages: every local message of the scheduler node, as a struct named for an event or a request,
// grouped by conversation. Values; immutable once sent.
//
// An answer carries what its request was about, so that no actor has to remember what it asked, and
// a late or repeated answer is harmless. Refusals travel inside as result<>.
// Actors in capitals are those of actors/interfaces.hpp.
#pragma once

#include "actors/logic/almanac.hpp"
#include "actors/logic/misfire.hpp"
#include "actors/questions.hpp"
#include "broker/link.hpp"
#include "proto/wire.hpp"
#include "storage/lease.hpp"
#include "storage/store.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

namespace takt {

/// Correlates an answer with a question; unique per asker.
using ticket_no = uint64_t;

// -- anyone -> STORE PORT ---------------------------------------------------------

/// Stores a new job, or replaces the definition of its version.
struct store_job {
  ticket_no ticket = 0;
  bool replace = false;
  /// Replacing: the change does not touch when the job is due (store.hpp).
  bool keeps_plan = false;
  grant under{};
  job definition{};
};
struct job_stored {
  ticket_no ticket = 0;
  result<job> outcome{};
};

struct delete_job {
  ticket_no ticket = 0;
  grant under{};
  job_id id{};
  wall_time now{};
};
struct job_deleted {
  ticket_no ticket = 0;
  job_id id{};
  result<attempts_to_cancel> outcome{};
};

/// One firing transaction: planned dues by a JOB, a manual run by the DESK.
struct fire_runs {
  ticket_no ticket = 0;
  fire_request request{};
};
struct runs_fired {
  ticket_no ticket = 0;
  job_id job{};
  result<fired> outcome{};
};

struct assign_run {
  assign_request request{};
};
struct run_assigned {
  run_id run{};
  executor_id executor{};
  result<assignment> outcome{};
};

struct start_attempt {
  start_request request{};
};
struct attempt_started {
  attempt_key key{};
  result<void> outcome{};
};

struct give_back_attempt {
  give_back_request request{};
};
struct attempt_given_back {
  attempt_key key{};
  wall_time not_before{};
  result<run_state> outcome{};
};

struct finish_attempt {
  finish_request request{};
};
struct attempt_finished {
  attempt_key key{};
  run_event event = run_event::fail;
  result<finished> outcome{};
};

/// An executor said REGISTER, fell silent, came back or left.
struct save_executor {
  executor_info info{};
  wall_time now{};
};
struct mark_executor {
  executor_id id{};
  bool up = false;
  wall_time now{};
};
struct remove_executor {
  ticket_no ticket = 0;
  executor_id id{};
};
struct executor_saved {
  ticket_no ticket = 0;
  executor_id id{};
  result<void> outcome{};
};

/// A job's next_due was worked out with zones or calendars that have changed.
struct replan_job {
  store::replan_request request{};
};
struct job_replanned {
  job_id job{};
  result<void> outcome{};
};

/// Calendars and blackouts.
struct change_almanac {
  ticket_no ticket = 0;
  grant under{};
  std::variant<ask::save_calendar, ask::remove_calendar, ask::save_blackout, ask::remove_blackout>
    change{};
};
struct almanac_stored {
  ticket_no ticket = 0;
  result<uint64_t> outcome{}; ///< the revision
};

/// INTERNAL to the STORE PORT: everything queued since is one commit.
struct commit_batch {};

// -- anyone -> READ PORT ----------------------------------------------------------

struct find_jobs_due {
  std::vector<shard_no> shards{};
  wall_time until{};
  std::optional<store_reader::due_cursor> after{};
};
struct jobs_found_due {
  find_jobs_due request{};
  result<std::vector<job>> outcome{};
};

struct find_job {
  job_id id{};
};
struct job_found {
  job_id id{};
  result<job> outcome{};
};

/// What was going on in these shards when they were taken over.
struct find_open_runs {
  std::vector<grant> grants{};
};
struct open_runs_found {
  std::vector<grant> grants{};
  result<std::vector<ready_run>> ready{};
  result<std::vector<assignment>> in_flight{};
};

/// PENDING runs beyond those that the DISPATCHER holds.
struct find_ready_runs {
  std::vector<shard_no> shards{};
  uint32_t max = 0;
};
struct ready_runs_found {
  result<std::vector<ready_run>> outcome{};
  uint64_t total = 0;
};

/// Jobs whose next_due was worked out with other zones or calendars than these.
struct find_jobs_planned_otherwise {
  std::vector<shard_no> shards{};
  almanac_ptr by{};
  std::optional<job_id> after{};
};
struct jobs_planned_otherwise_found {
  find_jobs_planned_otherwise request{};
  result<std::vector<job>> outcome{};
};

/// The calendars and blackouts, when their revision is not `known`.
struct find_almanac {
  uint64_t known = 0;
};
struct almanac_found {
  /// Nothing: it is the known one.
  result<std::optional<store_reader::almanac_rows>> outcome{};
};

/// What the DESK needs to account for a stretch of time: the job, its ledger rows, what is around
/// an instant.
struct find_account {
  ticket_no ticket = 0;
  job_id id{};
  /// A page of the ledger of [from, to), or the neighbourhood of `at`.
  wall_time from{};
  wall_time to{};
  page_request page{};
  std::optional<wall_time> at{};
};
struct account_found {
  ticket_no ticket = 0;
  result<job> definition{};
  result<page_of<run>> rows{};
  result<store_reader::ledger_place> place{};
};

/// A question of the DESK that needs only reading.
struct read_question {
  ticket_no ticket = 0;
  desk_question question{};
};
struct read_answer {
  ticket_no ticket = 0;
  result<desk_reply> outcome{};
};

// -- time: anyone -> CLOCKWORK ----------------------------------------------------

/// Asks for one alarm_due at `at` or as soon after it as possible; replaces the asker's earlier
/// alarm with the same key. In the past: at once.
struct set_alarm {
  uint64_t key = 0;
  wall_time at{};
};
struct cancel_alarm {
  uint64_t key = 0;
};
struct alarm_due {
  uint64_t key = 0;
  /// Why it comes late, when it does: clock_stepped, process_paused; else overloaded.
  late_cause cause = late_cause::overloaded;
};
/// From the timer thread: look at the clock. `woke_at` is when the thread was running again;
/// nothing: now.
struct clock_tick {
  std::optional<wall_time> woke_at{};
};

// -- the almanac: ALMANAC KEEPER -> ROSTER, DESK, PLANNER; ROSTER -> JOB -------------

/// The newest edition.
struct almanac_here {
  almanac_ptr edition{};
};
/// DESK -> ALMANAC KEEPER: it was changed; or INTERNAL: the next look.
struct look_at_almanac {
  bool again = false;
};

// -- leases -----------------------------------------------------------------------

/// The shards this node drives now: all of them, absolute. Empty on a stand-by.
struct shards_granted {
  std::vector<grant> grants{};
};
/// INTERNAL to the LEASE KEEPER.
struct renew_leases {};
/// Gives the leases back, for a stop.
struct release_leases {};

// -- jobs: DESK -> ROSTER -> JOB --------------------------------------------------

/// A job was stored or changed; the newest definition.
struct job_changed {
  job definition{};
};
struct job_removed {
  job_id id{};
};
/// JOB -> ROSTER: with this version nothing is to do within the horizon; the actor may end.
struct job_at_rest {
  job_id id{};
  uint64_t version = 0;
};
/// JOB -> ROSTER: my definition is not the stored one; look it up.
struct job_doubted {
  job_id id{};
};
/// ROSTER -> JOB: end now.
struct dismiss {};
/// INTERNAL to the ROSTER: look for jobs that come within the horizon.
struct scan_horizon {};

// -- runs: JOB, DESK -> DISPATCHER ------------------------------------------------

/// These runs are PENDING and committed.
struct runs_ready {
  std::vector<ready_run> runs{};
};
/// These are not any more (canceled).
struct runs_gone {
  job_id job{};
};
/// INTERNAL to the DISPATCHER: housekeeping.
struct dispatcher_tick {};

// -- DISPATCHER <-> EXECUTOR PROXY <-> SWITCHBOARD --------------------------------

/// What an executor takes, absolute. Its credit is `slots` less the attempts that it has; the
/// DISPATCHER knows those, since it assigned them.
struct executor_offer {
  executor_id id{};
  incarnation_id incarnation{};
  bool up = false;
  uint32_t slots = 0;
  std::vector<std::string> task_types{};

  bool operator==(const executor_offer&) const = default;
};
/// Committed: send it until it is accepted.
struct dispatch_attempt {
  assignment what{};
};
/// An attempt left its executor; the run is in `state` now (PENDING: not before `not_before`).
struct attempt_over {
  attempt_key key{};
  job_id job{};
  executor_id executor{};
  run_state state = run_state::failed;
  wall_time not_before{};
};
/// An attempt that was given up as LOST goes on: its executor said so in time.
struct attempt_back {
  assignment what{};
};
/// Found in flight at a take-over: ask its executor.
struct adopt_attempts {
  std::vector<assignment> attempts{};
};
/// The attempts' job was deleted, or the run canceled.
struct cancel_attempts {
  std::vector<assignment> attempts{};
};
/// A frame from the executor, and the broker it came through.
struct executor_frame {
  broker_no via = 0;
  message frame{};
};
/// To a broker; `via` is the one that last served the executor.
struct send_frame {
  broker_no via = 0;
  message frame{};
};
/// From the link's thread.
struct broker_up {
  broker_no broker = 0;
};
struct broker_down {
  broker_no broker = 0;
};
struct frame_arrived {
  broker_no via = 0;
  message frame{};
};
/// INTERNAL: housekeeping of SWITCHBOARD and EXECUTOR PROXY, each limits::heartbeat_interval.
struct heartbeat_tick {};

// -- gateway -> DESK --------------------------------------------------------------

struct desk_ask {
  ticket_no ticket = 0;
  desk_question question{};
};
struct desk_answer {
  ticket_no ticket = 0;
  result<desk_reply> outcome{};
};

// -- stop -------------------------------------------------------------------------

/// Finish what is begun, take nothing new.
struct stop_working {};

/// Announces the types above to CAF; before the actor system starts.
void add_scheduler_messages(caf::actor_system_config& cfg);

} // namespace takt

// Within one process only, never serialised by CAF: frames are proto/wire.hpp's business.
// clang-format off
#define TAKT_LOCAL_MESSAGES(X) \
  X(store_job) X(job_stored) X(delete_job) X(job_deleted) X(fire_runs) X(runs_fired) \
  X(assign_run) X(run_assigned) X(start_attempt) X(attempt_started) X(give_back_attempt) \
  X(attempt_given_back) X(finish_attempt) X(attempt_finished) X(save_executor) X(mark_executor) \
  X(remove_executor) X(executor_saved) X(replan_job) X(job_replanned) X(change_almanac) \
  X(almanac_stored) X(find_jobs_planned_otherwise) X(jobs_planned_otherwise_found) \
  X(find_almanac) X(almanac_found) X(find_account) X(account_found) X(almanac_here) \
  X(look_at_almanac) X(commit_batch) X(find_jobs_due) X(jobs_found_due) \
  X(find_job) X(job_found) X(find_open_runs) X(open_runs_found) X(find_ready_runs) \
  X(ready_runs_found) X(read_question) X(read_answer) X(set_alarm) X(cancel_alarm) X(alarm_due) \
  X(clock_tick) X(shards_granted) X(renew_leases) X(release_leases) X(job_changed) \
  X(job_removed) X(job_at_rest) X(job_doubted) X(dismiss) X(scan_horizon) X(runs_ready) \
  X(runs_gone) X(dispatcher_tick) X(executor_offer) X(dispatch_attempt) X(attempt_over) \
  X(attempt_back) X(adopt_attempts) X(cancel_attempts) X(executor_frame) X(send_frame) \
  X(broker_up) X(broker_down) X(frame_arrived) X(heartbeat_tick) X(desk_ask) X(desk_answer) \
  X(stop_working)
// clang-format on

#define TAKT_ALLOW_LOCAL(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(takt::type)
TAKT_LOCAL_MESSAGES(TAKT_ALLOW_LOCAL)
#undef TAKT_ALLOW_LOCAL

CAF_BEGIN_TYPE_ID_BLOCK(takt_scheduler, caf::first_custom_type_id)
#define TAKT_NAME_LOCAL(type) CAF_ADD_TYPE_ID(takt_scheduler, (takt::type))
TAKT_LOCAL_MESSAGES(TAKT_NAME_LOCAL)
#undef TAKT_NAME_LOCAL
CAF_END_TYPE_ID_BLOCK(takt_scheduler)
