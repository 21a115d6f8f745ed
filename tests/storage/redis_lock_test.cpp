// redis_lock against a real redis-server: what it promises, and what happens to it in bad weather.
#include "storage/redis_lock.hpp"
#include "tests/support/redis_server.hpp"
#include "tests/support/store_backends.hpp"

#include <hiredis/hiredis.h>

namespace takt::test {
namespace {

using answer = lease_lock::answer;

constexpr millis long_ttl{60'000};
const node_id node_a{"node-a"};
const node_id node_b{"node-b"};

class redis_lock_test : public testing::Test {
protected:
  std::unique_ptr<lease_lock> open(const std::string& suffix = "", uint64_t cluster = 1) {
    return store_world::unwrap(open_redis_lock(server.url() + suffix, id_of<cluster_id>(cluster)));
  }

  /// A command on a connection of its own; its integer or text.
  std::string raw(const char* command) {
    auto* c = redisConnect("127.0.0.1", server.port());
    auto* r = static_cast<redisReply*>(redisCommand(c, command));
    std::string out;
    if (r)
      out = r->type == REDIS_REPLY_INTEGER ? std::to_string(r->integer)
        : r->str                           ? std::string{r->str, r->len}
                                           : "";
    freeReplyObject(r);
    redisFree(c);
    return out;
  }

  redis_server server{};
};

TEST_F(redis_lock_test, the_first_has_it_and_the_second_has_not) {
  auto a = open();
  auto b = open();
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::held);
  EXPECT_EQ(b->acquire(node_b, long_ttl), answer::taken);
}

TEST_F(redis_lock_test, the_holder_extends_it) {
  auto a = open();
  ASSERT_EQ(a->acquire(node_a, millis{30'000}), answer::held);
  ASSERT_EQ(a->acquire(node_a, long_ttl), answer::held);
  auto left = std::stoll(raw("PTTL takt:lease:00000000-0000-0000-0000-000000000001"));
  EXPECT_GT(left, 30'000);
  EXPECT_LE(left, 60'000);
}

TEST_F(redis_lock_test, a_vain_attempt_does_not_extend_anothers) {
  auto a = open();
  auto b = open();
  ASSERT_EQ(a->acquire(node_a, millis{30'000}), answer::held);
  ASSERT_EQ(b->acquire(node_b, long_ttl), answer::taken);
  EXPECT_LE(std::stoll(raw("PTTL takt:lease:00000000-0000-0000-0000-000000000001")), 30'000);
}

TEST_F(redis_lock_test, it_runs_out) {
  auto a = open();
  auto b = open();
  ASSERT_EQ(a->acquire(node_a, millis{1}), answer::held);
  // Redis counts on its own clock; the wait is bounded by what it is told to wait for.
  raw("BLPOP nothing 0.05");
  EXPECT_EQ(b->acquire(node_b, long_ttl), answer::held);
}

TEST_F(redis_lock_test, only_its_holder_releases_it) {
  auto a = open();
  auto b = open();
  ASSERT_EQ(a->acquire(node_a, long_ttl), answer::held);
  b->release(node_b);
  EXPECT_EQ(b->acquire(node_b, long_ttl), answer::taken);
  a->release(node_a);
  EXPECT_EQ(b->acquire(node_b, long_ttl), answer::held);
}

TEST_F(redis_lock_test, clusters_do_not_meet) {
  auto a = open("", 1);
  auto b = open("", 2);
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::held);
  EXPECT_EQ(b->acquire(node_b, long_ttl), answer::held);
}

TEST_F(redis_lock_test, the_database_of_the_url_is_used) {
  auto a = open("/3");
  ASSERT_EQ(a->acquire(node_a, long_ttl), answer::held);
  EXPECT_EQ(raw("DBSIZE"), "0");
  EXPECT_NE(raw("INFO keyspace").find("db3:keys=1"), std::string::npos);
}

TEST_F(redis_lock_test, a_database_that_does_not_exist_is_unreachable) {
  EXPECT_EQ(open("/9999")->acquire(node_a, long_ttl), answer::unreachable);
}

TEST_F(redis_lock_test, after_a_flush_the_next_to_ask_has_it) {
  auto a = open();
  auto b = open();
  ASSERT_EQ(a->acquire(node_a, long_ttl), answer::held);
  raw("FLUSHALL");
  EXPECT_EQ(b->acquire(node_b, long_ttl), answer::held);
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::taken);
}

TEST_F(redis_lock_test, a_restart_is_survived_within_the_same_call) {
  auto a = open();
  ASSERT_EQ(a->acquire(node_a, long_ttl), answer::held);
  server.stop();
  ASSERT_TRUE(server.start());
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::held);
}

TEST_F(redis_lock_test, a_stopped_server_is_unreachable_until_it_is_back) {
  auto a = open();
  ASSERT_EQ(a->acquire(node_a, long_ttl), answer::held);
  server.stop();
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::unreachable);
  a->release(node_a);
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::unreachable);
  ASSERT_TRUE(server.start());
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::held);
}

TEST_F(redis_lock_test, opening_does_not_need_a_server) {
  server.stop();
  auto a = open();
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::unreachable);
}

TEST_F(redis_lock_test, a_server_that_hangs_is_unreachable_in_bounded_time) {
  auto a = open();
  ASSERT_EQ(a->acquire(node_a, long_ttl), answer::held);
  server.pause();
  auto before = os_clock().mono();
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::unreachable);
  EXPECT_LT(os_clock().mono() - before, limits::redis_timeout * 4);
  server.resume();
  EXPECT_EQ(a->acquire(node_a, long_ttl), answer::held);
}

TEST_F(redis_lock_test, a_key_of_another_type_is_an_answer) {
  raw("LPUSH takt:lease:00000000-0000-0000-0000-000000000001 x");
  EXPECT_EQ(open()->acquire(node_a, long_ttl), answer::unreachable);
}

TEST_F(redis_lock_test, two_nodes_on_a_real_lock_and_real_rows) {
  store_world world{backend::sqlite};
  auto lock_a = open();
  auto lock_b = open();
  lease a{{first_node, millis{10'000}, long_ttl}, world.leases(), lock_a.get()};
  lease b{{second_node, millis{10'000}, long_ttl}, world.leases(), lock_b.get()};
  auto now = boot_start;
  auto tick = [&](lease& l) { return store_world::unwrap(l.tick(now)).size(); };
  EXPECT_EQ(tick(a), shard_count);
  EXPECT_EQ(tick(b), 0U);
  now.at += millis{1'000};
  server.stop();
  EXPECT_EQ(tick(a), shard_count) << "losing Redis never stops the holder";
  EXPECT_EQ(tick(b), 0U);
  ASSERT_TRUE(server.start());
  EXPECT_EQ(tick(a), shard_count);
  EXPECT_EQ(tick(b), 0U);
  raw("FLUSHALL"); // as if the holder had died and its lock run out
  EXPECT_EQ(tick(b), shard_count);
  EXPECT_EQ(tick(a), 0U);
  EXPECT_EQ(b.trusted(now)[0].epoch, 2U);
}

TEST(redis_url, only_one_form_is_understood) {
  for (const auto* good :
       {"redis://127.0.0.1:6379", "redis://host:1", "redis://[::1]:6379/2", "redis://host:6379/",
        "redis://host:65535/0"})
    EXPECT_TRUE(open_redis_lock(good, {})) << good;
  for (const auto* bad :
       {"", "127.0.0.1:6379", "redis://", "redis://host", "redis://:6379", "redis://host:0",
        "redis://host:65536", "redis://host:x", "redis://host:1/x", "redis://host:1/-1",
        "rediss://host:1", "redis://user:pw@host:1", "redis://host:1/2/3"})
    EXPECT_EQ(open_redis_lock(bad, {}).code(), errc::setup_bad_option) << bad;
}

} // namespace
} // namespace takt::test
