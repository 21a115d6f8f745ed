#include "actors/worker/process.hpp"

#include "actors/worker/output_buffer.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace takt {

namespace {

/// Read at most this much of one child before looking at the others.
constexpr size_t read_turn_bytes = 256 << 10;
/// More cannot be in a pipe: what an escaped grandchild still writes after the end is not waited
/// for.
constexpr size_t drain_bytes_max = 1 << 20;

uint64_t tag_of(process_no no, bool is_pidfd) {
  return no << 1 | (is_pidfd ? 1u : 0u);
}

} // namespace

class process_thread::loop {
public:
  loop(const clock& time, millis kill_grace) : time_(time), kill_grace_(kill_grace) {}

  ~loop() {
    for (int fd : {epoll_, wake_})
      if (fd >= 0)
        ::close(fd);
  }

  result<void> open() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int self = open_pidfd(::getpid());
    if (epoll_ < 0 || wake_ < 0 || self < 0)
      return failure{errc::setup_unsafe, "this kernel has no pidfd: Linux 5.3 or newer is needed"};
    ::close(self);
    watch(wake_, 0);
    return done{};
  }

  // -- from any thread

  process_no launch(process_spec spec, exit_handler on_exit) {
    std::lock_guard guard{mutex_};
    commands_.push_back({++last_, 0, std::move(spec), std::move(on_exit)});
    wake();
    return last_;
  }

  void signal(process_no no, int number) {
    std::lock_guard guard{mutex_};
    commands_.push_back({no, number, {}, {}});
    wake();
  }

  void finish() {
    std::lock_guard guard{mutex_};
    finished_ = true;
    wake();
  }

  // -- on the thread

  void run() {
    std::array<epoll_event, 64> events{};
    while (obey()) {
      auto n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience_ms());
      for (int i = 0; i < n; ++i)
        on_event(events[static_cast<size_t>(i)].data.u64);
      kill_the_stubborn();
    }
    for (auto& [no, c] : children_) {
      ::kill(-c.process.pid, SIGKILL);
      reap(c);
    }
  }

private:
  struct command {
    process_no no = 0;
    int signal = 0; ///< 0: launch
    process_spec spec{};
    exit_handler on_exit{};
  };

  struct child {
    child_process process{};
    exit_handler on_exit{};
    output_buffer output{};
    std::optional<mono_time> kill_at{};
  };

  void wake() {
    uint64_t one = 1;
    [[maybe_unused]] auto n = ::write(wake_, &one, sizeof one);
  }

  void watch(int fd, uint64_t tag) {
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.u64 = tag;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &e);
  }

  /// false: the end.
  bool obey() {
    std::deque<command> todo;
    {
      std::lock_guard guard{mutex_};
      if (finished_)
        return false;
      todo.swap(commands_);
    }
    for (auto& c : todo) {
      if (c.signal == 0)
        begin(c);
      else if (auto found = children_.find(c.no); found != children_.end())
        end(found->second, c.signal);
    }
    return true;
  }

  void begin(command& c) {
    auto process = spawn_child(c.spec);
    if (!process)
      return c.on_exit({process.failure().context, 0, 0, {}});
    auto& added = children_[c.no];
    added.process = *process;
    added.on_exit = std::move(c.on_exit);
    watch(process->pidfd, tag_of(c.no, true));
    watch(process->output, tag_of(c.no, false));
  }

  void end(child& c, int number) {
    ::kill(-c.process.pid, number);
    if (number != SIGKILL && !c.kill_at)
      c.kill_at = time_.mono() + kill_grace_;
  }

  int patience_ms() const {
    int64_t ms = -1;
    for (const auto& [no, c] : children_)
      if (c.kill_at) {
        auto left = std::max<int64_t>(0, (*c.kill_at - time_.mono()).count()) + 1;
        ms = ms < 0 ? left : std::min(ms, left);
      }
    return static_cast<int>(std::min<int64_t>(ms, 60'000));
  }

  void kill_the_stubborn() {
    for (auto& [no, c] : children_)
      if (c.kill_at && time_.mono() >= *c.kill_at) {
        c.kill_at.reset();
        ::kill(-c.process.pid, SIGKILL);
      }
  }

  void on_event(uint64_t tag) {
    if (tag == 0) {
      uint64_t count = 0;
      [[maybe_unused]] auto n = ::read(wake_, &count, sizeof count);
      return;
    }
    auto found = children_.find(tag >> 1);
    if (found == children_.end())
      return;
    if ((tag & 1) == 0)
      return read_output(found->second, read_turn_bytes);
    auto c = std::move(children_.extract(found).mapped());
    // The leader is a zombie still: its number names no other group.
    ::kill(-c.process.pid, SIGKILL);
    if (c.process.output >= 0)
      read_output(c, drain_bytes_max);
    auto how = reap(c);
    how.output = c.output.excerpt();
    c.on_exit(std::move(how));
  }

  void read_output(child& c, size_t bytes_max) {
    std::array<char, 64 << 10> block{};
    for (size_t total = 0; total < bytes_max;) {
      auto n = ::read(c.process.output, block.data(), block.size());
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && errno == EAGAIN)
        return;
      if (n <= 0)
        break;
      c.output.append({block.data(), static_cast<size_t>(n)});
      total += static_cast<size_t>(n);
      if (total >= bytes_max)
        return;
    }
    ::close(c.process.output);
    c.process.output = -1;
  }

  process_exit reap(child& c) {
    siginfo_t info{};
    while (::waitid(P_PID, static_cast<id_t>(c.process.pid), &info, WEXITED) != 0 && errno == EINTR)
      ;
    ::close(c.process.pidfd);
    if (c.process.output >= 0)
      ::close(c.process.output);
    process_exit how;
    (info.si_code == CLD_EXITED ? how.code : how.signal) = info.si_status;
    return how;
  }

  const clock& time_;
  const millis kill_grace_;
  int epoll_ = -1;
  int wake_ = -1;
  std::map<process_no, child> children_{}; ///< the thread's own

  std::mutex mutex_{}; ///< guards what follows
  std::deque<command> commands_{};
  process_no last_ = 0;
  bool finished_ = false;
};

process_thread::process_thread(std::shared_ptr<loop> l)
  : loop_(std::move(l)), thread_([running = loop_] { running->run(); }) {}

process_thread::~process_thread() {
  loop_->finish();
  // A handler may drop the last reference.
  if (thread_.get_id() == std::this_thread::get_id())
    thread_.detach();
  else
    thread_.join();
}

result<std::shared_ptr<process_thread>>
process_thread::start(const clock& time, millis kill_grace) {
  auto l = std::make_shared<loop>(time, kill_grace);
  if (auto opened = l->open(); !opened)
    return opened.failure();
  return std::shared_ptr<process_thread>{new process_thread{std::move(l)}};
}

process_no process_thread::launch(process_spec spec, exit_handler on_exit) {
  return loop_->launch(std::move(spec), std::move(on_exit));
}

void process_thread::stop(process_no no) {
  loop_->signal(no, SIGTERM);
}

void process_thread::kill(process_no no) {
  loop_->signal(no, SIGKILL);
}

} // namespace takt
