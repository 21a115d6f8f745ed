// posix_tz: the rule that a TZif file's footer says: "CET-1CEST,M3.5.0,M10.5.0/3".
//
// POSIX's TZ with the extensions of RFC 8536: quoted names, times of -167..167 hours, negative DST,
// DST that never ends. It holds for all time, and is asked in constant time. Total: the text may
// come from anybody. Immutable; safe from any thread. Used by zone alone. Errors: bad_schedule.
#pragma once

#include "actors/logic/zone.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace takt {

/// One of the two days of a year on which the clocks are set.
struct posix_tz_change {
  enum class form : uint8_t {
    julian,     ///< Jn: 1..365, 29 February never counted
    zero_based, ///< n: 0..365, 29 February counted
    weekday     ///< Mm.w.d: month, week 1..5 (5 = the last), weekday 0 = Sunday
  };
  form is = form::weekday;
  unsigned day = 0; ///< Jn, n
  unsigned month = 1;
  unsigned week = 1;
  unsigned weekday = 0;
  std::chrono::seconds time{}; ///< after local midnight of that day
  std::chrono::seconds before{};
  std::chrono::seconds after{}; ///< the offsets before and after it

  bool operator==(const posix_tz_change&) const = default;
};

class posix_tz {
public:
  /// bad_schedule also where the two changes do not take turns in every year, unless DST is thereby
  /// never interrupted.
  static result<posix_tz> parse(std::string_view text);

  /// One offset for ever.
  explicit posix_tz(std::chrono::seconds offset = {}) noexcept : offset_(offset) {}

  bool changes() const noexcept { return changes_; }

  /// The period that holds `t`; neighbours differ in their offsets. Its ends saturate where
  /// wall_time ends.
  zone_period at(wall_time t) const;

private:
  posix_tz(const posix_tz_change& first, const posix_tz_change& second)
    : changes_(true), in_a_year_{first, second} {}

  std::chrono::sys_seconds change(int64_t number) const;
  bool take_turns() const;
  bool touch() const;

  bool changes_ = false;
  std::chrono::seconds offset_{};
  std::array<posix_tz_change, 2> in_a_year_{}; ///< in the order of the year
};

} // namespace takt
