// The LEASE KEEPER: the listeners hear of every change of the grants once, and of the end in time.
#include "actors/scheduler/lease_keeper.hpp"
#include "actors/spawn.hpp"
#include "storage/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"

namespace takt {
namespace {

using namespace test;

/// A table that can be made unreachable.
class shaky_table : public lease_table {
public:
  explicit shaky_table(lease_table& inner) : inner_(inner) {}

  result<void> settle_kind(lease_kind kind) override { return inner_.settle_kind(kind); }
  result<std::vector<grant>>
  take(const lease_owner& owner, const host_time& now, millis ttl, bool force) override {
    if (broken)
      return errc::store_failed;
    return inner_.take(owner, now, ttl, force);
  }
  result<std::vector<grant>> renew(
    const lease_owner& owner, const std::vector<grant>& grants, const host_time& now,
    millis ttl) override {
    if (broken)
      return errc::store_failed;
    return inner_.renew(owner, grants, now, ttl);
  }
  result<void> release(const std::vector<grant>& grants) override { return inner_.release(grants); }
  result<std::optional<lease_owner>> driver(const host_time& now) override {
    return inner_.driver(now);
  }

  bool broken = false;

private:
  lease_table& inner_;
};

class lease_keeper_test : public actor_fixture {
protected:
  static constexpr millis ttl{10'000};

  lease_keeper_actor start(const std::string& name, lease_table& with, const mailbag_ptr& mail) {
    lease_keeper_config keeping;
    keeping.right =
      std::make_shared<lease>(lease::config{{{name}, "http://" + name}, ttl, {}}, with, nullptr);
    keeping.time = &time;
    keeping.boot_id = "boot";
    keeping.listeners = {dummy<grant_listener_actor>(mail)};
    keeping.driver_seen = [this](std::string address) { driver = std::move(address); };
    keeping.counts = counts;
    keeping.say = say;
    auto handle = keep(spawn_state<lease_keeper>(system, std::move(keeping)));
    settle();
    return handle;
  }

  static std::vector<size_t> sizes(const mailbag_ptr& mail) {
    std::vector<size_t> all;
    for (const auto& m : mail->take<shards_granted>())
      all.push_back(m.grants.size());
    return all;
  }

  using counts_of = std::vector<size_t>;

  std::shared_ptr<memory_rows> rows = make_memory_rows({});
  std::unique_ptr<lease_table> table = make_memory_lease_table(rows);
  shaky_table shaky{*table};
  mailbag_ptr first = std::make_shared<mailbag>();
  mailbag_ptr second = std::make_shared<mailbag>();
  std::string driver{};
};

TEST_F(lease_keeper_test, the_first_node_drives_and_says_so_once) {
  start("a", *table, first);
  EXPECT_EQ(sizes(first), counts_of{shard_count});
  EXPECT_EQ(driver, "http://a");
  advance(ttl * 3);
  EXPECT_EQ(sizes(first), counts_of{}) << "renewals change nothing";
}

TEST_F(lease_keeper_test, the_second_node_stands_by_and_says_so) {
  start("a", *table, first);
  start("b", *table, second);
  EXPECT_EQ(sizes(second), counts_of{0});
  EXPECT_EQ(driver, "http://a");
  advance(ttl * 3);
  EXPECT_EQ(sizes(second), counts_of{});
}

TEST_F(lease_keeper_test, a_release_lets_the_other_take_over_with_higher_epochs) {
  auto leaving = start("a", *table, first);
  auto before = first->take<shards_granted>()[0].grants;
  start("b", *table, second);
  second->clear();
  tell(leaving, release_leases{});
  EXPECT_EQ(sizes(first), counts_of{0}) << "before anybody else may act";
  advance(ttl);
  auto heard = second->take<shards_granted>();
  ASSERT_EQ(heard.size(), 1u);
  ASSERT_EQ(heard[0].grants.size(), size_t{shard_count});
  EXPECT_GT(heard[0].grants[0].epoch, before[0].epoch);
  advance(ttl);
  EXPECT_EQ(sizes(first), counts_of{}) << "a released keeper takes nothing back";
}

TEST_F(lease_keeper_test, the_end_of_the_trust_window_is_told_before_anybody_may_take_over) {
  start("a", shaky, first);
  first->clear();
  shaky.broken = true;
  advance(ttl * 6 / 10);
  EXPECT_EQ(sizes(first), counts_of{}) << "a failure alone ends nothing";
  EXPECT_TRUE(complained());
  EXPECT_EQ(complaints->size(), 1u) << "said once, not at each try";
  advance(ttl * 3 / 10);
  EXPECT_EQ(sizes(first), counts_of{0});
  shaky.broken = false;
  advance(ttl);
  EXPECT_EQ(sizes(first), counts_of{shard_count});
}

TEST_F(lease_keeper_test, a_node_that_was_overtaken_stands_by) {
  start("a", *table, first);
  first->clear();
  ASSERT_TRUE(table->take({{"b"}, ""}, {"boot", time.mono()}, ttl, true));
  advance(ttl * 4 / 10);
  EXPECT_EQ(sizes(first), counts_of{0});
}

} // namespace
} // namespace takt
