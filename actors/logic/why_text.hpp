// why_text: words for instants, spans and rules in sentences for people. Pure; safe from any
// thread.
#pragma once

#include "actors/logic/zone.hpp"
#include "proto/timing.hpp"

#include <string>

namespace takt {

/// "2026-03-29T02:30:00+02:00": in the zone, with milliseconds only where there are some.
std::string zoned_text(wall_time t, const zone& in);

/// "250 ms", "12.5 s", "1 h 2 min 3 s".
std::string spoken(millis span);

/// What a due comes by: `its cron_spec "0 2 * * *"`, "its interval of 1 min 30 s", …
std::string spoken(const schedule_rule& rule);

} // namespace takt
