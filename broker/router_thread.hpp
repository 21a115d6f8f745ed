// router_thread: the broker: the router's logic on two ROUTER sockets, on a thread of its own.
//
// Each side may be bound to several endpoints; with keys, every tcp and ipc connection needs an
// enrolled one, inproc never does. Port 0 (or *) takes a free one: frontend_endpoints() says which.
//
// THREADING: made and destroyed by one thread; stop(), stats() and the endpoints are safe from any.
// The log hook is called from the broker's threads. No call of it begins after stop() returned.
#pragma once

#include "broker/curve.hpp"
#include "broker/log_hook.hpp"
#include "broker/router.hpp"
#include "broker/zmq_context.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace takt {

struct router_thread_config {
  std::vector<std::string> frontend{}; ///< for schedulers
  std::vector<std::string> backend{};  ///< for workers
  router_config router{};
  std::optional<broker_keys> keys{};
  log_hook log{};
  /// How often problems are summed up in the log.
  millis summary_interval = std::chrono::seconds{10};
};

/// A copy of the broker's numbers, at most one heartbeat interval old.
struct broker_stats {
  router_counters counters{};
  uint64_t eagain = 0; ///< sends that found no room: takt_zmq_eagain_total
  uint64_t schedulers = 0;
  uint64_t workers = 0;
  uint64_t executors = 0;
  uint64_t owned_shards = 0;
};

class router_thread {
public:
  virtual ~router_thread() = default;

  /// Says BYE to all, closes the sockets, ends the threads. Idempotent.
  virtual void stop() = 0;

  virtual broker_stats stats() const = 0;

  /// As bound, in the config's order.
  virtual const std::vector<std::string>& frontend_endpoints() const noexcept = 0;
  virtual const std::vector<std::string>& backend_endpoints() const noexcept = 0;
};

/// Binds and starts. setup_cannot_listen naming the endpoint and the system's reason; setup_keys.
/// `time` must outlive the thread.
result<std::unique_ptr<router_thread>>
start_router_thread(router_thread_config config, zmq_context context, const clock& time);

} // namespace takt
