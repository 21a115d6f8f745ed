// dealer_link: the link over ZeroMQ: one DEALER per session and broker, all on one thread.
//
// Schedulers connect to the brokers' frontends, workers to their backends. Sessions come up and go
// down by themselves for as long as the link lives (link_session has the rules); why one does not
// come up is said to the log hook, at most every half minute.
//
// THREADING: as link.hpp says; close() may also be called from the listener, the destructor not.
// Counters are safe from any thread.
#pragma once

#include "broker/curve.hpp"
#include "broker/frame_queue.hpp"
#include "broker/link.hpp"
#include "broker/log_hook.hpp"
#include "broker/zmq_context.hpp"
#include "proto/result.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace takt {

struct link_counters {
  std::atomic<uint64_t> sent{0};
  std::atomic<uint64_t> received{0};
  std::atomic<uint64_t> dropped_down{0}; ///< the session was not up
  std::atomic<uint64_t> dropped_full{0}; ///< our queue was full, or the link closed
  std::atomic<uint64_t> eagain{0};       ///< the socket had no room: takt_zmq_eagain_total
  std::atomic<uint64_t> sessions{0};     ///< that came up
};

struct dealer_link_config {
  /// Endpoints; a broker_no is an index into them.
  std::vector<std::string> brokers{};
  peer_role role = peer_role::scheduler;
  std::string name{};    ///< node id or executor id: tells the broker that a newcomer is still us
  std::string program{}; ///< "takt 0.1.0"
  cluster_id cluster{};
  std::optional<client_keys> keys{}; ///< not used on inproc
  zmq_context context{};
  log_hook log{};
  std::shared_ptr<link_counters> counters{}; ///< optional
  millis heartbeat_interval = limits::heartbeat_interval;
  millis silence_max = limits::link_silence_max;
  frame_queue_limits queue{};
};

/// Starts connecting and returns at once; nothing need be listening yet. setup_bad_option naming an
/// endpoint that cannot be one, or when there is none; setup_keys. `time` must outlive the link.
result<std::unique_ptr<link>>
open_dealer_link(dealer_link_config config, link_listener listener, const clock& time);

} // namespace takt
