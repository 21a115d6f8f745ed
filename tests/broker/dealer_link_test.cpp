#include "tests/broker/zmq_fixture.hpp"

#include <thread>

namespace takt {

namespace {

using dealer_link_test = zmq_fixture;

TEST_F(dealer_link_test, frames_cross_the_broker_over_inproc_untouched) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, "inproc://front"));
  open(worker, link_config(peer_role::worker, "inproc://back"));
  introduce(scheduler, worker);
  std::string payload(limits::body_bytes_max, '\0');
  payload[17] = 'x';
  scheduler.line->send(0, dispatch(payload));
  ASSERT_TRUE(worker.hears(frame_kind::dispatch));
  auto got = worker.state.copy().messages.back();
  EXPECT_EQ(got.payload, payload);
  EXPECT_EQ(got.body, "d");
  EXPECT_EQ(got.header.shard, 3);
  EXPECT_GT(got.header.sequence, 0u);
  talk(scheduler, worker);
}

TEST_F(dealer_link_test, frames_cross_the_broker_over_tcp) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, broker->frontend_endpoints()[0]));
  open(worker, link_config(peer_role::worker, broker->backend_endpoints()[0]));
  introduce(scheduler, worker);
  talk(scheduler, worker);
}

TEST_F(dealer_link_test, an_idle_link_stays_up_on_heartbeats_alone) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, broker->frontend_endpoints()[0]));
  open(worker, link_config(peer_role::worker, broker->backend_endpoints()[0]));
  introduce(scheduler, worker);
  // Both only listen for three times the silence that would end a session.
  auto beats = static_cast<uint64_t>(3 * silence / beat);
  auto before = broker->stats().counters[router_count::ended_here];
  ASSERT_TRUE(scheduler.state.wait_for([&](const heard&) {
    return broker->stats().counters[router_count::ended_here] >= before + 2 * beats;
  }));
  EXPECT_EQ(scheduler.state.copy().downs, 0);
  EXPECT_EQ(worker.state.copy().downs, 0);
  EXPECT_EQ(broker->stats().counters[router_count::peers_forgotten], 0u);
}

TEST_F(dealer_link_test, a_broker_that_comes_back_on_its_port_is_found_again) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  auto front = broker->frontend_endpoints()[0];
  auto back = broker->backend_endpoints()[0];
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, front));
  open(worker, link_config(peer_role::worker, back));
  introduce(scheduler, worker);
  broker.reset();
  ASSERT_TRUE(scheduler.state.wait_for([](const heard& h) { return h.downs == 1; }));
  ASSERT_TRUE(worker.state.wait_for([](const heard& h) { return h.downs == 1; }));
  scheduler.line->send(0, dispatch("lost on purpose"));
  broker = start_again(broker_config({front}, {back}));
  ASSERT_TRUE(broker);
  introduce(scheduler, worker, 2);
  talk(scheduler, worker);
  EXPECT_EQ(worker.state.copy().count(frame_kind::dispatch), 1u)
    << "what was sent while the session was down is never delivered later";
}

TEST_F(dealer_link_test, a_link_may_be_opened_before_its_broker) {
  auto reserved = start(broker_config());
  ASSERT_TRUE(reserved);
  auto front = reserved->frontend_endpoints()[0];
  auto back = reserved->backend_endpoints()[0];
  reserved.reset();
  end worker;
  open(worker, link_config(peer_role::worker, back));
  ASSERT_TRUE(link_log.wait_for("no answer from " + back)) << link_log.all();
  auto broker = start_again(broker_config({front}, {back}));
  ASSERT_TRUE(broker);
  EXPECT_TRUE(worker.is_up());
}

TEST_F(dealer_link_test, a_link_to_the_wrong_side_stays_down_and_says_why) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end worker;
  open(worker, link_config(peer_role::worker, broker->frontend_endpoints()[0]));
  EXPECT_TRUE(link_log.wait_for("refuses us")) << link_log.all();
  EXPECT_EQ(worker.state.copy().ups, 0);
}

TEST_F(dealer_link_test, one_link_holds_a_session_with_each_broker) {
  auto one = start(broker_config({"tcp://127.0.0.1:*"}, {"tcp://127.0.0.1:*"}));
  auto two = start(broker_config({"tcp://127.0.0.1:*"}, {"tcp://127.0.0.1:*"}));
  ASSERT_TRUE(one && two);
  auto config = link_config(peer_role::scheduler, one->frontend_endpoints()[0]);
  config.brokers.push_back(two->frontend_endpoints()[0]);
  end scheduler;
  open(scheduler, config);
  ASSERT_TRUE(scheduler.is_up(2));
  end worker;
  open(worker, link_config(peer_role::worker, two->backend_endpoints()[0]));
  ASSERT_TRUE(worker.is_up());
  scheduler.line->send(1, {.header = {.kind = frame_kind::reconcile}});
  ASSERT_TRUE(worker.hears(frame_kind::reconcile));
  one.reset();
  EXPECT_TRUE(scheduler.state.wait_for([](const heard& h) { return h.downs == 1; }));
  scheduler.line->send(1, {.header = {.kind = frame_kind::reconcile}});
  EXPECT_TRUE(worker.hears(frame_kind::reconcile, 2));
}

TEST_F(dealer_link_test, closing_a_workers_link_says_bye_to_the_schedulers) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, broker->frontend_endpoints()[0]));
  open(worker, link_config(peer_role::worker, broker->backend_endpoints()[0]));
  introduce(scheduler, worker);
  worker.line->close();
  worker.line->close();
  ASSERT_TRUE(scheduler.hears(frame_kind::bye));
  EXPECT_EQ(scheduler.state.copy().messages.back().header.executor.text, "w");
}

TEST_F(dealer_link_test, what_was_queued_before_close_is_sent) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, broker->frontend_endpoints()[0]));
  open(worker, link_config(peer_role::worker, broker->backend_endpoints()[0]));
  introduce(scheduler, worker);
  for (int i = 0; i < 50; ++i)
    worker.line->send(0, {.header = {.kind = frame_kind::result, .shard = 3, .executor = {"w"}}});
  worker.line->close();
  EXPECT_TRUE(scheduler.hears(frame_kind::result, 50));
}

TEST_F(dealer_link_test, the_listener_may_close_the_link) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end worker;
  watched<bool> closed;
  auto listener = worker.listener();
  watched<link*> itself;
  listener.on_up = [&](broker_no) {
    // The test hands the link over only after open_dealer_link returned.
    itself.wait_for([](link* l) { return l != nullptr; });
    itself.copy()->close();
    closed.change([](bool& b) { b = true; });
  };
  auto opened = open_dealer_link(
    link_config(peer_role::worker, broker->backend_endpoints()[0]), listener, os_clock());
  ASSERT_TRUE(opened);
  itself.change([&](link*& l) { l = opened->get(); });
  EXPECT_TRUE(closed.wait_for([](bool b) { return b; }));
}

TEST_F(dealer_link_test, endpoints_that_cannot_be_one_are_refused_by_name) {
  for (auto* bad : {"", "nonsense", "tcp://127.0.0.1", "tcp://127.0.0.1:99999999", "http://x:1"}) {
    auto opened =
      open_dealer_link(link_config(peer_role::worker, bad), link_listener{}, os_clock());
    ASSERT_FALSE(opened) << bad;
    EXPECT_EQ(opened.code(), errc::setup_bad_option);
    EXPECT_NE(opened.failure().context.find(bad), std::string::npos);
  }
  auto none = link_config(peer_role::worker, "x");
  none.brokers.clear();
  EXPECT_EQ(open_dealer_link(none, {}, os_clock()).code(), errc::setup_bad_option);
}

TEST_F(dealer_link_test, frames_for_a_session_that_is_down_are_dropped_and_counted) {
  auto config = link_config(peer_role::worker, "tcp://127.0.0.1:1");
  config.counters = std::make_shared<link_counters>();
  end worker;
  open(worker, config);
  worker.line->send(0, register_as_w());
  worker.line->send(7, register_as_w());
  worker.line->close();
  EXPECT_EQ(config.counters->dropped_down, 1u);
  EXPECT_EQ(config.counters->dropped_full, 1u);
  worker.line->send(0, register_as_w());
  EXPECT_EQ(config.counters->dropped_full, 2u);
}

} // namespace

} // namespace takt
