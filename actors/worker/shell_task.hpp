// SHELL_COMMAND: runs its payload with bash -c.
//
// The shell finds PATH, HOME, the locale and the like in its environment, and TAKT_JOB_ID,
// TAKT_RUN_ID, TAKT_ATTEMPT, TAKT_FENCE and TAKT_DUE (RFC 3339, milliseconds). Exit code 0 is
// success; another, or a signal, is FAILED and named. A cancel ends the whole process group.
#pragma once

#include "actors/worker/include/takt/task.hpp"
#include "actors/worker/process.hpp"

namespace takt {

inline constexpr const char* shell_task_type = "SHELL_COMMAND";

/// What a shell inherits of this process's environment; to be read while nobody changes it.
std::vector<std::string> inherited_environment();

/// The environment of one attempt.
std::vector<std::string>
shell_environment(std::vector<std::string> inherited, const task_call& call);

task_function
shell_task(std::shared_ptr<process_thread> processes, std::vector<std::string> inherited);

} // namespace takt
