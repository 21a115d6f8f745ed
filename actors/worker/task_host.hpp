// TASK HOST: runs task actors, one per attempt, and says how each ended.
//
// Receives  start_task, cancel_task, end_tasks (WORKER) · task_output, task_done (task actors,
//           through their task_handle) · task_host_tick (itself, while tasks are out)
// Sends     task_began, then exactly one task_ended per start_task (WORKER) · task_cancel, later a
//           kill (task actors)
// Owns      nothing durable: what happened is in the WORKER's journal
// Dies when told to (exit message), and takes its task actors along
//
// At a deadline or a cancel the task gets task_cancel; kill_grace later it is killed; kill_grace
// after that it counts as ended, though a task that blocks its thread may still be there.
#pragma once

#include "actors/worker/output_buffer.hpp"
#include "actors/worker/worker_messages.hpp"

#include <map>
#include <optional>

namespace takt {

struct task_host_config {
  /// Longer than limits::kill_grace, so that a task which gives its own processes that long can
  /// still tell how they ended.
  millis kill_grace = limits::kill_grace + millis{1000};
  /// How exactly deadlines are met.
  millis tick = millis{50};
};

class task_host {
public:
  using interface = task_host_actor;
  static inline const char* name = "takt.task-host";

  /// `time` must outlive the actor.
  task_host(
    interface::pointer self, task_host_config cfg, worker_actor worker, task_types types,
    const clock* time);

  interface::behavior_type make_behavior();

private:
  struct hosted {
    attempt_ref ref{};
    caf::actor actor{};
    wall_time started{};
    output_buffer output{};
    millis timeout{};
    std::optional<mono_time> deadline{};
    /// Set once the task was told to end, to what that makes of it.
    std::optional<attempt_outcome> verdict{};
    std::string reason{};
    mono_time next_step{}; ///< with a verdict: when to kill, then when to give up on it
    bool killed = false;
  };

  void on_start(const start_task& msg);
  void on_cancel(const cancel_task& msg);
  void on_end();
  void on_output(const task_output& msg);
  void on_done(const task_done& msg);
  void on_down(const caf::down_msg& msg);
  void on_tick();
  void on_exit(const caf::exit_msg& msg);

  void tell_to_end(hosted& task, attempt_outcome verdict, std::string reason);
  void step(hosted& task, mono_time now);
  void end(uint64_t task, attempt_outcome outcome, std::string error);
  void tick_while_tasks_are_out();

  interface::pointer self_;
  task_host_config cfg_;
  worker_actor worker_;
  task_types types_;
  const clock* time_;
  uint64_t last_task_ = 0;
  bool ticking_ = false;
  std::map<uint64_t, hosted> tasks_{};
  std::map<caf::actor_addr, uint64_t> by_actor_{};
};

} // namespace takt
