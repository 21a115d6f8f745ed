// Between fork and exec only what is async-signal-safe may be called: everything else is made
// before.
#include "actors/worker/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace takt {

namespace {

failure cannot(std::string_view what) {
  auto why = std::error_code{errno, std::generic_category()}.message();
  return {errc::internal, "cannot " + std::string{what} + ": " + std::move(why)};
}

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts)
    all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

/// A child inherits ignored signals and the thread's mask; a shell expects neither.
void reset_signals() {
  for (int s = 1; s < 32; ++s)
    ::signal(s, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void
run_child(char* const* argv, char* const* env, pid_t parent, int null_fd, int output_fd) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent)
    ::_exit(127);
  reset_signals();
  ::dup2(null_fd, STDIN_FILENO);
  ::dup2(output_fd, STDOUT_FILENO);
  ::dup2(output_fd, STDERR_FILENO);
  ::close_range(3, ~0U, 0); // also the pipe on which the parent waits
  ::execve(argv[0], argv, env);
  constexpr char why[] = "takt: cannot execute the program\n";
  [[maybe_unused]] auto n = ::write(STDERR_FILENO, why, sizeof why - 1);
  ::_exit(127);
}

} // namespace

// glibc 2.36 declares pidfd_open for C only.
int open_pidfd(int pid) noexcept {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

result<child_process> spawn_child(const process_spec& spec) {
  auto argv = pointers_to(spec.argv);
  auto env = pointers_to(spec.env);
  int null_fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null_fd < 0)
    return cannot("open /dev/null");
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    auto why = cannot("make a pipe");
    ::close(null_fd);
    return why;
  }
  int ready[2] = {-1, -1};
  if (::pipe2(ready, O_CLOEXEC) != 0) {
    auto why = cannot("make a pipe");
    for (int fd : {null_fd, ends[0], ends[1]})
      ::close(fd);
    return why;
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  auto parent = ::getpid();
  auto pid = ::fork();
  if (pid == 0)
    run_child(argv.data(), env.data(), parent, null_fd, ends[1]);
  auto why = cannot("fork");
  for (int fd : {null_fd, ends[1], ready[1]})
    ::close(fd);
  // Until the child has its own group, no signal for the group would reach it.
  char nothing = 0;
  while (pid > 0 && ::read(ready[0], &nothing, 1) < 0 && errno == EINTR)
    ;
  ::close(ready[0]);
  if (pid < 0) {
    ::close(ends[0]);
    return why;
  }
  return child_process{pid, open_pidfd(pid), ends[0]};
}

} // namespace takt
