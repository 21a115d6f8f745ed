// zmq_context: one ZeroMQ context per process, shared by those who talk over inproc://.
// Safe from any thread. Lives until the last holder lets go of it.
#pragma once

#include <memory>

namespace zmq {
class context_t;
}

namespace takt {

using zmq_context = std::shared_ptr<zmq::context_t>;

zmq_context make_zmq_context();

} // namespace takt
