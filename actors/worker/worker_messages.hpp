// worker_messages: the vocabulary and the interfaces of a worker's actors. Values; immutable once
// sent. Actors in capitals:
//
//   link ─frames─▶ WORKER ─start/cancel─▶ TASK HOST ─spawns, task_cancel─▶ task actors
//        ◀─effects─       ◀─began/ended──           ◀─output, done (task_handle)─
#pragma once

#include "actors/worker/http_client.hpp"
#include "actors/worker/include/takt/task.hpp"
#include "actors/worker/process.hpp"
#include "actors/worker/session.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include <future>
#include <memory>

namespace takt {

// -- WORKER <-> TASK HOST: start_task and cancel_task are the session's own effects ---------------

/// Ends what still runs; the outcome is LOST: the worker leaves.
struct end_tasks {};

struct task_began {
  attempt_ref ref{};
  wall_time at{};
};

/// Exactly one for each start_task.
struct task_ended {
  attempt_ref ref{};
  task_outcome outcome{};
};

// -- task_handle -> TASK HOST ---------------------------------------------------------------------

struct task_output {
  uint64_t task = 0;
  output_excerpt text{};
};

struct task_done {
  uint64_t task = 0;
  bool ok = false;
  std::string text{};
};

/// INTERNAL: look for deadlines.
struct task_host_tick {};

// -- link -> WORKER -------------------------------------------------------------------------------

struct link_made {
  std::shared_ptr<link> made{};
};
struct link_raised {
  broker_no broker = 0;
};
struct link_dropped {
  broker_no broker = 0;
};
struct link_frame {
  broker_no broker = 0;
  std::shared_ptr<const message> what{};
};

// -- WORKER
// -----------------------------------------------------------------------------------------

/// Takes nothing new, waits for runs up to `grace`, says BYE, then tells `left` and ends.
struct leave {
  millis grace{};
  std::shared_ptr<std::promise<void>> left{};
};

/// INTERNAL: heartbeats and resends.
struct worker_tick {};
/// INTERNAL: sync what came since, once, and hand out what depends on it.
struct worker_flush {};

// -- ports -> task actors
// ---------------------------------------------------------------------------

struct process_ended {
  process_exit how{};
};
struct http_answered {
  http_answer answer{};
};

// -- interfaces
// -------------------------------------------------------------------------------------

using task_host_actor = caf::typed_actor<
  // Spawns the task's actor; task_began and task_ended follow.
  caf::reacts_to<start_task>,
  // Tells the task to end; unknown or ended tasks: nothing.
  caf::reacts_to<cancel_task>, caf::reacts_to<end_tasks>,
  // Reports of task actors; of ended tasks: ignored.
  caf::reacts_to<task_output>, caf::reacts_to<task_done>, caf::reacts_to<task_host_tick>>;

using worker_actor = caf::typed_actor<
  // From the link's thread.
  caf::reacts_to<link_made>, caf::reacts_to<link_raised>, caf::reacts_to<link_dropped>,
  caf::reacts_to<link_frame>,
  // From the TASK HOST.
  caf::reacts_to<task_began>, caf::reacts_to<task_ended>,
  // From the composition root.
  caf::reacts_to<leave>, caf::reacts_to<worker_tick>, caf::reacts_to<worker_flush>>;

/// Announces the types above to CAF; before the actor system starts.
void add_worker_messages(caf::actor_system_config& cfg);

} // namespace takt

// Within one process only, never serialised by CAF: frames are proto/wire.hpp's business.
// clang-format off
#define TAKT_WORKER_MESSAGES(X) \
  X(start_task) X(cancel_task) X(end_tasks) X(task_began) X(task_ended) X(task_output) \
  X(task_done) X(task_host_tick) X(link_made) X(link_raised) X(link_dropped) X(link_frame) \
  X(leave) X(worker_tick) X(worker_flush) X(process_ended) X(http_answered)
// clang-format on

#define TAKT_ALLOW_WORKER(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(takt::type)
TAKT_WORKER_MESSAGES(TAKT_ALLOW_WORKER)
#undef TAKT_ALLOW_WORKER

CAF_BEGIN_TYPE_ID_BLOCK(takt_worker, caf::first_custom_type_id + 100)
#define TAKT_NAME_WORKER(type) CAF_ADD_TYPE_ID(takt_worker, (takt::type))
TAKT_WORKER_MESSAGES(TAKT_NAME_WORKER)
TAKT_NAME_WORKER(task_cancel)
#undef TAKT_NAME_WORKER
CAF_END_TYPE_ID_BLOCK(takt_worker)
