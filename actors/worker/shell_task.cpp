#include "actors/worker/shell_task.hpp"

#include "actors/worker/worker_messages.hpp"
#include "proto/rfc3339.hpp"

#include <caf/send.hpp>

#include <array>
#include <string_view>
#include <unistd.h>

namespace takt {

namespace {

/// Nothing else of the worker's environment is a task's business: secrets live there.
constexpr std::array<std::string_view, 15> inherited_names = {
  "PATH",   "HOME", "USER",       "LOGNAME",     "SHELL",    "LANG",        "LANGUAGE", "TZ",
  "TMPDIR", "TERM", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY"};

bool is_inherited(std::string_view entry) {
  auto name = entry.substr(0, entry.find('='));
  if (name.starts_with("LC_"))
    return true;
  for (auto known : inherited_names)
    if (name == known)
      return true;
  return false;
}

void report(const task_handle& task, const process_exit& how) {
  task.output(how.output);
  if (!how.error.empty())
    task.fail(how.error);
  else if (how.signal != 0)
    task.fail("killed by signal " + std::to_string(how.signal));
  else if (how.code != 0)
    task.fail("exit code " + std::to_string(how.code));
  else
    task.succeed();
}

} // namespace

std::vector<std::string> inherited_environment() {
  std::vector<std::string> kept;
  bool has_path = false;
  for (auto entry = environ; entry && *entry; ++entry)
    if (is_inherited(*entry)) {
      kept.emplace_back(*entry);
      has_path |= kept.back().starts_with("PATH=");
    }
  if (!has_path)
    kept.emplace_back("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  return kept;
}

std::vector<std::string>
shell_environment(std::vector<std::string> inherited, const task_call& call) {
  inherited.push_back("TAKT_JOB_ID=" + to_string(call.job));
  inherited.push_back("TAKT_RUN_ID=" + to_string(call.run));
  inherited.push_back("TAKT_ATTEMPT=" + std::to_string(call.attempt));
  inherited.push_back("TAKT_FENCE=" + std::to_string(call.fence));
  inherited.push_back("TAKT_DUE=" + to_rfc3339(call.due));
  return inherited;
}

task_function
shell_task(std::shared_ptr<process_thread> processes, std::vector<std::string> inherited) {
  return [processes = std::move(processes), inherited = std::move(inherited)](
           caf::event_based_actor* self, const task_call& call,
           const task_handle& task) -> caf::behavior {
    if (call.payload.find('\0') != std::string::npos) {
      task.fail("the command contains a NUL byte");
      return {};
    }
    process_spec spec{{"/bin/bash", "-c", call.payload}, shell_environment(inherited, call)};
    auto process = processes->launch(
      std::move(spec), [me = caf::actor_cast<caf::actor>(self)](process_exit how) {
        caf::anon_send(me, process_ended{std::move(how)});
      });
    // However the actor ends, the processes end first.
    self->attach_functor([processes, process] { processes->kill(process); });
    return {
      [=](const process_ended& msg) {
        report(task, msg.how);
        self->quit();
      },
      [=](const task_cancel&) { processes->stop(process); },
    };
  };
}

} // namespace takt
