// sqlite_rows: which columns our structs have, once, and the SQL text made of that.
//
// Columns are named like the members (units last); jobs and executors use their own description,
// runs and attempts are described here because of what their rows share. Pure; any thread.
#pragma once

#include "proto/calendar.hpp"
#include "proto/executor.hpp"
#include "proto/job.hpp"
#include "proto/run.hpp"
#include "storage/fire_rules.hpp"
#include "storage/sqlite_statement.hpp"

#include <array>

namespace takt::sqlite_rows {

inline constexpr auto job_fields = job::fields();

/// What the hot requests read of a job: no texts, no JSON.
inline constexpr auto job_head_fields = fields(
  field{"version", &job_head::version}, field{"paused", &job_head::paused},
  field{"overlap", &job_head::overlap}, field{"max_runs", &job_head::max_runs},
  field{"fired_runs", &job_head::fired_runs}, field{"fixed_delay_ms", &job_head::fixed_delay_ms},
  field{"end_at_ms", &job_head::end_at}, field{"next_due_ms", &job_head::next_due});

inline constexpr auto calendar_fields = calendar::fields();
inline constexpr auto blackout_fields = blackout::fields();

/// Without output and error: those are the newest attempt's.
inline constexpr auto run_fields = fields(
  field{"id", &run::id}, field{"job_id", &run::job}, field{"kind", &run::kind},
  field{"due_ms", &run::due}, field{"due_last_ms", &run::due_last}, field{"count", &run::count},
  field{"state", &run::state}, field{"reason", &run::reason}, field{"note", &run::note},
  field{"attempt", &run::attempt}, field{"tries", &run::tries}, field{"fence", &run::fence},
  field{"executor", &run::executor}, field{"not_before_ms", &run::not_before},
  field{"cancel_requested", &run::cancel_requested}, field{"started_at_ms", &run::started_at},
  field{"ended_at_ms", &run::ended_at}, field{"created_at_ms", &run::created_at});

/// What a transition may change.
inline constexpr auto run_moving_fields = fields(
  field{"state", &run::state}, field{"reason", &run::reason}, field{"note", &run::note},
  field{"attempt", &run::attempt}, field{"tries", &run::tries}, field{"fence", &run::fence},
  field{"executor", &run::executor}, field{"not_before_ms", &run::not_before},
  field{"cancel_requested", &run::cancel_requested}, field{"started_at_ms", &run::started_at},
  field{"ended_at_ms", &run::ended_at});

/// Without key and output.
inline constexpr auto attempt_fields = fields(
  field{"job_id", &attempt::job}, field{"executor", &attempt::executor},
  field{"incarnation", &attempt::incarnation}, field{"fence", &attempt::fence},
  field{"epoch", &attempt::epoch}, field{"state", &attempt::state},
  field{"reason", &attempt::reason}, field{"assigned_at_ms", &attempt::assigned_at},
  field{"started_at_ms", &attempt::started_at}, field{"ended_at_ms", &attempt::ended_at},
  field{"error", &attempt::error});

inline constexpr auto attempt_moving_fields = fields(
  field{"state", &attempt::state}, field{"reason", &attempt::reason},
  field{"started_at_ms", &attempt::started_at}, field{"ended_at_ms", &attempt::ended_at},
  field{"error", &attempt::error});

inline constexpr auto executor_info_fields = fields(
  field{"id", &executor_info::id}, field{"incarnation", &executor_info::incarnation},
  field{"session", &executor_info::session}, field{"slots", &executor_info::slots},
  field{"host", &executor_info::host}, field{"pid", &executor_info::pid},
  field{"version", &executor_info::version});

inline constexpr auto executor_fields = fields(
  field{"up", &executor::up}, field{"heartbeat_at_ms", &executor::heartbeat_at},
  field{"created_at_ms", &executor::created_at}, field{"updated_at_ms", &executor::updated_at});

/// "r.id, r.job_id, …"
template <class Fields>
std::string columns(const Fields& list, std::string_view prefix = "") {
  std::string out;
  std::apply(
    [&](const auto&... f) {
      ((out += out.empty() ? "" : ", ", out += prefix, out += f.name), ...);
    },
    list);
  return out;
}

/// "state = ?, reason = ?, …"
template <class Fields>
std::string assignments(const Fields& list) {
  std::string out;
  std::apply(
    [&](const auto&... f) {
      ((out += out.empty() ? "" : ", ", out += f.name, out += " = ?"), ...);
    },
    list);
  return out;
}

/// "?, ?, …"
template <class Fields>
std::string marks(const Fields&) {
  std::string out;
  for (size_t i = 0; i < std::tuple_size_v<Fields>; ++i)
    out += i == 0 ? "?" : ", ?";
  return out;
}

/// Shards as a mask, so that one SQL text serves any list of them: "(?1 >> shard) & 1".
inline int64_t mask_of(const std::vector<shard_no>& shards) noexcept {
  uint64_t mask = 0;
  for (auto s : shards)
    mask |= s < shard_count ? uint64_t{1} << s : 0;
  return static_cast<int64_t>(mask);
}

} // namespace takt::sqlite_rows
