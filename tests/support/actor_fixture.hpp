// actor_fixture: actors on the test's own thread, in virtual time: nothing runs but in settle(), no
// time passes but in advance(). For actors that are spawned without options (never detached).
#pragma once

#include "actors/log.hpp"
#include "actors/messages.hpp"
#include "actors/metrics.hpp"
#include "tests/support/mailbag.hpp"
#include "tests/support/virtual_clock.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace takt::test {

struct actor_config : caf::actor_system_config {
  actor_config() {
    add_scheduler_messages(*this);
    set("scheduler.policy", caf::atom("testing"));
  }
};

class actor_fixture : public ::testing::Test {
protected:
  actor_fixture() : sched(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())) {}

  ~actor_fixture() override { end_all(); }

  /// Runs actors until none has mail.
  void settle() {
    for (int n = 0; n < 1'000'000 && sched.has_job(); ++n)
      sched.run_once();
    ASSERT_FALSE(sched.has_job()) << "the actors never come to rest";
  }

  /// Time passes in steps; actors run after each.
  void advance(millis by, millis step = millis{100}) {
    settle();
    while (by > millis{0}) {
      auto part = std::min(by, step);
      by -= part;
      time.advance(part);
      sched.advance_time(part);
      settle();
    }
  }

  /// Sends as nobody and lets it be handled.
  template <class Handle, class Message>
  void tell(const Handle& to, Message m) {
    caf::anon_send(to, std::move(m));
    settle();
  }

  /// Spawned actors are ended with the fixture.
  template <class Handle>
  Handle keep(Handle spawned) {
    kept_.push_back(caf::actor_cast<caf::strong_actor_ptr>(spawned));
    return spawned;
  }

  template <class Interface>
  Interface dummy(const mailbag_ptr& bag) {
    return keep(spawn_dummy<Interface>(system, bag));
  }

  void end_all() {
    for (auto& each : kept_)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    kept_.clear();
    while (sched.has_job())
      sched.run_once();
  }

  /// What was said at `warning` or above.
  bool complained() const { return !complaints->empty(); }

  virtual_clock time{};
  std::shared_ptr<metrics> counts = std::make_shared<metrics>();
  std::shared_ptr<std::vector<std::string>> complaints =
    std::make_shared<std::vector<std::string>>();
  log say{[list = complaints](severity level, std::string text) {
    if (level >= severity::warning)
      list->push_back(std::move(text));
  }};
  actor_config cfg{};
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& sched;

private:
  std::vector<caf::strong_actor_ptr> kept_{};
};

} // namespace takt::test
