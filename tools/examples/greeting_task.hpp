// GREETING: a sample of a task type, written only against takt/task.hpp, as a user would.
//
// Payload: a name, or {"name": "…", "delay_ms": 0}. Writes two lines, answers "Hello, <name>!".
#pragma once

#include <takt/task.hpp>

namespace takt::examples {

caf::behavior greeting(caf::event_based_actor* self, task_call call, task_handle task);

/// The one line that a program with task types of its own calls.
inline void add_greeting(task_types& types) {
  types.add_actor("GREETING", greeting);
}

} // namespace takt::examples
