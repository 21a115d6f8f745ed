// cli_time_print: what the API says about time, as tables and reports for people: ledger, forecast,
// simulation, calendars, blackouts. Pure; safe from any thread. Tolerant as cli_print.hpp.
#pragma once

#include "actors/logic/zone.hpp"
#include "proto/value.hpp"

#include <string>

namespace takt {

/// "12 ms", "3.2 s", "4m20s", "2h05m", "3d04h": as exact as people need it.
std::string span_words(millis span);

/// "2026-03-29 03:00:00+02:00": an instant as the zone's clocks show it; UTC without its offset.
std::string clock_text(wall_time t, const zone& in);

/// One line per row, dues in `in`; then how many rows there are besides.
std::string show_ledger(const value& page, const zone& in);

/// The busiest steps, at most 24, in their order, with bars; the sum; the herd.
std::string show_forecast(const value& report);

/// What a simulation found, and which jobs would overlap.
std::string show_simulation(const value& report);

std::string show_calendars(const value& list);
/// Its members, then its days, one stretch a line.
std::string show_calendar(const value& calendar);
std::string show_blackouts(const value& list);

} // namespace takt
