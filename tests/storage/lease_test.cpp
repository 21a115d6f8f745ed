// The class lease: trust window, take-over with and without a lock, on a virtual host clock.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

/// Redis in small: one key, a time to live on the virtual clock, and a cable to pull.
class fake_lock_server {
public:
  host_time now = boot_start;
  bool reachable = true;
  std::string owner{};
  mono_time until{};

  void flush() { owner.clear(); }
  std::string holder() const { return now.at < until ? owner : std::string{}; }
};

class fake_lock : public lease_lock {
public:
  explicit fake_lock(fake_lock_server& server) : server_(server) {}

  answer acquire(const node_id& who, millis ttl) override {
    ++acquired;
    if (!server_.reachable)
      return answer::unreachable;
    if (!server_.holder().empty() && server_.owner != who.text)
      return answer::taken;
    server_.owner = who.text;
    server_.until = server_.now.at + ttl;
    return answer::held;
  }

  void release(const node_id& who) override {
    if (server_.reachable && server_.owner == who.text)
      server_.flush();
  }

  int acquired = 0;

private:
  fake_lock_server& server_;
};

/// A table whose writes fail while told to.
class failing_table : public lease_table {
public:
  explicit failing_table(lease_table& inner) : inner_(inner) {}
  bool fails = false;

  result<void> settle_kind(lease_kind kind) override { return inner_.settle_kind(kind); }
  result<std::vector<grant>>
  take(const lease_owner& who, const host_time& now, millis ttl, bool force) override {
    ++takes;
    return fails ? result<std::vector<grant>>{errc::store_failed}
                 : inner_.take(who, now, ttl, force);
  }
  result<std::vector<grant>> renew(
    const lease_owner& who, const std::vector<grant>& held, const host_time& now,
    millis ttl) override {
    return fails ? result<std::vector<grant>>{errc::store_failed}
                 : inner_.renew(who, held, now, ttl);
  }
  result<void> release(const std::vector<grant>& held) override {
    return fails ? result<void>{errc::store_failed} : inner_.release(held);
  }
  result<std::optional<lease_owner>> driver(const host_time& now) override {
    return inner_.driver(now);
  }

  int takes = 0;

private:
  lease_table& inner_;
};

constexpr millis row_ttl{10'000};
constexpr millis lock_ttl{3'000};

class lease_test : public testing::TestWithParam<backend> {
protected:
  /// A node without, or with a lock.
  lease without_lock(const lease_owner& who) { return {{who, row_ttl, {}}, table, nullptr}; }
  lease with_lock(const lease_owner& who, lease_lock& lock) {
    return {{who, row_ttl, lock_ttl}, table, &lock};
  }

  const host_time& pass(int64_t ms) {
    server.now.at += millis{ms};
    return server.now;
  }
  const host_time& now() const { return server.now; }

  size_t tick(lease& l) {
    auto held = l.tick(now());
    EXPECT_TRUE(held);
    return held ? held->size() : 0;
  }

  epoch_no epoch_of(const lease& l) const {
    auto held = l.trusted(now());
    return held.empty() ? 0 : held[0].epoch;
  }

  store_world world{GetParam()};
  failing_table table{world.leases()};
  fake_lock_server server{};
  fake_lock lock_a{server};
  fake_lock lock_b{server};
};

TEST_P(lease_test, the_first_node_drives_and_the_second_stands_by) {
  auto a = without_lock(first_node);
  auto b = without_lock(second_node);
  EXPECT_TRUE(a.trusted(now()).empty());
  EXPECT_EQ(tick(a), shard_count);
  EXPECT_EQ(tick(b), 0U);
  EXPECT_EQ(a.trusted(now()).size(), shard_count);
  EXPECT_TRUE(b.trusted(now()).empty());
  EXPECT_EQ(store_world::unwrap(b.driver(now())), first_node);
}

TEST_P(lease_test, renewal_comes_three_times_in_a_ttl) {
  EXPECT_EQ(without_lock(first_node).renew_interval(), millis{3'000});
  EXPECT_EQ(with_lock(first_node, lock_a).renew_interval(), millis{900});
}

TEST_P(lease_test, a_renewing_holder_keeps_its_epoch_for_good) {
  auto a = without_lock(first_node);
  auto b = without_lock(second_node);
  tick(a);
  for (int i = 0; i < 20; ++i) {
    pass(3'000);
    EXPECT_EQ(tick(a), shard_count);
    EXPECT_EQ(tick(b), 0U);
    EXPECT_EQ(epoch_of(a), 1U);
  }
}

TEST_P(lease_test, the_trust_window_closes_at_seven_tenths) {
  auto a = without_lock(first_node);
  tick(a);
  pass(6'999);
  EXPECT_EQ(a.trusted(now()).size(), shard_count);
  pass(1);
  EXPECT_TRUE(a.trusted(now()).empty());
}

TEST_P(lease_test, the_trust_window_counts_from_before_the_last_good_renewal_was_sent) {
  auto a = without_lock(first_node);
  tick(a);
  auto sent = pass(3'000);
  // The answer takes two seconds to come: they are lost to the window.
  pass(2'000);
  ASSERT_TRUE(a.tick(sent));
  pass(4'999);
  EXPECT_FALSE(a.trusted(now()).empty());
  pass(1);
  EXPECT_TRUE(a.trusted(now()).empty());
}

TEST_P(lease_test, a_holder_that_cannot_renew_is_silent_before_another_may_act) {
  auto a = without_lock(first_node);
  auto b = without_lock(second_node);
  tick(a);
  for (int ms = 0; ms < 10'000; ms += 100) {
    table.fails = true;
    EXPECT_EQ(a.tick(now()).code(), errc::store_failed);
    table.fails = false;
    EXPECT_EQ(tick(b), 0U);
    EXPECT_EQ(a.trusted(now()).empty(), ms >= 7'000);
    pass(100);
  }
  EXPECT_EQ(tick(b), shard_count);
  EXPECT_EQ(epoch_of(b), 2U);
}

TEST_P(lease_test, a_failed_renewal_leaves_the_grants_until_the_window_closes) {
  auto a = without_lock(first_node);
  tick(a);
  pass(3'000);
  table.fails = true;
  EXPECT_EQ(a.tick(now()).code(), errc::store_failed);
  EXPECT_EQ(a.trusted(now()).size(), shard_count);
  pass(3'000);
  table.fails = false;
  EXPECT_EQ(tick(a), shard_count);
  EXPECT_EQ(epoch_of(a), 1U);
}

TEST_P(lease_test, a_paused_holder_that_nobody_replaced_drives_on) {
  auto a = without_lock(first_node);
  tick(a);
  pass(60'000);
  EXPECT_TRUE(a.trusted(now()).empty());
  EXPECT_EQ(tick(a), shard_count);
  EXPECT_EQ(epoch_of(a), 1U);
}

TEST_P(lease_test, a_paused_holder_that_was_replaced_stands_by) {
  auto a = without_lock(first_node);
  auto b = without_lock(second_node);
  tick(a);
  pass(10'000);
  EXPECT_EQ(tick(b), shard_count);
  EXPECT_EQ(tick(a), 0U);
  EXPECT_TRUE(a.trusted(now()).empty());
  EXPECT_EQ(epoch_of(b), 2U);
}

TEST_P(lease_test, another_boot_is_never_trusted) {
  auto a = without_lock(first_node);
  tick(a);
  EXPECT_TRUE(a.trusted({"boot-2", now().at}).empty());
}

TEST_P(lease_test, a_released_lease_is_taken_at_once) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  a.release();
  EXPECT_TRUE(a.trusted(now()).empty());
  EXPECT_EQ(server.holder(), "");
  EXPECT_EQ(tick(b), shard_count);
}

TEST_P(lease_test, a_holder_of_some_shards_takes_those_that_fall_free) {
  auto a = without_lock(first_node);
  auto held = store_world::unwrap(world.leases().take(second_node, now(), millis{5'000}, false));
  ASSERT_TRUE(world.leases().release({held.begin(), held.begin() + 10}));
  EXPECT_EQ(tick(a), 10U);
  pass(3'000);
  EXPECT_EQ(tick(a), 10U);
  pass(2'000);
  EXPECT_EQ(tick(a), shard_count);
}

// -- with a lock --------------------------------------------------------------

TEST_P(lease_test, a_first_node_drives_at_once_even_without_the_lock_server) {
  server.reachable = false;
  auto a = with_lock(first_node, lock_a);
  EXPECT_EQ(tick(a), shard_count);
}

TEST_P(lease_test, a_starting_node_has_the_lock_before_it_has_rows) {
  auto a = with_lock(first_node, lock_a);
  EXPECT_EQ(tick(a), shard_count);
  EXPECT_EQ(server.holder(), "node-a");
}

TEST_P(lease_test, a_stand_by_wins_nothing_while_the_holder_renews) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  for (int i = 0; i < 200; ++i) {
    // The stand-by looks just before each renewal, when the lock is oldest.
    pass(a.renew_interval().count());
    ASSERT_EQ(tick(b), 0U) << "at renewal " << i;
    ASSERT_EQ(tick(a), shard_count);
    ASSERT_EQ(epoch_of(a), 1U);
  }
}

TEST_P(lease_test, a_stand_by_takes_over_when_a_dead_holders_lock_runs_out) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  pass(2'999);
  EXPECT_EQ(tick(b), 0U);
  pass(1);
  EXPECT_EQ(tick(b), shard_count) << "long before the row's ten seconds";
  EXPECT_EQ(epoch_of(b), 2U);
}

TEST_P(lease_test, a_deposed_holder_does_not_fight) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  pass(3'000);
  tick(b);
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(tick(a), 0U);
    EXPECT_EQ(tick(b), shard_count);
    pass(900);
  }
  EXPECT_EQ(epoch_of(b), 2U);
}

TEST_P(lease_test, a_deposed_holder_lets_go_of_a_lock_it_still_has) {
  auto a = with_lock(first_node, lock_a);
  tick(a);
  store_world::unwrap(world.leases().take(second_node, now(), row_ttl, true));
  pass(900);
  EXPECT_EQ(tick(a), 0U);
  EXPECT_EQ(server.holder(), "");
}

TEST_P(lease_test, losing_the_lock_server_does_not_stop_the_holder) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  server.reachable = false;
  for (int i = 0; i < 60; ++i) {
    pass(900);
    EXPECT_EQ(tick(a), shard_count);
    EXPECT_EQ(tick(b), 0U);
  }
  EXPECT_EQ(epoch_of(a), 1U);
}

TEST_P(lease_test, without_the_lock_server_the_row_alone_decides) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  server.reachable = false;
  pass(9'999);
  EXPECT_EQ(tick(b), 0U);
  pass(1);
  EXPECT_EQ(tick(b), shard_count);
}

TEST_P(lease_test, a_lock_that_somebody_keeps_does_not_keep_an_expired_row) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  for (int ms = 0; ms < 10'000; ms += 1'000) {
    server.owner = "a-ghost";
    server.until = server.now.at + millis{60'000};
    EXPECT_EQ(tick(b), 0U);
    pass(1'000);
  }
  EXPECT_EQ(tick(b), shard_count);
}

TEST_P(lease_test, a_flushed_lock_costs_at_most_one_change_of_hands) {
  auto a = with_lock(first_node, lock_a);
  auto b = with_lock(second_node, lock_b);
  tick(a);
  server.flush();
  tick(b); // the worst order: the stand-by looks first
  for (int i = 0; i < 30; ++i) {
    pass(900);
    EXPECT_EQ(tick(a) + tick(b), shard_count);
  }
  EXPECT_LE(epoch_of(a) + epoch_of(b), 2U);
}

TEST_P(lease_test, a_holder_never_takes_the_lock_from_another) {
  auto a = with_lock(first_node, lock_a);
  tick(a);
  server.owner = "a-ghost";
  server.until = server.now.at + millis{60'000};
  pass(900);
  EXPECT_EQ(tick(a), shard_count);
  EXPECT_EQ(server.holder(), "a-ghost");
  EXPECT_EQ(epoch_of(a), 1U);
}

TEST_P(lease_test, a_holder_that_cannot_renew_its_rows_lets_the_lock_run_out) {
  auto a = with_lock(first_node, lock_a);
  tick(a);
  auto before = lock_a.acquired;
  table.fails = true;
  pass(900);
  EXPECT_FALSE(a.tick(now()));
  EXPECT_EQ(lock_a.acquired, before);
}

TEST_P(lease_test, a_stand_by_that_wins_but_cannot_write_gives_the_lock_back) {
  auto b = with_lock(second_node, lock_b);
  table.fails = true;
  EXPECT_EQ(b.tick(now()).code(), errc::store_failed);
  EXPECT_EQ(server.holder(), "");
}

TAKT_EVERY_BACKEND(lease_test);

} // namespace
} // namespace takt::test
