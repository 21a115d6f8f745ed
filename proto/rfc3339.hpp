// RFC 3339 text for instants: what REST, logs and TAKT_DUE show. Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"

#include <string>
#include <string_view>

namespace takt {

/// "2026-01-02T03:04:05.678Z": UTC, always with milliseconds.
std::string to_rfc3339(wall_time t);

/// "2026-03-29T03:00:00+02:00": the same instant as clocks with that offset show it; milliseconds
/// only where there are any; an offset of 0 is "+00:00". The format knows whole minutes: other
/// offsets (no zone has had one since 1972) are rounded to one, and the time shown with them.
/// @pre the offset is less than a day
std::string to_rfc3339(wall_time t, std::chrono::seconds offset);

/// Reads a date-time with an offset ("Z" or "+hh:mm") and up to 9 fractional digits, which are cut
/// to milliseconds. Refused with bad_field: no offset, impossible dates, seconds of 60, years
/// outside 1970..9999, anything before or after the date-time.
result<wall_time> from_rfc3339(std::string_view text);

} // namespace takt
