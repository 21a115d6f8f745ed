// WORKER: carries the session; the one actor of a worker that the scheduler knows.
//
// Receives  link_made, link_raised, link_dropped, link_frame (the link's thread) · task_began,
//           task_ended (TASK HOST) · leave (composition root) · worker_tick, worker_flush (itself)
// Sends     frames (link) · start_task, cancel_task, end_tasks (TASK HOST)
// Owns      the journal: every promise of a worker rests on it
// Dies when it has left, or when told to (exit message); the TASK HOST dies with it
//
// GROUP COMMIT: the first message after a flush sends worker_flush to the end of the mailbox;
// everything in between shares one fsync. As it waits for the disk, worker_node spawns it detached.
#pragma once

#include "actors/log.hpp"
#include "actors/worker/task_host.hpp"
#include "actors/worker/worker_messages.hpp"

#include <atomic>
#include <memory>
#include <optional>

namespace takt {

/// What others may look at while the actor works. Safe from any thread.
struct worker_gauges {
  std::atomic<uint32_t> running{0};
  std::atomic<bool> broken{false}; ///< the journal failed: the process should end
};

/// What a WORKER is made of; handed over whole.
struct worker_parts {
  session_config session{};
  std::unique_ptr<journal> log{};
  task_types types{};
  task_host_config host{};
  const clock* time = nullptr; ///< outlives the actor
  takt::log notes{};
  std::shared_ptr<worker_gauges> gauges{};
};

class worker {
public:
  using interface = worker_actor;
  static inline const char* name = "takt.worker";

  worker(interface::pointer self, std::shared_ptr<worker_parts> parts);

  interface::behavior_type make_behavior();

private:
  void on_leave(const leave& msg);
  void on_tick();
  void on_flush();
  void flush_soon();
  void leave_when_done();
  void leave_now();

  void perform(send_message& effect);
  void perform(start_task& effect);
  void perform(cancel_task& effect);
  void perform(log_line& effect);

  interface::pointer self_;
  std::shared_ptr<worker_parts> parts_;
  session session_;
  task_host_actor host_;
  std::shared_ptr<link> link_{};
  bool flush_pending_ = false;
  std::shared_ptr<std::promise<void>> left_{}; ///< set while leaving
  mono_time leave_at_{};
  bool tasks_ended_ = false;
};

} // namespace takt
