#include "actors/worker/builtin_tasks.hpp"

#include "actors/worker/http_task.hpp"
#include "actors/worker/shell_task.hpp"
#include "actors/worker/worker_messages.hpp"

#include <charconv>

namespace takt {

namespace {

caf::behavior noop(caf::event_based_actor*, const task_call& call, const task_handle& task) {
  task.succeed(call.payload);
  return {};
}

caf::behavior sleep(caf::event_based_actor* self, const task_call& call, const task_handle& task) {
  int64_t ms = 0;
  auto end = call.payload.data() + call.payload.size();
  auto [stop, error] = std::from_chars(call.payload.data(), end, ms);
  if (error != std::errc{} || stop != end || ms < 0 || ms / 1000 > limits::timeout_s_max) {
    task.fail("the payload must be a number of milliseconds");
    return {};
  }
  self->delayed_send(self, millis{ms}, caf::ok_atom::value);
  return {
    [=](caf::ok_atom) {
      task.succeed();
      self->quit();
    },
    [=](const task_cancel& why) {
      task.fail(why.reason);
      self->quit();
    },
  };
}

} // namespace

result<void> add_builtin_tasks(task_types& types, const clock& time) {
  auto processes = process_thread::start(time);
  if (!processes)
    return processes.failure();
  auto http = http_client::start();
  if (!http)
    return http.failure();
  types.add_actor(shell_task_type, shell_task(*std::move(processes), inherited_environment()));
  types.add_actor(http_task_type, http_task(*std::move(http)));
  types.add_actor("NOOP", noop);
  types.add_actor("SLEEP", sleep);
  return done{};
}

} // namespace takt
