#include "broker/zmq_context.hpp"

#include <zmq.hpp>

namespace takt {

zmq_context make_zmq_context() {
  return std::make_shared<zmq::context_t>(1);
}

} // namespace takt
