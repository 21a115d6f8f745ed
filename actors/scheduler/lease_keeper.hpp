// LEASE KEEPER: keeps this node's right to drive shards, and tells the others when it changes.
//
// Receives  renew_leases (itself, every 0.3 of the TTL, on a stand-by 0.1) · release_leases (its
//           node, at a stop)
// Sends     shards_granted (to every listener, when the set of grants changed)
// Owns      the lease (storage/lease.hpp), with its connection and its Redis lock
// Dies when its node stops it
//
// Blocks for a database write or a lock server's answer: spawned detached in production.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/metrics.hpp"
#include "proto/time.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace takt {

struct lease_keeper_config {
  std::shared_ptr<lease> right{};
  const clock* time = nullptr;
  std::string boot_id{};
  /// Told of every change of grants, in this order.
  std::vector<grant_listener_actor> listeners{};
  /// Called when the driver's address may have changed; from the LEASE KEEPER's thread.
  std::function<void(std::string)> driver_seen{};
  std::shared_ptr<metrics> counts{};
  log say{};
};

class lease_keeper {
public:
  using interface = lease_keeper_actor;
  static inline const char* name = "takt.lease-keeper";

  lease_keeper(interface::pointer self, lease_keeper_config cfg);

  interface::behavior_type make_behavior();

private:
  void on_renew();
  void on_release();
  void look_for_driver(const host_time& now);
  void announce(std::vector<grant> grants);
  host_time now() const;

  interface::pointer self_;
  lease_keeper_config cfg_;
  std::vector<grant> announced_;
  bool first_ = true;
  bool released_ = false;
  bool failing_ = false;
};

} // namespace takt
