#include "tools/examples/greeting_task.hpp"

#include "proto/json.hpp"

#include <stdexcept>

namespace takt::examples {

namespace {

struct order {
  std::string name{};
  std::chrono::milliseconds delay{0};
};

/// Whatever is thrown here becomes the run's error.
order read(const std::string& payload) {
  if (!payload.starts_with("{"))
    return {payload, {}};
  auto json = from_json(payload);
  if (!json)
    throw std::invalid_argument{json.failure().message()};
  order o;
  if (auto* name = json->find("name"); name && name->as_text())
    o.name = *name->as_text();
  if (auto* delay = json->find("delay_ms"))
    if (auto* ms = std::get_if<uint64_t>(&delay->data))
      o.delay = std::chrono::milliseconds{*ms};
  return o;
}

} // namespace

caf::behavior greeting(caf::event_based_actor* self, task_call call, task_handle task) {
  auto asked = read(call.payload);
  task.output("greeting " + asked.name + "\n");
  self->delayed_send(self, asked.delay, caf::ok_atom::value);
  return {
    [=](caf::ok_atom) {
      task.output("attempt " + std::to_string(call.attempt) + " is polite\n");
      task.succeed("Hello, " + asked.name + "!");
      self->quit();
    },
    [=](const task_cancel& why) {
      task.fail("no time for greetings: " + why.reason);
      self->quit();
    },
  };
}

} // namespace takt::examples
