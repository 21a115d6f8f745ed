// zmq_fixture: what tests with real sockets share: quick intervals, a log that can be waited for,
// and an end of a link that remembers what it heard. Waits are for named conditions, with a limit.
#pragma once

#include "broker/dealer_link.hpp"
#include "broker/router_thread.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace takt {

/// Something that threads change and a test waits for.
template <class State>
class watched {
public:
  template <class F>
  void change(F&& f) {
    {
      std::lock_guard guard{mutex_};
      f(state_);
    }
    changed_.notify_all();
  }
  /// False: the condition did not come true in time. Looked at with each change, and now and then
  /// for conditions that also depend on something else.
  template <class F>
  bool wait_for(F&& condition, std::chrono::seconds limit = std::chrono::seconds{20}) {
    constexpr std::chrono::milliseconds slice{10};
    std::unique_lock guard{mutex_};
    for (auto left = limit / slice; left > 0; --left)
      if (changed_.wait_for(guard, slice, [&] { return condition(state_); }))
        return true;
    return condition(state_);
  }
  State copy() {
    std::lock_guard guard{mutex_};
    return state_;
  }

private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  State state_{};
};

class log_recorder {
public:
  log_hook hook() {
    return [this](log_level, std::string text) {
      lines_.change([&](auto& lines) { lines.push_back(std::move(text)); });
    };
  }
  bool wait_for(const std::string& part) {
    auto has_it = [&](const std::vector<std::string>& lines) {
      for (const auto& l : lines)
        if (l.find(part) != std::string::npos)
          return true;
      return false;
    };
    return lines_.wait_for(has_it);
  }
  std::string all() {
    std::string text;
    for (const auto& l : lines_.copy())
      text += l + "\n";
    return text;
  }

private:
  watched<std::vector<std::string>> lines_{};
};

/// What an end has heard.
struct heard {
  int ups = 0;
  int downs = 0;
  std::vector<message> messages{};

  size_t count(frame_kind kind) const {
    size_t n = 0;
    for (const auto& m : messages)
      n += m.header.kind == kind;
    return n;
  }
};

/// One end of a link. Destroy it before what it is connected to, or after: both must work.
struct end {
  watched<heard> state{};
  std::unique_ptr<link> line{};

  link_listener listener() {
    return {
      [this](broker_no) { state.change([](heard& h) { ++h.ups; }); },
      [this](broker_no) { state.change([](heard& h) { ++h.downs; }); },
      [this](broker_no, message m) {
        state.change([&](heard& h) { h.messages.push_back(std::move(m)); });
      }};
  }
  bool is_up(int times = 1) {
    return state.wait_for([&](const heard& h) { return h.ups >= times; });
  }
  bool hears(frame_kind kind, size_t times = 1) {
    return state.wait_for([&](const heard& h) { return h.count(kind) >= times; });
  }
};

struct zmq_fixture : ::testing::Test {
  static constexpr millis beat{50};
  static constexpr millis silence{400};

  log_recorder broker_log{};
  log_recorder link_log{};
  zmq_context context = make_zmq_context();

  router_thread_config broker_config(
    std::vector<std::string> frontend = {"tcp://127.0.0.1:*", "inproc://front"},
    std::vector<std::string> backend = {"tcp://127.0.0.1:*", "inproc://back"}) {
    router_thread_config c{.frontend = std::move(frontend), .backend = std::move(backend)};
    c.router.heartbeat_interval = beat;
    c.router.silence_max = silence;
    c.router.name = "b";
    c.log = broker_log.hook();
    c.summary_interval = millis{100};
    return c;
  }

  std::unique_ptr<router_thread> start(router_thread_config c) {
    auto started = start_router_thread(std::move(c), context, os_clock());
    EXPECT_TRUE(started) << (started ? "" : started.failure().message());
    return started ? std::move(*started) : nullptr;
  }

  /// On ports that a broker of this process had: libzmq lets go of them a moment after close().
  std::unique_ptr<router_thread> start_again(const router_thread_config& c) {
    std::unique_ptr<router_thread> broker;
    watched<bool> nothing;
    nothing.wait_for([&](bool) {
      auto started = start_router_thread(c, context, os_clock());
      if (started)
        broker = std::move(*started);
      return broker != nullptr || started.code() != errc::setup_cannot_listen;
    });
    return broker;
  }

  dealer_link_config link_config(peer_role role, const std::string& endpoint) {
    dealer_link_config c{.brokers = {endpoint}, .role = role};
    c.name = role == peer_role::scheduler ? "node" : "w";
    c.program = "takt test";
    c.context = context;
    c.log = link_log.hook();
    c.heartbeat_interval = beat;
    c.silence_max = silence;
    return c;
  }

  static void open(end& e, dealer_link_config c) {
    auto opened = open_dealer_link(std::move(c), e.listener(), os_clock());
    ASSERT_TRUE(opened) << opened.failure().message();
    e.line = std::move(*opened);
  }

  static message register_as_w() {
    register_body body;
    body.info.id = {"w"};
    body.info.incarnation.bytes[0] = 1;
    return {.header = {.kind = frame_kind::register_, .executor = {"w"}}, .body = pack(body)};
  }
  static message owns_all(epoch_no epoch = 1) {
    owns_body body;
    for (shard_no s = 0; s < shard_count; ++s)
      body.shards.push_back({s, epoch});
    return {.header = {.kind = frame_kind::owns}, .body = pack(body)};
  }

  /// Both are up, the scheduler owns all shards and has heard the worker's REGISTER.
  static void introduce(end& scheduler, end& worker, int sessions = 1) {
    ASSERT_TRUE(scheduler.is_up(sessions));
    ASSERT_TRUE(worker.is_up(sessions));
    scheduler.line->send(0, owns_all());
    worker.line->send(0, register_as_w());
    // OWNS and REGISTER race through two sockets; RECONCILE makes the worker's known either way.
    // The test stands in for the worker, so it only has to arrive.
    scheduler.line->send(0, {.header = {.kind = frame_kind::reconcile}});
    ASSERT_TRUE(worker.hears(frame_kind::reconcile, static_cast<size_t>(sessions)));
    auto known = scheduler.state.copy().count(frame_kind::register_);
    worker.line->send(0, register_as_w());
    ASSERT_TRUE(scheduler.hears(frame_kind::register_, known + 1));
  }

  static message dispatch(const std::string& payload) {
    return {
      .header = {.kind = frame_kind::dispatch, .shard = 3, .epoch = 1, .executor = {"w"}},
      .body = "d",
      .payload = payload};
  }

  /// A frame each way arrives.
  static void talk(end& scheduler, end& worker) {
    auto results = scheduler.state.copy().count(frame_kind::result);
    auto dispatches = worker.state.copy().count(frame_kind::dispatch);
    scheduler.line->send(0, dispatch("payload"));
    ASSERT_TRUE(worker.hears(frame_kind::dispatch, dispatches + 1));
    worker.line->send(
      0, {.header = {.kind = frame_kind::result, .shard = 3, .executor = {"w"}}, .body = "r"});
    ASSERT_TRUE(scheduler.hears(frame_kind::result, results + 1));
  }
};

} // namespace takt
