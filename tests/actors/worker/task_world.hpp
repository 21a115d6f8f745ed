// task_world: an actor system with a TASK HOST, and the test in the WORKER's place.
#pragma once

#include "actors/spawn.hpp"
#include "actors/worker/task_host.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace takt {

/// What other threads hand to the test. next() waits, but not for ever.
template <class T>
class inbox {
public:
  void put(T x) {
    std::lock_guard guard{mutex_};
    items_.push_back(std::move(x));
    arrived_.notify_all();
  }

  std::optional<T> next(std::chrono::seconds patience = std::chrono::seconds{20}) {
    std::unique_lock guard{mutex_};
    if (!arrived_.wait_for(guard, patience, [this] { return !items_.empty(); }))
      return std::nullopt;
    auto x = std::move(items_.front());
    items_.pop_front();
    return x;
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> items_;
};

/// Moves only when told to.
class manual_clock : public clock {
public:
  wall_time wall() const override { return wall_from_ms(1'700'000'000'000 + ms_); }
  mono_time mono() const override { return mono_from_ms(ms_); }
  void advance(millis by) { ms_ += by.count(); }

private:
  std::atomic<int64_t> ms_{1000};
};

class task_world : public ::testing::Test {
protected:
  task_world() {
    caf_cfg.set("scheduler.policy", caf::atom("sharing"));
    caf_cfg.set("scheduler.max-threads", 2);
    add_worker_messages(caf_cfg);
  }

  void TearDown() override {
    caf::anon_send_exit(host, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
  }

  void begin(task_host_config cfg = {}) {
    system = std::make_unique<caf::actor_system>(caf_cfg);
    // An argument, for CAF 0.17 binds a null reference without one, which UBSan sees.
    auto listen = [](worker_actor::pointer, task_world* test) -> worker_actor::behavior_type {
      return {
        [](const link_made&) {},
        [](const link_raised&) {},
        [](const link_dropped&) {},
        [](const link_frame&) {},
        [test](const task_began& msg) { test->began.put(msg); },
        [test](const task_ended& msg) { test->ended.put(msg); },
        [](const leave&) {},
        [](const worker_tick&) {},
        [](const worker_flush&) {},
      };
    };
    worker = system->spawn(listen, this);
    host = spawn_state<task_host>(*system, cfg, worker, types, time);
  }

  attempt_ref start(std::string type, std::string payload, millis timeout = millis{0}) {
    start_task msg;
    msg.ref.key.attempt = ++attempts;
    msg.call.attempt = msg.ref.key.attempt;
    msg.call.fence = 42;
    msg.call.due = wall_from_ms(1'700'000'000'123);
    msg.call.task_type = std::move(type);
    msg.call.payload = std::move(payload);
    msg.call.timeout = timeout;
    caf::anon_send(host, msg);
    return msg.ref;
  }

  void cancel(const attempt_ref& ref) { caf::anon_send(host, cancel_task{ref, "enough"}); }

  task_outcome outcome() {
    auto msg = ended.next();
    if (!msg)
      ADD_FAILURE() << "no task ended";
    return msg ? msg->outcome : task_outcome{};
  }

  caf::actor_system_config caf_cfg;
  task_types types;
  const clock* time = &os_clock();
  inbox<task_began> began;
  inbox<task_ended> ended;
  attempt_no attempts = 0;
  std::unique_ptr<caf::actor_system> system;
  worker_actor worker;
  task_host_actor host;
};

} // namespace takt
