#include "actors/worker/task_host.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <exception>
#include <iterator>

namespace takt {

task_host::task_host(
  interface::pointer self, task_host_config cfg, worker_actor worker, task_types types,
  const clock* time)
  : self_(self), cfg_(cfg), worker_(std::move(worker)), types_(std::move(types)), time_(time) {
  self_->set_down_handler([this](const caf::down_msg& msg) { on_down(msg); });
  self_->set_exit_handler([this](const caf::exit_msg& msg) { on_exit(msg); });
}

task_host::interface::behavior_type task_host::make_behavior() {
  return {
    [this](const start_task& msg) { on_start(msg); },
    [this](const cancel_task& msg) { on_cancel(msg); },
    [this](const end_tasks&) { on_end(); },
    [this](const task_output& msg) { on_output(msg); },
    [this](const task_done& msg) { on_done(msg); },
    [this](const task_host_tick&) { on_tick(); },
  };
}

void task_host::on_start(const start_task& msg) {
  auto no = ++last_task_;
  auto& task = tasks_[no];
  task.ref = msg.ref;
  task.started = time_->wall();
  task.timeout = msg.call.timeout;
  if (task.timeout > millis{0})
    task.deadline = time_->mono() + task.timeout;
  self_->send(worker_, task_began{msg.ref, task.started});
  auto* make = types_.find(msg.call.task_type);
  if (!make)
    return end(no, attempt_outcome::failed, "this worker has no task type " + msg.call.task_type);
  try {
    task.actor = (*make)(self_->system(), msg.call, {caf::actor_cast<caf::actor>(self_), no});
  } catch (const std::exception& e) {
    return end(no, attempt_outcome::failed, std::string{"the task could not start: "} + e.what());
  }
  if (!task.actor)
    return end(no, attempt_outcome::failed, "the task could not start");
  by_actor_[task.actor.address()] = no;
  self_->monitor(task.actor);
  tick_while_tasks_are_out();
}

void task_host::on_cancel(const cancel_task& msg) {
  for (auto& [no, task] : tasks_)
    if (task.ref == msg.ref)
      tell_to_end(task, attempt_outcome::canceled, msg.reason);
}

void task_host::on_end() {
  for (auto& [no, task] : tasks_)
    tell_to_end(task, attempt_outcome::lost, "the worker stopped");
}

void task_host::on_output(const task_output& msg) {
  if (auto task = tasks_.find(msg.task); task != tasks_.end())
    task->second.output.append(msg.text);
}

void task_host::on_done(const task_done& msg) {
  auto found = tasks_.find(msg.task);
  if (found == tasks_.end())
    return;
  auto& task = found->second;
  if (msg.ok)
    task.output.append(std::string_view{msg.text});
  // A success that crossed a cancel is a success; nothing undoes a passed deadline.
  if (task.verdict && (!msg.ok || *task.verdict == attempt_outcome::timeout))
    return end(msg.task, *task.verdict, task.reason);
  if (msg.ok)
    return end(msg.task, attempt_outcome::success, {});
  end(msg.task, attempt_outcome::failed, msg.text.empty() ? "the task failed" : msg.text);
}

void task_host::on_down(const caf::down_msg& msg) {
  auto found = by_actor_.find(msg.source);
  if (found == by_actor_.end())
    return;
  auto no = found->second;
  const auto& task = tasks_[no];
  if (task.verdict)
    return end(no, *task.verdict, task.reason);
  end(
    no, attempt_outcome::failed,
    msg.reason ? "the task crashed: " + self_->system().render(msg.reason)
               : "the task ended without saying how it went");
}

void task_host::on_tick() {
  ticking_ = false;
  auto now = time_->mono();
  std::vector<uint64_t> given_up;
  for (auto& [no, task] : tasks_) {
    if (!task.verdict && task.deadline && now >= *task.deadline) {
      auto seconds = std::to_string(std::chrono::floor<std::chrono::seconds>(task.timeout).count());
      tell_to_end(task, attempt_outcome::timeout, "timeout after " + seconds + " s");
    } else if (task.verdict && now >= task.next_step) {
      if (task.killed)
        given_up.push_back(no);
      step(task, now);
    }
  }
  for (auto no : given_up)
    end(no, *tasks_[no].verdict, tasks_[no].reason + "; the task did not end when killed");
  tick_while_tasks_are_out();
}

/// A task that blocks its thread does not even notice a kill.
void task_host::step(hosted& task, mono_time now) {
  task.killed = true;
  task.next_step = now + cfg_.kill_grace;
  self_->send_exit(task.actor, caf::exit_reason::kill);
}

void task_host::tell_to_end(hosted& task, attempt_outcome verdict, std::string reason) {
  if (task.verdict)
    return;
  task.verdict = verdict;
  task.reason = std::move(reason);
  task.next_step = time_->mono() + cfg_.kill_grace;
  caf::anon_send(task.actor, task_cancel{task.reason});
}

void task_host::end(uint64_t no, attempt_outcome outcome, std::string error) {
  auto task = std::move(tasks_.extract(no).mapped());
  self_->send(
    worker_,
    task_ended{
      task.ref, {outcome, std::move(error), task.started, time_->wall(), task.output.excerpt()}});
  if (!task.actor)
    return;
  by_actor_.erase(task.actor.address());
  self_->send_exit(task.actor, caf::exit_reason::user_shutdown);
}

void task_host::tick_while_tasks_are_out() {
  if (ticking_ || tasks_.empty())
    return;
  ticking_ = true;
  self_->delayed_send(self_, cfg_.tick, task_host_tick{});
}

void task_host::on_exit(const caf::exit_msg& msg) {
  for (const auto& [no, task] : tasks_)
    self_->send_exit(task.actor, caf::exit_reason::kill);
  self_->quit(msg.reason);
}

} // namespace takt
