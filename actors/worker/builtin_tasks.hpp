// builtin_tasks: the task types that takt brings along.
//
// SHELL_COMMAND (shell_task.hpp), HTTP_CALLBACK (http_task.hpp), NOOP (succeeds at once, its output
// is its payload) and SLEEP (succeeds after as many milliseconds as its payload says): the last two
// measure what a run itself costs.
#pragma once

#include "actors/worker/include/takt/task.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

namespace takt {

/// Adds them. Starts the process thread and the HTTP thread, which end with the last copy of
/// `types`; `time` must outlive them. Fails when the host lacks what they need.
result<void> add_builtin_tasks(task_types& types, const clock& time);

} // namespace takt
