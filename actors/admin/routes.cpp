#include "actors/admin/routes.hpp"

#include "actors/admin/api_json.hpp"
#include "proto/json.hpp"

#include <charconv>

namespace takt {

namespace {

// -- reading the request ------------------------------------------------------------

result<uint32_t>
number_in(const request_target& target, std::string_view name, uint32_t otherwise, uint32_t max) {
  auto given = target.find(name);
  if (!given)
    return otherwise;
  uint32_t n = 0;
  auto [end, problem] = std::from_chars(given->data(), given->data() + given->size(), n);
  if (problem != std::errc{} || end != given->data() + given->size() || n < 1 || n > max)
    return failure{
      errc::bad_field,
      std::string{name} + ": \"" + std::string{given->substr(0, 40)}
        + "\" is not a whole number from 1 to " + std::to_string(max)};
  return n;
}

result<page_request> page_in(const request_target& target) {
  constexpr uint32_t page_max = 1'000'000'000;
  auto page = number_in(target, "page", 1, page_max);
  if (!page)
    return page.failure();
  auto size = number_in(target, "pageSize", limits::page_size_default, limits::page_size_max);
  if (!size)
    return size.failure();
  return page_request{*page, *size};
}

result<bool> flag_in(const request_target& target, std::string_view name) {
  auto given = target.find(name);
  if (!given || *given == "0" || *given == "false")
    return false;
  if (given->empty() || *given == "1" || *given == "true")
    return true;
  return failure{
    errc::bad_field,
    std::string{name} + ": \"" + std::string{given->substr(0, 40)} + "\" is not 0 or 1"};
}

/// An id that is no UUID names nothing.
template <class Id>
result<Id> id_in(const route_input& in, errc unknown) {
  auto id = uuid_from<Id>(in.parameters.at(0));
  if (!id)
    return unknown;
  return *id;
}

result<job_id> job_in(const route_input& in) {
  return id_in<job_id>(in, errc::store_no_such_job);
}

// -- writing the answer -------------------------------------------------------------

api_response json_response(const value& v, int status = 200) {
  return {.status = status, .body = to_json(v) + "\n"};
}

api_response message_response(std::string_view sentence) {
  return json_response(value{value_map{{"message", value{std::string{sentence}}}}});
}

/// A question and how its answer is shown. `show` gets the alternative of desk_reply that it takes.
template <class Shown, class Show>
desk_errand errand(desk_question question, std::string_view deed, Show show) {
  auto render = [deed, show](const result<desk_reply>& answer) {
    if (!answer)
      return refusal(answer.failure(), deed);
    if (auto* reply = std::get_if<Shown>(&*answer))
      return show(*reply);
    return refusal({errc::internal, "an answer to another question"}, deed);
  };
  return {std::move(question), std::move(render)};
}

template <class Row>
api_response show_row(const Row& row) {
  return json_response(json_of(row));
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
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto show = [](const done&) { return api_response{.status = 204}; };
  return errand<done>(ask::remove_job{*id}, "Failed to delete job", show);
}

api_errand get_job(const route_input& in, std::string_view) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  return errand<job>(ask::get_job{*id}, "Failed to get job", show_row<job>);
}

api_errand list_jobs(const route_input& in, std::string_view) {
  auto page = page_in(in.target);
  if (!page)
    return refusal(page.failure());
  return errand<page_of<job>>(ask::list_jobs{*page}, "Failed to list jobs", show_row<page_of<job>>);
}

api_errand pause_job(const route_input& in, std::string_view) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto show = [](const done&) { return message_response("Job paused successfully."); };
  return errand<done>(ask::pause_job{*id}, "Failed to pause job", show);
}

api_errand resume_job(const route_input& in, std::string_view) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto show = [](const done&) { return message_response("Job resumed successfully."); };
  return errand<done>(ask::resume_job{*id}, "Failed to resume job", show);
}

api_errand trigger_job(const route_input& in, std::string_view) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto show = [](const triggered& t) {
    return json_response(value{value_map{
      {"message", value{std::string{"Job manually triggered."}}},
      {"log_id", value{to_string(t.run)}}}});
  };
  return errand<triggered>(ask::trigger_job{*id}, "Failed to trigger job", show);
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
  auto show = [](const std::vector<executor>& all) {
    value_list rows;
    for (const auto& e : all)
      rows.push_back(json_of(e));
    return json_response(value{std::move(rows)});
  };
  return errand<std::vector<executor>>(ask::list_executors{}, "Failed to retrieve executors", show);
}

api_errand delete_executor(const route_input& in, std::string_view) {
  executor_id id{in.parameters.at(0)};
  if (!is_valid(id))
    return refusal({errc::store_no_such_executor});
  auto show = [](const done&) { return api_response{.status = 204}; };
  return errand<done>(ask::remove_executor{std::move(id)}, "Failed to delete executor", show);
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

// -- the table ----------------------------------------------------------------------

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

bool matches(
  std::string_view pattern, const std::vector<std::string>& segments,
  std::vector<std::string>& parameters) {
  parameters.clear();
  for (const auto& segment : segments) {
    if (pattern.empty())
      return false;
    pattern.remove_prefix(1); // the slash
    auto wanted = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(wanted.size());
    if (wanted.starts_with(':'))
      parameters.push_back(segment);
    else if (wanted != segment)
      return false;
  }
  return pattern.empty();
}

} // namespace

std::span<const route> all_routes() noexcept {
  return table;
}

std::variant<route_match, api_response>
find_route(std::string_view method, std::string_view target) {
  auto parsed = parse_target(target);
  if (!parsed)
    return refusal(parsed.failure());
  auto wanted = method == "HEAD" ? std::string_view{"GET"} : method;
  route_match found{nullptr, {{}, *std::move(parsed)}};
  std::string allow;
  for (const auto& r : table) {
    if (!matches(r.pattern, found.input.target.segments, found.input.parameters))
      continue;
    if (r.method == wanted) {
      found.taken = &r;
      return found;
    }
    allow += (allow.empty() ? "" : ", ") + std::string{r.method};
    if (r.method == "GET")
      allow += ", HEAD";
  }
  auto path = target.substr(0, target.find('?'));
  if (allow.empty())
    return refusal({errc::not_found, std::string{path.substr(0, 200)}});
  auto response =
    refusal({errc::method_not_allowed, std::string{method.substr(0, 20)} + "; there is " + allow});
  response.headers.emplace_back("Allow", allow);
  return response;
}

api_response refusal(const failure& why, std::string_view deed) {
  auto status = http_status(why.code);
  std::string sentence;
  switch (why.code) {
  case errc::store_no_such_job:
    sentence = "Job not found";
    break;
  case errc::store_no_such_run:
    sentence = "Run not found";
    break;
  case errc::store_no_such_executor:
    sentence = "Executor not found";
    break;
  case errc::bad_field:
  case errc::bad_schedule:
  case errc::unknown_task_type:
    sentence = "Invalid request: " + why.context; // it names the field
    break;
  default:
    if (status == 400)
      sentence = "Invalid request: ";
    else if (status != 404 && !deed.empty())
      sentence = std::string{deed} + ": ";
    sentence += why.message();
  }
  auto response = json_response(json_of_error(std::move(sentence), why.code), status);
  if (is_retryable(why.code) && status != 409)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

} // namespace takt
