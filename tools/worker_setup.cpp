#include "tools/worker_setup.hpp"

#include "actors/worker/builtin_tasks.hpp"
#include "tools/examples/greeting_task.hpp"
#include "tools/setup_checks.hpp"

#include <algorithm>

namespace takt {

namespace {

constexpr std::string_view shell = "SHELL_COMMAND";

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& n : names)
    text += (text.empty() ? "" : ", ") + n;
  return text;
}

} // namespace

result<task_types> all_task_types() {
  task_types types;
  if (auto added = add_builtin_tasks(types, os_clock()); !added)
    return added.failure();
  examples::add_greeting(types);
  return types;
}

result<worker_config> configure_worker(
  const options& chosen, const task_types& known, const std::string& data_dir,
  bool shell_by_default) {
  auto names = known.names();
  worker_config cfg;
  cfg.id = executor_name(chosen);
  cfg.slots = chosen.slots;
  cfg.data_dir = data_dir;
  cfg.host = host_name();
  cfg.offered_types = chosen.types;
  for (const auto& t : chosen.types)
    if (std::find(names.begin(), names.end(), t) == names.end())
      return failure{
        errc::setup_bad_option, "types: " + t + " is not in this build; it has " + joined(names)};
  if (chosen.types.empty())
    for (const auto& t : names)
      if (t != shell || shell_by_default)
        cfg.offered_types.push_back(t);
  return cfg;
}

} // namespace takt
