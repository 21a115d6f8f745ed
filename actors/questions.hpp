// questions: what the gateway may ask the DESK, and what it answers. No HTTP, no JSON: plain
// values, so that another front (a console, a test) can ask the same.
#pragma once

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
  std::optional<std::string> cron_spec{};
  std::optional<int64_t> interval_s{};
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
  ask::list_task_types, ask::remove_executor, ask::health>;

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
  std::vector<std::string>, health_report>;

} // namespace takt
