// SWITCHBOARD: the broker port: links on one side, executor proxies on the other.
//
// Receives  broker_up, broker_down, frame_arrived (the link's thread) · send_frame (EXECUTOR PROXY)
//           · dispatch_attempt, adopt_attempts (DISPATCHER) · cancel_attempts (DESK) ·
//           shards_granted (LEASE KEEPER) · heartbeat_tick (itself)
// Sends     executor_frame and the above (EXECUTOR PROXY) · switchboard_here (DISPATCHER) · frames
// Owns      the link, the EXECUTOR PROXYs
// Dies when its node stops it; ends its proxies first
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/metrics.hpp"
#include "actors/scheduler/executor_proxy.hpp"
#include "broker/link.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace takt {

/// Opens the link with this listener; the composition root knows the sockets.
using link_opener = std::function<result<std::unique_ptr<link>>(link_listener)>;

class switchboard {
public:
  using interface = switchboard_actor;
  static inline const char* name = "takt.switchboard";

  switchboard(interface::pointer self, executor_proxy_deps deps, link_opener open);

  interface::behavior_type make_behavior();

private:
  void on_granted(const shards_granted& m);
  void on_broker_up(broker_no broker);
  void on_broker_down(broker_no broker);
  void on_frame(const frame_arrived& m);
  void on_dispatch(const dispatch_attempt& m);
  void on_adopt(const adopt_attempts& m);
  void on_cancel(const cancel_attempts& m);
  void on_tick();
  void on_stop();
  void open_link(const link_opener& open);
  void introduce(broker_no broker);
  void send_owns(broker_no broker);
  executor_proxy_actor& proxy_of(const executor_id& id);
  void send(broker_no to, message m);

  interface::pointer self_;
  executor_proxy_deps deps_;
  std::shared_ptr<link> link_;
  std::vector<grant> grants_;
  std::set<broker_no> up_;
  std::unordered_map<executor_id, executor_proxy_actor> proxies_;
  uint64_t ticks_ = 0;
  bool stopped_ = false;
};

} // namespace takt
