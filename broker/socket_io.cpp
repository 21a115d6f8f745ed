#include "broker/socket_io.hpp"

#include "proto/limits.hpp"

#include <zmq.hpp>

#include <cerrno>

namespace takt {

namespace {

int send_frame(zmq::socket_t& socket, std::string_view frame, bool more) {
  int flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
  while (zmq_send(socket.handle(), frame.data(), frame.size(), flags) < 0)
    if (zmq_errno() != EINTR)
      return zmq_errno();
  return 0;
}

bool receive_frame(zmq::socket_t& socket, zmq::message_t& frame) {
  while (zmq_msg_recv(frame.handle(), socket.handle(), ZMQ_DONTWAIT) < 0)
    if (zmq_errno() != EINTR)
      return false;
  return true;
}

} // namespace

void set_usual_options(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::maxmsgsize, static_cast<int64_t>(limits::frame_bytes_max));
  socket.set(zmq::sockopt::sndhwm, limits::socket_queue_max);
  socket.set(zmq::sockopt::rcvhwm, limits::socket_queue_max);
  socket.set(zmq::sockopt::handshake_ivl, 5000);
  socket.set(zmq::sockopt::reconnect_ivl, 100);
  socket.set(zmq::sockopt::reconnect_ivl_max, 10'000);
  // They reap half-open TCP connections; our own heartbeats see hung programs.
  socket.set(zmq::sockopt::heartbeat_ivl, 2000);
  socket.set(zmq::sockopt::heartbeat_timeout, 6000);
  socket.set(zmq::sockopt::heartbeat_ttl, 6000);
}

void set_farewell_linger(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::linger, 200);
}

bool receive(zmq::socket_t& socket, std::vector<std::string>& frames, size_t frames_max) {
  frames.clear();
  zmq::message_t frame;
  if (!receive_frame(socket, frame))
    return false;
  for (;;) {
    if (frames.size() <= frames_max)
      frames.push_back(frames.size() == frames_max ? std::string{} : frame.to_string());
    if (!frame.more())
      return true;
    // The parts of a message arrive together: nothing to wait for.
    if (!receive_frame(socket, frame))
      return false;
  }
}

int send(zmq::socket_t& socket, const std::vector<std::string>& frames) {
  for (size_t i = 0; i < frames.size(); ++i)
    if (auto error = send_frame(socket, frames[i], i + 1 < frames.size()); error != 0)
      return error;
  return 0;
}

int send_to_peer(
  zmq::socket_t& socket, std::string_view routing_id, const std::vector<std::string>& frames) {
  // Alone it tells whether the peer is there and has room; the rest then follows atomically.
  if (auto error = send_frame(socket, routing_id, true); error != 0)
    return error;
  return send(socket, frames);
}

std::vector<std::string_view> views_of(const std::vector<std::string>& frames, size_t from) {
  std::vector<std::string_view> views;
  for (size_t i = from; i < frames.size(); ++i)
    views.emplace_back(frames[i]);
  return views;
}

} // namespace takt
