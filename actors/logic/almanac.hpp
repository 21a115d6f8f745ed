// almanac: what besides a job's definition decides its dues: zones, calendars, blackouts. One
// edition, immutable and shared; a change makes a new edition. Safe from any thread.
#pragma once

#include "actors/logic/zone_database.hpp"
#include "proto/calendar.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace takt {

struct almanac {
  std::shared_ptr<const zone_database> zones = zone_database::utc_only();
  std::map<std::string, std::shared_ptr<const calendar>, std::less<>> calendars{};
  /// By begin.
  std::vector<blackout> blackouts{};
  /// The store's: grows with each change of calendars or blackouts; from 1.
  uint64_t revision = 1;
};

using almanac_ptr = std::shared_ptr<const almanac>;

} // namespace takt
