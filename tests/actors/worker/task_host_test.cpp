// The TASK HOST and the promises of takt/task.hpp, with tasks that behave and tasks that do not.
#include "tests/actors/worker/task_world.hpp"
#include "tools/examples/greeting_task.hpp"

#include <future>
#include <stdexcept>

namespace takt {
namespace {

using namespace std::chrono_literals;

/// Answers nothing and ignores every request to end.
caf::behavior deaf(caf::event_based_actor*, task_call, task_handle task) {
  task.output("here");
  return {[](const task_cancel&) {}};
}

class hosted_task : public task_world {};

TEST_F(hosted_task, reports_output_and_success) {
  examples::add_greeting(types);
  begin();
  auto ref = start("GREETING", "world");
  EXPECT_EQ(began.next()->ref, ref);
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::success);
  EXPECT_EQ(o.output.text(), "greeting world\nattempt 1 is polite\nHello, world!");
  EXPECT_EQ(o.error, "");
  EXPECT_GE(o.ended, o.started);
}

TEST_F(hosted_task, that_throws_at_once_fails_with_the_exceptions_text) {
  examples::add_greeting(types);
  begin();
  start("GREETING", "{not json");
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::failed);
  EXPECT_NE(o.error.find("the task threw: malformed JSON"), std::string::npos) << o.error;
}

TEST_F(hosted_task, that_throws_later_fails_with_the_exceptions_text) {
  types.add_actor("LATE", [](caf::event_based_actor* self, task_call, task_handle) {
    self->send(self, caf::ok_atom::value);
    return caf::behavior{[](caf::ok_atom) { throw std::runtime_error{"oh no"}; }};
  });
  begin();
  start("LATE", "");
  EXPECT_EQ(outcome().error, "the task threw: oh no");
}

TEST_F(hosted_task, that_ends_without_a_word_fails) {
  types.add_actor(
    "MUTE", [](caf::event_based_actor*, task_call, task_handle) { return caf::behavior{}; });
  types.add("BROKEN", [](caf::actor_system&, task_call, task_handle) -> caf::actor {
    throw std::runtime_error{"no such device"};
  });
  types.add("NONE", [](caf::actor_system&, task_call, task_handle) { return caf::actor{}; });
  begin();
  start("MUTE", "");
  EXPECT_EQ(outcome().error, "the task ended without saying how it went");
  start("BROKEN", "");
  EXPECT_EQ(outcome().error, "the task could not start: no such device");
  start("NONE", "");
  EXPECT_EQ(outcome().error, "the task could not start");
  start("UNHEARD_OF", "");
  EXPECT_EQ(outcome().error, "this worker has no task type UNHEARD_OF");
}

TEST_F(hosted_task, counts_only_its_first_report) {
  types.add_actor("TWICE", [](caf::event_based_actor*, task_call, task_handle task) {
    task.fail("first");
    task.succeed("second");
    task.output("third");
    return caf::behavior{};
  });
  examples::add_greeting(types);
  begin();
  start("TWICE", "");
  auto o = outcome();
  EXPECT_EQ(o.error, "first");
  EXPECT_EQ(o.output.text(), "");
  start("GREETING", "x");
  EXPECT_EQ(outcome().outcome, attempt_outcome::success);
}

TEST_F(hosted_task, honours_cancel) {
  examples::add_greeting(types);
  begin();
  auto ref = start("GREETING", R"({"name":"x","delay_ms":600000})");
  began.next();
  cancel(ref);
  cancel(ref);
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::canceled);
  EXPECT_EQ(o.error, "enough");
  EXPECT_EQ(o.output.text(), "greeting x\n");
}

TEST_F(hosted_task, success_that_crosses_a_cancel_is_success) {
  types.add_actor("STUBBORN", [](caf::event_based_actor*, task_call, task_handle task) {
    return caf::behavior{[=](const task_cancel&) { task.succeed("done anyway"); }};
  });
  begin();
  cancel(start("STUBBORN", ""));
  EXPECT_EQ(outcome().outcome, attempt_outcome::success);
}

TEST_F(hosted_task, is_told_at_its_deadline_and_killed_after_the_grace) {
  manual_clock virtual_time;
  time = &virtual_time;
  types.add_actor("DEAF", deaf);
  begin({.kill_grace = 1000ms, .tick = 1ms});
  start("DEAF", "", 5s);
  began.next();
  virtual_time.advance(5s);
  // The host's own ticks carry it from step to step; only the clock is ours.
  for (int i = 0; i < 1000; ++i) {
    virtual_time.advance(100ms);
    if (auto msg = ended.next(0s)) {
      EXPECT_EQ(msg->outcome.outcome, attempt_outcome::timeout);
      EXPECT_EQ(msg->outcome.error.find("timeout after 5 s"), 0u);
      EXPECT_EQ(msg->outcome.output.text(), "here");
      return;
    }
    std::this_thread::yield();
  }
  EXPECT_EQ(outcome().outcome, attempt_outcome::timeout);
}

TEST_F(hosted_task, that_answers_after_its_deadline_has_timed_out) {
  manual_clock virtual_time;
  time = &virtual_time;
  types.add_actor("POLITE", [](caf::event_based_actor* self, task_call, task_handle task) {
    return caf::behavior{[=](const task_cancel&) {
      task.succeed("just made it");
      self->quit();
    }};
  });
  begin({.tick = 1ms});
  start("POLITE", "", 5s);
  began.next();
  virtual_time.advance(5s);
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::timeout);
  EXPECT_EQ(o.error, "timeout after 5 s");
  EXPECT_EQ(o.output.text(), "just made it");
}

TEST_F(hosted_task, that_blocks_its_thread_counts_as_ended_all_the_same) {
  manual_clock virtual_time;
  time = &virtual_time;
  std::promise<void> release;
  auto released = release.get_future().share();
  types.add("BLOCKS", [released](caf::actor_system& sys, task_call, task_handle) {
    auto body = [](caf::event_based_actor*, const std::shared_future<void>& until) {
      until.wait();
    };
    return caf::actor{sys.spawn<caf::detached>(body, released)};
  });
  begin({.kill_grace = 10ms, .tick = 1ms});
  auto ref = start("BLOCKS", "");
  began.next();
  cancel(ref);
  std::optional<task_ended> msg;
  while (!msg) {
    virtual_time.advance(10ms);
    msg = ended.next(0s);
    std::this_thread::yield();
  }
  EXPECT_EQ(msg->outcome.outcome, attempt_outcome::canceled);
  EXPECT_EQ(msg->outcome.error, "enough; the task did not end when killed");
  release.set_value();
}

TEST_F(hosted_task, still_running_when_the_worker_leaves_is_lost) {
  examples::add_greeting(types);
  begin();
  start("GREETING", R"({"name":"x","delay_ms":600000})");
  caf::anon_send(host, end_tasks{});
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::lost);
  EXPECT_EQ(o.error, "the worker stopped");
}

} // namespace
} // namespace takt
