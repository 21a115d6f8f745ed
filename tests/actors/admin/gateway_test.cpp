#include "actors/admin/gateway.hpp"

#include "actors/spawn.hpp"
#include "proto/json.hpp"
#include "tests/actors/admin/http_client.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace takt {

namespace {

/// Answers every question at once, except a trigger, which it keeps for ever.
class desk_double {
public:
  using interface = desk_actor;
  static inline const char* name = "desk-double";

  desk_double(interface::pointer self, errc otherwise) : self_(self), otherwise_(otherwise) {}

  interface::behavior_type make_behavior() {
    return {
      [](const shards_granted&) {},
      [this](const desk_ask& m) -> caf::result<desk_answer> {
        if (std::holds_alternative<ask::trigger_job>(m.question))
          return self_->make_response_promise<desk_answer>();
        return desk_answer{m.ticket, answer_to(m.question)};
      },
      [](const job_stored&) {},
      [](const job_deleted&) {},
      [](const runs_fired&) {},
      [](const executor_saved&) {},
      [](const read_answer&) {},
      [](const account_found&) {},
      [](const almanac_stored&) {},
      [](const almanac_here&) {},
      [](stop_working) {},
    };
  }

private:
  result<desk_reply> answer_to(const desk_question& q) const {
    if (auto* made = std::get_if<ask::create_job>(&q)) {
      job j;
      j.name = made->draft.name.value_or("");
      j.payload = made->draft.payload.value_or("");
      return desk_reply{j};
    }
    if (std::holds_alternative<ask::list_jobs>(q))
      return desk_reply{page_of<job>{{job{}}, 1}};
    if (std::holds_alternative<ask::remove_job>(q))
      return desk_reply{done{}};
    if (std::holds_alternative<ask::health>(q))
      return desk_reply{health_report{true, true, "", ""}};
    return otherwise_;
  }

  interface::pointer self_;
  errc otherwise_;
};

class scheduler_config : public caf::actor_system_config {
public:
  scheduler_config() {
    set("scheduler.max-threads", 1u);
    add_scheduler_messages(*this);
  }
};

class gateway_test : public testing::Test {
protected:
  ~gateway_test() override {
    front.reset();
    caf::anon_send_exit(desk, caf::exit_reason::user_shutdown);
  }

  gateway_config config() {
    gateway_config cfg;
    cfg.listen = "127.0.0.1:0";
    cfg.counts = counts;
    cfg.time = &os_clock();
    return cfg;
  }

  void start(gateway_config cfg) {
    auto started = gateway::start(system, desk, std::move(cfg));
    ASSERT_TRUE(started) << started.failure().message();
    front = *std::move(started);
  }

  static std::string code_of(const http_answer& a) {
    auto v = from_json(a.body);
    auto* code = v ? v->find("code") : nullptr;
    return code && code->as_text() ? *code->as_text() : "";
  }

  const std::string id = "0194200b-7c00-7000-8000-000000000001";
  const std::string some_job = R"({"name":"n","job_type":"SHELL_COMMAND"})";

  scheduler_config settings{};
  caf::actor_system system{settings};
  desk_actor desk = spawn_state<desk_double>(system, errc::store_no_such_job);
  std::shared_ptr<metrics> counts = std::make_shared<metrics>();
  std::unique_ptr<gateway> front{};
};

TEST_F(gateway_test, answers_with_what_the_desk_says) {
  start(config());
  http_client client{front->address()};
  auto made = client.request("POST", "/api/job", some_job, "Content-Type: application/json\r\n");
  EXPECT_EQ(made.status, 201);
  EXPECT_NE(made.body.find(R"("name":"n")"), std::string::npos);
  EXPECT_EQ(made.header("content-type"), "application/json");
  EXPECT_EQ(made.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(made.header("cache-control"), "no-store");
  EXPECT_EQ(made.header("content-length"), std::to_string(made.body.size()));
  EXPECT_TRUE(made.header("date").ends_with(" GMT"));
}

TEST_F(gateway_test, keeps_the_connection_for_more_requests) {
  start(config());
  http_client client{front->address()};
  EXPECT_EQ(client.request("GET", "/api/jobs").status, 200);
  auto deleted = client.request("DELETE", "/api/job/" + id);
  EXPECT_EQ(deleted.status, 204);
  EXPECT_EQ(deleted.header("content-length"), "");
  EXPECT_EQ(deleted.header("content-type"), "");
  EXPECT_EQ(client.request("GET", "/api/job/" + id).status, 404);
  EXPECT_EQ(client.request("GET", "/nowhere").status, 404);
  EXPECT_EQ(client.request("PATCH", "/api/jobs").header("allow"), "GET, HEAD");
  EXPECT_EQ(client.request("POST", "/api/job", "{").status, 400);
  EXPECT_EQ(client.request("GET", "/healthz").status, 200);
  EXPECT_EQ(client.request("GET", "/readyz").status, 200);
}

TEST_F(gateway_test, answers_pipelined_requests_in_their_order) {
  start(config());
  http_client client{front->address()};
  client.say(
    http_client::head("GET", "/healthz") + http_client::head("GET", "/nowhere")
    + http_client::head("GET", "/api/jobs"));
  EXPECT_EQ(client.hear().status, 200);
  EXPECT_EQ(client.hear().status, 404);
  EXPECT_EQ(client.hear().status, 200);
}

TEST_F(gateway_test, ends_the_connection_when_asked_to) {
  start(config());
  http_client client{front->address()};
  auto a = client.request("GET", "/healthz", "", "Connection: close\r\n");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.header("connection"), "close");
  EXPECT_TRUE(client.is_ended());
}

TEST_F(gateway_test, speaks_http_1_0) {
  start(config());
  http_client client{front->address()};
  client.say("GET /healthz HTTP/1.0\r\n\r\n");
  EXPECT_EQ(client.hear().status, 200);
  EXPECT_TRUE(client.is_ended());
}

TEST_F(gateway_test, head_has_the_length_and_not_the_body) {
  start(config());
  http_client client{front->address()};
  auto a = client.request("HEAD", "/api/jobs");
  EXPECT_EQ(a.status, 200);
  EXPECT_GT(std::stoi(a.header("content-length")), 10);
  EXPECT_EQ(client.request("GET", "/healthz").body, "{\"status\":\"ok\"}\n");
}

TEST_F(gateway_test, takes_chunked_bodies) {
  start(config());
  http_client client{front->address()};
  client.say(http_client::head("POST", "/api/job", "Transfer-Encoding: chunked\r\n"));
  client.say("28\r\n" + some_job + " \r\n0\r\n\r\n");
  EXPECT_EQ(client.hear().status, 201);
}

TEST_F(gateway_test, says_go_ahead_to_a_body_that_waits_for_it) {
  start(config());
  http_client client{front->address()};
  client.say(http_client::head(
    "POST", "/api/job",
    "Expect: 100-continue\r\nContent-Length: " + std::to_string(some_job.size()) + "\r\n"));
  EXPECT_EQ(client.hear().status, 100);
  client.say(some_job);
  EXPECT_EQ(client.hear().status, 201);
}

TEST_F(gateway_test, takes_a_body_of_just_the_limit) {
  start(config());
  http_client client{front->address()};
  std::string around = R"({"name":"n","job_type":"X","payload":""})";
  auto body = R"({"name":"n","job_type":"X","payload":")"
    + std::string(limits::body_bytes_max - around.size(), 'x') + "\"}";
  ASSERT_EQ(body.size(), limits::body_bytes_max);
  EXPECT_EQ(client.request("POST", "/api/job", body).status, 201);
}

TEST_F(gateway_test, refuses_a_large_body_that_is_sent_all_the_same) {
  start(config());
  http_client client{front->address()};
  auto a = client.request("POST", "/api/job", std::string(2 << 20, 'x'));
  EXPECT_EQ(a.status, 413);
  EXPECT_EQ(code_of(a), "body_too_large");
  EXPECT_EQ(a.header("connection"), "close");
  EXPECT_TRUE(client.is_ended());
}

TEST_F(gateway_test, refuses_a_large_body_before_it_is_sent) {
  start(config());
  http_client client{front->address()};
  client.say(http_client::head(
    "POST", "/api/job", "Expect: 100-continue\r\nContent-Length: 2000000000\r\n"));
  EXPECT_EQ(client.hear().status, 413);
}

TEST_F(gateway_test, refuses_a_large_chunked_body) {
  start(config());
  http_client client{front->address()};
  client.say(http_client::head("POST", "/api/job", "Transfer-Encoding: chunked\r\n"));
  for (int i = 0; i < 3; ++i)
    client.say("80000\r\n" + std::string(0x80000, 'x') + "\r\n");
  EXPECT_EQ(client.hear().status, 413);
}

TEST_F(gateway_test, refuses_headers_without_end) {
  start(config());
  http_client client{front->address()};
  client.say("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20'000, 'x'));
  auto a = client.hear();
  EXPECT_EQ(a.status, 431);
  EXPECT_EQ(code_of(a), "bad_request");
}

TEST_F(gateway_test, refuses_what_is_not_http) {
  start(config());
  for (auto nonsense :
       {"\x16\x03\x01\x02\x01\x01\r\n\r\n", "GET\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    http_client client{front->address()};
    client.say(nonsense);
    EXPECT_EQ(client.hear().status, 400) << nonsense;
    EXPECT_TRUE(client.is_ended());
  }
}

TEST_F(gateway_test, refuses_a_request_without_a_host) {
  start(config());
  http_client client{front->address()};
  client.say("GET /healthz HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.hear().status, 400);
}

TEST_F(gateway_test, drops_a_client_that_never_finishes_its_request) {
  auto cfg = config();
  cfg.idle_timeout = millis{100};
  start(cfg);
  http_client slow{front->address()};
  slow.say("GET /healthz HTT");
  http_client slower{front->address()};
  slower.say(http_client::head("POST", "/api/job", "Content-Length: 100\r\n") + "{");
  EXPECT_TRUE(slow.is_ended());
  EXPECT_TRUE(slower.is_ended());
  http_client other{front->address()};
  EXPECT_EQ(other.request("GET", "/healthz").status, 200);
}

TEST_F(gateway_test, a_client_that_waits_does_not_hold_up_others) {
  start(config());
  http_client waiting{front->address()};
  waiting.say(http_client::head("POST", "/api/job/" + id + "/trigger"));
  http_client other{front->address()};
  EXPECT_EQ(other.request("GET", "/api/jobs").status, 200);
}

TEST_F(gateway_test, says_that_the_outcome_is_unknown_when_the_desk_keeps_silent) {
  auto cfg = config();
  cfg.answer_timeout = millis{50};
  start(cfg);
  http_client client{front->address()};
  auto a = client.request("POST", "/api/job/" + id + "/trigger");
  EXPECT_EQ(a.status, 504);
  EXPECT_EQ(code_of(a), "sched_timeout");
  EXPECT_NE(a.body.find("outcome is unknown"), std::string::npos);
  EXPECT_EQ(client.request("GET", "/healthz").status, 200);
}

TEST_F(gateway_test, turns_connections_beyond_the_limit_away) {
  auto cfg = config();
  cfg.connections_max = 2;
  start(cfg);
  http_client first{front->address()};
  EXPECT_EQ(first.request("GET", "/healthz").status, 200);
  {
    http_client second{front->address()};
    EXPECT_EQ(second.request("GET", "/healthz").status, 200);
    http_client third{front->address()};
    auto a = third.hear();
    EXPECT_EQ(a.status, 429);
    EXPECT_EQ(code_of(a), "overloaded");
    EXPECT_EQ(first.request("GET", "/healthz").status, 200);
  }
}

TEST_F(gateway_test, wants_the_token_for_all_but_the_signs_of_life) {
  auto cfg = config();
  cfg.token = "s3cret";
  start(cfg);
  http_client client{front->address()};
  for (auto target : {"/api/jobs", "/metrics", "/nowhere"}) {
    auto a = client.request("GET", target);
    EXPECT_EQ(a.status, 401) << target;
    EXPECT_EQ(code_of(a), "unauthorized");
    EXPECT_EQ(a.header("www-authenticate"), "Bearer realm=\"takt\"");
  }
  EXPECT_EQ(client.request("PUT", "/healthz").status, 401);
  EXPECT_EQ(client.request("GET", "/healthz").status, 200);
  EXPECT_EQ(client.request("GET", "/readyz").status, 200);
  auto wrong = client.request("GET", "/api/jobs", "", "Authorization: Bearer s3cre\r\n");
  EXPECT_EQ(wrong.status, 401);
  auto right = "Authorization: Bearer s3cret\r\n";
  EXPECT_EQ(client.request("GET", "/api/jobs", "", right).status, 200);
  EXPECT_EQ(client.request("GET", "/nowhere", "", right).status, 404);
  EXPECT_EQ(client.request("GET", "/metrics", "", right).status, 200);
}

TEST_F(gateway_test, does_not_read_the_body_of_a_stranger) {
  auto cfg = config();
  cfg.token = "s3cret";
  start(cfg);
  http_client client{front->address()};
  client.say(http_client::head("POST", "/api/job", "Content-Length: 1000\r\n"));
  auto a = client.hear();
  EXPECT_EQ(a.status, 401);
  EXPECT_EQ(a.header("connection"), "close");
}

TEST_F(gateway_test, without_a_token_refuses_names_and_pages_of_others) {
  start(config());
  http_client client{front->address()};
  client.say("GET /api/jobs HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n");
  auto rebound = client.hear();
  EXPECT_EQ(rebound.status, 403);
  EXPECT_EQ(code_of(rebound), "forbidden");
  auto forged =
    client.request("POST", "/api/job/" + id + "/pause", "", "Origin: http://evil.example\r\n");
  EXPECT_EQ(forged.status, 403);
  auto own = client.request("DELETE", "/api/job/" + id, "", "Origin: http://localhost\r\n");
  EXPECT_EQ(own.status, 204);
  EXPECT_EQ(client.request("GET", "/api/jobs", "", "Origin: http://evil.example\r\n").status, 200);
}

TEST_F(gateway_test, with_a_token_any_name_will_do) {
  auto cfg = config();
  cfg.token = "s3cret";
  start(cfg);
  http_client client{front->address()};
  client.say(
    "GET /api/jobs HTTP/1.1\r\nHost: takt.example\r\nAuthorization: Bearer s3cret\r\n\r\n");
  EXPECT_EQ(client.hear().status, 200);
}

TEST_F(gateway_test, shows_and_counts_its_answers) {
  start(config());
  http_client client{front->address()};
  EXPECT_EQ(client.request("GET", "/nowhere").status, 404);
  auto a = client.request("GET", "/metrics");
  EXPECT_EQ(a.status, 200);
  EXPECT_EQ(a.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(a.body.find("takt_http_requests_total{status=\"404\"} 1"), std::string::npos);
}

TEST_F(gateway_test, does_not_leave_loopback_without_a_token) {
  for (auto open : {"0.0.0.0:0", "[::]:0"}) {
    auto cfg = config();
    cfg.listen = open;
    auto refused = gateway::start(system, desk, cfg);
    EXPECT_EQ(refused.code(), errc::setup_unsafe);
    auto text = refused.failure().message();
    EXPECT_NE(text.find("head -c 32 /dev/urandom | base64 > token"), std::string::npos);
    EXPECT_NE(text.find("--token-file token"), std::string::npos);
  }
  auto cfg = config();
  cfg.listen = "0.0.0.0:0";
  cfg.token = "s3cret";
  EXPECT_TRUE(gateway::start(system, desk, cfg));
}

TEST_F(gateway_test, a_taken_port_is_one_clear_line) {
  start(config());
  auto cfg = config();
  cfg.listen = front->address().substr(std::string{"http://"}.size());
  auto second = gateway::start(system, desk, cfg);
  EXPECT_EQ(second.code(), errc::setup_cannot_listen);
  EXPECT_EQ(
    second.failure().message(), "cannot listen: " + cfg.listen + ": Address already in use");
}

TEST_F(gateway_test, a_bad_place_to_listen_is_refused) {
  auto cfg = config();
  cfg.listen = "127.0.0.1";
  EXPECT_EQ(gateway::start(system, desk, cfg).code(), errc::setup_bad_option);
  cfg.listen = "no-such-host.invalid:8080";
  EXPECT_EQ(gateway::start(system, desk, cfg).code(), errc::setup_cannot_listen);
}

TEST_F(gateway_test, a_stop_ends_idle_connections_at_once_and_lets_nobody_wait_for_ever) {
  start(config());
  http_client idle{front->address()};
  EXPECT_EQ(idle.request("GET", "/healthz").status, 200);
  http_client waiting{front->address()};
  waiting.say(http_client::head("POST", "/api/job/" + id + "/trigger"));
  EXPECT_EQ(idle.request("GET", "/healthz").status, 200); // the other request was taken by now
  front->stop();
  EXPECT_TRUE(idle.is_ended());
  EXPECT_TRUE(waiting.is_ended());
  http_client late{front->address()};
  EXPECT_FALSE(late.is_connected());
  front->stop();
}

} // namespace

} // namespace takt
