// cli_job: the body of `takt job add`, and a job's schedule in words. Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"
#include "proto/value.hpp"
#include "tools/config/commands.hpp"

#include <string>

namespace takt {

/// What POST /api/job takes: only what was given. `now` is what "now" in the form means.
/// @pre no payload_file: whoever calls has read it
value job_body(const job_form& form, wall_time now);

/// A job of the API as a line says when it runs: "0 9 * * MON-FRI (Europe/Berlin)", "every 250ms",
/// "10m after each run", "every 5m from 09:30 to 11:30, MON TUE"; several joined with ";", none:
/// "manual". What cannot be read is left out.
std::string schedule_line(const value& job);

/// The same with each cron expression in plain words behind it; what `H` stands for is told
/// exactly.
std::string schedule_words(const value& job);

} // namespace takt
