// router_fixture: a router and the peers around it, for tests of its rules. One thread.
#pragma once

#include "broker/router.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace takt {

inline void PrintTo(const peer& p, std::ostream* os) {
  *os << (p.side == broker_side::frontend ? "scheduler " : "worker ") << p.routing_id;
}

struct router_fixture : ::testing::Test {
  router under{router_config{.name = "b1", .program = "takt test"}};
  mono_time now = mono_from_ms(1000);
  std::vector<send_to> out{};

  static peer scheduler(const std::string& id) { return {broker_side::frontend, id}; }
  static peer worker(const std::string& id) { return {broker_side::backend, id}; }
  static incarnation_id incarnation(uint8_t n) {
    incarnation_id id;
    id.bytes[0] = n;
    return id;
  }

  /// What the router answers to one message.
  std::vector<send_to> say(const peer& from, const message& m) {
    auto frames = to_frames(m);
    return say_raw(from, {frames.begin(), frames.end()});
  }

  std::vector<send_to> say_raw(const peer& from, const std::vector<std::string_view>& frames) {
    out.clear();
    under.on_frames(from, frames, out);
    return out;
  }

  std::vector<send_to> tick(millis later) {
    out.clear();
    under.on_tick(now += later, out);
    return out;
  }

  static message hello(const peer& from, const std::string& name = {}) {
    hello_body body{.name = name};
    body.role = from.side == broker_side::frontend ? peer_role::scheduler : peer_role::worker;
    return {.header = {.kind = frame_kind::hello, .sequence = 1}, .body = pack(body)};
  }

  void join(const peer& p, const std::string& name = {}) {
    auto answer = say(p, hello(p, name));
    ASSERT_EQ(answer.size(), 1u);
    ASSERT_EQ(answer[0].what.header.kind, frame_kind::hello);
  }

  static message owns(std::vector<owned_shard> shards) {
    return {.header = {.kind = frame_kind::owns, .sequence = 2}, .body = pack(owns_body{shards})};
  }

  static message register_as(const std::string& id, uint8_t incarnation_number = 1) {
    register_body body;
    body.info.id = {id};
    body.info.incarnation = incarnation(incarnation_number);
    return {
      .header = {.kind = frame_kind::register_, .sequence = 2, .executor = {id}},
      .body = pack(body)};
  }

  static message
  frame(frame_kind kind, const std::string& executor, shard_no shard = 0, std::string body = "b") {
    frame_header header{
      .kind = kind, .shard = shard, .epoch = 7, .sequence = 9, .executor = {executor}};
    return {.header = header, .body = std::move(body), .payload = "opaque"};
  }

  /// A scheduler that owns shard 0 and a worker registered as "w".
  void set_the_table() {
    join(scheduler("s"), "node-1");
    join(worker("x"), "w");
    say(scheduler("s"), owns({{0, 5}}));
    say(worker("x"), register_as("w"));
  }

  static errc error_in(const std::vector<send_to>& effects) {
    if (effects.size() != 1 || effects[0].what.header.kind != frame_kind::error)
      return errc::ok;
    auto body = unpack<error_body>(effects[0].what.body);
    return body ? body->code : errc::internal;
  }

  static std::vector<peer> addressees(const std::vector<send_to>& effects) {
    std::vector<peer> to;
    for (const auto& e : effects)
      to.push_back(e.to);
    std::sort(to.begin(), to.end());
    return to;
  }
};

} // namespace takt
