// task.hpp: write a task type of your own as a CAF actor. The only header a task needs.
//
//   // Counts down from the payload, one number a second.
//   caf::behavior countdown(caf::event_based_actor* self, takt::task_call call, takt::task_handle
//   task) {
//     auto left = std::make_shared<int>(std::atoi(call.payload.c_str()));
//     self->send(self, caf::tick_atom::value);
//     return {
//       [=](caf::tick_atom) {
//         if (*left == 0)
//           return (task.succeed("liftoff"), self->quit());
//         task.output(std::to_string((*left)--) + "\n");
//         self->delayed_send(self, std::chrono::seconds{1}, caf::tick_atom::value);
//       },
//       [=](takt::task_cancel why) { (task.fail("stopped: " + why.reason), self->quit()); }};
//   }
//   types.add_actor("COUNTDOWN", countdown);   // and jobs may say "job_type": "COUNTDOWN"
//
// THE CONTRACT. For each attempt one actor is spawned. It reports through its task_handle: output()
// as often as it likes, then once succeed() or fail(); later reports are ignored. Then it ends by
// self->quit(). An actor that throws or ends without a report has FAILED; the worker lives on.
// At the job's timeout, and when the run is canceled, it gets task_cancel and a few seconds; then
// it is killed. A task that blocks or computes for long belongs on a detached actor (add(), with
// caf::detached), as it would hold up others.
// The attempt may be one of several (retries, lost workers): task_call.fence tells newer from
// older.
#pragma once

#include "actors/worker/include/takt/task_call.hpp"
#include "proto/run.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace takt {

/// Sent to the task's actor: end soon, and say how it went.
struct task_cancel {
  std::string reason{};
};

/// How a task reports. Copyable; safe from any thread, also after the attempt has ended.
class task_handle {
public:
  task_handle() = default;
  task_handle(caf::actor host, uint64_t task) : host_(std::move(host)), task_(task) {}

  /// Adds to the run's output, of which the first 4 KiB and the last 16 KiB are kept.
  void output(std::string text) const;
  /// Adds what was already cut elsewhere.
  void output(output_excerpt cut) const;
  /// The attempt ends in SUCCESS; `result`, if any, is the last of its output.
  void succeed(std::string result = {}) const;
  /// The attempt ends in FAILED with this error.
  void fail(std::string error) const;

private:
  caf::actor host_{};
  uint64_t task_ = 0;
};

/// Makes the actor of one attempt.
using task_factory = std::function<caf::actor(caf::actor_system&, task_call, task_handle)>;
/// A function-based actor, as for caf::actor_system::spawn.
using task_function = std::function<caf::behavior(caf::event_based_actor*, task_call, task_handle)>;

/// The task types a worker can run, by name. A value; filled before the worker starts.
class task_types {
public:
  /// Names are 1..64 bytes; one given twice: the later counts.
  void add(std::string name, task_factory make);
  /// The same for a function; an exception in it ends the run FAILED with the exception's text.
  void add_actor(std::string name, task_function run);

  /// nullptr when there is none of this name.
  const task_factory* find(const std::string& name) const;
  /// In alphabetical order.
  std::vector<std::string> names() const;

private:
  std::map<std::string, task_factory> types_{};
};

} // namespace takt

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(takt::task_cancel)
