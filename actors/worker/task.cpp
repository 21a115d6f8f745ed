#include "actors/worker/include/takt/task.hpp"

#include "actors/worker/worker_messages.hpp"

#include <caf/send.hpp>

#include <exception>

namespace takt {

namespace {

std::string text_of_exception(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "not a std::exception";
  }
}

} // namespace

void task_handle::output(std::string text) const {
  auto size = text.size();
  output(output_excerpt{std::move(text), {}, size});
}

void task_handle::output(output_excerpt cut) const {
  if (host_)
    caf::anon_send(host_, task_output{task_, std::move(cut)});
}

void task_handle::succeed(std::string result) const {
  if (host_)
    caf::anon_send(host_, task_done{task_, true, std::move(result)});
}

void task_handle::fail(std::string error) const {
  if (host_)
    caf::anon_send(host_, task_done{task_, false, std::move(error)});
}

void task_types::add(std::string name, task_factory make) {
  types_[std::move(name)] = std::move(make);
}

void task_types::add_actor(std::string name, task_function run) {
  add(
    std::move(name),
    [run = std::move(run)](caf::actor_system& system, task_call call, task_handle task) {
      auto body = [run](caf::event_based_actor* self, task_call c, task_handle t) -> caf::behavior {
        // The actor's end follows the report, so that the report counts.
        self->set_exception_handler([t](std::exception_ptr& thrown) -> caf::error {
          t.fail("the task threw: " + text_of_exception(thrown));
          return caf::sec::runtime_error;
        });
        try {
          return run(self, std::move(c), t);
        } catch (...) {
          t.fail("the task threw: " + text_of_exception(std::current_exception()));
          self->quit();
          return {};
        }
      };
      return caf::actor{system.spawn(body, std::move(call), std::move(task))};
    });
}

const task_factory* task_types::find(const std::string& name) const {
  auto i = types_.find(name);
  return i == types_.end() ? nullptr : &i->second;
}

std::vector<std::string> task_types::names() const {
  std::vector<std::string> all;
  for (const auto& [name, make] : types_)
    all.push_back(name);
  return all;
}

} // namespace takt
