// process: runs child processes on one lifelong thread, which reads their output and ends them.
//
// Each child leads its own session and process group; its stdin is /dev/null, its stdout and stderr
// are one stream. PR_SET_PDEATHSIG kills a child when the thread that forked it ends, so that one
// thread forks them all and lives as long as this object. When the leader has exited, what is left
// of its group is killed: a grandchild that keeps the output open holds nobody up.
// (Grandchildren outlive a worker that was killed with SIGKILL; shims come in a later issue.)
//
// THREADING: all methods are safe from any thread; handlers are called on the process thread and
// must not block.
#pragma once

#include "proto/limits.hpp"
#include "proto/result.hpp"
#include "proto/run.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace takt {

struct process_spec {
  /// argv[0] is the program's path.
  std::vector<std::string> argv{};
  /// "NAME=value"; nothing is inherited.
  std::vector<std::string> env{};
};

struct process_exit {
  /// Not empty: it could not be started; the rest is unset.
  std::string error{};
  int code = 0;   ///< when signal is 0
  int signal = 0; ///< what killed it
  output_excerpt output{};
};

using process_no = uint64_t;

class process_thread {
public:
  using exit_handler = std::function<void(process_exit)>;

  /// `time` must outlive the object. setup_unsafe when the kernel lacks what it needs.
  static result<std::shared_ptr<process_thread>>
  start(const clock& time, millis kill_grace = limits::kill_grace);
  /// Kills all children's groups at once.
  ~process_thread();

  /// `on_exit` is called exactly once, but not after the object's end.
  process_no launch(process_spec spec, exit_handler on_exit);
  /// SIGTERM to the group, SIGKILL after kill_grace. Unknown or ended: nothing.
  void stop(process_no no);
  /// SIGKILL to the group.
  void kill(process_no no);

private:
  class loop;

  explicit process_thread(std::shared_ptr<loop> l);

  std::shared_ptr<loop> loop_;
  std::thread thread_;
};

// -- one child, for the thread only
// -----------------------------------------------------------------

struct child_process {
  int pid = -1;
  int pidfd = -1;
  int output = -1; ///< the reading end, not blocking
};

/// Forks and executes; the caller's thread is the one whose end kills the child, and owns the
/// descriptors. internal with errno's text when the kernel refuses.
result<child_process> spawn_child(const process_spec& spec);

/// A descriptor that becomes readable when the process ends; below 0 where the kernel has none.
int open_pidfd(int pid) noexcept;

} // namespace takt
