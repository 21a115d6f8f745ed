#include "actors/admin/api_json.hpp"

#include "proto/json.hpp"
#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

const auto t0 = *from_rfc3339("2026-01-02T03:04:05.678Z");

// The bodies of the seed's section 4 step 8, as curl sends them.
constexpr std::string_view seed_shell_job = R"({
            "name": "My First Cron Job",
            "description": "Prints current time to stdout",
            "job_type": "SHELL_COMMAND",
            "cron_spec": "*/10 * * * * *",
            "payload": "echo \"Hello from cron job! Current time: $(date)\"",
            "timeout": 30,
            "retry_times": 0,
            "status": "PENDING"
        })";
constexpr std::string_view seed_http_job = R"({
            "name": "HTTP Callback Test",
            "description": "Calls a test HTTP endpoint",
            "job_type": "HTTP_CALLBACK",
            "interval": 20,
            "payload": "{\"url\":\"http://httpbin.org/post\",\"method\":\"POST\",\"headers\":{\"Content-Type\":\"application/json\"},\"body\":\"{\\\"data\\\":\\\"test_payload\\\"}\"}",
            "timeout": 15,
            "retry_times": 1,
            "status": "PENDING"
        })";

job example_job() {
  job j;
  j.id = *uuid_from<job_id>("0194200b-7c00-7000-8000-000000000001");
  j.version = 3;
  j.name = "n";
  j.description = "d";
  j.task_type = "SHELL_COMMAND";
  j.rules = {interval_rule(std::chrono::seconds{20})};
  j.payload = "echo \"é\"";
  j.executor = {"w1"};
  j.timeout_s = 30;
  j.retry_times = 2;
  j.created_at = t0;
  j.updated_at = t0 + millis{1};
  j.next_due = t0 + std::chrono::seconds{20};
  return j;
}

run example_run() {
  run r;
  r.id = *uuid_from<run_id>("0194200b-7c00-7000-8000-000000000002");
  r.job = example_job().id;
  r.due = r.due_last = r.created_at = t0;
  return r;
}

TEST(api_json, reads_the_seeds_shell_job) {
  auto d = job_draft_from(seed_shell_job);
  ASSERT_TRUE(d);
  EXPECT_EQ(d->name, "My First Cron Job");
  EXPECT_EQ(d->description, "Prints current time to stdout");
  EXPECT_EQ(d->task_type, "SHELL_COMMAND");
  EXPECT_EQ(d->cron_spec, "*/10 * * * * *");
  EXPECT_EQ(d->payload, "echo \"Hello from cron job! Current time: $(date)\"");
  EXPECT_EQ(d->timeout_s, 30);
  EXPECT_EQ(d->retry_times, 0);
  EXPECT_EQ(d->paused, false);
  EXPECT_FALSE(d->interval_s);
  EXPECT_FALSE(d->executor);
}

TEST(api_json, reads_the_seeds_http_job) {
  auto d = job_draft_from(seed_http_job);
  ASSERT_TRUE(d);
  EXPECT_EQ(d->interval_s, 20);
  EXPECT_FALSE(d->cron_spec);
  EXPECT_TRUE(from_json(*d->payload));
}

TEST(api_json, status_paused_makes_a_paused_draft) {
  EXPECT_EQ(job_draft_from(R"({"status":"PAUSED"})")->paused, true);
}

struct bad_body {
  std::string name;
  std::string body;
  errc code;
  std::string says;
};

class refused_body : public testing::TestWithParam<bad_body> {};

TEST_P(refused_body, says_why) {
  auto d = job_draft_from(GetParam().body);
  ASSERT_FALSE(d);
  EXPECT_EQ(d.code(), GetParam().code);
  EXPECT_NE(d.failure().context.find(GetParam().says), std::string::npos) << d.failure().context;
}

INSTANTIATE_TEST_SUITE_P(
  each, refused_body,
  testing::Values(
    bad_body{"empty", "", errc::bad_json, "empty"},
    bad_body{"cut", R"({"name": "x")", errc::bad_json, "byte"},
    bad_body{"list", "[]", errc::bad_json, "a list"},
    bad_body{"text", "\"x\"", errc::bad_json, "a string"},
    bad_body{"twice", R"({"name":"a","name":"b"})", errc::bad_json, "name"},
    bad_body{"not_utf8", "{\"name\":\"\xff\"}", errc::bad_json, ""},
    bad_body{"deep", std::string(10'000, '['), errc::bad_json, "deep"},
    bad_body{"number_as_name", R"({"name":5})", errc::bad_field, "name: must be a string, not 5"},
    bad_body{"null_name", R"({"name":null})", errc::bad_field, "name: must be a string, not null"},
    bad_body{
      "text_as_timeout", R"({"timeout":"30"})", errc::bad_field,
      "timeout: must be a whole number, not \"30\""},
    bad_body{"fraction", R"({"interval":1.5})", errc::bad_field, "interval"},
    bad_body{"flag", R"({"retry_times":true})", errc::bad_field, "retry_times"},
    bad_body{
      "object_as_payload", R"({"payload":{"url":"x"}})", errc::bad_field,
      R"(payload: must be a string, not {"url":"x"})"},
    bad_body{
      "running", R"({"status":"RUNNING"})", errc::bad_field,
      R"(status: must be "PENDING" or "PAUSED", not "RUNNING")"},
    bad_body{
      "mistyped", R"({"cronspec":"* * * * *"})", errc::bad_field,
      R"("cronspec"; did you mean "cron_spec"?)"},
    bad_body{"half", R"({"type":"X"})", errc::bad_field, R"(did you mean "job_type"?)"},
    bad_body{"unknown", R"({"zzzzzzzz":1})", errc::bad_field, R"("zzzzzzzz")"}),
  [](const auto& each_one) { return each_one.param.name; });

TEST(api_json, a_number_beyond_64_bits_is_out_of_range_and_not_wrapped) {
  auto d = job_draft_from(R"({"timeout":18446744073709551615})");
  ASSERT_TRUE(d);
  EXPECT_EQ(d->timeout_s, INT64_MAX);
}

TEST(api_json, a_job_has_the_seeds_fields_in_the_seeds_order) {
  EXPECT_EQ(
    to_json(json_of(example_job())),
    R"({"id":"0194200b-7c00-7000-8000-000000000001","name":"n","description":"d",)"
    R"("job_type":"SHELL_COMMAND","cron_spec":"","interval":20,"payload":"echo \"é\"",)"
    R"("executor_id":"w1","timeout":30,"retry_times":2,"status":"PENDING",)"
    R"("created_at":"2026-01-02T03:04:05.678Z","updated_at":"2026-01-02T03:04:05.679Z",)"
    R"("version":3,"next_due":"2026-01-02T03:04:25.678Z",)"
    R"("interval_ms":20000,"fixed_delay":0,"run_at":null,"calendar_interval":null,)"
    R"("daily_window":null,"schedules":[],"time_zone":"UTC","dst":"vixie","start_at":null,)"
    R"("end_at":null,"max_runs":0,"calendars":[],"on_excluded":"skip","jitter_ms":0,)"
    R"("misfire":"last","catch_up_window":3600,"catch_up_rate":10,"overlap":"queue",)"
    R"("fired_runs":0})");
}

TEST(api_json, a_paused_job_says_so_and_has_no_next_due) {
  auto j = example_job();
  j.paused = true;
  auto v = json_of(j);
  EXPECT_EQ(*v.find("status")->as_text(), "PAUSED");
  EXPECT_TRUE(v.find("next_due")->is_null());
}

TEST(api_json, what_get_gives_can_be_put_back) {
  auto j = example_job();
  auto d = job_draft_from(to_json(json_of(j)));
  ASSERT_TRUE(d) << d.failure().message();
  EXPECT_EQ(d->name, j.name);
  EXPECT_EQ(d->interval_s, 20);
  EXPECT_EQ(d->cron_spec, "");
  EXPECT_EQ(d->executor, "w1");
}

TEST(api_json, a_finished_run_has_the_seeds_log_fields) {
  auto r = example_run();
  r.state = run_state::failed;
  r.reason = "exit_code";
  r.attempt = 2;
  r.executor = {"w1"};
  r.started_at = t0 + millis{5};
  r.ended_at = t0 + millis{1505};
  r.output = {"out", "", 3};
  r.error = "exit status 1";
  EXPECT_EQ(
    to_json(json_of(r)),
    R"({"id":"0194200b-7c00-7000-8000-000000000002",)"
    R"("job_id":"0194200b-7c00-7000-8000-000000000001","executor_id":"w1",)"
    R"("start_time":"2026-01-02T03:04:05.683Z","end_time":"2026-01-02T03:04:07.183Z",)"
    R"("status":"FAILED","output":"out","error":"exit status 1","duration":1500,)"
    R"("created_at":"2026-01-02T03:04:05.678Z","kind":"planned",)"
    R"("due":"2026-01-02T03:04:05.678Z","due_last":"2026-01-02T03:04:05.678Z","count":1,)"
    R"("reason":"exit_code","note":"","attempt":2})");
}

TEST(api_json, a_run_that_waits_has_no_times_and_no_duration) {
  auto v = json_of(example_run());
  EXPECT_TRUE(v.find("start_time")->is_null());
  EXPECT_TRUE(v.find("end_time")->is_null());
  EXPECT_EQ(v.find("duration")->data, value{int64_t{0}}.data);
}

TEST(api_json, a_clock_that_went_back_gives_no_negative_duration) {
  auto r = example_run();
  r.started_at = t0;
  r.ended_at = t0 - millis{500};
  EXPECT_EQ(json_of(r).find("duration")->data, value{int64_t{0}}.data);
}

TEST(api_json, output_that_is_not_utf8_still_makes_json) {
  auto r = example_run();
  r.output = {"\xff\xfe", "", 2};
  EXPECT_TRUE(from_json(to_json(json_of(r))));
}

TEST(api_json, an_attempt_that_was_given_back_does_not_look_pending) {
  run_detail d{example_run(), {}};
  d.attempts.emplace_back().state = run_state::pending;
  auto v = json_of(d);
  const auto& first = v.find("attempts")->as_list()->at(0);
  EXPECT_EQ(*first.find("status")->as_text(), "GIVEN_BACK");
  EXPECT_NE(v.find("output"), nullptr);
}

TEST(api_json, a_page_has_data_and_total) {
  EXPECT_EQ(to_json(json_of(page_of<job>{})), R"({"data":[],"total":0})");
  page_of<run> page{{example_run()}, 41};
  auto v = json_of(page);
  EXPECT_EQ(v.find("data")->as_list()->size(), 1u);
  EXPECT_EQ(v.find("total")->data, value{uint64_t{41}}.data);
}

TEST(api_json, an_executor_has_the_seeds_fields_and_what_it_announced) {
  executor e;
  e.info.id = {"w1"};
  e.info.task_types = {"SHELL_COMMAND"};
  e.info.slots = 8;
  e.info.host = "box";
  e.info.pid = 42;
  e.info.version = "0.1.0";
  e.up = true;
  e.heartbeat_at = e.created_at = e.updated_at = t0;
  EXPECT_EQ(
    to_json(json_of(e)),
    R"({"id":"w1","address":"box:42","heartbeat":"2026-01-02T03:04:05.678Z","status":"UP",)"
    R"("created_at":"2026-01-02T03:04:05.678Z","updated_at":"2026-01-02T03:04:05.678Z",)"
    R"("task_types":["SHELL_COMMAND"],"slots":8,"version":"0.1.0","host":"box",)"
    R"("incarnation":"00000000-0000-0000-0000-000000000000"})");
}

TEST(api_json, an_error_is_a_sentence_and_a_code) {
  EXPECT_EQ(
    to_json(json_of_error("Job not found", errc::store_no_such_job)),
    R"({"error":"Job not found","code":"store_no_such_job"})");
}

} // namespace

} // namespace takt
