#include "actors/admin/routes.hpp"

#include "proto/json.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

const std::string some_id = "0194200b-7c00-7000-8000-000000000001";
const std::string some_job = R"({"name":"n","job_type":"SHELL_COMMAND"})";

/// What the gateway does with a request that may have everything.
api_errand errand_of(std::string_view method, std::string_view target, std::string_view body = "") {
  auto found = find_route(method, target);
  if (auto* response = std::get_if<api_response>(&found))
    return *response;
  auto& match = std::get<route_match>(found);
  return match.taken->handle(match.input, body);
}

api_response
refusal_of(std::string_view method, std::string_view target, std::string_view body = "") {
  auto errand = errand_of(method, target, body);
  auto* response = std::get_if<api_response>(&errand);
  return response ? *response : api_response{.status = -1};
}

template <class Question>
Question question_of(std::string_view method, std::string_view target, std::string_view body = "") {
  auto errand = errand_of(method, target, body);
  auto* asked = std::get_if<desk_errand>(&errand);
  auto* question = asked ? std::get_if<Question>(&asked->question) : nullptr;
  EXPECT_NE(question, nullptr) << method << " " << target;
  return question ? *question : Question{};
}

api_response
rendered(std::string_view method, std::string_view target, const result<desk_reply>& answer) {
  auto body = method == "POST" || method == "PUT" ? std::string_view{some_job} : "";
  auto errand = errand_of(method, target, body);
  auto* asked = std::get_if<desk_errand>(&errand);
  return asked ? asked->render(answer) : api_response{.status = -1};
}

std::string header(const api_response& r, std::string_view name) {
  for (const auto& [key, text] : r.headers)
    if (key == name)
      return text;
  return "";
}

std::string member(const api_response& r, std::string_view name) {
  auto v = from_json(r.body);
  auto* found = v ? v->find(name) : nullptr;
  return found && found->as_text() ? *found->as_text() : "";
}

TEST(routes, each_path_of_the_seed_asks_its_question) {
  auto id = *uuid_from<job_id>(some_id);
  EXPECT_EQ(question_of<ask::create_job>("POST", "/api/job", some_job).draft.name, "n");
  EXPECT_EQ(question_of<ask::replace_job>("PUT", "/api/job/" + some_id, some_job).id, id);
  EXPECT_EQ(question_of<ask::remove_job>("DELETE", "/api/job/" + some_id).id, id);
  EXPECT_EQ(question_of<ask::get_job>("GET", "/api/job/" + some_id).id, id);
  EXPECT_EQ(question_of<ask::pause_job>("POST", "/api/job/" + some_id + "/pause").id, id);
  EXPECT_EQ(question_of<ask::resume_job>("POST", "/api/job/" + some_id + "/resume").id, id);
  EXPECT_EQ(question_of<ask::trigger_job>("POST", "/api/job/" + some_id + "/trigger").id, id);
  EXPECT_EQ(question_of<ask::list_runs>("GET", "/api/job/logs/" + some_id).job, id);
  EXPECT_EQ(to_string(question_of<ask::get_run>("GET", "/api/run/" + some_id).id), some_id);
  EXPECT_EQ(question_of<ask::remove_executor>("DELETE", "/api/executor/w1").id.text, "w1");
  question_of<ask::list_jobs>("GET", "/api/jobs");
  question_of<ask::list_executors>("GET", "/api/executors");
  question_of<ask::health>("GET", "/readyz");
}

TEST(routes, each_path_of_time_asks_its_question) {
  auto by_id = "/api/job/" + some_id;
  auto ledger = question_of<ask::list_ledger>(
    "GET", by_id + "/ledger?from=1700000000000&to=2026-01-02T03:04:05%2B01:00&pageSize=10000");
  EXPECT_EQ(to_string(ledger.job), some_id);
  EXPECT_EQ(ledger.from, wall_from_ms(1'700'000'000'000));
  EXPECT_EQ(ledger.to, wall_from_ms(1'767'319'445'000));
  EXPECT_EQ(ledger.page.size, 10'000u);
  EXPECT_FALSE(question_of<ask::list_ledger>("GET", by_id + "/ledger").from);
  EXPECT_EQ(question_of<ask::why>("GET", by_id + "/why?at=1000").at, wall_from_ms(1000));
  auto preview = question_of<ask::preview>(
    "POST", "/api/schedule/preview",
    R"({"interval":5,"from":"2026-01-02T03:04:05Z","count":10000})");
  EXPECT_EQ(preview.draft.interval_s, 5);
  EXPECT_EQ(preview.count, 10'000u);
  EXPECT_TRUE(preview.from);
  EXPECT_EQ(question_of<ask::preview>("POST", "/api/schedule/preview", "{}").count, 5u);
  using std::chrono::minutes;
  EXPECT_EQ(question_of<ask::forecast>("GET", "/api/forecast?step=10m").step, minutes{10});
  EXPECT_EQ(question_of<ask::forecast>("GET", "/api/forecast?step=120").step, minutes{2});
  EXPECT_EQ(question_of<ask::forecast>("GET", "/api/forecast").step, minutes{1});
  EXPECT_EQ(question_of<ask::rehearse>("GET", "/api/simulate?days=31&slots=3").slots, 3u);
  EXPECT_EQ(question_of<ask::rehearse>("GET", "/api/simulate").days, 7u);
}

TEST(routes, an_offsets_plus_need_not_be_escaped) {
  auto q =
    question_of<ask::why>("GET", "/api/job/" + some_id + "/why?at=2026-01-02T03:04:05+01:00");
  EXPECT_EQ(q.at, wall_from_ms(1'767'319'445'000));
}

TEST(routes, each_path_of_calendars_and_blackouts_asks_its_question) {
  using mode = ask::save_calendar::mode;
  question_of<ask::list_calendars>("GET", "/api/calendars");
  auto made = question_of<ask::save_calendar>("POST", "/api/calendars", R"({"name":"de"})");
  EXPECT_EQ(made.what.name, "de");
  EXPECT_EQ(made.how, mode::create);
  auto put = question_of<ask::save_calendar>("PUT", "/api/calendars/de", R"({"weekdays":"SUN"})");
  EXPECT_EQ(put.what.name, "de");
  EXPECT_EQ(put.how, mode::replace);
  auto import = question_of<ask::save_calendar>(
    "POST", "/api/calendars/de/import",
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n");
  EXPECT_EQ(import.how, mode::import);
  EXPECT_EQ(import.what.dates.size(), 1u);
  EXPECT_EQ(question_of<ask::get_calendar>("GET", "/api/calendars/de").name, "de");
  EXPECT_EQ(question_of<ask::remove_calendar>("DELETE", "/api/calendars/de").name, "de");
  const std::string move =
    R"({"name":"m","from":"2026-01-02T00:00:00Z","to":"2026-01-03T00:00:00Z"})";
  EXPECT_EQ(question_of<ask::save_blackout>("POST", "/api/blackouts", move).what.name, "m");
  EXPECT_EQ(question_of<ask::save_blackout>("PUT", "/api/blackouts/m", move).what.name, "m");
  EXPECT_EQ(question_of<ask::remove_blackout>("DELETE", "/api/blackouts/m").name, "m");
  question_of<ask::list_blackouts>("GET", "/api/blackouts");
  question_of<ask::list_blackouts>("GET", "/api/blackouts/m");
}

TEST(routes, head_is_answered_as_get_and_a_slash_at_the_end_says_nothing) {
  question_of<ask::list_jobs>("HEAD", "/api/jobs");
  question_of<ask::list_jobs>("GET", "/api/jobs/");
  question_of<ask::list_jobs>("GET", "http://127.0.0.1:8080/api/jobs");
}

TEST(routes, pages_are_read_and_have_defaults) {
  auto none = question_of<ask::list_jobs>("GET", "/api/jobs").page;
  EXPECT_EQ(none.page, 1u);
  EXPECT_EQ(none.size, 10u);
  auto some =
    question_of<ask::list_runs>("GET", "/api/job/logs/" + some_id + "?page=3&pageSize=1000&other=x")
      .page;
  EXPECT_EQ(some.page, 3u);
  EXPECT_EQ(some.size, 1000u);
}

TEST(routes, an_unknown_type_is_allowed_only_when_asked_for) {
  EXPECT_FALSE(question_of<ask::create_job>("POST", "/api/job", some_job).allow_unknown_type);
  EXPECT_FALSE(question_of<ask::create_job>("POST", "/api/job?allow_unknown_type=0", some_job)
                 .allow_unknown_type);
  EXPECT_TRUE(question_of<ask::create_job>("POST", "/api/job?allow_unknown_type=1", some_job)
                .allow_unknown_type);
  EXPECT_TRUE(
    question_of<ask::replace_job>("PUT", "/api/job/" + some_id + "?allow_unknown_type", "{}")
      .allow_unknown_type);
}

TEST(routes, health_and_metrics_need_no_actor) {
  EXPECT_EQ(refusal_of("GET", "/healthz").status, 200);
  EXPECT_EQ(refusal_of("GET", "/healthz").body, "{\"status\":\"ok\"}\n");
  EXPECT_TRUE(std::holds_alternative<metrics_errand>(errand_of("GET", "/metrics")));
}

TEST(routes, only_the_signs_of_life_are_open_to_all) {
  for (const auto& r : all_routes()) {
    auto open = r.pattern == "/healthz" || r.pattern == "/readyz";
    EXPECT_EQ(r.permission == open_to_all, open) << r.pattern;
    EXPECT_FALSE(r.permission.empty()) << r.pattern;
  }
}

struct bad_request_row {
  std::string method;
  std::string target;
  std::string body;
  int status;
  std::string code;
};

class refused_request : public testing::TestWithParam<bad_request_row> {};

TEST_P(refused_request, has_its_status_and_code) {
  const auto& row = GetParam();
  auto r = refusal_of(row.method, row.target, row.body);
  EXPECT_EQ(r.status, row.status) << row.method << " " << row.target << ": " << r.body;
  EXPECT_EQ(member(r, "code"), row.code);
  EXPECT_FALSE(member(r, "error").empty());
  EXPECT_EQ(r.content_type, "application/json");
}

INSTANTIATE_TEST_SUITE_P(
  each, refused_request,
  testing::Values(
    bad_request_row{"GET", "/", "", 404, "not_found"},
    bad_request_row{"GET", "/api", "", 404, "not_found"},
    bad_request_row{"GET", "/api/nothing", "", 404, "not_found"},
    bad_request_row{"GET", "//api/jobs", "", 404, "not_found"},
    bad_request_row{"GET", "/api/job/" + some_id + "/logs", "", 404, "not_found"},
    bad_request_row{"GET", "/api/job/" + some_id + "/pause/x", "", 404, "not_found"},
    bad_request_row{"GET", "/API/jobs", "", 404, "not_found"},
    bad_request_row{"GET", "/api/job", "", 405, "method_not_allowed"},
    bad_request_row{"PATCH", "/api/job/" + some_id, "", 405, "method_not_allowed"},
    bad_request_row{"POST", "/api/jobs", "", 405, "method_not_allowed"},
    bad_request_row{"OPTIONS", "/api/jobs", "", 405, "method_not_allowed"},
    bad_request_row{"GET", "/api/job/" + some_id + "/trigger", "", 405, "method_not_allowed"},
    bad_request_row{"GET", "/api/job/YOUR_JOB_ID", "", 404, "store_no_such_job"},
    bad_request_row{"GET", "/api/job/logs", "", 404, "store_no_such_job"},
    bad_request_row{"POST", "/api/job/logs/pause", "", 404, "store_no_such_job"},
    bad_request_row{"PUT", "/api/job/x", some_job, 404, "store_no_such_job"},
    bad_request_row{"GET", "/api/run/x", "", 404, "store_no_such_run"},
    bad_request_row{"DELETE", "/api/executor/a%20b", "", 404, "store_no_such_executor"},
    bad_request_row{"POST", "/api/job", "", 400, "bad_json"},
    bad_request_row{"POST", "/api/job", "{", 400, "bad_json"},
    bad_request_row{"POST", "/api/job", R"({"name":1})", 400, "bad_field"},
    bad_request_row{"PUT", "/api/job/" + some_id, R"({"nam":"x"})", 400, "bad_field"},
    bad_request_row{"POST", "/api/job?allow_unknown_type=maybe", some_job, 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?page=0", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?page=-1", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?page=x", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?page=", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?page=1x", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?page=99999999999", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?pageSize=0", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?pageSize=1001", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/job/x/ledger", "", 404, "store_no_such_job"},
    bad_request_row{"GET", "/api/job/" + some_id + "/ledger?pageSize=10001", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/job/" + some_id + "/ledger?from=5&to=5", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/job/" + some_id + "/ledger?from=yesterday", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/job/" + some_id + "/ledger?from=-5", "", 400, "bad_field"},
    bad_request_row{
      "GET", "/api/job/" + some_id + "/ledger?from=99999999999999999", "", 400, "bad_field"},
    bad_request_row{
      "GET", "/api/job/" + some_id + "/ledger?from=2026-01-02T03:04:05", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/job/" + some_id + "/why", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/job/" + some_id + "/why?at=noon", "", 400, "bad_field"},
    bad_request_row{"POST", "/api/schedule/preview", "", 400, "bad_json"},
    bad_request_row{"POST", "/api/schedule/preview", R"({"count":0})", 400, "bad_field"},
    bad_request_row{"POST", "/api/schedule/preview", R"({"count":10001})", 400, "bad_field"},
    bad_request_row{"POST", "/api/schedule/preview", R"({"from":"now"})", 400, "bad_field"},
    bad_request_row{"GET", "/api/schedule/preview", "", 405, "method_not_allowed"},
    bad_request_row{"GET", "/api/forecast?step=0", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/forecast?step=soon", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/forecast?from=7&to=6", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/simulate?days=32", "", 400, "bad_field"},
    bad_request_row{"GET", "/api/simulate?slots=0", "", 400, "bad_field"},
    bad_request_row{"POST", "/api/calendars", "{}", 400, "bad_field"},
    bad_request_row{"PUT", "/api/calendars/a%20b", "{}", 404, "store_no_such_calendar"},
    bad_request_row{"PUT", "/api/calendars/de", R"({"name":"fr"})", 400, "bad_field"},
    bad_request_row{"POST", "/api/calendars/de/import", "hello", 400, "bad_field"},
    bad_request_row{"POST", "/api/blackouts", R"({"name":"m"})", 400, "bad_field"},
    bad_request_row{"GET", "/api/jobs?page=%zz", "", 400, "bad_request"},
    bad_request_row{"GET", "/api/job/%", "", 400, "bad_request"},
    bad_request_row{"GET", "/api/job/%ff", "", 400, "bad_request"},
    bad_request_row{"GET", "/api/job/%00", "", 400, "bad_request"},
    bad_request_row{"GET", "api/jobs", "", 400, "bad_request"},
    bad_request_row{"OPTIONS", "*", "", 400, "bad_request"}));

TEST(routes, a_refused_method_names_those_that_there_are) {
  EXPECT_EQ(header(refusal_of("PATCH", "/api/job/" + some_id), "Allow"), "GET, HEAD, PUT, DELETE");
  EXPECT_EQ(header(refusal_of("PUT", "/api/job"), "Allow"), "POST");
}

TEST(routes, answers_have_the_seeds_codes_and_messages) {
  auto by_id = "/api/job/" + some_id;
  EXPECT_EQ(rendered("POST", "/api/job", desk_reply{job{}}).status, 201);
  EXPECT_EQ(rendered("PUT", by_id, desk_reply{job{}}).status, 200);
  EXPECT_EQ(rendered("GET", by_id, desk_reply{job{}}).status, 200);
  auto deleted = rendered("DELETE", by_id, desk_reply{done{}});
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.body, "");
  EXPECT_EQ(
    rendered("POST", by_id + "/pause", desk_reply{done{}}).body,
    "{\"message\":\"Job paused successfully.\"}\n");
  EXPECT_EQ(
    rendered("POST", by_id + "/resume", desk_reply{done{}}).body,
    "{\"message\":\"Job resumed successfully.\"}\n");
  triggered fired{*uuid_from<run_id>(some_id)};
  EXPECT_EQ(
    rendered("POST", by_id + "/trigger", desk_reply{fired}).body,
    "{\"message\":\"Job manually triggered.\",\"log_id\":\"" + some_id + "\"}\n");
  EXPECT_EQ(
    rendered("GET", "/api/jobs", desk_reply{page_of<job>{}}).body, "{\"data\":[],\"total\":0}\n");
  EXPECT_EQ(rendered("GET", "/api/executors", desk_reply{std::vector<executor>(2)}).status, 200);
  EXPECT_EQ(rendered("GET", "/api/executors", desk_reply{std::vector<executor>{}}).body, "[]\n");
  EXPECT_EQ(rendered("DELETE", "/api/executor/w1", desk_reply{done{}}).status, 204);
}

TEST(routes, answers_about_time_have_their_shape) {
  auto by_id = "/api/job/" + some_id;
  ledger_line ran;
  ran.due = ran.due_last = wall_from_ms(5000);
  ran.is = ledger_line::outcome::ran;
  ran.run = *uuid_from<run_id>(some_id);
  ran.lateness = millis{7};
  ran.state = run_state::success;
  ledger_line planned;
  planned.due = wall_from_ms(6000);
  planned.due_last = wall_from_ms(7000);
  planned.count = 2;
  ledger_page page{{ran, planned}, 12, wall_from_ms(8000)};
  EXPECT_EQ(
    rendered("GET", by_id + "/ledger", desk_reply{page}).body,
    R"({"data":[{"due_ms":5000,"outcome":"ran","run_id":")" + some_id
      + R"(","reason":"","lateness_ms":7,"count":1,"due":"1970-01-01T00:00:05.000Z",)"
        R"("due_last_ms":5000,"note":"","status":"SUCCESS"},)"
        R"({"due_ms":6000,"outcome":"planned","run_id":null,"reason":"","lateness_ms":null,)"
        R"("count":2,"due":"1970-01-01T00:00:06.000Z","due_last_ms":7000,"note":"","status":null}],)"
        R"("total":12,"cut_at":"1970-01-01T00:00:08.000Z"})"
        "\n");
  EXPECT_EQ(
    rendered("GET", by_id + "/why?at=5000", desk_reply{why_answer{wall_from_ms(5000), "So."}}).body,
    "{\"at\":\"1970-01-01T00:00:05.000Z\",\"at_ms\":5000,\"why\":\"So.\"}\n");
  preview_reply preview;
  preview.time_zone = "Europe/Berlin";
  preview.dues.push_back(
    {wall_from_ms(1'767'319'445'000), std::chrono::hours{1}, {false, "blackout", "racks", {}}});
  preview.lints.push_back({"short_cycle", "x"});
  preview.english = "At 1";
  preview.chinese = "一";
  auto shown = find_route("POST", "/api/schedule/preview");
  auto errand = std::get<route_match>(shown).taken->handle({}, "{}");
  EXPECT_EQ(
    std::get<desk_errand>(errand).render(desk_reply{preview}).body,
    R"({"time_zone":"Europe/Berlin","data":[{"due":"2026-01-02T03:04:05+01:00",)"
    R"("due_ms":1767319445000,"outcome":"skipped","reason":"blackout","note":"racks"}],)"
    R"("lints":[{"code":"short_cycle","text":"x"}],"explain":{"en":"At 1","zh":"一"}})"
    "\n");
  forecast_report forecast{
    wall_from_ms(0), millis{60'000}, {3, 0}, 3, 2, {wall_from_ms(1000), 3, {"a", "b"}, 500}};
  EXPECT_EQ(
    rendered("GET", "/api/forecast", desk_reply{forecast}).body,
    R"({"from":"1970-01-01T00:00:00.000Z","step_ms":60000,)"
    R"("data":[{"at":"1970-01-01T00:00:00.000Z","at_ms":0,"count":3},)"
    R"({"at":"1970-01-01T00:01:00.000Z","at_ms":60000,"count":0}],"total":3,"jobs":2,)"
    R"("herd":{"at":"1970-01-01T00:00:01.000Z","at_ms":1000,"count":3,"jobs":["a","b"],)"
    R"("suggested_jitter_ms":500}})"
    "\n");
  EXPECT_EQ(rendered("GET", "/api/simulate", desk_reply{rehearsal_report{}}).status, 200);
  EXPECT_EQ(rendered("GET", "/api/calendars", desk_reply{std::vector<calendar>{}}).body, "[]\n");
  EXPECT_EQ(rendered("GET", "/api/calendars/x", errc::store_no_such_calendar).status, 404);
  EXPECT_EQ(rendered("DELETE", "/api/calendars/x", desk_reply{done{}}).status, 204);
  EXPECT_EQ(rendered("DELETE", "/api/calendars/x", errc::store_calendar_in_use).status, 409);
}

TEST(routes, one_blackout_is_found_among_all) {
  desk_reply all{std::vector<blackout>{{.name = "m", .reason = "racks"}}};
  EXPECT_EQ(member(rendered("GET", "/api/blackouts/m", all), "reason"), "racks");
  EXPECT_EQ(rendered("GET", "/api/blackouts/n", all).status, 404);
}

TEST(routes, failures_are_a_sentence_with_the_seeds_words) {
  auto by_id = "/api/job/" + some_id;
  auto unknown = rendered("GET", by_id, errc::store_no_such_job);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(member(unknown, "error"), "Job not found");
  auto standing_by = rendered(
    "POST", "/api/job", failure{errc::sched_not_driver, "the driver is http://127.0.0.1:8081"});
  EXPECT_EQ(standing_by.status, 503);
  EXPECT_EQ(
    member(standing_by, "error"),
    "Failed to create job: this node stands by: the driver is http://127.0.0.1:8081");
  EXPECT_EQ(header(standing_by, "Retry-After"), "1");
  auto full = rendered("POST", by_id + "/trigger", errc::sched_queue_full);
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(header(full, "Retry-After"), "1");
  auto field =
    rendered("POST", "/api/job", failure{errc::bad_field, "timeout: -5 is out of range"});
  EXPECT_EQ(field.status, 400);
  EXPECT_EQ(member(field, "error"), "Invalid request: timeout: -5 is out of range");
}

TEST(routes, an_answer_to_another_question_is_an_internal_error) {
  EXPECT_EQ(rendered("GET", "/api/job/" + some_id, desk_reply{done{}}).status, 500);
}

TEST(routes, readiness_names_the_role) {
  health_report driving{true, true, "", "http://127.0.0.1:1"};
  auto up = rendered("GET", "/readyz", desk_reply{driving});
  EXPECT_EQ(up.status, 200);
  EXPECT_EQ(member(up, "role"), "driver");
  health_report waiting{false, true, "this node stands by", "http://127.0.0.1:1"};
  auto standby = rendered("GET", "/readyz", desk_reply{waiting});
  EXPECT_EQ(standby.status, 200);
  EXPECT_EQ(member(standby, "role"), "standby");
  EXPECT_EQ(member(standby, "driver"), "http://127.0.0.1:1");
  auto down = rendered("GET", "/readyz", desk_reply{health_report{true, false, "no disk", ""}});
  EXPECT_EQ(down.status, 503);
  EXPECT_EQ(member(down, "reason"), "no disk");
  EXPECT_EQ(rendered("GET", "/readyz", errc::sched_timeout).status, 503);
}

TEST(target, is_taken_apart_and_decoded) {
  auto t = parse_target("/a/b%20c?x=1&y=%C3%A9+z&flag&=");
  ASSERT_TRUE(t);
  EXPECT_EQ(t->segments, (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(t->find("x"), "1");
  EXPECT_EQ(t->find("y"), "é z");
  EXPECT_EQ(t->find("flag"), "");
  EXPECT_FALSE(t->find("z"));
  EXPECT_TRUE(parse_target("/")->segments.empty());
  EXPECT_TRUE(parse_target("/?x=1")->segments.empty());
}

TEST(target, an_encoded_slash_is_part_of_its_segment) {
  EXPECT_EQ(parse_target("/a%2Fb")->segments, (std::vector<std::string>{"a/b"}));
}

TEST(utf8, is_told_from_what_only_looks_like_it) {
  for (auto good : {"", "a", "é", "漢", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (auto bad :
       {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "a\xe6\xbc"})
    EXPECT_FALSE(is_utf8(bad));
}

} // namespace

} // namespace takt
