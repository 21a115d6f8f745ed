// interfaces: the whole cast of a scheduler node, one typed interface each.
//
//                        gateway (HTTP)
//                           │ desk_ask
//                           ▼
//    LEASE KEEPER         DESK ────────────┐ fire_runs (manual), store_job
//      │ shards_granted     │ job_changed  ▼
//      ├──────────────► ROSTER         STORE PORT ──► the store (group commit)
//      │                  │ spawns      ▲  ▲  ▲
//      │   CLOCKWORK ◄──► JOB ──────────┘  │  │ start, finish, give back
//      │   (timer wheel)  │ runs_ready     │  │
//      ├──────────────► DISPATCHER ────────┘  │
//      │                  │ dispatch_attempt  │
//      │                  ▼                   │
//      │              EXECUTOR PROXY ─────────┘
//      │                  │ send_frame  ▲ executor_frame
//      └──────────────► SWITCHBOARD ────┘ ◄──► link ◄──► brokers ◄──► workers
//
// READ PORT answers everything that only reads, on a connection of its own. PLANNER does the long
// sums of the DESK. ALMANAC KEEPER tells ROSTER, DESK and PLANNER of changed zones and calendars.
// One line before each signature says what the message does. Answers to plain sends arrive as plain
// messages; the compiler checks that the asker takes them.
#pragma once

#include "actors/messages.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace takt {

/// Whoever must know which shards this node drives.
using grant_listener_actor = caf::typed_actor<
  // All grants, absolute; replaces what was known.
  caf::reacts_to<shards_granted>>;

/// ROSTER: which jobs are live, and their actors.
using roster_actor = grant_listener_actor::extend<
  // A definition was stored: spawn or update its actor.
  caf::reacts_to<job_changed>,
  // A job was deleted: end its actor.
  caf::reacts_to<job_removed>,
  // A JOB has nothing to do within the horizon.
  caf::reacts_to<job_at_rest>,
  // A JOB was told that its definition is not the stored one.
  caf::reacts_to<job_doubted>,
  // A page of jobs within the horizon.
  caf::reacts_to<jobs_found_due>,
  // The stored definition of a doubted job.
  caf::reacts_to<job_found>,
  // A page of jobs to plan anew, and what became of one.
  caf::reacts_to<jobs_planned_otherwise_found>, caf::reacts_to<job_replanned>,
  // The newest edition: JOBs plan by it, others are planned anew.
  caf::reacts_to<almanac_here>,
  // The wall clock is where the next look was to be, however it came there.
  caf::reacts_to<alarm_due>,
  // INTERNAL: the next look.
  caf::reacts_to<scan_horizon>,
  // Ends every job's actor: nothing fires any more.
  caf::reacts_to<stop_working>>;

/// The STORE PORT is told where the ROSTER is: the two know each other.
struct roster_here {
  roster_actor handle{};
};

/// STORE PORT: owns the writing connection on its own thread; commits what is queued in groups and
/// answers only after the commit.
using store_port_actor = caf::typed_actor<
  // Stores or replaces a definition; fails with the store's codes.
  caf::replies_to<store_job>::with<job_stored>,
  // Deletes a job and names the attempts to cancel.
  caf::replies_to<delete_job>::with<job_deleted>,
  // Fires planned dues or a manual run: rows and next_due in one transaction.
  caf::replies_to<fire_runs>::with<runs_fired>,
  // PENDING -> SCHEDULING with a new attempt and fence.
  caf::replies_to<assign_run>::with<run_assigned>,
  // SCHEDULING -> RUNNING.
  caf::replies_to<start_attempt>::with<attempt_started>,
  // SCHEDULING -> PENDING.
  caf::replies_to<give_back_attempt>::with<attempt_given_back>,
  // Records an outcome.
  caf::replies_to<finish_attempt>::with<attempt_finished>,
  // Inserts or updates an executor's record.
  caf::replies_to<save_executor>::with<executor_saved>,
  // Sets it up or down.
  caf::replies_to<mark_executor>::with<executor_saved>,
  // Removes it.
  caf::replies_to<remove_executor>::with<executor_saved>,
  // Moves a job's next_due to what other zones or calendars make of it.
  caf::replies_to<replan_job>::with<job_replanned>,
  // Stores or removes a calendar or a blackout.
  caf::replies_to<change_almanac>::with<almanac_stored>,
  // Whom to tell that a run's end planned its job's next due.
  caf::reacts_to<roster_here>,
  // INTERNAL: commits what is queued.
  caf::reacts_to<commit_batch>>;

/// READ PORT: a reading connection on its own thread.
using read_port_actor = caf::typed_actor<
  // Jobs of these shards due until an instant, in pages.
  caf::replies_to<find_jobs_due>::with<jobs_found_due>,
  // One job's stored definition.
  caf::replies_to<find_job>::with<job_found>,
  // What is PENDING and in flight in shards just taken over.
  caf::replies_to<find_open_runs>::with<open_runs_found>,
  // More PENDING runs.
  caf::replies_to<find_ready_runs>::with<ready_runs_found>,
  // Jobs to plan anew after zones or calendars changed.
  caf::replies_to<find_jobs_planned_otherwise>::with<jobs_planned_otherwise_found>,
  // Calendars and blackouts, if they changed.
  caf::replies_to<find_almanac>::with<almanac_found>,
  // A job with a part of its ledger.
  caf::replies_to<find_account>::with<account_found>,
  // A reading question of the DESK.
  caf::replies_to<read_question>::with<read_answer>>;

/// PLANNER: the long sums over all jobs (forecast, rehearsal), on a thread and a reading connection
/// of its own.
using planner_actor = caf::typed_actor<
  // ask::forecast or ask::rehearse.
  caf::replies_to<read_question>::with<read_answer>,
  // The newest edition.
  caf::reacts_to<almanac_here>>;

/// CLOCKWORK: the timer wheel and the alarms of all others.
using clockwork_actor = caf::typed_actor<
  // Sends the asker one alarm_due at the instant.
  caf::replies_to<set_alarm>::with<alarm_due>,
  // Forgets the asker's alarm with this key.
  caf::reacts_to<cancel_alarm>,
  // The timer thread woke, or the host's clock was set.
  caf::reacts_to<clock_tick>>;

/// LEASE KEEPER: renews and takes leases, and tells the listeners when the grants change.
using lease_keeper_actor = caf::typed_actor<
  // INTERNAL: the next renewal.
  caf::reacts_to<renew_leases>,
  // Gives everything back; no grant is announced afterwards.
  caf::reacts_to<release_leases>>;

/// JOB: one live job; decides with pure logic what becomes of its dues.
using job_actor = caf::typed_actor<
  // The newest definition.
  caf::reacts_to<job_changed>,
  // The next due, or a retry of a failed fire.
  caf::reacts_to<alarm_due>,
  // What became of the fire.
  caf::reacts_to<runs_fired>,
  // The newest edition.
  caf::reacts_to<almanac_here>,
  // Ends.
  caf::reacts_to<dismiss>>;

/// SWITCHBOARD: the broker port: links on one side, proxies on the other.
using switchboard_actor = grant_listener_actor::extend<
  // From the link's thread.
  caf::reacts_to<broker_up>, caf::reacts_to<broker_down>, caf::reacts_to<frame_arrived>,
  // To a broker.
  caf::reacts_to<send_frame>,
  // To the proxies of their executors.
  caf::reacts_to<dispatch_attempt>, caf::reacts_to<adopt_attempts>, caf::reacts_to<cancel_attempts>,
  // INTERNAL: signs of life for the brokers.
  caf::reacts_to<heartbeat_tick>,
  // Says BYE and closes the links.
  caf::reacts_to<stop_working>>;

/// The SWITCHBOARD tells the DISPATCHER where it is: the two know each other.
struct switchboard_here {
  switchboard_actor handle{};
};

/// DISPATCHER: which PENDING run goes to which executor.
using dispatcher_actor = grant_listener_actor::extend<
  // Where attempts go.
  caf::reacts_to<switchboard_here>,
  // More PENDING runs.
  caf::reacts_to<runs_ready>,
  // A job's queued runs were canceled.
  caf::reacts_to<runs_gone>,
  // An executor's room, absolute.
  caf::reacts_to<executor_offer>,
  // The assignment is committed, or refused.
  caf::reacts_to<run_assigned>,
  // An attempt left its executor, or is back after it was given up.
  caf::reacts_to<attempt_over>, caf::reacts_to<attempt_back>,
  // What was open in shards taken over.
  caf::reacts_to<open_runs_found>,
  // More PENDING runs from the store.
  caf::reacts_to<ready_runs_found>,
  // A retry's instant has come.
  caf::reacts_to<alarm_due>,
  // INTERNAL: housekeeping.
  caf::reacts_to<dispatcher_tick>,
  // Assigns nothing any more.
  caf::reacts_to<stop_working>>;

/// EXECUTOR PROXY: one executor as this node sees it: its session, its attempts, its silence.
using executor_proxy_actor = grant_listener_actor::extend<
  // A committed attempt: send it until it is accepted.
  caf::reacts_to<dispatch_attempt>,
  // Attempts found in flight at a take-over.
  caf::reacts_to<adopt_attempts>,
  // Tell the executor to stop these.
  caf::reacts_to<cancel_attempts>,
  // A frame from the executor.
  caf::reacts_to<executor_frame>,
  // A broker's link came or went.
  caf::reacts_to<broker_up>, caf::reacts_to<broker_down>,
  // The store's answers.
  caf::reacts_to<attempt_started>, caf::reacts_to<attempt_given_back>,
  caf::reacts_to<attempt_finished>, caf::reacts_to<executor_saved>,
  // INTERNAL: counts silence, sends again.
  caf::reacts_to<heartbeat_tick>,
  // Ends.
  caf::reacts_to<dismiss>>;

/// DESK: the admin actor; answers management questions and knows no HTTP.
using desk_actor = grant_listener_actor::extend<
  // Any question of actors/questions.hpp.
  caf::replies_to<desk_ask>::with<desk_answer>,
  // The ports' answers.
  caf::reacts_to<job_stored>, caf::reacts_to<job_deleted>, caf::reacts_to<runs_fired>,
  caf::reacts_to<executor_saved>, caf::reacts_to<read_answer>, caf::reacts_to<account_found>,
  caf::reacts_to<almanac_stored>,
  // The newest edition.
  caf::reacts_to<almanac_here>,
  // From now on every writing question is answered with sched_stopping.
  caf::reacts_to<stop_working>>;

/// Whom the ALMANAC KEEPER tells; they and it know each other.
struct almanac_readers {
  roster_actor roster{};
  desk_actor desk{};
  planner_actor planner{};
};

/// ALMANAC KEEPER: notices that calendars, blackouts or the zone database changed.
using almanac_keeper_actor = caf::typed_actor<
  // Whom to tell.
  caf::reacts_to<almanac_readers>,
  // Look now.
  caf::reacts_to<look_at_almanac>,
  // What the store has.
  caf::reacts_to<almanac_found>>;

} // namespace takt

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(takt::switchboard_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(takt::roster_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(takt::almanac_readers)
