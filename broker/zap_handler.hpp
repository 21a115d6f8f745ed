// zap_handler: decides which CURVE keys may connect to the brokers of one ZeroMQ context (RFC 27).
//
// Runs on a thread of its own from start_zap_handler() to destruction, must be there before the
// sockets are bound, and answers from memory, so that no handshake waits. Taking a key away ends no
// connection that stands: restart the broker for that. A context has at most one handler.
//
// THREADING: made and destroyed by one thread; the log hook is called from the handler's own.
#pragma once

#include "broker/curve.hpp"
#include "broker/log_hook.hpp"
#include "broker/zmq_context.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <memory>
#include <vector>

namespace takt {

/// The ZAP domain of takt's sockets; others of the same context are denied.
inline constexpr const char* zap_domain = "takt";

class zap_handler {
public:
  virtual ~zap_handler() = default;
};

/// setup_keys: the context has a handler already, or the system refuses another thread.
result<std::unique_ptr<zap_handler>> start_zap_handler(
  std::vector<enrolled_key> clients, zmq_context context, const clock& time, log_hook log);

} // namespace takt
