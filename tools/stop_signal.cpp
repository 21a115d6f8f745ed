#include "tools/stop_signal.hpp"

#include <csignal>
#include <ctime>
#include <unistd.h>

namespace takt {

namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

} // namespace

stop_signal::stop_signal() {
  auto set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

void stop_signal::wait(const std::function<bool()>& still_well) {
  auto set = stop_signals();
  constexpr timespec second{1, 0};
  while (sigtimedwait(&set, nullptr, &second) < 0 && still_well()) {
    // asked again in a second
  }
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void stop_signal::limit_stop(millis grace) {
  std::signal(SIGALRM, [](int) {
    constexpr char text[] = "takt: the stop took too long; exiting\n";
    [[maybe_unused]] auto written = write(STDERR_FILENO, text, sizeof text - 1);
    _exit(1);
  });
  alarm(static_cast<unsigned>(grace.count() / 1000 + 1));
}

} // namespace takt
