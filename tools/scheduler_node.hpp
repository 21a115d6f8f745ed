// scheduler_node: the composition root of a scheduler: store, leases, actors, gateway, brought up
// from the bottom and taken down from the top. The only place that knows which store, which lock
// and which sockets there are, and which actors have threads of their own.
//
// Made, stopped and destroyed by main()'s thread.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/logic/zone_database.hpp"
#include "actors/scheduler/switchboard.hpp"
#include "proto/random.hpp"
#include "proto/result.hpp"
#include "storage/data_folder.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>
#include <string>

namespace takt {

struct scheduler_node_config {
  std::string data{};
  data_folder::mode sharing = data_folder::mode::shared;
  std::string listen{};
  /// Empty: no token is asked for.
  std::string token{};
  /// Empty: the store's rows alone.
  std::string lease_url{};
  millis lease_ttl = limits::lease_ttl;
  millis lock_ttl = limits::redis_lease_ttl;
  millis executor_silence = limits::executor_silence_max;
  /// The folder of the zone database.
  std::string zones = system_zones_folder;
  /// Opens the link to the brokers; told the node's name and the store's cluster id.
  std::function<result<std::unique_ptr<link>>(const node_id&, const cluster_id&, link_listener)>
    open_link{};
  const clock* time = nullptr;
  entropy* random = nullptr;
  log say{};
};

class scheduler_node {
public:
  /// Everything that can be wrong with the folder, the store, the lock's address or the gateway's
  /// address fails here, with one sentence; nothing is left running then.
  static result<std::unique_ptr<scheduler_node>>
  start(caf::actor_system& system, scheduler_node_config cfg);

  ~scheduler_node();

  /// The gateway's address as bound: "http://127.0.0.1:8080".
  const std::string& address() const;

  /// Stops firing, lets what is begun be written, gives the leases back, says BYE. Idempotent.
  void stop();

private:
  struct impl;
  explicit scheduler_node(std::unique_ptr<impl> parts);
  std::unique_ptr<impl> impl_;
};

} // namespace takt
