// cron_fields: a cron expression taken apart into bit sets and rules, one per field.
//
// The dialect is docs/CRON.md's. Plain value; parsing is pure and safe from any thread. Errors:
// bad_schedule with field, value, 1-based column and what is allowed there.
#pragma once

#include "proto/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace takt {

/// Which days of a month count. Both day fields given: a day that either of them names, or, with
/// `+` before the day of week, that both name; a field that is exactly `*` or `?` leaves the choice
/// to the other.
enum class cron_day_rule : uint8_t { by_day, by_weekday, either, both };

/// Bit n is set when the value n is allowed.
struct cron_fields {
  uint64_t seconds = 1;
  uint64_t minutes = 0;
  uint32_t hours = 0;
  uint32_t days = 0;     ///< bits 1..31
  uint32_t months = 0;   ///< bits 1..12
  uint32_t weekdays = 0; ///< bits 0..6, Sunday is 0
  /// `L-n`: bit n, days before the month's last; bit 0 is `L`.
  uint32_t days_before_last = 0;
  /// `nW`: bit n, the Monday-to-Friday day nearest to day n within its month; a month without a day
  /// n has none (31W: not in June).
  uint32_t nearest_weekdays = 0;
  /// `LW`: the month's last Monday-to-Friday day.
  bool last_weekday_of_month = false;
  /// `d#n`: bit (n - 1) * 7 + d, the nth such weekday of the month, n 1..5.
  uint64_t nth_weekdays = 0;
  /// `dL`: bit d, the last such weekday of the month.
  uint32_t last_weekdays = 0;
  /// Years 1970 + n, when `any_year` is false.
  std::array<uint64_t, 4> years{};
  bool any_year = true;
  cron_day_rule day_rule = cron_day_rule::by_day;
  /// Minute or hour begins with `*`, or is `H/n`: see cron.hpp on summer time.
  bool wild = false;
  /// A day field was `*/n`: Vixie's cron reads `*/n` there as AND, we as OR (a lint).
  bool stepped_star_day = false;
  /// Bit per field (0 second … 5 day of week): its step, such as */7 of minutes, does not divide
  /// its range, so that the last stretch before the wrap is shorter (a lint).
  uint8_t short_cycles = 0;

  bool operator==(const cron_fields&) const = default;
};

inline constexpr int cron_first_year = 1970;
inline constexpr int cron_last_year = 2199;

/// A part of the expression and where it stands in it, from 1.
struct cron_piece {
  std::string_view text{};
  size_t column = 1;
};

/// The fields, and the pieces (second … day of week, year) for errors that concern several of them.
struct cron_expression {
  cron_fields fields{};
  std::array<cron_piece, 7> pieces{};
};

/// The pieces point into `text`, or into static text for a macro. `hash_seed` fixes `H`.
result<cron_expression> parse_cron_expression(std::string_view text, uint64_t hash_seed = 0);

/// A piece for people: printable, cut to 40 characters.
std::string shown(std::string_view piece);

} // namespace takt
