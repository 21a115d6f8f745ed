// draft_schedule: what a draft says about when, checked, and merged with what a job has.
//
// A job's schedule is one rule, said in a field of its own, or several, said in `schedules`:
// - a field that is not empty replaces all rules; two of them are refused, since a PUT that names
//   cron_spec and interval rarely means both
// - an empty one ("", 0, null) takes rules of its kind away; an empty `schedules` all of them
// Pure; safe from any thread; `now` is an argument. Refusals (bad_field, bad_schedule) name the
// field by its REST name.
#pragma once

#include "actors/questions.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <vector>

namespace takt {

/// Whether what the draft mentions of its schedule makes sense, each by itself. That it holds
/// together is schedule::of's.
result<void> check_schedule(const job_draft& d);

/// The rules of a job that had `before`. A run_at that was not there before must be later than
/// `now`.
/// @pre check_schedule(d)
result<std::vector<schedule_rule>>
merged_rules(const std::vector<schedule_rule>& before, const job_draft& d, wall_time now);

} // namespace takt
