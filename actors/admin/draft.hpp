// draft: what somebody asks a job to be, checked and turned into the job that is stored.
//
// Pure; safe from any thread; `now` is an argument. Every refusal names the field by its REST name
// and the value: bad_field, bad_schedule, unknown_task_type.
#pragma once

#include "actors/logic/almanac.hpp"
#include "actors/questions.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace takt {

/// Version 1, created and anchored at `now`; what the draft does not mention has the defaults of
/// proto/job.hpp. A name and a task type must be mentioned. The zone's name is made canonical.
result<job> new_job(const job_draft& draft, const job_id& id, wall_time now, const almanac_ptr& by);

/// A job as it shall be stored.
struct merged_job {
  job definition{};
  /// The draft does not touch when the job is due (store.hpp).
  bool keeps_plan = false;
};

/// `stored` with what the draft mentions (draft_schedule.hpp says what becomes of its rules), and
/// the same version (the store compares it).
/// - The anchor moves to `now` only when the rules change, and when a fixed delay gets other
/// limits.
/// - next_due is worked out anew, after `now`, only when rules, zone, limits or calendars change.
/// - Pausing and resuming move nothing: what is due by `now` must be accounted for before
///   (the DESK's overdue fire), so next_due is later already.
result<merged_job>
merged(const job& stored, const job_draft& draft, wall_time now, const almanac_ptr& by);

/// What somebody wants to know the dues of: a name and a task type need not be mentioned.
result<job> imagined_job(job_draft draft, wall_time now, const almanac_ptr& by);

/// Task types that every worker may have; known before any executor announced them.
bool is_built_in(std::string_view task_type) noexcept;

/// unknown_task_type, naming the known ones, unless the type is built in or announced.
result<void> check_task_type(std::string_view task_type, const std::vector<std::string>& announced);

} // namespace takt
