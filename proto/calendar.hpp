// calendar: named sets of days that jobs leave out or keep to, and blackouts: stretches of time in
// which nothing fires anywhere. Plain values; their meaning for dues is
// actors/logic/schedule.hpp's.
#pragma once

#include "proto/describe.hpp"
#include "proto/limits.hpp"
#include "proto/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace takt {

/// Local dates, first and last included, as days since 1970-01-01.
struct date_range {
  int32_t first = 0;
  int32_t last = 0;

  bool operator==(const date_range&) const = default;
  static constexpr auto fields() {
    return takt::fields(field{"first", &date_range::first}, field{"last", &date_range::last});
  }
};

/// A set of local days, read in the time zone of the job that uses it.
struct calendar {
  /// 1 to 64 of A-Z a-z 0-9 . _ -; unique.
  std::string name{};
  std::string description{};
  /// False: dues on its days are excluded. True: dues on all other days are.
  bool including = false;
  /// Sorted, disjoint, not touching.
  std::vector<date_range> dates{};
  /// Days of the week that belong to the set as well; bit 0 is Sunday.
  uint32_t weekdays = 0;
  wall_time updated_at{};

  bool operator==(const calendar&) const = default;
  static constexpr auto fields() {
    return takt::fields(
      field{"name", &calendar::name}, field{"description", &calendar::description},
      field{"including", &calendar::including}, field{"dates", &calendar::dates},
      field{"weekdays", &calendar::weekdays}, field{"updated_at_ms", &calendar::updated_at});
  }
};

/// From `begin` up to but not including `end` every due of every job is SKIPPED (blackout).
struct blackout {
  /// As a calendar's.
  std::string name{};
  wall_time begin{};
  wall_time end{};
  /// For people: "moving to the new rack".
  std::string reason{};
  wall_time updated_at{};

  bool operator==(const blackout&) const = default;
  static constexpr auto fields() {
    return takt::fields(
      field{"name", &blackout::name}, field{"begin_ms", &blackout::begin},
      field{"end_ms", &blackout::end}, field{"reason", &blackout::reason},
      field{"updated_at_ms", &blackout::updated_at});
  }
};

} // namespace takt
