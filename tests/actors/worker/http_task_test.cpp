#include "actors/worker/http_task.hpp"
#include "tests/actors/worker/http_server.hpp"
#include "tests/actors/worker/task_world.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;
using ::testing::Test;

class http_callback : public task_world {
protected:
  void SetUp() override {
    ::unsetenv("http_proxy");
    auto client = http_client::start();
    ASSERT_TRUE(client);
    types.add_actor(http_task_type, http_task(*client));
    begin({.tick = 5ms});
  }

  task_outcome call(const std::string& payload) {
    start(http_task_type, payload);
    return outcome();
  }

  task_outcome get(const std::string& path) {
    return call(R"({"url":")" + server.url(path) + "\"}");
  }

  http_server server;
};

TEST_F(http_callback, sends_the_seeds_payload) {
  auto o = call(
    R"({"url":")" + server.url("/post")
    + R"(","method":"POST","headers":{"Content-Type":"application/json"},"body":"{\"data\":1}"})");
  EXPECT_EQ(o.outcome, attempt_outcome::success) << o.error;
  auto text = o.output.text();
  EXPECT_TRUE(text.starts_with("POST /post HTTP/1.1\r\n")) << text;
  EXPECT_NE(text.find("Content-Type: application/json\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\n{\"data\":1}"));
}

TEST_F(http_callback, gets_when_no_method_is_given) {
  EXPECT_TRUE(get("/x").output.text().starts_with("GET /x "));
  for (std::string method : {"PUT", "DELETE", "PATCH"}) {
    auto o =
      call(R"({"url":")" + server.url("/x") + R"(","method":")" + method + R"(","body":"b"})");
    EXPECT_TRUE(o.output.text().starts_with(method + " /x ")) << o.output.text();
    EXPECT_TRUE(o.output.text().ends_with("\r\n\r\nb"));
  }
}

TEST_F(http_callback, fails_with_the_status_and_keeps_the_body) {
  auto o = get("/500");
  EXPECT_EQ(o.outcome, attempt_outcome::failed);
  EXPECT_EQ(o.error, "HTTP 500");
  EXPECT_EQ(o.output.text(), "broken inside");
}

TEST_F(http_callback, follows_redirects_but_not_for_ever_nor_to_files) {
  EXPECT_TRUE(get("/moved").output.text().starts_with("GET /echo "));
  auto round = get("/round");
  EXPECT_EQ(round.outcome, attempt_outcome::failed);
  EXPECT_NE(round.error.find("redirects"), std::string::npos) << round.error;
  auto file = get("/file");
  EXPECT_EQ(file.outcome, attempt_outcome::failed);
  EXPECT_EQ(file.output.text(), "");
}

TEST_F(http_callback, cuts_a_long_answer) {
  auto o = get("/big");
  EXPECT_EQ(o.outcome, attempt_outcome::success) << o.error;
  EXPECT_EQ(o.output.bytes_total, limits::http_response_bytes_max);
}

TEST_F(http_callback, goes_through_http_proxy) {
  ::setenv("http_proxy", server.url("").c_str(), 1);
  auto o = call(R"({"url":"http://example.invalid/path"})");
  ::unsetenv("http_proxy");
  EXPECT_EQ(o.outcome, attempt_outcome::success) << o.error;
  EXPECT_TRUE(o.output.text().starts_with("GET http://example.invalid/path "));
}

TEST_F(http_callback, ends_at_the_payloads_timeout_the_jobs_timeout_and_by_cancel) {
  auto own = call(R"({"url":")" + server.url("/hang") + R"(","timeout":0.2})");
  EXPECT_EQ(own.outcome, attempt_outcome::failed);
  EXPECT_NE(own.error.find("timed out"), std::string::npos) << own.error;
  start(http_task_type, R"({"url":")" + server.url("/hang") + "\"}", 200ms);
  EXPECT_EQ(outcome().outcome, attempt_outcome::timeout);
  cancel(start(http_task_type, R"({"url":")" + server.url("/hang") + "\"}"));
  EXPECT_EQ(outcome().outcome, attempt_outcome::canceled);
}

TEST_F(http_callback, says_when_nobody_answers) {
  auto o = call(R"({"url":"http://127.0.0.1:1/"})");
  EXPECT_EQ(o.outcome, attempt_outcome::failed);
  EXPECT_EQ(o.error.find("HTTP request failed: "), 0u) << o.error;
}

TEST_F(http_callback, fails_clearly_on_a_malformed_payload) {
  auto o = call("not json");
  EXPECT_EQ(o.outcome, attempt_outcome::failed);
  EXPECT_EQ(o.error.find("Invalid HTTP payload: malformed JSON"), 0u) << o.error;
}

TEST(http_payload, refusals_name_what_is_wrong) {
  struct {
    const char* payload;
    const char* says;
  } const cases[] = {
    {"[]", "JSON object"},
    {"{}", "must have a url"},
    {R"({"url":1})", "url must be a string"},
    {R"({"url":"ftp://x"})", "http://"},
    {R"({"url":"file:///etc/passwd"})", "http://"},
    {R"({"url":"http://x","method":"GET / HTTP/1.1\r\nX: y"})", "method"},
    {R"({"url":"http://x","headers":[]})", "headers must be an object"},
    {R"({"url":"http://x","headers":{"A":1}})", "header A must be a string"},
    {R"({"url":"http://x","headers":{"A":"b\r\nC: d"}})", "line break"},
    {R"({"url":"http://x","headers":{"A\n":"b"}})", "line break"},
    {R"({"url":"http://x","headers":{"A: b":"c"}})", "cannot have"},
    {R"({"url":"http://x","body":{}})", "body must be a string"},
    {R"({"url":"http://x","timeout":-1})", "timeout"},
    {R"({"url":"http://x","timeout":"1"})", "timeout"},
    {R"({"url":"http://x\u0000.evil"})", "NUL"},
  };
  for (const auto& c : cases) {
    auto r = http_request_from(c.payload);
    ASSERT_FALSE(r) << c.payload;
    EXPECT_NE(r.failure().context.find(c.says), std::string::npos) << r.failure().context;
  }
  auto r = http_request_from(R"({"url":"HTTPS://x","method":"post","timeout":1.5,"more":1})");
  ASSERT_TRUE(r);
  EXPECT_EQ(r->method, "POST");
  EXPECT_EQ(r->timeout, 1500ms);
}

} // namespace
} // namespace takt
