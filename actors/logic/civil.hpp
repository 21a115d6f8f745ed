// civil: the stretch of the calendar that takt knows: RFC 3339's years, 0000 to 9999, UTC.
//
// Schedules end where it ends; that is the only end a search for the next due has. Immutable, safe
// from any thread.
#pragma once

#include "proto/time.hpp"

namespace takt {

inline constexpr wall_time calendar_begin = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
/// The first instant beyond it.
inline constexpr wall_time calendar_end = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};

} // namespace takt
