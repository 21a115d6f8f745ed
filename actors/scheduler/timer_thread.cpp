#include "actors/scheduler/timer_thread.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <limits>

namespace takt {

timer_thread::timer_thread(std::function<void()> on_wake)
  : on_wake_(std::move(on_wake)),
    timer_(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)),
    stop_event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  wake_at(std::nullopt);
  thread_ = std::thread{[this] { run(); }};
}

timer_thread::~timer_thread() {
  stop();
  close(timer_);
  close(stop_event_);
}

void timer_thread::wake_at(std::optional<wall_time> at) {
  // A far instant instead of a disarmed timer, so that clock steps are noticed in either case.
  constexpr int64_t far_s = 4'000'000'000;
  auto ms = at ? to_ms(*at) : far_s * 1000;
  itimerspec spec{};
  spec.it_value.tv_sec = ms > 0 ? ms / 1000 : 0;
  spec.it_value.tv_nsec = ms > 0 ? (ms % 1000) * 1'000'000 : 1;
  if (spec.it_value.tv_sec == 0 && spec.it_value.tv_nsec == 0)
    spec.it_value.tv_nsec = 1;
  timerfd_settime(timer_, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, nullptr);
}

void timer_thread::stop() {
  if (!thread_.joinable())
    return;
  uint64_t one = 1;
  [[maybe_unused]] auto written = write(stop_event_, &one, sizeof one);
  thread_.join();
}

void timer_thread::run() {
  pollfd waiting[] = {{timer_, POLLIN, 0}, {stop_event_, POLLIN, 0}};
  for (;;) {
    if (poll(waiting, 2, -1) < 0 && errno != EINTR)
      return;
    if (waiting[1].revents != 0)
      return;
    if (waiting[0].revents == 0)
      continue;
    uint64_t expirations = 0;
    auto got = read(timer_, &expirations, sizeof expirations);
    if (got > 0 || errno == ECANCELED)
      on_wake_();
  }
}

} // namespace takt
