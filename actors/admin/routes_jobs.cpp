#include "actors/admin/route_tools.hpp"

namespace takt {

namespace {

/// A handler about the job of the path; `body` makes its errand.
template <class Body>
api_errand about_job(const route_input& in, Body body) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  return body(*id);
}

// -- jobs ---------------------------------------------------------------------------

api_errand create_job(const route_input& in, std::string_view body) {
  auto draft = job_draft_from(body);
  if (!draft)
    return refusal(draft.failure());
  auto any_type = flag_in(in.target, "allow_unknown_type");
  if (!any_type)
    return refusal(any_type.failure());
  auto show = [](const job& j) { return json_response(json_of(j), 201); };
  return errand<job>(ask::create_job{*std::move(draft), *any_type}, "Failed to create job", show);
}

api_errand update_job(const route_input& in, std::string_view body) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto draft = job_draft_from(body);
  if (!draft)
    return refusal(draft.failure());
  auto any_type = flag_in(in.target, "allow_unknown_type");
  if (!any_type)
    return refusal(any_type.failure());
  return errand<job>(
    ask::replace_job{*id, *std::move(draft), *any_type}, "Failed to update job", show_row<job>);
}

api_errand delete_job(const route_input& in, std::string_view) {
  return about_job(in, [](job_id id) {
    return errand<done>(ask::remove_job{id}, "Failed to delete job", show_nothing);
  });
}

api_errand get_job(const route_input& in, std::string_view) {
  return about_job(in, [](job_id id) {
    return errand<job>(ask::get_job{id}, "Failed to get job", show_row<job>);
  });
}

api_errand list_jobs(const route_input& in, std::string_view) {
  auto page = page_in(in.target);
  if (!page)
    return refusal(page.failure());
  return errand<page_of<job>>(ask::list_jobs{*page}, "Failed to list jobs", show_row<page_of<job>>);
}

api_errand pause_job(const route_input& in, std::string_view) {
  return about_job(in, [](job_id id) {
    auto show = [](const done&) { return message_response("Job paused successfully."); };
    return errand<done>(ask::pause_job{id}, "Failed to pause job", show);
  });
}

api_errand resume_job(const route_input& in, std::string_view) {
  return about_job(in, [](job_id id) {
    auto show = [](const done&) { return message_response("Job resumed successfully."); };
    return errand<done>(ask::resume_job{id}, "Failed to resume job", show);
  });
}

api_errand trigger_job(const route_input& in, std::string_view) {
  return about_job(in, [](job_id id) {
    auto show = [](const triggered& t) {
      return json_response(value{value_map{
        {"message", value{std::string{"Job manually triggered."}}},
        {"log_id", value{to_string(t.run)}}}});
    };
    return errand<triggered>(ask::trigger_job{id}, "Failed to trigger job", show);
  });
}

// -- runs ---------------------------------------------------------------------------

api_errand list_runs(const route_input& in, std::string_view) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto page = page_in(in.target);
  if (!page)
    return refusal(page.failure());
  return errand<page_of<run>>(
    ask::list_runs{*id, *page}, "Failed to retrieve job logs", show_row<page_of<run>>);
}

api_errand get_run(const route_input& in, std::string_view) {
  auto id = id_in<run_id>(in, errc::store_no_such_run);
  if (!id)
    return refusal(id.failure());
  return errand<run_detail>(ask::get_run{*id}, "Failed to retrieve run", show_row<run_detail>);
}

// -- executors ----------------------------------------------------------------------

api_errand list_executors(const route_input&, std::string_view) {
  return errand<std::vector<executor>>(
    ask::list_executors{}, "Failed to retrieve executors", show_rows<executor>);
}

api_errand delete_executor(const route_input& in, std::string_view) {
  executor_id id{in.parameters.at(0)};
  if (!is_valid(id))
    return refusal({errc::store_no_such_executor});
  return errand<done>(
    ask::remove_executor{std::move(id)}, "Failed to delete executor", show_nothing);
}

// -- the node -----------------------------------------------------------------------

/// Alive: this process answers.
api_errand healthz(const route_input&, std::string_view) {
  return json_response(value{value_map{{"status", value{std::string{"ok"}}}}});
}

api_response show_health(const result<desk_reply>& answer) {
  auto* found = answer ? std::get_if<health_report>(&*answer) : nullptr;
  auto health = found ? *found : health_report{};
  if (!answer)
    health.reason = answer.failure().message();
  auto word = [](std::string s) { return value{std::move(s)}; };
  return json_response(
    value{value_map{
      {"status", word(health.ready ? "ready" : "not ready")},
      {"role", word(health.driver ? "driver" : "standby")},
      {"reason", word(health.reason)},
      {"driver", word(health.driver_address)}}},
    health.ready ? 200 : 503);
}

/// Ready: it can do its work now.
api_errand readyz(const route_input&, std::string_view) {
  return desk_errand{ask::health{}, show_health};
}

api_errand show_metrics(const route_input&, std::string_view) {
  return metrics_errand{};
}

constexpr route table[] = {
  {"POST", "/api/job", "job:edit", create_job},
  {"GET", "/api/jobs", "job:read", list_jobs},
  {"GET", "/api/job/logs/:job_id", "run:read", list_runs},
  {"GET", "/api/job/:id", "job:read", get_job},
  {"PUT", "/api/job/:id", "job:edit", update_job},
  {"DELETE", "/api/job/:id", "job:edit", delete_job},
  {"POST", "/api/job/:id/pause", "job:edit", pause_job},
  {"POST", "/api/job/:id/resume", "job:edit", resume_job},
  {"POST", "/api/job/:id/trigger", "job:run", trigger_job},
  {"GET", "/api/run/:id", "run:read", get_run},
  {"GET", "/api/executors", "executor:read", list_executors},
  {"DELETE", "/api/executor/:id", "executor:edit", delete_executor},
  {"GET", "/healthz", open_to_all, healthz},
  {"GET", "/readyz", open_to_all, readyz},
  {"GET", "/metrics", "metrics:read", show_metrics},
};

} // namespace

std::span<const route> job_routes() noexcept {
  return table;
}

} // namespace takt
