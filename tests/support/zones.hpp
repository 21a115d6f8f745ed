// zones: the system's zone database, read once, and calendar words for tests. One thread.
#pragma once

#include "actors/logic/zone_database.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace takt::test {

inline const zone_database& database() {
  static const auto all = zone_database::load(system_zones_folder).value();
  return *all;
}

inline std::shared_ptr<const zone> zone_of(std::string_view name) {
  return database().find(name).value();
}

/// UTC.
inline wall_time at(int y, unsigned m, unsigned d, std::chrono::seconds time = {}) {
  using namespace std::chrono;
  return sys_days{year{y} / month{m} / day{d}} + time;
}

inline local_time local(int y, unsigned m, unsigned d, std::chrono::seconds time = {}) {
  return local_time{at(y, m, d, time).time_since_epoch()};
}

} // namespace takt::test
