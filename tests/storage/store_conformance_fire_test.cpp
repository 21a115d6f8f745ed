// Every sentence of store.hpp about fire(), over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_fire : public store_test {
protected:
  uint64_t ledger_size(const job& j) {
    return store_world::unwrap(world.reader().list_runs(j.id, {})).total;
  }

  std::optional<wall_time> next_due_of(const job& j) {
    return store_world::unwrap(world.reader().find_job(j.id)).next_due;
  }

  void fill_queue(const job& j, uint64_t first_id) {
    for (uint64_t n = 0; n < limits::queued_runs_per_job_max; n += 100) {
      std::vector<fire_entry> entries;
      for (uint64_t i = n; i < n + 100; ++i)
        entries.push_back(entry_of(first_id + i, static_cast<int64_t>(100'000 + i)));
      for (const auto& e : store_world::unwrap(db.fire(fire_of(j, entries))).entries)
        ASSERT_EQ(e.state, run_state::pending);
    }
  }
};

TEST_P(store_fire, a_due_becomes_a_pending_run_and_next_due_advances) {
  auto j = add_job(1);
  auto answer = db.fire(fire_of(j, {entry_of(1, 10'000)}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->job, j.id);
  ASSERT_EQ(answer->entries.size(), 1U);
  EXPECT_EQ(answer->entries[0].id, id_of<run_id>(1));
  EXPECT_EQ(answer->entries[0].state, run_state::pending);
  EXPECT_EQ(answer->entries[0].due, at(10'000));
  EXPECT_FALSE(answer->entries[0].duplicate);
  run expected;
  expected.id = id_of<run_id>(1);
  expected.job = j.id;
  expected.due = expected.due_last = at(10'000);
  expected.created_at = at(10'001);
  EXPECT_EQ(read_run(expected.id), expected);
  EXPECT_EQ(next_due_of(j), at(20'000));
}

TEST_P(store_fire, next_due_may_end) {
  auto j = add_job(1);
  auto request = fire_of(j, {entry_of(1, 10'000)});
  request.next_due.reset();
  ASSERT_TRUE(db.fire(request));
  EXPECT_EQ(next_due_of(j), std::nullopt);
}

TEST_P(store_fire, skipped_and_missed_dues_are_rows_that_have_ended) {
  auto j = add_job(1);
  fire_entry missed{
    id_of<run_id>(1), run_kind::planned, at(10'000), at(40'000), 4, run_state::missed, "down", {}};
  fire_entry skipped = entry_of(2, 50'000);
  skipped.state = run_state::skipped;
  skipped.reason = "overlap";
  auto answer = db.fire(fire_of(j, {missed, skipped}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->entries[0].state, run_state::missed);
  EXPECT_EQ(answer->entries[1].state, run_state::skipped);
  EXPECT_EQ(answer->entries[0].count, 4U);
  EXPECT_EQ(answer->entries[0].reason, "down");
  EXPECT_EQ(answer->entries[1].count, 1U);
  EXPECT_EQ(answer->entries[1].reason, "overlap");
  auto again = store_world::unwrap(db.fire(fire_of(j, {entry_of(9, 10'000)}))).entries.at(0);
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.count, 4U);
  auto row = read_run(missed.id);
  EXPECT_EQ(row.state, run_state::missed);
  EXPECT_EQ(row.reason, "down");
  EXPECT_EQ(row.count, 4U);
  EXPECT_EQ(row.due, at(10'000));
  EXPECT_EQ(row.due_last, at(40'000));
  EXPECT_EQ(row.ended_at, at(10'001));
  EXPECT_EQ(read_run(skipped.id).reason, "overlap");
}

TEST_P(store_fire, a_due_that_has_a_row_is_a_duplicate_and_the_rest_is_written) {
  auto j = add_job(1);
  fire_one(j, 1, 10'000);
  auto request = fire_of(j, {entry_of(2, 10'000), entry_of(3, 20'000)});
  request.next_due = at(30'000);
  auto answer = db.fire(request);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->entries[0].duplicate);
  EXPECT_EQ(answer->entries[0].id, id_of<run_id>(1));
  EXPECT_EQ(answer->entries[0].due, at(10'000));
  EXPECT_FALSE(answer->entries[1].duplicate);
  EXPECT_EQ(db.find_run(id_of<run_id>(2)).code(), errc::store_no_such_run);
  EXPECT_EQ(ledger_size(j), 2U);
  EXPECT_EQ(next_due_of(j), at(30'000));
}

TEST_P(store_fire, a_duplicate_shows_the_state_of_its_row) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::succeed)));
  auto again = store_world::unwrap(db.fire(fire_of(j, {entry_of(2, 10'000)})));
  EXPECT_TRUE(again.entries[0].duplicate);
  EXPECT_EQ(again.entries[0].state, run_state::success);
}

TEST_P(store_fire, the_same_due_twice_in_one_request_is_one_row) {
  auto j = add_job(1);
  auto answer =
    store_world::unwrap(db.fire(fire_of(j, {entry_of(1, 10'000), entry_of(2, 10'000)})));
  EXPECT_FALSE(answer.entries[0].duplicate);
  EXPECT_TRUE(answer.entries[1].duplicate);
  EXPECT_EQ(answer.entries[1].id, id_of<run_id>(1));
  EXPECT_EQ(ledger_size(j), 1U);
}

TEST_P(store_fire, a_planned_and_a_manual_run_may_share_an_instant) {
  auto j = add_job(1);
  fire_one(j, 1, 10'000);
  auto manual = store_world::unwrap(db.fire(
    fire_of(j, {entry_of(2, 10'000, run_kind::manual), entry_of(3, 10'000, run_kind::manual)})));
  EXPECT_FALSE(manual.entries[0].duplicate);
  EXPECT_FALSE(manual.entries[1].duplicate);
  EXPECT_EQ(read_run(id_of<run_id>(2)).kind, run_kind::manual);
  EXPECT_EQ(ledger_size(j), 3U);
}

TEST_P(store_fire, two_jobs_may_share_an_instant) {
  auto first = add_job(1);
  auto second = add_job(2);
  fire_one(first, 1, 10'000);
  EXPECT_FALSE(
    store_world::unwrap(db.fire(fire_of(second, {entry_of(2, 10'000)}))).entries[0].duplicate);
}

TEST_P(store_fire, a_manual_run_is_unique_by_its_id) {
  auto j = add_job(1);
  auto request = fire_of(j, {entry_of(1, 10'000, run_kind::manual)});
  ASSERT_TRUE(db.fire(request));
  request.entries[0].due = at(10'777);
  auto again = store_world::unwrap(db.fire(request));
  EXPECT_TRUE(again.entries[0].duplicate);
  EXPECT_EQ(again.entries[0].due, at(10'000));
  EXPECT_EQ(ledger_size(j), 1U);
}

TEST_P(store_fire, a_trigger_needs_no_version_and_leaves_next_due) {
  auto j = add_job(1);
  auto request = fire_of(j, {entry_of(1, 10'000, run_kind::manual)});
  request.version = 99;
  request.next_due.reset();
  ASSERT_TRUE(db.fire(request));
  EXPECT_EQ(next_due_of(j), j.next_due);
}

TEST_P(store_fire, a_paused_job_can_be_triggered_but_not_fired) {
  auto j = make_job(1);
  j.paused = true;
  ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  EXPECT_EQ(db.fire(fire_of(j, {entry_of(1, 10'000)})).code(), errc::store_version_moved);
  EXPECT_TRUE(db.fire(fire_of(j, {entry_of(2, 10'000, run_kind::manual)})));
  EXPECT_EQ(ledger_size(j), 1U);
}

TEST_P(store_fire, another_version_fires_nothing) {
  auto j = add_job(1);
  auto request = fire_of(j, {entry_of(1, 10'000)});
  ASSERT_TRUE(db.replace_job(grant_for(j.id), j, false));
  EXPECT_EQ(db.fire(request).code(), errc::store_version_moved);
  request.entries.push_back(entry_of(2, 10'000, run_kind::manual));
  EXPECT_EQ(db.fire(request).code(), errc::store_version_moved);
  EXPECT_EQ(ledger_size(j), 0U);
  EXPECT_EQ(next_due_of(j), j.next_due);
}

TEST_P(store_fire, an_unknown_or_deleted_job_fires_nothing) {
  auto j = make_job(1);
  EXPECT_EQ(db.fire(fire_of(j, {entry_of(1, 10'000)})).code(), errc::store_no_such_job);
  add_job(1);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(db.fire(fire_of(j, {entry_of(1, 10'000)})).code(), errc::store_no_such_job);
  EXPECT_EQ(
    db.fire(fire_of(j, {entry_of(1, 10'000, run_kind::manual)})).code(), errc::store_no_such_job);
}

TEST_P(store_fire, another_epoch_fires_nothing) {
  auto j = add_job(1);
  auto request = fire_of(j, {entry_of(1, 10'000)});
  request.grant = stale_grant_for(j.id);
  EXPECT_EQ(db.fire(request).code(), errc::store_stale_epoch);
  request.grant.epoch = 0;
  EXPECT_EQ(db.fire(request).code(), errc::store_stale_epoch);
  EXPECT_EQ(ledger_size(j), 0U);
  EXPECT_EQ(next_due_of(j), j.next_due);
}

TEST_P(store_fire, beyond_a_full_queue_a_due_is_skipped) {
  auto j = add_job(1);
  fill_queue(j, 1);
  auto answer = store_world::unwrap(db.fire(fire_of(j, {entry_of(5'000, 10'000)})));
  EXPECT_EQ(answer.entries[0].state, run_state::skipped);
  auto row = read_run(id_of<run_id>(5'000));
  EXPECT_EQ(row.state, run_state::skipped);
  EXPECT_EQ(row.reason, "queue_full");
  EXPECT_EQ(row.ended_at, at(10'001));
}

TEST_P(store_fire, beyond_a_full_queue_a_trigger_is_refused_whole) {
  auto j = add_job(1);
  fill_queue(j, 1);
  auto before = ledger_size(j);
  auto request = fire_of(j, {entry_of(5'000, 10'000), entry_of(5'001, 10'000, run_kind::manual)});
  EXPECT_EQ(db.fire(request).code(), errc::sched_queue_full);
  EXPECT_EQ(ledger_size(j), before);
  EXPECT_EQ(db.find_run(id_of<run_id>(5'000)).code(), errc::store_no_such_run);
}

TEST_P(store_fire, a_trigger_sent_again_is_known_however_full_the_queue) {
  auto j = add_job(1);
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(9'000, 10'000, run_kind::manual)})));
  auto a = assign_one(j, id_of<run_id>(9'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::succeed)));
  fill_queue(j, 1);
  auto again =
    store_world::unwrap(db.fire(fire_of(j, {entry_of(9'000, 10'000, run_kind::manual)})));
  EXPECT_TRUE(again.entries[0].duplicate);
}

TEST_P(store_fire, runs_that_ended_leave_room_in_the_queue) {
  auto j = add_job(1);
  fill_queue(j, 1);
  auto a = assign_one(j, id_of<run_id>(1));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::fail)));
  EXPECT_TRUE(db.fire(fire_of(j, {entry_of(5'000, 10'000, run_kind::manual)})));
  EXPECT_EQ(
    db.fire(fire_of(j, {entry_of(5'001, 10'000, run_kind::manual)})).code(),
    errc::sched_queue_full);
}

TAKT_EVERY_BACKEND(store_fire);

} // namespace
} // namespace takt::test
