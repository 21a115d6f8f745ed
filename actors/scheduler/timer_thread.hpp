// timer_thread: the one thread that waits for an instant of the wall clock.
//
// A plain thread with a timerfd, since CAF 0.17's own clock can deadlock (design.md). It calls its
// hook when the asked-for instant has come, and when the host's clock was set meanwhile
// (TFD_TIMER_CANCEL_ON_SET). wake_at() is safe from any thread; the hook runs on the timer's thread
// and must not block. The destructor waits for the thread.
#pragma once

#include "proto/time.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <thread>

namespace takt {

class timer_thread {
public:
  explicit timer_thread(std::function<void()> on_wake);
  ~timer_thread();

  timer_thread(const timer_thread&) = delete;
  timer_thread& operator=(const timer_thread&) = delete;

  /// One call of the hook at `at`, or at once when it is past; replaces the earlier wish. Nothing:
  /// only clock steps wake.
  void wake_at(std::optional<wall_time> at);

  /// No call of the hook begins after this returned. Idempotent.
  void stop();

private:
  void run();

  std::function<void()> on_wake_;
  int timer_ = -1;
  int stop_event_ = -1;
  std::thread thread_;
};

} // namespace takt
