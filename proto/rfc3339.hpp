// RFC 3339 text for instants: what REST, logs and TAKT_DUE show. Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"

#include <string>
#include <string_view>

namespace takt {

/// "2026-01-02T03:04:05.678Z": UTC, always with milliseconds.
std::string to_rfc3339(wall_time t);

/// Reads a date-time with an offset ("Z" or "+hh:mm") and up to 9 fractional digits, which are cut
/// to milliseconds. Refused with bad_field: no offset, impossible dates, seconds of 60, years
/// outside 1970..9999, anything before or after the date-time.
result<wall_time> from_rfc3339(std::string_view text);

} // namespace takt
