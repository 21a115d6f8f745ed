// job: a definition of what to run and when, and the policies around it; versioned.
// A plain value; copies are independent.
#pragma once

#include "proto/describe.hpp"
#include "proto/ids.hpp"
#include "proto/limits.hpp"
#include "proto/run_state.hpp"
#include "proto/time.hpp"
#include "proto/timing.hpp"

#include <optional>
#include <string>
#include <vector>

namespace takt {

struct job {
  job_id id{};
  /// Grows by one with each change of the definition; the store refuses fires of an older one.
  uint64_t version = 1;
  std::string name{};
  std::string description{};
  /// Which code runs; REST calls it job_type.
  std::string task_type{};
  /// When: the union of these; none: manual only. A fixed_delay stands alone.
  std::vector<schedule_rule> rules{};
  /// IANA name, canonical; in it cron, windows, calendars and calendar intervals are read.
  std::string time_zone{"UTC"};
  dst_policy dst = dst_policy::vixie;
  /// No due before, none after; both included.
  std::optional<wall_time> start_at{};
  std::optional<wall_time> end_at{};
  /// The schedule ends when so many planned dues became runs (fired_runs); 0: never.
  uint64_t max_runs = 0;
  /// Names; all of them must let a day pass.
  std::vector<std::string> calendars{};
  excluded_policy on_excluded = excluded_policy::skip;
  /// A due fires up to this much later: by how much is fixed by job and due, and never past the
  /// next due.
  int64_t jitter_ms = 0;
  misfire_policy misfire = misfire_policy::last;
  /// A misfired due older than this is never made up for.
  int64_t catch_up_window_ms = limits::catch_up_window_default.count();
  /// Policy all: at most so many made up for in a second.
  uint32_t catch_up_rate = limits::catch_up_rate_default;
  overlap_policy overlap = overlap_policy::queue;
  /// Handed to the task untouched.
  std::string payload{};
  /// Run only on this executor; empty: on any that has the task type.
  executor_id executor{};
  /// An attempt's limit; 0: none.
  int64_t timeout_s = limits::timeout_s_default;
  /// How many times an attempt that FAILED, ended in TIMEOUT or was LOST is tried again.
  uint32_t retry_times = 0;
  bool paused = false;
  /// Intervals count from here: created_at, or when the rules last changed.
  wall_time anchor{};
  /// The first due not yet accounted for in the ledger, also of a paused job (what a pause
  /// swallowed is accounted for when it ends); none: manual only, ended, or a fixed delay whose run
  /// is unfinished.
  std::optional<wall_time> next_due{};
  /// The edition of the zone database that next_due was worked out with; empty where none was asked
  /// (UTC, plain intervals).
  std::string zone_version{};
  /// The almanac's revision that next_due was worked out with; 0 where no calendar moves dues.
  uint64_t calendar_revision = 0;
  /// How many planned dues became runs. The store counts; nobody else writes it.
  uint64_t fired_runs = 0;
  wall_time created_at{};
  wall_time updated_at{};

  bool operator==(const job&) const = default;

  /// The delay after completion, when that is how the job is scheduled; else 0.
  int64_t fixed_delay_ms() const noexcept {
    auto is_it = rules.size() == 1 && rules.front().kind == rule_kind::fixed_delay;
    return is_it ? rules.front().every_ms : 0;
  }

  static constexpr auto fields() {
    return takt::fields(
      field{"id", &job::id}, field{"version", &job::version}, field{"name", &job::name},
      field{"description", &job::description}, field{"task_type", &job::task_type},
      field{"rules", &job::rules}, field{"time_zone", &job::time_zone}, field{"dst", &job::dst},
      field{"start_at_ms", &job::start_at}, field{"end_at_ms", &job::end_at},
      field{"max_runs", &job::max_runs}, field{"calendars", &job::calendars},
      field{"on_excluded", &job::on_excluded}, field{"jitter_ms", &job::jitter_ms},
      field{"misfire", &job::misfire}, field{"catch_up_window_ms", &job::catch_up_window_ms},
      field{"catch_up_rate", &job::catch_up_rate}, field{"overlap", &job::overlap},
      field{"payload", &job::payload}, field{"executor", &job::executor},
      field{"timeout_s", &job::timeout_s}, field{"retry_times", &job::retry_times},
      field{"paused", &job::paused}, field{"anchor_ms", &job::anchor},
      field{"next_due_ms", &job::next_due}, field{"zone_version", &job::zone_version},
      field{"calendar_revision", &job::calendar_revision}, field{"fired_runs", &job::fired_runs},
      field{"created_at_ms", &job::created_at}, field{"updated_at_ms", &job::updated_at});
  }
};

} // namespace takt
