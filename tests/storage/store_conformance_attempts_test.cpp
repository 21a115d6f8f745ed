// Every sentence of store.hpp about assign(), start() and give_back(), over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_attempts : public store_test {};

TEST_P(store_attempts, an_assignment_has_all_that_a_dispatch_needs) {
  auto j = make_job(1);
  j.timeout_s = 17;
  ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  auto r = fire_one(j, 1, 10'000);
  auto a = db.assign(assign_of(j, r));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->key, (attempt_key{r, 1}));
  EXPECT_EQ(a->fence, 1U);
  EXPECT_EQ(a->grant, grant_for(j.id));
  EXPECT_EQ(a->executor, executor_id{"worker-1"});
  EXPECT_EQ(a->incarnation, id_of<incarnation_id>(99));
  EXPECT_EQ(a->job, j.id);
  EXPECT_EQ(a->task_type, j.task_type);
  EXPECT_EQ(a->payload, j.payload);
  EXPECT_EQ(a->timeout_s, 17);
  EXPECT_EQ(a->kind, run_kind::planned);
  EXPECT_EQ(a->due, at(10'000));
  EXPECT_EQ(a->state, run_state::scheduling);
  EXPECT_FALSE(a->cancel_requested);
}

TEST_P(store_attempts, an_assignment_moves_the_run_and_adds_an_attempt) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto r = read_run(a.key.run);
  EXPECT_EQ(r.state, run_state::scheduling);
  EXPECT_EQ(r.attempt, 1U);
  EXPECT_EQ(r.tries, 0U);
  EXPECT_EQ(r.fence, a.fence);
  EXPECT_EQ(r.executor, a.executor);
  attempt expected;
  expected.key = a.key;
  expected.job = j.id;
  expected.executor = a.executor;
  expected.incarnation = a.incarnation;
  expected.fence = a.fence;
  expected.epoch = a.grant.epoch;
  expected.assigned_at = at(10'010);
  EXPECT_EQ(read_attempt(a.key), expected);
}

TEST_P(store_attempts, fences_grow_per_job_across_its_runs) {
  auto j = add_job(1);
  auto other = add_job(2);
  auto first = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(first, run_event::succeed)));
  auto second = assign_one(j, fire_one(j, 2, 20'000));
  EXPECT_GT(second.fence, first.fence);
  EXPECT_EQ(assign_one(other, fire_one(other, 3, 10'000)).fence, 1U);
}

TEST_P(store_attempts, only_a_pending_run_of_the_known_attempt_is_assigned) {
  auto j = add_job(1);
  auto r = fire_one(j, 1, 10'000);
  EXPECT_EQ(db.assign(assign_of(j, r, 1)).code(), errc::store_run_moved);
  assign_one(j, r);
  EXPECT_EQ(db.assign(assign_of(j, r, 0)).code(), errc::store_run_moved);
  EXPECT_EQ(db.assign(assign_of(j, r, 1)).code(), errc::store_run_moved);
  EXPECT_EQ(db.assign(assign_of(j, id_of<run_id>(77))).code(), errc::store_run_moved);
  EXPECT_EQ(store_world::unwrap(db.list_attempts(r)).size(), 1U);
}

TEST_P(store_attempts, nothing_is_assigned_before_its_instant) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.give_back(give_back_of(a)));
  auto again = assign_of(j, a.key.run, 1);
  again.now = at(10'699);
  EXPECT_EQ(db.assign(again).code(), errc::store_run_moved);
  again.now = at(10'700);
  auto second = db.assign(again);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->key.attempt, 2U);
  EXPECT_GT(second->fence, a.fence);
}

TEST_P(store_attempts, one_run_of_a_job_is_in_flight_at_a_time) {
  auto j = add_job(1);
  auto first = fire_one(j, 1, 10'000);
  auto second = fire_one(j, 2, 20'000);
  auto a = assign_one(j, first);
  EXPECT_EQ(db.assign(assign_of(j, second)).code(), errc::store_job_busy);
  ASSERT_TRUE(db.start(start_of(a)));
  EXPECT_EQ(db.assign(assign_of(j, second)).code(), errc::store_job_busy);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::succeed)));
  EXPECT_TRUE(db.assign(assign_of(j, second)));
}

TEST_P(store_attempts, a_deleted_job_is_not_assigned) {
  auto j = add_job(1);
  auto r = fire_one(j, 1, 10'000);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(db.assign(assign_of(j, r)).code(), errc::store_no_such_job);
}

TEST_P(store_attempts, another_epoch_moves_nothing) {
  auto j = add_job(1);
  auto r = fire_one(j, 1, 10'000);
  auto assign = assign_of(j, r);
  assign.grant = stale_grant_for(j.id);
  EXPECT_EQ(db.assign(assign).code(), errc::store_stale_epoch);
  EXPECT_EQ(state_of(r), run_state::pending);
  auto a = assign_one(j, r);
  auto start = start_of(a);
  start.grant = stale_grant_for(j.id);
  EXPECT_EQ(db.start(start).code(), errc::store_stale_epoch);
  auto back = give_back_of(a);
  back.grant = stale_grant_for(j.id);
  EXPECT_EQ(db.give_back(back).code(), errc::store_stale_epoch);
  auto finish = finish_of(a, run_event::succeed);
  finish.grant = stale_grant_for(j.id);
  EXPECT_EQ(db.finish(finish).code(), errc::store_stale_epoch);
  EXPECT_EQ(state_of(r), run_state::scheduling);
}

TEST_P(store_attempts, a_grant_for_another_shard_moves_nothing) {
  auto j = add_job(1);
  auto r = fire_one(j, 1, 10'000);
  auto assign = assign_of(j, r);
  assign.grant.shard = static_cast<shard_no>((assign.grant.shard + 1) % shard_count);
  EXPECT_EQ(db.assign(assign).code(), errc::store_stale_epoch);
  auto start = start_of(assign_one(j, r));
  start.grant = assign.grant;
  EXPECT_EQ(db.start(start).code(), errc::store_stale_epoch);
}

// -- start --------------------------------------------------------------------

TEST_P(store_attempts, a_started_attempt_runs) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.start(start_of(a)));
  auto r = read_run(a.key.run);
  EXPECT_EQ(r.state, run_state::running);
  EXPECT_EQ(r.started_at, at(10'020));
  EXPECT_EQ(r.ended_at, std::nullopt);
  EXPECT_EQ(read_attempt(a.key).state, run_state::running);
  EXPECT_EQ(read_attempt(a.key).started_at, at(10'020));
}

TEST_P(store_attempts, starting_twice_is_success_and_changes_nothing) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto start = start_of(a);
  ASSERT_TRUE(db.start(start));
  start.started_at = at(99'000);
  ASSERT_TRUE(db.start(start));
  EXPECT_EQ(read_run(a.key.run).started_at, at(10'020));
}

TEST_P(store_attempts, an_older_ended_or_unknown_attempt_does_not_start) {
  auto j = add_job(1);
  auto first = assign_one(j, fire_one(j, 1, 10'000));
  auto never = start_of(first);
  never.key.attempt = 2;
  EXPECT_EQ(db.start(never).code(), errc::store_run_moved);
  never.key = {id_of<run_id>(77), 1};
  EXPECT_EQ(db.start(never).code(), errc::store_run_moved);
  ASSERT_TRUE(db.give_back(give_back_of(first)));
  EXPECT_EQ(db.start(start_of(first)).code(), errc::store_run_moved);
  auto request = assign_of(j, first.key.run, 1);
  request.now = at(20'000);
  auto second = store_world::unwrap(db.assign(request));
  EXPECT_EQ(db.start(start_of(first)).code(), errc::store_run_moved);
  ASSERT_TRUE(db.finish(finish_of(second, run_event::succeed)));
  EXPECT_EQ(db.start(start_of(second)).code(), errc::store_run_moved);
  EXPECT_EQ(state_of(first.key.run), run_state::success);
}

TEST_P(store_attempts, a_lost_run_found_alive_runs_on) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::lose)));
  ASSERT_EQ(state_of(a.key.run), run_state::lost);
  ASSERT_TRUE(db.start(start_of(a)));
  auto r = read_run(a.key.run);
  EXPECT_EQ(r.state, run_state::running);
  EXPECT_EQ(r.ended_at, std::nullopt);
  EXPECT_EQ(r.reason, "");
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(read_attempt(a.key).state, run_state::running);
  EXPECT_EQ(read_attempt(a.key).ended_at, std::nullopt);
}

TEST_P(store_attempts, a_lost_attempt_found_alive_is_one_try) {
  auto j = add_job(1, 1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::lose)));
  ASSERT_EQ(state_of(a.key.run), run_state::pending);
  EXPECT_EQ(read_run(a.key.run).tries, 1U);
  ASSERT_TRUE(db.start(start_of(a)));
  EXPECT_EQ(read_run(a.key.run).tries, 0U);
  auto ended = db.finish(finish_of(a, run_event::fail));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->state, run_state::pending) << "its one retry is left";
  EXPECT_EQ(read_run(a.key.run).tries, 1U);
}

TEST_P(store_attempts, a_failed_attempt_that_waits_for_its_retry_does_not_start_again) {
  auto j = add_job(1, 1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::fail)));
  ASSERT_EQ(state_of(a.key.run), run_state::pending);
  EXPECT_EQ(db.start(start_of(a)).code(), errc::store_run_moved);
}

// -- give_back ----------------------------------------------------------------

TEST_P(store_attempts, a_run_given_back_waits_and_counts_no_try) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto state = db.give_back(give_back_of(a));
  ASSERT_TRUE(state);
  EXPECT_EQ(*state, run_state::pending);
  auto r = read_run(a.key.run);
  EXPECT_EQ(r.state, run_state::pending);
  EXPECT_EQ(r.attempt, 1U);
  EXPECT_EQ(r.tries, 0U);
  EXPECT_EQ(r.reason, "busy");
  EXPECT_EQ(r.not_before, at(10'700));
  auto row = read_attempt(a.key);
  EXPECT_EQ(row.state, run_state::pending);
  EXPECT_EQ(row.reason, "busy");
  EXPECT_EQ(row.ended_at, at(10'030));
}

TEST_P(store_attempts, a_run_given_back_after_cancellation_is_canceled) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(10'025)));
  auto state = db.give_back(give_back_of(a));
  ASSERT_TRUE(state);
  EXPECT_EQ(*state, run_state::canceled);
  EXPECT_EQ(state_of(a.key.run), run_state::canceled);
  EXPECT_EQ(read_run(a.key.run).ended_at, at(10'030));
}

TEST_P(store_attempts, only_a_scheduling_run_of_that_attempt_is_given_back) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto other = give_back_of(a);
  other.key.attempt = 2;
  EXPECT_EQ(db.give_back(other).code(), errc::store_run_moved);
  other.key = {id_of<run_id>(77), 1};
  EXPECT_EQ(db.give_back(other).code(), errc::store_run_moved);
  ASSERT_TRUE(db.start(start_of(a)));
  EXPECT_EQ(db.give_back(give_back_of(a)).code(), errc::store_run_moved);
  EXPECT_EQ(state_of(a.key.run), run_state::running);
}

TEST_P(store_attempts, giving_back_twice_is_refused) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.give_back(give_back_of(a)));
  EXPECT_EQ(db.give_back(give_back_of(a)).code(), errc::store_run_moved);
}

TAKT_EVERY_BACKEND(store_attempts);

} // namespace
} // namespace takt::test
