// ALMANAC KEEPER: notices that calendars, blackouts or the zone database changed, and tells
// everybody the new edition.
//
// Receives  almanac_readers · look_at_almanac (DESK, itself) · almanac_found (READ PORT)
// Sends     find_almanac (READ PORT) · almanac_here (ROSTER, DESK, PLANNER)
// Owns      the newest edition; nothing durable
// Dies when its node stops it
//
// It looks every few seconds: another node, or the host's package manager, may have made the
// change.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace takt {

struct almanac_keeper_config {
  read_port_actor reader{};
  /// The edition that everybody was started with.
  almanac_ptr first{};
  /// The host's zones, when they are not of this version; nothing when they are, or cannot be read.
  /// May read files.
  std::function<std::shared_ptr<const zone_database>(const std::string& version)> newer_zones{};
  log say{};
};

/// What the store has, as an edition.
almanac_ptr
make_almanac(std::shared_ptr<const zone_database> zones, const store_reader::almanac_rows& rows);

class almanac_keeper {
public:
  using interface = almanac_keeper_actor;
  static inline const char* name = "takt.almanac-keeper";

  almanac_keeper(interface::pointer self, almanac_keeper_config cfg);

  interface::behavior_type make_behavior();

private:
  void on_look(const look_at_almanac& m);
  void on_found(const almanac_found& m);
  void publish(almanac_ptr edition);

  interface::pointer self_;
  almanac_keeper_config cfg_;
  almanac_ptr edition_;
  almanac_readers readers_{};
  uint64_t looks_ = 0;
};

} // namespace takt
