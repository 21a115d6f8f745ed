// frame_queue: the bridge from any thread into the one thread that owns a program's sockets.
//
// Bounded in messages and bytes: a full queue refuses, since everything that matters is sent again.
// fd() becomes readable when something was pushed or the queue was closed, so that a poll over
// sockets wakes up for it. No ZeroMQ in here, so that ThreadSanitizer can watch it work.
//
// THREADING: push(), close() and wake() are safe from any thread; take() from one thread.
#pragma once

#include "broker/link.hpp"

#include <cstddef>
#include <mutex>
#include <vector>

namespace takt {

struct frame_queue_limits {
  size_t messages_max = static_cast<size_t>(limits::socket_queue_max);
  size_t bytes_max = 64 << 20; ///< bodies and payloads together
};

struct queued_frame {
  broker_no to = 0;
  message what{};
};

class frame_queue {
public:
  explicit frame_queue(frame_queue_limits most = {});
  ~frame_queue();
  frame_queue(const frame_queue&) = delete;
  frame_queue& operator=(const frame_queue&) = delete;

  /// False: full or closed; the frame is gone.
  bool push(queued_frame f);

  /// All that was pushed since the last take, in order; empty when nothing was. Makes fd()
  /// unreadable until the next push.
  std::vector<queued_frame> take();

  /// From now on push() refuses; what was accepted can still be taken. Idempotent.
  void close();
  bool is_closed() const;

  /// Makes fd() readable without pushing anything.
  void wake();

  /// An eventfd, owned by the queue; -1 when the system had none left.
  int fd() const noexcept { return fd_; }

private:
  mutable std::mutex mutex_;
  std::vector<queued_frame> waiting_{};
  size_t bytes_ = 0;
  bool closed_ = false;
  frame_queue_limits most_;
  int fd_ = -1;
};

} // namespace takt
