// Every sentence of store.hpp about batches, over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_batches : public store_test {};

TEST_P(store_batches, a_batch_is_stored_with_its_commit) {
  auto j = make_job(1);
  ASSERT_TRUE(db.begin());
  ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(1, 10'000)})));
  auto a = db.assign(assign_of(j, id_of<run_id>(1)));
  ASSERT_TRUE(a) << "a request sees what its batch wrote before it";
  ASSERT_TRUE(db.commit());
  EXPECT_EQ(state_of(id_of<run_id>(1)), run_state::scheduling);
}

TEST_P(store_batches, a_refused_request_leaves_its_neighbours) {
  auto j = add_job(1);
  ASSERT_TRUE(db.begin());
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(1, 10'000)})));
  EXPECT_EQ(db.assign(assign_of(j, id_of<run_id>(1), 7)).code(), errc::store_run_moved);
  auto stale = fire_of(j, {entry_of(3, 30'000)});
  stale.grant = stale_grant_for(j.id);
  EXPECT_EQ(db.fire(stale).code(), errc::store_stale_epoch);
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(2, 20'000)})));
  ASSERT_TRUE(db.commit());
  EXPECT_EQ(state_of(id_of<run_id>(1)), run_state::pending);
  EXPECT_EQ(state_of(id_of<run_id>(2)), run_state::pending);
  EXPECT_EQ(db.find_run(id_of<run_id>(3)).code(), errc::store_no_such_run);
}

TEST_P(store_batches, an_empty_batch_commits) {
  ASSERT_TRUE(db.begin());
  ASSERT_TRUE(db.commit());
  add_job(1);
  ASSERT_TRUE(db.begin());
  ASSERT_TRUE(db.commit());
}

TEST_P(store_batches, requests_without_a_batch_commit_by_themselves) {
  auto j = add_job(1);
  EXPECT_TRUE(world.reader().find_job(j.id));
  world.reopen();
  EXPECT_TRUE(world.reader().find_job(j.id));
}

TAKT_EVERY_BACKEND(store_batches);

// -- the memory store's way of losing a commit --------------------------------

TEST(memory_store_options, a_failed_commit_takes_the_batch_back) {
  bool fails = true;
  auto rows = make_memory_rows(id_of<cluster_id>(1));
  auto leases = make_memory_lease_table(rows);
  auto held = store_world::unwrap(leases->take(first_node, boot_start, millis{10'000}, false));
  auto db = make_memory_store(rows, {[&]() -> result<void> {
                                return fails ? result<void>{errc::store_failed} : result<void>{};
                              }});
  job j;
  j.id = id_of<job_id>(1);
  auto g = held[shard_of(j.id)];
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->create_job(g, j));
  EXPECT_EQ(db->commit().code(), errc::store_failed);
  EXPECT_EQ(db->find_job(j.id).code(), errc::store_no_such_job);
  fails = false;
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->create_job(g, j));
  ASSERT_TRUE(db->commit());
  EXPECT_TRUE(db->find_job(j.id));
}

} // namespace
} // namespace takt::test
