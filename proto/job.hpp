// job: a definition of what to run and when, and the policies around it; versioned.
// A plain value; copies are independent.
#pragma once

#include "proto/describe.hpp"
#include "proto/ids.hpp"
#include "proto/limits.hpp"
#include "proto/run_state.hpp"
#include "proto/time.hpp"

#include <optional>
#include <string>

namespace takt {

struct job {
  job_id id{};
  /// Grows by one with each change of the definition; the store refuses fires of an older one.
  uint64_t version = 1;
  std::string name{};
  std::string description{};
  /// Which code runs; REST calls it job_type.
  std::string task_type{};
  /// At most one of cron_spec and interval_s is set; neither: manual only.
  std::string cron_spec{};
  int64_t interval_s = 0;
  /// Handed to the task untouched.
  std::string payload{};
  /// Run only on this executor; empty: on any that has the task type.
  executor_id executor{};
  /// An attempt's limit; 0: none.
  int64_t timeout_s = limits::timeout_s_default;
  /// How many times an attempt that FAILED, ended in TIMEOUT or was LOST is tried again.
  uint32_t retry_times = 0;
  bool paused = false;
  /// Intervals count from here: created_at, or when the interval last changed.
  wall_time anchor{};
  /// The first due not yet accounted for in the ledger; none: manual only, paused, or finished.
  std::optional<wall_time> next_due{};
  wall_time created_at{};
  wall_time updated_at{};

  bool operator==(const job&) const = default;

  static constexpr auto fields() {
    return takt::fields(
      field{"id", &job::id}, field{"version", &job::version}, field{"name", &job::name},
      field{"description", &job::description}, field{"task_type", &job::task_type},
      field{"cron_spec", &job::cron_spec}, field{"interval_s", &job::interval_s},
      field{"payload", &job::payload}, field{"executor", &job::executor},
      field{"timeout_s", &job::timeout_s}, field{"retry_times", &job::retry_times},
      field{"paused", &job::paused}, field{"anchor_ms", &job::anchor},
      field{"next_due_ms", &job::next_due}, field{"created_at_ms", &job::created_at},
      field{"updated_at_ms", &job::updated_at});
  }
};

} // namespace takt
