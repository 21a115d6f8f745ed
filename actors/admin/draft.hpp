// draft: what somebody asks a job to be, checked and turned into the job that is stored.
//
// Pure; safe from any thread; `now` is an argument. Every refusal names the field by its REST name
// and the value: bad_field, bad_schedule, unknown_task_type.
#pragma once

#include "actors/questions.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace takt {

/// Version 1, created and anchored at `now`; what the draft does not mention has the defaults of
/// proto/job.hpp. A name and a task type must be mentioned.
result<job> new_job(const job_draft& draft, const job_id& id, wall_time now);

/// `stored` with what the draft mentions, and the same version (the store compares it).
/// - A cron_spec that is not empty ends the interval unless the draft names one too; and the other
///   way round.
/// - The anchor moves to `now` only when the interval changes.
/// - next_due is worked out anew only when the schedule or `paused` changes.
result<job> merged(const job& stored, const job_draft& draft, wall_time now);

/// Task types that every worker may have; known before any executor announced them.
bool is_built_in(std::string_view task_type) noexcept;

/// unknown_task_type, naming the known ones, unless the type is built in or announced.
result<void> check_task_type(std::string_view task_type, const std::vector<std::string>& announced);

} // namespace takt
