// socket_io: the few things that we do with ZeroMQ sockets, the same way everywhere: the options
// that every socket gets, and whole messages in and out without exceptions.
//
// THREADING: a socket belongs to one thread. Failures are errno values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace zmq {
class socket_t;
}

namespace takt {

/// Bounds and liveness: MAXMSGSIZE, HWM, LINGER 0, HANDSHAKE_IVL, reconnects, ZMTP heartbeats.
void set_usual_options(zmq::socket_t& socket);

/// How long a socket that ends in good order tries to get its last frames (BYE) out; it delays only
/// the end of the context, and only when the peer does not read.
void set_farewell_linger(zmq::socket_t& socket);

/// One whole message; what goes beyond frames_max is thrown away but leaves one frame too many, so
/// that the receiver sees that there was more. False: nothing there (or the context has ended).
bool receive(zmq::socket_t& socket, std::vector<std::string>& frames, size_t frames_max);

/// Never blocks. 0, or errno: EHOSTUNREACH (ROUTER: no such peer), EAGAIN (no room, no peer).
int send(zmq::socket_t& socket, const std::vector<std::string>& frames);

/// The same behind a routing frame.
int send_to_peer(
  zmq::socket_t& socket, std::string_view routing_id, const std::vector<std::string>& frames);

std::vector<std::string_view> views_of(const std::vector<std::string>& frames, size_t from = 0);

} // namespace takt
