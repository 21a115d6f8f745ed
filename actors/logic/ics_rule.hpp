// ics_rule: iCalendar's dates, durations and the yearly part of its RRULE (RFC 5545, 3.3).
//
// Pure; safe from any thread; total. Used by ics alone. Errors: bad_field, whose context says what
// is wrong and leaves the line to the caller.
#pragma once

#include "proto/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace takt {

/// A date, or a date with a time of some place's clock.
struct ics_moment {
  std::chrono::sys_days day{};
  std::chrono::seconds time{}; ///< since midnight
  bool has_time = false;
  bool is_utc = false;

  std::chrono::sys_seconds at() const { return day + time; }
};

/// 20260102, 20260102T030405 or 20260102T030405Z.
std::optional<ics_moment> ics_moment_of(std::string_view text);

/// P3D, P2W, PT1H30M, P1DT12H; never negative, at most 10,000 of its weeks, days or hours.
std::optional<std::chrono::seconds> ics_duration_of(std::string_view text);

struct ics_rule {
  int interval = 1; ///< years
  std::optional<size_t> count{};
  std::optional<ics_moment> until{};
  uint32_t months = 0;        ///< bit 1 is January; 0: not said
  uint32_t days = 0;          ///< of the month; bit 1 is the first; 0: not said
  uint32_t days_from_end = 0; ///< bit 1 is the last
};

/// Of "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1".
result<ics_rule> read_ics_rule(std::string_view text);

/// The days from `start` on, ascending, of the years 1970 to 2199. Each day takes one from `left`,
/// as do those before 1970 where a COUNT must be kept. bad_field: `left` is used up, or `start` is
/// itself no day of the rule, which RFC 5545 leaves without a meaning.
result<std::vector<std::chrono::sys_days>>
days_of(const ics_rule& rule, const ics_moment& start, size_t& left);

} // namespace takt
