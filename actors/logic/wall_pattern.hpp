// wall_pattern: a sequence of wall-clock times that is computed, not searched: its elements are
// numbered, so that counting is subtraction. Intervals (in UTC), calendar intervals and daily
// windows are such sequences; wall_rule.hpp makes instants of them.
//
// Immutable; safe from any thread. Local times are those of the years around civil.hpp's calendar;
// within them nothing overflows.
#pragma once

#include "actors/logic/zone.hpp"
#include "proto/timing.hpp"

#include <cstdint>
#include <memory>

namespace takt {

class wall_pattern {
public:
  virtual ~wall_pattern() = default;
  /// The number of the first element at or after `t`.
  virtual int64_t rank(local_time t) const = 0;
  /// The element with that number, a number that rank() gave or one less than it gave for a later
  /// time.
  virtual local_time nth(int64_t number) const = 0;
};

/// start + k * every for k >= first.
/// @pre every > 0
std::unique_ptr<const wall_pattern> every_pattern(local_time start, millis every, int64_t first);

/// Every `units` units at the start's time of day, for k >= first; a day that a month lacks is its
/// last.
/// @pre units > 0
std::unique_ptr<const wall_pattern>
calendar_pattern(local_time start, uint32_t units, calendar_unit unit, int64_t first);

/// from_s, from_s + every … until_s on each of `weekdays` (bit 0 is Sunday).
/// @pre every > 0, from_s <= until_s < 86,400, some weekday
std::unique_ptr<const wall_pattern>
window_pattern(uint32_t from_s, uint32_t until_s, millis every, uint32_t weekdays);

} // namespace takt
