// link_session: one session with one broker, without I/O: HELLO, heartbeats, silence.
//
// A session lives on one socket. It starts `connecting` and says HELLO until the broker answers;
// then it is `up`. When nothing at all was heard for silence_max, or the broker does not know the
// peer or leaves, it asks for another socket (reopen_socket) and starts anew there, so that nothing
// old is ever sent late. Silence is counted in slices of at most one heartbeat interval per tick:
// a paused process first reads what waits for it, and does not cut its links on waking.
//
// Whoever drives it: opens a socket, start(); says on_writable() when the socket can take a frame
// and wants_to_write(); hands in frames; ticks a few times per heartbeat interval; carries out the
// effects in their order.
//
// THREADING: one thread at a time. Never fails.
#pragma once

#include "broker/log_hook.hpp"
#include "proto/wire.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace takt {

struct link_session_config {
  peer_role role = peer_role::scheduler;
  std::string name{};     ///< node id or executor id
  std::string program{};  ///< "takt 0.1.0"
  cluster_id cluster{};   ///< for HELLO's header; none: not known yet
  std::string endpoint{}; ///< for logs
  millis heartbeat_interval = limits::heartbeat_interval;
  millis silence_max = limits::link_silence_max;
  /// How often "no answer" is said again.
  millis complaint_interval = std::chrono::seconds{30};
};

/// Hand this to the socket.
struct frame_out {
  message what{};
};
/// Hand this to the listener.
struct frame_in {
  message what{};
};
struct session_up {};
struct session_down {};
/// Close the socket, open a new one, start() again. Always the last effect of a call.
struct reopen_socket {};
struct session_note {
  log_level level = log_level::info;
  std::string text{};
};

using link_effect =
  std::variant<frame_out, frame_in, session_up, session_down, reopen_socket, session_note>;

class link_session {
public:
  explicit link_session(link_session_config cfg) : cfg_(std::move(cfg)) {}

  /// A fresh socket: sequence numbers begin again, HELLO is due.
  void start(mono_time now);

  bool is_up() const noexcept { return up_; }
  bool wants_to_write() const noexcept { return hello_due_; }

  void on_writable(mono_time now, std::vector<link_effect>& out);
  void on_frames(
    const std::vector<std::string_view>& frames, mono_time now, std::vector<link_effect>& out);
  void on_tick(mono_time now, std::vector<link_effect>& out);
  /// The socket's connection was closed: another one would be another session to the broker. To be
  /// said after the frames that came before.
  void on_disconnected(std::vector<link_effect>& out);

  /// The user's message, numbered for this session; nothing while the session is not up.
  std::optional<message> stamp(message m);

  /// BYE, if the session is up. Nothing is said after it.
  void on_close(std::vector<link_effect>& out);

  /// Frames that could not be read, or came before the broker's HELLO.
  uint64_t unread() const noexcept { return unread_; }

private:
  void on_hello(const message& m, mono_time now, std::vector<link_effect>& out);
  void on_error(message m, mono_time now, std::vector<link_effect>& out);
  void end(std::string why, std::vector<link_effect>& out);
  void complain(std::string text, mono_time now, std::vector<link_effect>& out);
  std::string waited(mono_time now) const;
  message numbered(message m);

  link_session_config cfg_;
  bool up_ = false;
  bool hello_due_ = false;
  uint64_t sequence_ = 0;
  uint64_t unread_ = 0;
  /// Time in which we listened and heard nothing.
  millis silence_{};
  mono_time last_tick_{};
  mono_time last_spoke_{};
  /// Since when no session came up; over reopened sockets.
  std::optional<mono_time> waiting_since_{};
  std::optional<mono_time> complained_at_{};
};

} // namespace takt
