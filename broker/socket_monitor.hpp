// socket_monitor: hears from ZeroMQ what the socket itself never says: why a connection did not
// come up (for logs), and that one was closed.
//
// THREADING: belongs to the thread that owns the socket. Must end before the context does.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace zmq {
class context_t;
class socket_t;
} // namespace zmq

namespace takt {

class socket_monitor {
public:
  /// Watches `socket`; when ZeroMQ refuses, next() simply never has anything.
  socket_monitor(zmq::context_t& context, zmq::socket_t& socket);
  ~socket_monitor();
  socket_monitor(const socket_monitor&) = delete;
  socket_monitor& operator=(const socket_monitor&) = delete;

  /// Stops watching; to be called before the socket is closed. Idempotent.
  void end();

  /// For zmq_poll; may be nullptr.
  void* handle() noexcept;

  /// The next handshake failure as a sentence, or nothing.
  std::optional<std::string> next();

  /// Whether next() met the end of a connection since this was asked last.
  bool take_disconnected() noexcept { return std::exchange(disconnected_, false); }

private:
  struct impl;
  std::unique_ptr<impl> impl_;
  bool disconnected_ = false;
};

} // namespace takt
