// The CLOCKWORK: one alarm_due for each wish, at its instant, whatever becomes of the host's clock.
#include "actors/scheduler/clockwork.hpp"
#include "actors/spawn.hpp"
#include "tests/support/actor_fixture.hpp"

namespace takt {
namespace {

using namespace test;

class clockwork_test : public actor_fixture {
protected:
  template <class Message>
  void from_job(Message m) {
    caf::send_as(job_dummy, wheel, m);
    settle();
  }

  void set(uint64_t key, millis in) { from_job(set_alarm{key, time.wall() + in}); }

  /// As the timer thread does: time passes, and it ticks when it was asked to by then.
  void pass(millis by) {
    auto until = time.wall() + by;
    while (asked && *asked <= until) {
      time.advance(std::max(millis{0}, *asked - time.wall()));
      asked.reset();
      tell(wheel, clock_tick{});
    }
    time.advance(until - time.wall());
  }

  std::vector<late_cause> causes() {
    std::vector<late_cause> all;
    for (const auto& m : mail->take<alarm_due>())
      all.push_back(m.cause);
    return all;
  }

  std::vector<uint64_t> rung() {
    std::vector<uint64_t> all;
    for (const auto& m : mail->take<alarm_due>())
      all.push_back(m.key);
    return all;
  }

  using keys = std::vector<uint64_t>;

  mailbag_ptr mail = std::make_shared<mailbag>();
  mailbag_ptr other_mail = std::make_shared<mailbag>();
  job_actor job_dummy = dummy<job_actor>(mail);
  dispatcher_actor dispatcher_dummy = dummy<dispatcher_actor>(other_mail);
  /// What the timer thread was asked for last.
  std::optional<wall_time> asked{};
  int wishes = 0;
  clockwork_actor wheel = keep(spawn_state<clockwork>(
    system, &time, clockwork::wake_at_fn{[this](std::optional<wall_time> at) {
      asked = at;
      ++wishes;
    }},
    counts, say));
};

TEST_F(clockwork_test, an_alarm_rings_once_at_its_instant_and_the_tick_is_asked_for_exactly) {
  set(1, millis{5000});
  EXPECT_EQ(asked, time.wall() + millis{5000});
  pass(millis{4999});
  EXPECT_EQ(rung(), keys{});
  pass(millis{1});
  EXPECT_EQ(rung(), keys{1});
  EXPECT_EQ(asked, std::nullopt);
  pass(millis{60'000});
  EXPECT_EQ(rung(), keys{});
}

TEST_F(clockwork_test, the_earliest_alarm_is_what_the_thread_is_asked_for) {
  set(1, millis{5000});
  set(2, millis{2000});
  EXPECT_EQ(asked, time.wall() + millis{2000});
  set(3, millis{9000});
  EXPECT_EQ(asked, time.wall() + millis{2000});
  EXPECT_EQ(wishes, 2) << "what was asked for already is not asked for again";
  pass(millis{2000});
  EXPECT_EQ(rung(), keys{2});
  EXPECT_EQ(asked, time.wall() + millis{3000});
}

TEST_F(clockwork_test, the_same_key_replaces_the_earlier_wish) {
  set(1, millis{1000});
  set(1, millis{3000});
  pass(millis{2000});
  EXPECT_EQ(rung(), keys{});
  pass(millis{1000});
  EXPECT_EQ(rung(), keys{1});
}

TEST_F(clockwork_test, keys_of_different_askers_are_different) {
  set(1, millis{1000});
  caf::send_as(dispatcher_dummy, wheel, set_alarm{1, time.wall() + millis{2000}});
  settle();
  pass(millis{1000});
  EXPECT_EQ(rung(), keys{1});
  EXPECT_EQ(other_mail->size(), 0u);
  pass(millis{1000});
  EXPECT_EQ(other_mail->take<alarm_due>().size(), 1u);
}

TEST_F(clockwork_test, a_canceled_alarm_is_silent) {
  set(1, millis{1000});
  set(2, millis{2000});
  from_job(cancel_alarm{1});
  EXPECT_EQ(asked, time.wall() + millis{2000});
  from_job(cancel_alarm{7}); // never was
  pass(millis{2000});
  EXPECT_EQ(rung(), keys{2});
}

TEST_F(clockwork_test, an_alarm_in_the_past_rings_at_the_next_tick_which_is_wanted_now) {
  pass(millis{3000});
  set(1, millis{-2000});
  ASSERT_TRUE(asked);
  EXPECT_LE(*asked, time.wall());
  pass(millis{0});
  EXPECT_EQ(rung(), keys{1});
}

TEST_F(clockwork_test, a_clock_set_forward_rings_what_became_due) {
  set(1, millis{3'600'000});
  time.step(millis{3'600'000});
  tell(wheel, clock_tick{}); // the timer thread notices the step
  EXPECT_EQ(rung(), keys{1});
  EXPECT_TRUE(complained());
}

TEST_F(clockwork_test, an_alarm_says_whether_the_clock_jumped_over_it) {
  set(1, millis{1'800'000});
  set(2, millis{3'600'500});
  time.step(millis{3'600'000});
  tell(wheel, clock_tick{});
  EXPECT_EQ(causes(), std::vector{late_cause::clock_stepped});
  pass(millis{500});
  EXPECT_EQ(causes(), std::vector{late_cause::overloaded}) << "it came on time";
  from_job(set_alarm{3, time.wall() - millis{1'000'000}});
  pass(millis{0});
  EXPECT_EQ(causes(), std::vector{late_cause::clock_stepped}) << "wished for late, jumped over too";
}

TEST_F(clockwork_test, a_process_that_did_not_run_says_so) {
  set(1, millis{1000});
  set(2, millis{300'000});
  time.advance(millis{600'000}); // and the timer thread slept as well
  tell(wheel, clock_tick{time.wall()});
  EXPECT_EQ(causes(), (std::vector{late_cause::process_paused, late_cause::process_paused}));
  EXPECT_TRUE(complained());
}

TEST_F(clockwork_test, a_tick_that_only_waited_in_the_mailbox_is_no_pause) {
  set(1, millis{1000});
  time.advance(millis{5000});
  tell(wheel, clock_tick{time.wall() - millis{4000}}); // the thread woke on time
  EXPECT_EQ(causes(), std::vector{late_cause::overloaded});
  EXPECT_FALSE(complained());
}

TEST_F(clockwork_test, a_step_of_days_ago_hides_no_pause) {
  time.step(millis{3'600'000});
  tell(wheel, clock_tick{time.wall()});
  set(1, millis{1000});
  time.advance(millis{600'000});
  tell(wheel, clock_tick{time.wall()});
  EXPECT_EQ(causes(), std::vector{late_cause::process_paused});
}

TEST_F(clockwork_test, a_pause_is_known_though_others_wish_before_the_tick_arrives) {
  set(1, millis{1000});
  time.advance(millis{600'000});
  from_job(set_alarm{2, time.wall() - millis{300'000}}); // handled first
  tell(wheel, clock_tick{time.wall()});
  EXPECT_EQ(causes(), (std::vector{late_cause::process_paused, late_cause::process_paused}));
}

TEST_F(clockwork_test, a_pause_is_known_to_whoever_waited_for_the_store_when_it_began) {
  auto just_before = time.wall() + millis{990};
  auto long_before = time.wall() - millis{5000};
  set(1, millis{1000});
  time.advance(millis{600'000});
  tell(wheel, clock_tick{time.wall()});
  EXPECT_EQ(causes(), std::vector{late_cause::process_paused});
  from_job(set_alarm{2, just_before}); // the store's answer came only now
  pass(millis{0});
  EXPECT_EQ(causes(), std::vector{late_cause::process_paused});
  from_job(set_alarm{3, long_before});
  pass(millis{0});
  EXPECT_EQ(causes(), std::vector{late_cause::overloaded});
}

TEST_F(clockwork_test, a_canceled_wish_leaves_no_pause_behind) {
  set(1, millis{1000});
  set(2, millis{60'000});
  from_job(cancel_alarm{1});
  pass(millis{60'000});
  EXPECT_EQ(causes(), std::vector{late_cause::overloaded});
  EXPECT_FALSE(complained());
}

TEST_F(clockwork_test, a_wish_in_the_past_is_no_pause) {
  set(1, millis{-60'000});
  tell(wheel, clock_tick{time.wall()});
  EXPECT_EQ(causes(), std::vector{late_cause::overloaded});
  EXPECT_FALSE(complained());
}

TEST_F(clockwork_test, a_clock_set_back_moves_the_instant_further_away_and_rings_once) {
  set(1, millis{5000});
  auto due = time.wall() + millis{5000};
  time.step(millis{-3'600'000});
  tell(wheel, clock_tick{});
  EXPECT_EQ(rung(), keys{});
  EXPECT_EQ(asked, due);
  pass(due - time.wall() - millis{1});
  EXPECT_EQ(rung(), keys{});
  pass(millis{1});
  EXPECT_EQ(rung(), keys{1});
  EXPECT_TRUE(complained());
}

TEST_F(clockwork_test, a_wish_right_after_the_clock_was_set_back_is_measured_by_the_new_time) {
  time.step(millis{-3'600'000});
  set(1, millis{1000});
  pass(millis{999});
  EXPECT_EQ(rung(), keys{});
  pass(millis{1});
  EXPECT_EQ(rung(), keys{1});
}

TEST_F(clockwork_test, a_small_correction_of_the_clock_is_nobodys_business) {
  set(1, millis{5000});
  time.step(millis{-300});
  tell(wheel, clock_tick{});
  EXPECT_FALSE(complained());
  pass(millis{5300});
  EXPECT_EQ(rung(), keys{1});
}

} // namespace
} // namespace takt
