#include "broker/socket_monitor.hpp"

#include "broker/socket_io.hpp"

#include <zmq.hpp>

#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <cstring>
#include <vector>

namespace takt {

namespace {

constexpr int watched = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED
  | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
  | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;

std::string fresh_address() {
  static std::atomic<uint64_t> number{0};
  return "inproc://takt.monitor." + std::to_string(++number);
}

std::string caller_of(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char host[NI_MAXHOST] = {};
  char port[NI_MAXSERV] = {};
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (
    ::getpeername(fd, plain, &size) != 0
    || ::getnameinfo(
         plain, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV)
      != 0)
    return {};
  return std::string{host} + ":" + port;
}

std::string reason_of(uint16_t event, uint32_t detail) {
  switch (event) {
  case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
    return "the other side refuses our key (status " + std::to_string(detail) + ")";
  case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
    return "it does not speak as we do: no key, another key, or no ZeroMQ at all";
  default:
    return std::string{"it ended during the handshake ("} + zmq_strerror(static_cast<int>(detail))
      + ")";
  }
}

} // namespace

struct socket_monitor::impl {
  void* watched; ///< stays the same when the zmq::socket_t moves
  zmq::socket_t events;
  std::string latest_caller{};
};

socket_monitor::socket_monitor(zmq::context_t& context, zmq::socket_t& socket) {
  auto address = fresh_address();
  if (zmq_socket_monitor(socket.handle(), address.c_str(), watched) != 0)
    return;
  try {
    zmq::socket_t events{context, zmq::socket_type::pair};
    events.set(zmq::sockopt::linger, 0);
    events.connect(address);
    impl_ = std::make_unique<impl>(impl{socket.handle(), std::move(events)});
  } catch (const zmq::error_t&) {
    zmq_socket_monitor(socket.handle(), nullptr, 0);
  }
}

socket_monitor::~socket_monitor() {
  end();
}

void socket_monitor::end() {
  if (!impl_)
    return;
  zmq_socket_monitor(impl_->watched, nullptr, 0);
  impl_.reset();
}

void* socket_monitor::handle() noexcept {
  return impl_ ? impl_->events.handle() : nullptr;
}

std::optional<std::string> socket_monitor::next() {
  std::vector<std::string> frames;
  while (impl_ && receive(impl_->events, frames, 2)) {
    if (frames.size() != 2 || frames[0].size() != 6)
      continue;
    uint16_t event = 0;
    uint32_t detail = 0;
    std::memcpy(&event, frames[0].data(), sizeof event);
    std::memcpy(&detail, frames[0].data() + sizeof event, sizeof detail);
    if (event == ZMQ_EVENT_ACCEPTED) {
      impl_->latest_caller = caller_of(static_cast<int>(detail));
      continue;
    }
    if (event == ZMQ_EVENT_DISCONNECTED) {
      disconnected_ = true;
      continue;
    }
    auto text = "handshake failed on " + frames[1] + ": " + reason_of(event, detail);
    if (!impl_->latest_caller.empty())
      text += "; the latest caller was " + impl_->latest_caller;
    return text;
  }
  return std::nullopt;
}

} // namespace takt
