// cron_search: where the bits of a cron expression meet the calendar, in civil time. The inner part
// of cron.hpp: everyone else asks a cron.
//
// A day's matches are hours x minutes x seconds, a month's days are one word of bits; so searching
// jumps from bit to bit, and counting multiplies popcounts, a month at a time.
//
// Civil time here is within civil.hpp's years 0000 to 9999: what is asked beyond them is cut off.
// Pure; safe from any thread. No errors.
#pragma once

#include "actors/logic/cron_fields.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace takt {

/// The days of a month on which the expression fires, as bits 1..31: where everything that depends
/// on the month (last day, nearest weekday, nth weekday) is resolved.
uint32_t cron_days_of(const cron_fields& fields, int year, int month);

/// The first match at or after `from`; nothing beyond the end of year `until`.
std::optional<std::chrono::local_seconds>
cron_first(const cron_fields& fields, std::chrono::local_seconds from, int until = 9999);

/// The last match at or before `from`; nothing before year 0.
std::optional<std::chrono::local_seconds>
cron_last(const cron_fields& fields, std::chrono::local_seconds from);

/// How many matches there are in [begin, end).
uint64_t cron_count(
  const cron_fields& fields, std::chrono::local_seconds begin, std::chrono::local_seconds end);

} // namespace takt
