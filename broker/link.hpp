// link: how a scheduler or a worker talks to brokers, without saying what a socket is.
//
// One link holds a session with each broker of a list. A session is a fresh socket: when nothing
// was heard for limits::link_silence_max it is closed and another opened, so that nothing old is
// ever sent late. What send() accepted may be lost at any time; only our own acknowledgements
// count.
//
// THREADING: send() and close() are safe from any thread. The listener is called from the link's
// own thread, never concurrently, and must not block.
#pragma once

#include "proto/wire.hpp"

#include <cstddef>
#include <functional>

namespace takt {

/// Index into the configured list of brokers.
using broker_no = size_t;

class link {
public:
  virtual ~link() = default;

  /// Queues a message for one broker; dropped (and counted) while that session is down or its queue
  /// is full.
  virtual void send(broker_no to, message m) = 0;

  /// Ends every session after what is queued was handed to the sockets; no call of the listener
  /// begins after it returned. Idempotent.
  virtual void close() = 0;
};

struct link_listener {
  /// The broker answered HELLO: frames flow.
  std::function<void(broker_no)> on_up;
  /// The session ended: silence, or the broker said BYE.
  std::function<void(broker_no)> on_down;
  std::function<void(broker_no, message)> on_message;
};

} // namespace takt
