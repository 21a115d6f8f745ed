// calendar_json: calendars and blackouts as REST writes them. Days are "2026-12-25", stretches of
// them "2026-12-24/2027-01-02", both ends included.
// Pure; safe from any thread. Errors: bad_json, bad_field.
#pragma once

#include "proto/calendar.hpp"
#include "proto/result.hpp"
#include "proto/value.hpp"

#include <string_view>

namespace takt {

/// The body of POST /api/calendars, or with `name` (from the path) of PUT; a body that names
/// another is refused. What it does not mention is empty; updated_at is ignored.
result<calendar> calendar_from(std::string_view body, std::string_view name = {});
/// The same for blackouts.
result<blackout> blackout_from(std::string_view body, std::string_view name = {});

/// The body of an import: an iCalendar file; `name` is the path's. What else the calendar has is
/// left to whoever knows it. bad_field also when the file has no event.
result<calendar> calendar_from_ics(std::string_view file, std::string_view name);

/// Whether calendars and blackouts may be called so.
bool is_calendar_name(std::string_view name) noexcept;

value json_of(const calendar& c);
value json_of(const blackout& b);

} // namespace takt
