// worker_setup: what takt-worker and takt dev share: the task types of this build and what a worker
// offers of them. One thread.
#pragma once

#include "actors/worker/worker_node.hpp"
#include "tools/config/options.hpp"

namespace takt {

/// Built-in types and the sample. Fails where the host lacks what they need.
result<task_types> all_task_types();

/// --types, or all but SHELL_COMMAND (with it when `shell_by_default`). An unknown name:
/// setup_bad_option naming the known ones.
result<worker_config> configure_worker(
  const options& chosen, const task_types& known, const std::string& data_dir,
  bool shell_by_default);

} // namespace takt
