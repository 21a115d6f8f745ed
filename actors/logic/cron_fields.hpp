// cron_fields: a cron expression taken apart into bit sets, one per field.
//
// 5 fields (minute, hour, day of month, month, day of week) or 6 with leading seconds; `*`, lists,
// ranges, steps, `n/step`, names, `?` in the day fields, Sunday 0 or 7, @hourly … @yearly. Plain
// value; parsing is pure and safe from any thread. Errors: bad_schedule with field, value and
// 1-based column.
#pragma once

#include "proto/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace takt {

/// Which days of a month count. Both fields given: a day that either of them names; a field that is
/// exactly `*` or `?` leaves the choice to the other.
enum class cron_day_rule : uint8_t { by_day, by_weekday, either };

/// Bit n is set when the value n is allowed.
struct cron_fields {
  uint64_t seconds = 1;
  uint64_t minutes = 0;
  uint32_t hours = 0;
  uint32_t days = 0;     ///< bits 1..31
  uint32_t months = 0;   ///< bits 1..12
  uint32_t weekdays = 0; ///< bits 0..6, Sunday is 0
  cron_day_rule day_rule = cron_day_rule::by_day;

  bool operator==(const cron_fields&) const = default;
};

/// A part of the expression and where it stands in it, from 1.
struct cron_piece {
  std::string_view text{};
  size_t column = 1;
};

/// The fields, and the pieces (second … day of week) for errors that concern several of them.
struct cron_expression {
  cron_fields fields{};
  std::array<cron_piece, 6> pieces{};
};

/// The pieces point into `text`, or into static text for a macro.
result<cron_expression> parse_cron_expression(std::string_view text);

/// A piece for people: printable, cut to 40 characters.
std::string shown(std::string_view piece);

} // namespace takt
