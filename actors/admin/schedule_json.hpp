// schedule_json: a job's "when" as REST writes it: cron_spec, interval, … schedules, time_zone,
// calendars, misfire, overlap.
//
// A job with at most one rule shows it in that rule's own field, the others being "", 0 or null,
// and `schedules` []; one with several shows them in `schedules` only. So what GET gave can be PUT
// back. Pure; safe from any thread. Errors: bad_field, naming the field.
#pragma once

#include "actors/questions.hpp"
#include "proto/result.hpp"
#include "proto/value.hpp"

#include <span>
#include <string_view>

namespace takt {

/// A member of a job's body: how it is taken into a draft.
struct draft_field {
  std::string_view name;
  result<void> (*take)(std::string_view name, const value& given, job_draft& draft);
};

/// The members that say when.
std::span<const draft_field> schedule_fields() noexcept;

/// cron_spec and interval: where the seed has them.
void put_seed_schedule(value_map& out, const job& j);
/// All others.
void put_schedule(value_map& out, const job& j);

} // namespace takt
