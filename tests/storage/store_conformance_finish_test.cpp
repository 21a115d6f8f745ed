// Every sentence of store.hpp about finish(), over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_finish : public store_test {
protected:
  assignment running(const job& j, uint64_t n = 1) {
    auto a = assign_one(j, fire_one(j, n, 10'000));
    EXPECT_TRUE(db.start(start_of(a)));
    return a;
  }

  /// The run's next attempt, after its backoff.
  assignment assign_again(const job& j, const assignment& before) {
    auto request = assign_of(j, before.key.run, before.key.attempt);
    request.now = at(60'000);
    return store_world::unwrap(db.assign(request));
  }
};

struct outcome_row {
  run_event event;
  run_state state;
};

constexpr outcome_row outcomes[] = {
  {run_event::succeed, run_state::success},  {run_event::fail, run_state::failed},
  {run_event::time_out, run_state::timeout}, {run_event::cancel, run_state::canceled},
  {run_event::lose, run_state::lost},
};

TEST_P(store_finish, each_outcome_ends_a_running_run_and_its_attempt) {
  auto j = add_job(1);
  uint64_t n = 0;
  for (const auto& row : outcomes) {
    SCOPED_TRACE(to_string(row.event));
    ++n;
    auto a = assign_one(j, fire_one(j, n, static_cast<int64_t>(n) * 1'000));
    ASSERT_TRUE(db.start(start_of(a)));
    auto f = finish_of(a, row.event);
    auto answer = db.finish(f);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->key, a.key);
    EXPECT_EQ(answer->job, j.id);
    EXPECT_EQ(answer->state, row.state);
    EXPECT_EQ(answer->outcome, row.state);
    EXPECT_EQ(answer->due, at(static_cast<int64_t>(n) * 1'000));
    EXPECT_EQ(answer->started_at, at(10'020));
    EXPECT_TRUE(answer->changed);
    auto r = read_run(a.key.run);
    EXPECT_EQ(r.state, row.state);
    EXPECT_EQ(r.tries, 1U);
    EXPECT_EQ(r.reason, f.reason);
    EXPECT_EQ(r.error, f.error);
    EXPECT_EQ(r.output, f.output);
    EXPECT_EQ(r.started_at, at(10'020));
    EXPECT_EQ(r.ended_at, at(10'500));
    auto kept = read_attempt(a.key);
    EXPECT_EQ(kept.state, row.state);
    EXPECT_EQ(kept.reason, f.reason);
    EXPECT_EQ(kept.error, f.error);
    EXPECT_EQ(kept.output, f.output);
    EXPECT_EQ(kept.ended_at, at(10'500));
  }
}

TEST_P(store_finish, a_run_may_end_without_having_been_seen_to_start) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto f = finish_of(a, run_event::succeed);
  f.started_at = at(10'015);
  ASSERT_TRUE(db.finish(f));
  EXPECT_EQ(read_run(a.key.run).started_at, at(10'015));
  EXPECT_EQ(read_attempt(a.key).started_at, at(10'015));
}

TEST_P(store_finish, failed_timed_out_and_lost_attempts_are_tried_again) {
  auto j = add_job(1, 2);
  uint64_t n = 0;
  for (auto event : {run_event::fail, run_event::time_out, run_event::lose}) {
    SCOPED_TRACE(to_string(event));
    ++n;
    auto a = assign_one(j, fire_one(j, n, static_cast<int64_t>(n) * 1'000));
    auto answer = db.finish(finish_of(a, event));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->state, run_state::pending);
    EXPECT_NE(answer->outcome, run_state::pending);
    EXPECT_EQ(answer->not_before, at(11'500));
    auto r = read_run(a.key.run);
    EXPECT_EQ(r.state, run_state::pending);
    EXPECT_EQ(r.not_before, at(11'500));
    EXPECT_EQ(r.ended_at, std::nullopt);
    EXPECT_EQ(r.error, "exit 3") << "why it is tried again";
    ASSERT_TRUE(db.finish(finish_of(assign_again(j, a), run_event::succeed)));
  }
}

TEST_P(store_finish, success_and_cancellation_are_not_tried_again) {
  auto j = add_job(1, 5);
  auto a = assign_one(j, fire_one(j, 1, 1'000));
  EXPECT_EQ(
    store_world::unwrap(db.finish(finish_of(a, run_event::succeed))).state, run_state::success);
  auto b = assign_one(j, fire_one(j, 2, 2'000));
  EXPECT_EQ(
    store_world::unwrap(db.finish(finish_of(b, run_event::cancel))).state, run_state::canceled);
}

TEST_P(store_finish, tries_are_limited_by_the_job) {
  auto j = add_job(1, 2);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  EXPECT_EQ(
    store_world::unwrap(db.finish(finish_of(a, run_event::fail))).state, run_state::pending);
  a = assign_again(j, a);
  EXPECT_EQ(
    store_world::unwrap(db.finish(finish_of(a, run_event::fail))).state, run_state::pending);
  a = assign_again(j, a);
  EXPECT_EQ(store_world::unwrap(db.finish(finish_of(a, run_event::fail))).state, run_state::failed);
  EXPECT_EQ(read_run(a.key.run).tries, 3U);
  EXPECT_EQ(read_run(a.key.run).attempt, 3U);
}

TEST_P(store_finish, attempts_given_back_do_not_use_up_tries) {
  auto j = add_job(1, 1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.give_back(give_back_of(a)));
  a = assign_again(j, a);
  EXPECT_EQ(
    store_world::unwrap(db.finish(finish_of(a, run_event::fail))).state, run_state::pending);
  EXPECT_EQ(read_run(a.key.run).tries, 1U);
}

TEST_P(store_finish, a_deleted_job_is_not_tried_again) {
  auto j = add_job(1, 5);
  auto a = running(j);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(10'100)));
  auto answer = db.finish(finish_of(a, run_event::fail));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->state, run_state::failed);
}

TEST_P(store_finish, the_next_attempt_starts_with_a_clean_page) {
  auto j = add_job(1, 1);
  auto a = running(j);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::fail)));
  assign_again(j, a);
  auto r = read_run(a.key.run);
  EXPECT_EQ(r.state, run_state::scheduling);
  EXPECT_EQ(r.started_at, std::nullopt);
  EXPECT_EQ(r.reason, "");
  EXPECT_EQ(r.error, "");
  EXPECT_EQ(r.output, output_excerpt{});
  EXPECT_EQ(read_attempt(a.key).error, "exit 3") << "the first attempt keeps its own";
}

TEST_P(store_finish, the_same_result_again_is_acknowledged_and_changes_nothing) {
  auto j = add_job(1);
  auto a = running(j);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::succeed)));
  auto before = read_run(a.key.run);
  auto again = db.finish(finish_of(a, run_event::succeed));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->state, run_state::success);
  EXPECT_EQ(again->outcome, run_state::success);
  EXPECT_EQ(read_run(a.key.run), before);
}

TEST_P(store_finish, an_attempt_keeps_its_first_outcome) {
  auto j = add_job(1, 1);
  auto a = running(j);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::fail)));
  auto before = read_run(a.key.run);
  auto other = db.finish(finish_of(a, run_event::succeed));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->changed);
  EXPECT_EQ(other->outcome, run_state::failed);
  EXPECT_EQ(other->state, run_state::pending);
  EXPECT_EQ(read_run(a.key.run), before);
}

TEST_P(store_finish, an_older_attempts_result_is_kept_and_never_changes_the_run) {
  auto j = add_job(1, 3);
  auto first = running(j);
  ASSERT_TRUE(db.finish(finish_of(first, run_event::lose)));
  auto second = assign_again(j, first);
  auto before = read_run(first.key.run);
  auto late = db.finish(finish_of(first, run_event::succeed));
  ASSERT_TRUE(late);
  EXPECT_FALSE(late->changed);
  EXPECT_EQ(late->outcome, run_state::success);
  EXPECT_EQ(late->state, run_state::scheduling);
  EXPECT_EQ(read_run(first.key.run), before);
  EXPECT_EQ(read_attempt(first.key).state, run_state::success);
  EXPECT_EQ(read_attempt(first.key).output.head, "head");
  EXPECT_EQ(read_attempt(second.key).state, run_state::scheduling);
}

TEST_P(store_finish, a_late_result_resolves_a_lost_run) {
  auto j = add_job(1);
  auto a = running(j);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::lose)));
  auto f = finish_of(a, run_event::succeed);
  f.ended_at = at(70'000);
  auto late = db.finish(f);
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->changed);
  EXPECT_EQ(late->state, run_state::success);
  auto r = read_run(a.key.run);
  EXPECT_EQ(r.state, run_state::success);
  EXPECT_EQ(r.ended_at, at(70'000));
  EXPECT_EQ(r.tries, 1U);
}

TEST_P(store_finish, a_late_result_saves_a_lost_run_from_its_retry) {
  auto j = add_job(1, 1);
  auto a = running(j);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::lose)));
  ASSERT_EQ(state_of(a.key.run), run_state::pending);
  auto late = db.finish(finish_of(a, run_event::succeed));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->state, run_state::success);
  EXPECT_EQ(db.assign(assign_of(j, a.key.run, 1)).code(), errc::store_run_moved);
}

TEST_P(store_finish, a_late_failure_of_a_lost_attempt_is_the_same_try) {
  auto j = add_job(1, 1);
  auto a = running(j);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::lose)));
  auto late = db.finish(finish_of(a, run_event::fail));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->outcome, run_state::failed);
  EXPECT_EQ(late->state, run_state::pending);
  EXPECT_EQ(read_run(a.key.run).tries, 1U);
}

TEST_P(store_finish, a_late_result_does_not_revive_a_canceled_run) {
  auto j = add_job(1, 1);
  auto a = running(j);
  ASSERT_TRUE(db.finish(finish_of(a, run_event::lose)));
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(10'600)));
  ASSERT_EQ(state_of(a.key.run), run_state::canceled);
  auto late = db.finish(finish_of(a, run_event::succeed));
  ASSERT_TRUE(late);
  EXPECT_FALSE(late->changed);
  EXPECT_EQ(state_of(a.key.run), run_state::canceled);
  EXPECT_EQ(read_attempt(a.key).state, run_state::success) << "kept in the attempt's row";
}

TEST_P(store_finish, a_result_of_a_refused_attempt_does_not_move_the_run) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.give_back(give_back_of(a)));
  auto odd = db.finish(finish_of(a, run_event::succeed));
  ASSERT_TRUE(odd);
  EXPECT_FALSE(odd->changed);
  EXPECT_EQ(state_of(a.key.run), run_state::pending);
}

TEST_P(store_finish, an_attempt_that_was_never_assigned_has_no_result) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto f = finish_of(a, run_event::succeed);
  f.key.attempt = 2;
  EXPECT_EQ(db.finish(f).code(), errc::store_no_such_run);
  f.key.attempt = 0;
  EXPECT_EQ(db.finish(f).code(), errc::store_no_such_run);
  f.key = {id_of<run_id>(77), 1};
  EXPECT_EQ(db.finish(f).code(), errc::store_no_such_run);
}

TEST_P(store_finish, only_the_newest_attempt_in_flight_is_lost) {
  auto j = add_job(1, 1);
  auto first = running(j);
  ASSERT_TRUE(db.finish(finish_of(first, run_event::lose)));
  EXPECT_EQ(db.finish(finish_of(first, run_event::lose)).code(), errc::store_run_moved);
  auto second = assign_again(j, first);
  EXPECT_EQ(db.finish(finish_of(first, run_event::lose)).code(), errc::store_run_moved);
  ASSERT_TRUE(db.finish(finish_of(second, run_event::succeed)));
  EXPECT_EQ(db.finish(finish_of(second, run_event::lose)).code(), errc::store_run_moved);
  EXPECT_EQ(state_of(first.key.run), run_state::success);
}

TAKT_EVERY_BACKEND(store_finish);

} // namespace
} // namespace takt::test
