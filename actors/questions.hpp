// questions: what the gateway may ask the DESK, and what it answers. No HTTP, no JSON: plain
// values, so that another front (a console, a test) can ask the same.
#pragma once

#include "actors/logic/cron.hpp"
#include "actors/logic/forecast.hpp"
#include "actors/logic/rehearsal.hpp"
#include "actors/logic/schedule.hpp"
#include "storage/store.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace takt {

/// A job as somebody asks for it; absent fields are not mentioned.
struct job_draft {
  std::optional<std::string> name{};
  std::optional<std::string> description{};
  std::optional<std::string> task_type{};
  /// The schedule, when it is one rule: naming one that is not empty (or 0) replaces all rules.
  std::optional<std::string> cron_spec{};
  std::optional<int64_t> interval_s{};
  std::optional<int64_t> interval_ms{};
  std::optional<int64_t> fixed_delay_ms{};
  /// An inner absence, here and below: REST's null.
  std::optional<std::optional<wall_time>> run_at{};
  /// Once, so long after the request.
  std::optional<int64_t> run_after_ms{};
  std::optional<std::optional<schedule_rule>> calendar_interval{};
  std::optional<std::optional<schedule_rule>> daily_window{};
  /// The schedule, when it is several; excludes the above unless those are empty. A once without
  /// an instant is so long (every_ms) after the request.
  std::optional<std::vector<schedule_rule>> schedules{};
  std::optional<std::string> time_zone{};
  std::optional<dst_policy> dst{};
  std::optional<std::optional<wall_time>> start_at{};
  std::optional<std::optional<wall_time>> end_at{};
  std::optional<int64_t> max_runs{};
  std::optional<std::vector<std::string>> calendars{};
  std::optional<excluded_policy> on_excluded{};
  std::optional<int64_t> jitter_ms{};
  std::optional<misfire_policy> misfire{};
  std::optional<int64_t> catch_up_window_ms{};
  std::optional<int64_t> catch_up_rate{};
  std::optional<overlap_policy> overlap{};
  std::optional<std::string> payload{};
  std::optional<std::string> executor{};
  std::optional<int64_t> timeout_s{};
  std::optional<int64_t> retry_times{};
  std::optional<bool> paused{};
};

namespace ask {

struct create_job {
  job_draft draft{};
  /// Accept a task type that no executor has announced so far.
  bool allow_unknown_type = false;
};
/// Fields that the draft does not mention stay; naming a cron_spec or an interval ends the other.
struct replace_job {
  job_id id{};
  job_draft draft{};
  bool allow_unknown_type = false;
};
struct remove_job {
  job_id id{};
};
struct pause_job {
  job_id id{};
};
struct resume_job {
  job_id id{};
};
struct trigger_job {
  job_id id{};
};
struct get_job {
  job_id id{};
};
struct list_jobs {
  page_request page{};
};
struct list_runs {
  job_id job{};
  page_request page{};
};
/// The account of [from, to): default the 24 hours up to now.
struct list_ledger {
  job_id job{};
  std::optional<wall_time> from{};
  std::optional<wall_time> to{};
  page_request page{}; ///< size up to limits::ledger_page_size_max
};
/// Why the job did or did not run at an instant.
struct why {
  job_id job{};
  wall_time at{};
};
/// When a job like this would be due; nothing is stored. Name and task type need not be given.
struct preview {
  job_draft draft{};
  std::optional<wall_time> from{}; ///< strictly after this; default now
  uint32_t count = 5;
};
/// Planned fires of all jobs in [from, to) per step.
struct forecast {
  std::optional<wall_time> from{}; ///< default now
  std::optional<wall_time> to{};   ///< default a day after from
  millis step = std::chrono::minutes{1};
};
/// The coming days of all jobs, replayed against so many slots.
struct rehearse {
  uint32_t days = 7;
  uint32_t slots = limits::slots_default;
};
struct list_calendars {};
struct get_calendar {
  std::string name{};
};
struct save_calendar {
  calendar what{};
  /// 404 unless it is there: PUT; 409 when it is there: POST; neither: whatever. Import: the dates
  /// only; the rest of one that is there stays.
  enum class mode : uint8_t { create, replace, either, import } how = mode::either;
};
struct remove_calendar {
  std::string name{};
};
struct list_blackouts {};
struct save_blackout {
  blackout what{};
};
struct remove_blackout {
  std::string name{};
};
struct get_run {
  run_id id{};
};
struct list_executors {};
/// Every task type that some executor announced, sorted.
struct list_task_types {};
struct remove_executor {
  executor_id id{};
};
/// Is this node able to do its work?
struct health {};

} // namespace ask

using desk_question = std::variant<
  ask::create_job, ask::replace_job, ask::remove_job, ask::pause_job, ask::resume_job,
  ask::trigger_job, ask::get_job, ask::list_jobs, ask::list_runs, ask::get_run, ask::list_executors,
  ask::list_task_types, ask::remove_executor, ask::health, ask::list_ledger, ask::why, ask::preview,
  ask::forecast, ask::rehearse, ask::list_calendars, ask::get_calendar, ask::save_calendar,
  ask::remove_calendar, ask::list_blackouts, ask::save_blackout, ask::remove_blackout>;

/// One line of a ledger.
struct ledger_line {
  wall_time due{};
  enum class outcome : uint8_t { ran, skipped, missed, planned } is = outcome::planned;
  std::optional<run_id> run{};
  std::string reason{};
  std::string note{};
  std::optional<millis> lateness{};
  /// So many consecutive dues from `due` to `due_last`.
  uint64_t count = 1;
  wall_time due_last{};
  run_state state = run_state::pending; ///< of a line that has a row
};
struct ledger_page {
  std::vector<ledger_line> rows{};
  uint64_t total = 0;
  /// Planned instants from here on are not counted: limits::ledger_planned_max.
  std::optional<wall_time> cut_at{};
};
struct why_answer {
  wall_time at{};
  std::string sentence{};
};
struct previewed_due {
  wall_time due{};
  std::chrono::seconds offset{}; ///< of the job's zone then
  due_verdict verdict{};
};
struct preview_reply {
  std::string time_zone{};
  std::vector<previewed_due> dues{};
  std::vector<cron_lint> lints{};
  /// In words, where the schedule is one cron expression.
  std::string english{};
  std::string chinese{};
};

/// A run with its attempts, oldest first.
struct run_detail {
  run what{};
  std::vector<attempt> attempts{};
};

struct triggered {
  run_id run{};
};

struct health_report {
  /// Drives every shard it could; a stand-by is healthy too, and says so.
  bool driver = false;
  bool ready = false;
  /// Why it is not ready, or what it waits for.
  std::string reason{};
  /// The driver's gateway, where known.
  std::string driver_address{};
};

using desk_reply = std::variant<
  done, job, page_of<job>, page_of<run>, run_detail, triggered, std::vector<executor>,
  std::vector<std::string>, health_report, ledger_page, why_answer, preview_reply, forecast_report,
  rehearsal_report, calendar, std::vector<calendar>, blackout, std::vector<blackout>>;

} // namespace takt
