// ics: the days that an iCalendar file (RFC 5545) marks: public holidays, for a calendar of takt.
//
// Understood are events of whole days and of hours (the dates they touch, each in its own local
// time; UTC as it stands), once or yearly: RRULE with FREQ=YEARLY, INTERVAL, COUNT, UNTIL, BYMONTH
// and BYMONTHDAY, spread out over the years 1970 to 2199. What would make other days of an event
// (another RRULE, RDATE, EXDATE, RECURRENCE-ID) is refused, never passed over; everything else is
// passed over. Cancelled events are left out. Total and bounded: the text may come from anybody, of
// at most 1 MiB; pure; safe from any thread. Errors: bad_field, "ics: line 12: …".
#pragma once

#include "proto/limits.hpp"
#include "proto/result.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace takt {

struct ics_event {
  std::chrono::year_month_day first{};
  std::chrono::year_month_day last{}; ///< included
  /// One line of at most 255 bytes, in the file's own encoding.
  std::string summary{};

  bool operator==(const ics_event&) const = default;
};

/// In the order of the file; a yearly event is one for each of its years. At most
/// limits::calendar_ranges_max in all.
result<std::vector<ics_event>> read_ics(std::string_view text);

} // namespace takt
