// The DISPATCHER: never more than an executor's slots, never two runs of a job at once, and no
// PENDING run forgotten.
#include "actors/scheduler/dispatcher.hpp"
#include "actors/spawn.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/scheduler_samples.hpp"

#include <algorithm>

namespace takt {
namespace {

using namespace test;

class dispatcher_test : public actor_fixture {
protected:
  dispatcher_test() {
    hub = keep(spawn_state<dispatcher>(
      system,
      dispatcher_deps{
        dummy<store_port_actor>(mail), dummy<read_port_actor>(mail), dummy<clockwork_actor>(mail),
        &time, counts, say}));
    tell(hub, switchboard_here{dummy<switchboard_actor>(mail)});
  }

  /// Drives all shards, and nothing was going on there.
  void drive(epoch_no epoch = 1) {
    tell(hub, shards_granted{all_shards(epoch)});
    auto asked = mail->take<find_open_runs>();
    ASSERT_EQ(asked.size(), 1u);
    tell(
      hub, open_runs_found{asked[0].grants, std::vector<ready_run>{}, std::vector<assignment>{}});
  }

  void offer(const std::string& id, uint32_t slots, std::vector<std::string> types = {"ECHO"}) {
    executor_offer o;
    o.id.text = id;
    o.incarnation = numbered<incarnation_id>(1);
    o.up = slots > 0;
    o.slots = slots;
    o.task_types = std::move(types);
    tell(hub, o);
  }

  void come(std::vector<ready_run> runs) { tell(hub, runs_ready{std::move(runs)}); }
  /// Runs 1..n of jobs 1..n.
  void come(uint8_t n) {
    std::vector<ready_run> runs;
    for (uint8_t i = 1; i <= n; ++i)
      runs.push_back(ready(i, i, time.wall()));
    come(std::move(runs));
  }

  std::vector<assign_request> assigning() {
    std::vector<assign_request> all;
    for (const auto& m : mail->take<assign_run>())
      all.push_back(m.request);
    return all;
  }

  assignment made(const assign_request& r, uint8_t of) const {
    assignment a;
    a.key = {r.run, r.attempt + 1};
    a.grant = r.grant;
    a.executor = r.executor;
    a.incarnation = r.incarnation;
    a.job = numbered<job_id>(of);
    a.task_type = "ECHO";
    return a;
  }

  void store_says(const assign_request& r, result<assignment> outcome) {
    tell(hub, run_assigned{r.run, r.executor, std::move(outcome)});
  }

  /// The attempt of run n, of job n, is over.
  void over(
    uint8_t n, const executor_id& at, run_state state, attempt_no attempt = 1,
    wall_time not_before = {}) {
    tell(
      hub,
      attempt_over{{numbered<run_id>(n), attempt}, numbered<job_id>(n), at, state, not_before});
  }

  mailbag_ptr mail = std::make_shared<mailbag>();
  dispatcher_actor hub{};
};

TEST_F(dispatcher_test, a_run_is_assigned_under_its_grant_and_dispatched_after_the_commit) {
  drive(3);
  offer("a", 1);
  come(1);
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].grant, grant_for(numbered<job_id>(1), 3));
  EXPECT_EQ(asked[0].executor.text, "a");
  EXPECT_EQ(asked[0].incarnation, numbered<incarnation_id>(1));
  EXPECT_EQ(asked[0].attempt, 0u);
  EXPECT_TRUE(mail->of<dispatch_attempt>().empty());
  store_says(asked[0], made(asked[0], 1));
  EXPECT_EQ(mail->of<dispatch_attempt>().size(), 1u);
}

TEST_F(dispatcher_test, an_executor_never_has_more_than_its_slots) {
  drive();
  offer("a", 3);
  come(10);
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 3u);
  for (const auto& r : asked)
    store_says(r, made(r, r.run.bytes[15]));
  EXPECT_TRUE(assigning().empty()) << "committed or not, they are out";
  over(asked[0].run.bytes[15], asked[0].executor, run_state::success);
  EXPECT_EQ(assigning().size(), 1u);
}

TEST_F(dispatcher_test, the_least_loaded_executor_is_chosen) {
  drive();
  offer("a", 2);
  offer("b", 8);
  come(5);
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 5u);
  auto of_b =
    std::count_if(asked.begin(), asked.end(), [](const auto& r) { return r.executor.text == "b"; });
  EXPECT_EQ(of_b, 4) << "in proportion to the slots";
}

TEST_F(dispatcher_test, a_run_waits_for_an_executor_that_can) {
  drive();
  come(1);
  EXPECT_TRUE(assigning().empty());
  offer("a", 4, {"OTHER"});
  EXPECT_TRUE(assigning().empty());
  offer("b", 0);
  EXPECT_TRUE(assigning().empty());
  offer("c", 1);
  EXPECT_EQ(assigning().size(), 1u);
}

TEST_F(dispatcher_test, a_pinned_run_goes_to_its_executor_only) {
  drive();
  offer("a", 4);
  auto pinned = ready(1, 1, time.wall());
  pinned.pinned.text = "b";
  come({pinned});
  EXPECT_TRUE(assigning().empty());
  offer("b", 1);
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].executor.text, "b");
}

TEST_F(dispatcher_test, a_job_has_one_run_in_flight_and_its_next_follows) {
  drive();
  offer("a", 8);
  come({ready(1, 1, time.wall()), ready(2, 1, time.wall() + millis{1})});
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].run, numbered<run_id>(1));
  store_says(asked[0], made(asked[0], 1));
  EXPECT_TRUE(assigning().empty());
  over(1, asked[0].executor, run_state::failed);
  asked = assigning();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].run, numbered<run_id>(2));
}

TEST_F(dispatcher_test, a_retry_goes_as_the_next_attempt_and_not_before_its_instant) {
  drive();
  offer("a", 8);
  come(1);
  auto first = assigning()[0];
  store_says(first, made(first, 1));
  over(1, first.executor, run_state::pending, 1, time.wall() + millis{1500});
  EXPECT_TRUE(assigning().empty());
  auto alarms = mail->take<set_alarm>();
  ASSERT_FALSE(alarms.empty());
  EXPECT_EQ(alarms.back().at, time.wall() + millis{1500});
  time.advance(millis{1500});
  tell(hub, alarm_due{alarms.back().key});
  auto again = assigning();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].attempt, 1u);
}

struct refusal_row {
  errc why;
  bool tried_again;
  bool looked_up;
};

TEST_F(dispatcher_test, a_refused_assignment_gives_the_slot_back_and_is_followed_up) {
  for (auto row : {
         refusal_row{errc::store_failed, true, false},
         refusal_row{errc::store_job_busy, true, false},
         refusal_row{errc::store_run_moved, false, true},
         refusal_row{errc::store_no_such_job, false, false},
         refusal_row{errc::store_stale_epoch, false, false},
       }) {
    SCOPED_TRACE(text_of(row.why));
    mail->clear();
    tell(hub, shards_granted{});
    drive();
    offer("a", 1);
    come(1);
    auto asked = assigning();
    ASSERT_EQ(asked.size(), 1u);
    store_says(asked[0], row.why);
    EXPECT_TRUE(assigning().empty());
    advance(millis{2100});
    EXPECT_EQ(assigning().size(), row.tried_again ? 1u : 0u);
    auto looked = mail->take<find_open_runs>();
    ASSERT_EQ(looked.size(), row.looked_up ? 1u : 0u);
    if (row.looked_up) {
      EXPECT_EQ(looked[0].grants, std::vector{grant_for(numbered<job_id>(1), 1)});
    }
    if (!row.tried_again) {
      come({ready(2, 2, time.wall())});
      EXPECT_EQ(assigning().size(), 1u) << "the slot is free";
    }
  }
}

TEST_F(dispatcher_test, nothing_is_assigned_in_a_shard_before_its_open_runs_are_known) {
  tell(hub, shards_granted{all_shards(1)});
  auto asked = mail->take<find_open_runs>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].grants, all_shards(1));
  offer("a", 8);
  come(1);
  EXPECT_TRUE(assigning().empty());
  tell(hub, open_runs_found{asked[0].grants, std::vector<ready_run>{}, std::vector<assignment>{}});
  // The reading may have been older than the run: it is looked for once more.
  advance(millis{1000});
  ASSERT_EQ(mail->take<find_ready_runs>().size(), 1u);
  tell(hub, ready_runs_found{std::vector{ready(1, 1, time.wall())}, 1});
  EXPECT_EQ(assigning().size(), 1u);
}

TEST_F(dispatcher_test, a_take_over_that_cannot_be_read_is_tried_again) {
  tell(hub, shards_granted{all_shards(1)});
  auto asked = mail->take<find_open_runs>();
  tell(
    hub,
    open_runs_found{
      asked[0].grants, failure{errc::store_failed, ""}, failure{errc::store_failed, ""}});
  EXPECT_TRUE(complained());
  advance(millis{1000});
  EXPECT_EQ(mail->take<find_open_runs>().size(), 1u);
}

TEST_F(dispatcher_test, what_is_found_in_flight_takes_a_slot_and_keeps_its_job_busy) {
  tell(hub, shards_granted{all_shards(2)});
  mail->clear();
  offer("a", 1);
  assign_request then{grant_for(numbered<job_id>(1), 1), numbered<run_id>(1), 0, {"a"}, {}, {}};
  tell(
    hub,
    open_runs_found{
      all_shards(2), std::vector{ready(2, 1, time.wall())}, std::vector{made(then, 1)}});
  auto adopted = mail->take<adopt_attempts>();
  ASSERT_EQ(adopted.size(), 1u);
  ASSERT_EQ(adopted[0].attempts.size(), 1u);
  EXPECT_EQ(adopted[0].attempts[0].grant, grant_for(numbered<job_id>(1), 2)) << "ours, not theirs";
  EXPECT_TRUE(assigning().empty()) << "no slot";
  offer("b", 1);
  EXPECT_TRUE(assigning().empty()) << "the job is busy";
  over(1, {"a"}, run_state::success);
  EXPECT_EQ(assigning().size(), 1u);
}

TEST_F(dispatcher_test, an_adopted_run_that_is_pending_again_is_found_in_the_store) {
  drive();
  offer("a", 1);
  assign_request then{grant_for(numbered<job_id>(1), 1), numbered<run_id>(1), 0, {"a"}, {}, {}};
  tell(hub, open_runs_found{all_shards(1), std::vector<ready_run>{}, std::vector{made(then, 1)}});
  over(1, {"a"}, run_state::pending);
  EXPECT_EQ(mail->take<find_ready_runs>().size(), 1u);
  auto again = ready(1, 1, time.wall());
  again.attempt = 1;
  tell(hub, ready_runs_found{std::vector{again}, 1});
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].attempt, 1u);
}

TEST_F(dispatcher_test, a_pending_run_that_nobody_here_knows_is_found_in_the_store) {
  drive();
  offer("a", 1);
  over(1, {"a"}, run_state::pending);
  EXPECT_EQ(mail->take<find_ready_runs>().size(), 1u);
}

TEST_F(dispatcher_test, pending_runs_are_looked_for_now_and_then_without_a_reason) {
  drive();
  advance(millis{31'000});
  EXPECT_EQ(mail->take<find_ready_runs>().size(), 1u);
}

TEST_F(dispatcher_test, a_lost_grant_forgets_the_shards_runs_and_frees_their_slots) {
  drive();
  offer("a", 2);
  come(3);
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 2u);
  auto kept_job = asked[1].run.bytes[15];
  auto kept = grant_for(numbered<job_id>(kept_job), 1);
  ASSERT_NE(asked[0].grant.shard, kept.shard);
  tell(hub, shards_granted{{kept}});
  store_says(asked[0], made(asked[0], asked[0].run.bytes[15]));
  EXPECT_TRUE(mail->of<dispatch_attempt>().empty()) << "no grant, no dispatch";
  store_says(asked[1], made(asked[1], kept_job));
  EXPECT_EQ(mail->take<dispatch_attempt>().size(), 1u);
  auto more = ready(9, kept_job, time.wall());
  over(kept_job, asked[1].executor, run_state::success);
  come({more});
  EXPECT_EQ(assigning().size(), 1u);
}

TEST_F(dispatcher_test, an_answer_of_an_older_grant_neither_frees_nor_dispatches_the_newer_ones) {
  drive(1);
  offer("a", 1);
  come(1);
  auto old = assigning();
  ASSERT_EQ(old.size(), 1u);
  tell(hub, shards_granted{all_shards(2)});
  mail->clear();
  auto in_flight = made(old[0], 1);
  tell(hub, open_runs_found{all_shards(2), std::vector<ready_run>{}, std::vector{in_flight}});
  EXPECT_EQ(mail->take<adopt_attempts>().size(), 1u);
  store_says(old[0], made(old[0], 1));
  EXPECT_TRUE(mail->of<dispatch_attempt>().empty()) << "it is adopted under the new grant";
  store_says(old[0], errc::store_stale_epoch);
  come({ready(2, 2, time.wall())});
  EXPECT_TRUE(assigning().empty()) << "the slot is still taken";
}

TEST_F(dispatcher_test, an_attempt_that_is_back_takes_its_slot_and_its_run_leaves_the_queue) {
  drive();
  offer("a", 1);
  come(1);
  auto first = assigning()[0];
  store_says(first, made(first, 1));
  over(1, {"a"}, run_state::pending, 1, time.wall() + millis{1000}); // LOST, to be tried again
  tell(hub, attempt_back{made(first, 1)});
  advance(millis{2000});
  EXPECT_TRUE(assigning().empty());
  over(1, {"a"}, run_state::success);
  come({ready(2, 2, time.wall())});
  EXPECT_EQ(assigning().size(), 1u);
}

TEST_F(dispatcher_test, an_attempt_that_is_back_wins_over_an_assignment_under_way) {
  drive();
  offer("a", 1);
  come(1);
  auto first = assigning()[0];
  store_says(first, made(first, 1));
  offer("b", 1);
  over(1, {"a"}, run_state::pending);
  auto second = assigning();
  ASSERT_EQ(second.size(), 1u);
  tell(hub, attempt_back{made(first, 1)});
  store_says(second[0], errc::store_run_moved);
  // One slot of two is taken, by the attempt that is back.
  come({ready(2, 2, time.wall()), ready(3, 3, time.wall())});
  auto more = assigning();
  ASSERT_EQ(more.size(), 1u);
  EXPECT_EQ(more[0].executor.text, "b");
}

TEST_F(dispatcher_test, canceled_runs_leave_the_queue) {
  drive();
  come({ready(1, 1, time.wall()), ready(2, 1, time.wall()), ready(3, 2, time.wall())});
  tell(hub, runs_gone{numbered<job_id>(1)});
  offer("a", 8);
  auto asked = assigning();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].run, numbered<run_id>(3));
}

TEST_F(dispatcher_test, runs_of_shards_that_are_not_ours_are_left_alone) {
  offer("a", 8);
  come(3);
  EXPECT_TRUE(assigning().empty());
}

TEST_F(dispatcher_test, after_the_stop_nothing_is_assigned) {
  drive();
  offer("a", 8);
  tell(hub, stop_working{});
  come(3);
  advance(millis{3000});
  EXPECT_TRUE(assigning().empty());
}

} // namespace
} // namespace takt
