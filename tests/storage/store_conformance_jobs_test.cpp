// Every sentence of store.hpp about jobs, over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_jobs : public store_test {};

TEST_P(store_jobs, a_new_job_is_stored_as_given) {
  auto j = make_job(1);
  j.description = "with \"quotes\" and ünïcode";
  j.rules = {cron_rule("*/5 * * * *"), once_rule(at(77)), interval_rule(millis{12'500})};
  j.rules[1].weekdays = 5;
  j.time_zone = "Europe/Berlin";
  j.dst = dst_policy::all;
  j.start_at = at(1);
  j.end_at = at(1'000'000);
  j.max_runs = 99;
  j.calendars = {"holidays", "second \"set\""};
  j.on_excluded = excluded_policy::previous_day;
  j.jitter_ms = 1'500;
  j.misfire = misfire_policy::all;
  j.catch_up_window_ms = 17;
  j.catch_up_rate = 3;
  j.overlap = overlap_policy::buffer_one;
  j.zone_version = "2024a";
  j.calendar_revision = 4;
  j.fired_runs = 12;
  j.executor = {"worker-1"};
  j.timeout_s = 0;
  j.retry_times = 7;
  j.paused = true;
  j.version = 3;
  j.next_due.reset();
  auto created = db.create_job(grant_for(j.id), j);
  ASSERT_TRUE(created);
  EXPECT_EQ(*created, j);
  EXPECT_EQ(store_world::unwrap(db.find_job(j.id)), j);
  EXPECT_EQ(store_world::unwrap(world.reader().find_job(j.id)), j);
}

TEST_P(store_jobs, an_id_is_given_once) {
  auto j = add_job(1);
  EXPECT_EQ(db.create_job(grant_for(j.id), j).code(), errc::store_job_exists);
}

TEST_P(store_jobs, an_id_stays_taken_after_the_job_was_deleted) {
  auto j = add_job(1);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(db.create_job(grant_for(j.id), j).code(), errc::store_job_exists);
}

TEST_P(store_jobs, an_unknown_job_is_not_found) {
  EXPECT_EQ(db.find_job(id_of<job_id>(9)).code(), errc::store_no_such_job);
}

TEST_P(store_jobs, a_replaced_definition_has_the_next_version) {
  auto j = add_job(1);
  auto changed = j;
  changed.name = "renamed";
  changed.rules = {cron_rule("0 * * * *")};
  changed.next_due = at(60'000);
  changed.updated_at = at(77);
  auto replaced = db.replace_job(grant_for(j.id), changed, false);
  ASSERT_TRUE(replaced);
  changed.version = j.version + 1;
  EXPECT_EQ(*replaced, changed);
  EXPECT_EQ(store_world::unwrap(db.find_job(j.id)), changed);
}

TEST_P(store_jobs, a_replacement_cannot_move_the_day_of_creation) {
  auto j = add_job(1);
  auto changed = j;
  changed.created_at = at(999'999);
  EXPECT_EQ(
    store_world::unwrap(db.replace_job(grant_for(j.id), changed, false)).created_at, j.created_at);
  EXPECT_EQ(store_world::unwrap(db.find_job(j.id)).created_at, j.created_at);
}

TEST_P(store_jobs, a_replacement_of_another_version_is_refused) {
  auto j = add_job(1);
  auto changed = j;
  changed.version = j.version + 1;
  changed.name = "never";
  EXPECT_EQ(db.replace_job(grant_for(j.id), changed, false).code(), errc::store_version_moved);
  EXPECT_EQ(store_world::unwrap(db.find_job(j.id)), j);
}

TEST_P(store_jobs, an_unknown_or_deleted_job_cannot_be_replaced) {
  auto j = make_job(1);
  EXPECT_EQ(db.replace_job(grant_for(j.id), j, false).code(), errc::store_no_such_job);
  add_job(1);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(db.replace_job(grant_for(j.id), j, false).code(), errc::store_no_such_job);
}

TEST_P(store_jobs, an_unknown_or_deleted_job_cannot_be_deleted) {
  auto j = make_job(1);
  EXPECT_EQ(db.remove_job(grant_for(j.id), j.id, at(5)).code(), errc::store_no_such_job);
  add_job(1);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(db.remove_job(grant_for(j.id), j.id, at(6)).code(), errc::store_no_such_job);
}

TEST_P(store_jobs, a_deleted_job_is_neither_found_nor_listed_nor_due) {
  auto j = add_job(1);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(db.find_job(j.id).code(), errc::store_no_such_job);
  EXPECT_EQ(store_world::unwrap(db.list_jobs({})).total, 0U);
  EXPECT_TRUE(store_world::unwrap(db.jobs_due(all_shards(), at(99'000), 10, {})).empty());
}

TEST_P(store_jobs, deleting_cancels_pending_runs_and_keeps_the_ledger) {
  auto j = add_job(1);
  auto r = fire_one(j, 1, 10'000);
  auto left = db.remove_job(grant_for(j.id), j.id, at(12'000));
  ASSERT_TRUE(left);
  EXPECT_TRUE(left->attempts.empty());
  auto row = read_run(r);
  EXPECT_EQ(row.state, run_state::canceled);
  EXPECT_EQ(row.reason, "job_deleted");
  EXPECT_EQ(row.ended_at, at(12'000));
  EXPECT_EQ(store_world::unwrap(db.list_runs(j.id, {})).total, 1U);
}

TEST_P(store_jobs, deleting_requests_cancellation_of_what_is_in_flight) {
  auto j = add_job(1);
  auto assigned = assign_one(j, fire_one(j, 1, 10'000));
  auto waiting = fire_one(j, 2, 11'000);
  auto left = db.remove_job(grant_for(j.id), j.id, at(12'000));
  ASSERT_TRUE(left);
  ASSERT_EQ(left->attempts.size(), 1U);
  const auto& told = left->attempts[0];
  EXPECT_EQ(told.key, assigned.key);
  EXPECT_EQ(told.fence, assigned.fence);
  EXPECT_EQ(told.executor, assigned.executor);
  EXPECT_TRUE(told.cancel_requested);
  EXPECT_TRUE(read_run(assigned.key.run).cancel_requested);
  EXPECT_EQ(state_of(assigned.key.run), run_state::scheduling);
  EXPECT_EQ(state_of(waiting), run_state::canceled);
}

TEST_P(store_jobs, another_epoch_writes_no_job) {
  auto j = make_job(1);
  EXPECT_EQ(db.create_job(stale_grant_for(j.id), j).code(), errc::store_stale_epoch);
  EXPECT_EQ(db.find_job(j.id).code(), errc::store_no_such_job);
  add_job(1);
  EXPECT_EQ(db.replace_job(stale_grant_for(j.id), j, false).code(), errc::store_stale_epoch);
  EXPECT_EQ(db.remove_job(stale_grant_for(j.id), j.id, at(5)).code(), errc::store_stale_epoch);
  EXPECT_EQ(store_world::unwrap(db.find_job(j.id)), j);
}

TEST_P(store_jobs, a_grant_for_another_shard_writes_no_job) {
  auto j = make_job(1);
  auto g = grant_for(j.id);
  g.shard = static_cast<shard_no>((g.shard + 1) % shard_count);
  EXPECT_EQ(db.create_job(g, j).code(), errc::store_stale_epoch);
  g.shard = shard_count;
  EXPECT_EQ(db.create_job(g, j).code(), errc::store_stale_epoch);
}

TAKT_EVERY_BACKEND(store_jobs);

} // namespace
} // namespace takt::test
