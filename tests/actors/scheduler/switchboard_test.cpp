// The SWITCHBOARD: says what this node drives, and brings frames to the proxies of their executors.
#include "actors/scheduler/switchboard.hpp"
#include "actors/spawn.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/fake_link.hpp"
#include "tests/support/scheduler_samples.hpp"

#include <algorithm>

namespace takt {
namespace {

using namespace test;

class switchboard_test : public actor_fixture {
protected:
  switchboard_test() {
    executor_proxy_deps deps{
      dummy<store_port_actor>(mail),
      dummy<dispatcher_actor>(mail),
      &time,
      cluster,
      limits::executor_silence_max,
      counts,
      say};
    board = keep(spawn_state<switchboard>(
      system, deps, link_opener{[this](link_listener listener) -> result<std::unique_ptr<link>> {
        wire->listener = std::move(listener);
        return std::unique_ptr<link>{std::make_unique<fake_link>(wire)};
      }}));
    settle();
  }

  ~switchboard_test() override {
    tell(board, stop_working{}); // ends the proxies
    wire->listener = {};
  }

  void granted(std::vector<grant> grants) { tell(board, shards_granted{std::move(grants)}); }

  void up(broker_no broker = 0) {
    wire->listener.on_up(broker);
    settle();
  }

  void arrives(frame_kind kind, std::string body, const std::string& from) {
    message m;
    m.header.kind = kind;
    m.header.cluster = cluster;
    m.header.executor.text = from;
    m.body = std::move(body);
    wire->listener.on_message(0, std::move(m));
    settle();
  }

  void registers(const std::string& name) {
    register_body body;
    body.info.id.text = name;
    body.info.incarnation = numbered<incarnation_id>(1);
    body.info.session = 1;
    body.info.task_types = {"ECHO"};
    body.info.slots = 2;
    arrives(frame_kind::register_, pack(body), name);
  }

  assignment given(const std::string& to) const {
    assignment a;
    a.key = {numbered<run_id>(1), 1};
    a.job = numbered<job_id>(1);
    a.grant = grant_for(a.job, 1);
    a.executor.text = to;
    a.incarnation = numbered<incarnation_id>(1);
    a.task_type = "ECHO";
    return a;
  }

  std::vector<std::string> offered() {
    std::vector<std::string> all;
    for (const auto& o : mail->take<executor_offer>())
      all.push_back(o.id.text);
    return all;
  }

  using names = std::vector<std::string>;

  cluster_id cluster = numbered<cluster_id>(7);
  mailbag_ptr mail = std::make_shared<mailbag>();
  std::shared_ptr<fake_wire> wire = std::make_shared<fake_wire>();
  switchboard_actor board{};
};

TEST_F(switchboard_test, it_tells_the_dispatcher_where_it_is) {
  ASSERT_EQ(mail->of<switchboard_here>().size(), 1u);
  EXPECT_EQ(mail->of<switchboard_here>()[0].handle, board);
}

TEST_F(switchboard_test, a_broker_that_comes_up_hears_what_we_drive_and_asks_all_workers) {
  granted({{3, 9}, {4, 9}});
  EXPECT_TRUE(wire->sent.empty()) << "nobody is there to hear it";
  up();
  auto owns = wire->of(frame_kind::owns);
  ASSERT_EQ(owns.size(), 1u);
  EXPECT_EQ(owns[0].header.cluster, cluster);
  auto body = unpack<owns_body>(owns[0].body);
  ASSERT_TRUE(body);
  ASSERT_EQ(body->shards.size(), 2u);
  EXPECT_EQ(body->shards[1].shard, 4);
  EXPECT_EQ(body->shards[1].epoch, 9u);
  auto ask = wire->of(frame_kind::reconcile);
  ASSERT_EQ(ask.size(), 1u);
  EXPECT_TRUE(ask[0].header.executor.empty());
}

TEST_F(switchboard_test, every_broker_hears_of_new_grants_and_none_of_the_same_again) {
  up(0);
  up(1);
  wire->sent.clear();
  granted(all_shards(1));
  EXPECT_EQ(wire->of(frame_kind::owns).size(), 2u);
  EXPECT_EQ(wire->of(frame_kind::reconcile).size(), 2u);
  granted(all_shards(1));
  EXPECT_EQ(wire->of(frame_kind::owns).size(), 2u);
}

TEST_F(switchboard_test, a_stand_by_owns_nothing_and_asks_nobody) {
  granted(all_shards(1));
  up();
  wire->sent.clear();
  granted({});
  auto owns = wire->of(frame_kind::owns);
  ASSERT_EQ(owns.size(), 1u);
  EXPECT_TRUE(unpack<owns_body>(owns[0].body)->shards.empty());
  EXPECT_TRUE(wire->of(frame_kind::reconcile).empty());
}

TEST_F(switchboard_test, brokers_that_answer_get_a_heartbeat_and_now_and_then_what_we_drive) {
  granted(all_shards(1));
  up(0);
  up(1);
  wire->listener.on_down(1);
  settle();
  wire->sent.clear();
  advance(limits::heartbeat_interval * 5);
  EXPECT_EQ(wire->of(frame_kind::heartbeat).size(), 5u);
  EXPECT_EQ(wire->of(frame_kind::owns).size(), 1u);
  for (const auto& [to, m] : wire->sent)
    EXPECT_EQ(to, 0u);
}

TEST_F(switchboard_test, frames_reach_the_proxy_of_their_executor) {
  granted(all_shards(1));
  up();
  registers("a");
  registers("b");
  EXPECT_EQ(offered(), (names{"a", "b"}));
  wire->sent.clear();
  tell(board, dispatch_attempt{given("b")});
  auto dispatched = wire->of(frame_kind::dispatch);
  ASSERT_EQ(dispatched.size(), 1u);
  EXPECT_EQ(dispatched[0].header.executor.text, "b");
}

TEST_F(switchboard_test, a_stand_by_listens_to_no_worker) {
  up();
  registers("a");
  EXPECT_EQ(offered(), names{});
}

TEST_F(switchboard_test, frames_without_an_executor_and_errors_reach_no_proxy) {
  granted(all_shards(1));
  up();
  arrives(frame_kind::heartbeat, {}, "");
  arrives(frame_kind::undeliverable, {}, "a");
  EXPECT_FALSE(complained());
  arrives(frame_kind::error, pack(error_body{errc::frame_version, "old", {}, 0}), "a");
  EXPECT_TRUE(complained());
  arrives(frame_kind::error, "\xff", "a");
  EXPECT_EQ(offered(), names{});
}

TEST_F(switchboard_test, adopted_attempts_and_cancels_go_each_to_their_executor) {
  granted(all_shards(1));
  up();
  wire->sent.clear();
  tell(board, adopt_attempts{{given("a"), given("b")}});
  std::vector<std::string> asked;
  for (const auto& m : wire->of(frame_kind::reconcile))
    asked.push_back(m.header.executor.text);
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(asked, (names{"a", "b"}));
  tell(board, cancel_attempts{{given("a")}});
  auto canceled = wire->of(frame_kind::cancel);
  ASSERT_EQ(canceled.size(), 1u);
  EXPECT_EQ(canceled[0].header.executor.text, "a");
}

TEST_F(switchboard_test, a_lost_grant_ends_what_the_proxies_had) {
  granted(all_shards(1));
  up();
  registers("a");
  tell(board, dispatch_attempt{given("a")});
  granted(all_shards(2));
  wire->sent.clear();
  advance(limits::resend_interval * 2);
  EXPECT_TRUE(wire->of(frame_kind::dispatch).empty());
}

TEST_F(switchboard_test, the_stop_says_bye_and_closes_the_link) {
  granted(all_shards(1));
  up();
  registers("a");
  tell(board, stop_working{});
  EXPECT_EQ(wire->of(frame_kind::bye).size(), 1u);
  EXPECT_TRUE(wire->closed);
}

TEST_F(switchboard_test, behind_the_stop_no_proxy_is_spawned_that_nobody_would_end) {
  granted(all_shards(1));
  up();
  registers("a");
  tell(board, stop_working{});
  auto before = system.registry().running();
  mail->clear();
  wire->sent.clear();
  tell(board, dispatch_attempt{given("z")});
  tell(board, adopt_attempts{{given("y")}});
  tell(board, cancel_attempts{{given("x")}});
  registers("w");
  EXPECT_EQ(system.registry().running(), before);
  EXPECT_TRUE(wire->sent.empty());
}

TEST_F(switchboard_test, a_link_that_cannot_be_opened_is_said_and_harms_nothing) {
  executor_proxy_deps deps{
    dummy<store_port_actor>(mail),
    dummy<dispatcher_actor>(mail),
    &time,
    cluster,
    limits::executor_silence_max,
    counts,
    say};
  auto deaf = keep(spawn_state<switchboard>(
    system, deps, link_opener{[](link_listener) -> result<std::unique_ptr<link>> {
      return failure{errc::setup_bad_option, "no such endpoint"};
    }}));
  settle();
  EXPECT_TRUE(complained());
  tell(deaf, shards_granted{all_shards(1)});
  advance(millis{3000});
  tell(deaf, stop_working{});
}

} // namespace
} // namespace takt
