// Every sentence of lease.hpp about lease_table, over every backend.
#include "tests/support/store_backends.hpp"

#include <algorithm>

namespace takt::test {
namespace {

constexpr millis ttl{10'000};

host_time after(int64_t ms) {
  return {boot_start.boot_id, boot_start.at + millis{ms}};
}

class lease_rows_test : public testing::TestWithParam<backend> {
protected:
  std::vector<grant> take(const lease_owner& owner, const host_time& now, bool force = false) {
    return store_world::unwrap(world.leases().take(owner, now, ttl, force));
  }
  std::vector<grant>
  renew(const lease_owner& owner, const std::vector<grant>& held, const host_time& now) {
    return store_world::unwrap(world.leases().renew(owner, held, now, ttl));
  }
  std::optional<lease_owner> driver(const host_time& now) {
    return store_world::unwrap(world.leases().driver(now));
  }

  static void expect_epochs(const std::vector<grant>& held, epoch_no epoch) {
    ASSERT_EQ(held.size(), shard_count);
    for (shard_no s = 0; s < shard_count; ++s)
      EXPECT_EQ(held[s], (grant{s, epoch}));
  }

  store_world world{GetParam()};
};

TEST_P(lease_rows_test, shards_that_nobody_holds_are_taken_with_a_new_epoch) {
  expect_epochs(take(first_node, after(0)), 1);
}

TEST_P(lease_rows_test, taking_again_keeps_the_epoch_and_extends) {
  take(first_node, after(0));
  expect_epochs(take(first_node, after(6'000)), 1);
  EXPECT_TRUE(take(second_node, after(15'999)).empty());
  expect_epochs(take(second_node, after(16'000)), 2);
}

TEST_P(lease_rows_test, an_unexpired_lease_is_not_taken) {
  take(first_node, after(0));
  EXPECT_TRUE(take(second_node, after(9'999)).empty());
}

TEST_P(lease_rows_test, an_expired_lease_changes_hands_with_a_greater_epoch) {
  take(first_node, after(0));
  expect_epochs(take(second_node, after(10'000)), 2);
  expect_epochs(take(first_node, after(20'000)), 3);
}

TEST_P(lease_rows_test, ones_own_expired_lease_comes_back_with_a_greater_epoch) {
  take(first_node, after(0));
  expect_epochs(take(first_node, after(10'000)), 2);
}

TEST_P(lease_rows_test, force_takes_what_another_holds) {
  take(first_node, after(0));
  expect_epochs(take(second_node, after(1), true), 2);
}

TEST_P(lease_rows_test, force_keeps_the_epoch_of_ones_own) {
  take(first_node, after(0));
  expect_epochs(take(first_node, after(1), true), 1);
}

TEST_P(lease_rows_test, another_boot_of_the_host_means_expired) {
  take(first_node, after(0));
  host_time rebooted{"boot-2", mono_from_ms(5)};
  EXPECT_EQ(driver(rebooted), std::nullopt);
  expect_epochs(take(second_node, rebooted), 2);
}

TEST_P(lease_rows_test, renewing_extends) {
  auto held = take(first_node, after(0));
  EXPECT_EQ(renew(first_node, held, after(9'000)), held);
  EXPECT_TRUE(take(second_node, after(18'999)).empty());
  EXPECT_EQ(take(second_node, after(19'000)).size(), shard_count);
}

TEST_P(lease_rows_test, an_expired_lease_that_nobody_took_can_still_be_renewed) {
  auto held = take(first_node, after(0));
  EXPECT_EQ(renew(first_node, held, after(50'000)), held);
  EXPECT_TRUE(take(second_node, after(59'999)).empty());
}

TEST_P(lease_rows_test, what_another_took_is_missing_from_a_renewal) {
  auto held = take(first_node, after(0));
  take(second_node, after(1), true);
  EXPECT_TRUE(renew(first_node, held, after(2)).empty());
  EXPECT_EQ(driver(after(2)), second_node) << "the renewal changed nothing";
}

TEST_P(lease_rows_test, a_renewal_is_decided_shard_by_shard) {
  auto held = take(first_node, after(0));
  std::vector<grant> some{held[3], held[60], {5, 99}};
  EXPECT_EQ(renew(first_node, some, after(5'000)), (std::vector<grant>{held[3], held[60]}));
  EXPECT_EQ(take(second_node, after(10'000)).size(), shard_count - 2U);
}

TEST_P(lease_rows_test, a_released_lease_is_free_at_once) {
  auto held = take(first_node, after(0));
  ASSERT_TRUE(world.leases().release(held));
  EXPECT_EQ(driver(after(1)), std::nullopt);
  expect_epochs(take(second_node, after(1)), 2);
}

TEST_P(lease_rows_test, releasing_what_another_took_changes_nothing) {
  auto held = take(first_node, after(0));
  auto theirs = take(second_node, after(1), true);
  ASSERT_TRUE(world.leases().release(held));
  EXPECT_EQ(renew(second_node, theirs, after(2)), theirs);
  EXPECT_EQ(driver(after(3)), second_node);
}

TEST_P(lease_rows_test, the_driver_holds_the_most_unexpired_shards) {
  EXPECT_EQ(driver(after(0)), std::nullopt);
  auto held = take(first_node, after(0));
  EXPECT_EQ(driver(after(9'999)), first_node);
  EXPECT_EQ(driver(after(10'000)), std::nullopt);
  auto few = std::vector<grant>{held.begin(), held.begin() + 40};
  ASSERT_TRUE(world.leases().release(few));
  take(second_node, after(1));
  EXPECT_EQ(driver(after(2)), second_node);
}

TEST_P(lease_rows_test, rows_outlive_the_objects_on_them) {
  auto held = take(first_node, after(0));
  world.reopen();
  EXPECT_EQ(driver(after(1)), first_node);
  EXPECT_EQ(renew(first_node, held, after(1)), held);
}

TEST_P(lease_rows_test, the_first_node_settles_the_kind) {
  ASSERT_TRUE(world.leases().settle_kind(lease_kind::redis));
  EXPECT_TRUE(world.leases().settle_kind(lease_kind::redis));
  auto other = world.leases().settle_kind(lease_kind::row);
  EXPECT_EQ(other.code(), errc::store_lease_kind);
  world.reopen();
  EXPECT_EQ(world.leases().settle_kind(lease_kind::row).code(), errc::store_lease_kind);
  EXPECT_TRUE(world.leases().settle_kind(lease_kind::redis));
}

TEST_P(lease_rows_test, a_write_under_an_overtaken_epoch_is_refused) {
  auto held = take(first_node, after(0));
  job j;
  j.id = id_of<job_id>(1);
  auto mine = held[shard_of(j.id)];
  ASSERT_TRUE(world.db().create_job(mine, j));
  auto theirs = take(second_node, after(1), true)[shard_of(j.id)];
  fire_request fire{mine, j.id, 1, {}, {}, {}};
  fire.entries.push_back({id_of<run_id>(1), run_kind::planned, wall_from_ms(1), {}, 1, {}, {}});
  EXPECT_EQ(world.db().fire(fire).code(), errc::store_stale_epoch);
  EXPECT_EQ(world.db().replace_job(mine, j, false).code(), errc::store_stale_epoch);
  EXPECT_EQ(world.db().remove_job(mine, j.id, {}).code(), errc::store_stale_epoch);
  fire.grant = theirs;
  ASSERT_TRUE(world.db().fire(fire));
  assign_request assign{theirs, id_of<run_id>(1), 0, {"w"}, id_of<incarnation_id>(1), {}};
  auto a = store_world::unwrap(world.db().assign(assign));
  auto fourth = take(first_node, after(2), true)[shard_of(j.id)];
  EXPECT_EQ(world.db().start({theirs, a.key, {}}).code(), errc::store_stale_epoch);
  EXPECT_EQ(world.db().give_back({theirs, a.key, "", {}, {}}).code(), errc::store_stale_epoch);
  finish_request finish;
  finish.grant = theirs;
  finish.key = a.key;
  EXPECT_EQ(world.db().finish(finish).code(), errc::store_stale_epoch);
  finish.grant = fourth;
  EXPECT_TRUE(world.db().finish(finish)) << "a new owner takes the result of an old attempt";
}

TAKT_EVERY_BACKEND(lease_rows_test);

} // namespace
} // namespace takt::test
