// The EXECUTOR PROXY: carries out what the book says, offers the executor's slots, counts silence.
#include "actors/scheduler/executor_proxy.hpp"
#include "actors/spawn.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/scheduler_samples.hpp"

namespace takt {
namespace {

using namespace test;

class executor_proxy_test : public actor_fixture {
protected:
  static constexpr millis silence_max{10'000};

  executor_proxy_test() {
    executor_proxy_deps deps{
      dummy<store_port_actor>(mail),
      dummy<dispatcher_actor>(mail),
      &time,
      cluster,
      silence_max,
      counts,
      say};
    proxy = keep(spawn_state<executor_proxy>(
      system, deps, dummy<switchboard_actor>(mail), id, all_shards(1), std::set<broker_no>{0}));
    settle();
  }

  ~executor_proxy_test() override { tell(proxy, dismiss{}); }

  template <class Body>
  void says(frame_kind kind, const Body& body, cluster_id of, broker_no via = 0) {
    message m;
    m.header.kind = kind;
    m.header.shard = shard_of(numbered<job_id>(1));
    m.header.epoch = 1;
    m.header.cluster = of;
    m.header.executor = id;
    m.body = pack(body);
    tell(proxy, executor_frame{via, m});
  }

  void registers(uint64_t session = 1, std::vector<held_attempt> inventory = {}, uint8_t life = 1) {
    says(frame_kind::register_, register_of(session, std::move(inventory), life), cluster);
  }

  register_body register_of(uint64_t session, std::vector<held_attempt> held, uint8_t life) const {
    register_body body;
    body.info.id = id;
    body.info.incarnation = numbered<incarnation_id>(life);
    body.info.session = session;
    body.info.task_types = {"ECHO"};
    body.info.slots = 4;
    body.inventory = std::move(held);
    return body;
  }

  void beats(uint32_t slots = 4, uint64_t session = 1) {
    says(frame_kind::heartbeat, credit_body{session, slots, 0}, cluster);
  }

  assignment given() const {
    assignment a;
    a.key = {numbered<run_id>(1), 1};
    a.job = numbered<job_id>(1);
    a.grant = grant_for(a.job, 1);
    a.executor = id;
    a.incarnation = numbered<incarnation_id>(1);
    a.task_type = "ECHO";
    a.due = time.wall();
    return a;
  }

  attempt_body about(std::string reason = {}) const {
    return {numbered<run_id>(1), 1, 0, time.wall(), std::move(reason), 1};
  }

  size_t sent(frame_kind kind) const {
    size_t n = 0;
    for (const auto& m : mail->of<send_frame>())
      n += m.frame.header.kind == kind ? 1 : 0;
    return n;
  }

  executor_id id{"w1"};
  cluster_id cluster = numbered<cluster_id>(7);
  mailbag_ptr mail = std::make_shared<mailbag>();
  executor_proxy_actor proxy{};
};

TEST_F(executor_proxy_test, a_registered_executor_is_saved_and_offered_once) {
  registers();
  ASSERT_EQ(mail->of<save_executor>().size(), 1u);
  EXPECT_EQ(mail->of<save_executor>()[0].info.slots, 4u);
  auto offers = mail->take<executor_offer>();
  ASSERT_EQ(offers.size(), 1u);
  EXPECT_TRUE(offers[0].up);
  EXPECT_EQ(offers[0].slots, 4u);
  EXPECT_EQ(offers[0].incarnation, numbered<incarnation_id>(1));
  EXPECT_EQ(offers[0].task_types, std::vector<std::string>{"ECHO"});
  beats();
  EXPECT_TRUE(mail->of<executor_offer>().empty()) << "nothing changed";
}

TEST_F(executor_proxy_test, credit_is_absolute_and_an_older_sessions_is_ignored) {
  registers(3);
  mail->clear();
  beats(1, 3);
  beats(9, 2);
  auto offers = mail->take<executor_offer>();
  ASSERT_EQ(offers.size(), 1u);
  EXPECT_EQ(offers[0].slots, 1u);
}

TEST_F(executor_proxy_test, an_executor_that_beats_before_it_registered_is_asked_to) {
  beats();
  EXPECT_EQ(sent(frame_kind::reconcile), 1u);
  EXPECT_TRUE(mail->of<executor_offer>().empty());
}

TEST_F(executor_proxy_test, a_register_that_was_lost_on_the_way_is_asked_for_but_not_in_a_storm) {
  registers(1);
  mail->clear();
  beats(4, 2);
  beats(4, 2);
  EXPECT_EQ(sent(frame_kind::reconcile), 1u);
  advance(limits::link_silence_max);
  beats(4, 2);
  EXPECT_EQ(sent(frame_kind::reconcile), 2u);
}

TEST_F(executor_proxy_test, an_older_register_changes_nothing) {
  registers(5);
  mail->clear();
  registers(4);
  EXPECT_EQ(mail->size(), 0u);
}

TEST_F(executor_proxy_test, the_inventory_of_another_cluster_judges_nothing_of_ours) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  says(frame_kind::started, about(), cluster);
  tell(proxy, attempt_started{{numbered<run_id>(1), 1}, done{}});
  mail->clear();
  for (auto other : {numbered<cluster_id>(8), cluster_id{}}) {
    says(frame_kind::register_, register_of(2, {}, 1), other);
    EXPECT_TRUE(mail->of<finish_attempt>().empty());
    EXPECT_EQ(sent(frame_kind::reconcile), 1u) << "it is told whose it is";
    mail->clear();
  }
  registers(3);
  EXPECT_EQ(mail->of<finish_attempt>().size(), 1u);
}

TEST_F(executor_proxy_test, frames_of_another_cluster_are_dropped) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  mail->clear();
  says(frame_kind::started, about(), numbered<cluster_id>(8));
  EXPECT_EQ(mail->size(), 0u);
}

TEST_F(executor_proxy_test, an_attempt_goes_its_way_from_dispatch_to_acknowledgement) {
  registers();
  mail->clear();
  tell(proxy, dispatch_attempt{given()});
  EXPECT_EQ(sent(frame_kind::dispatch), 1u);
  says(frame_kind::accepted, about(), cluster);
  says(frame_kind::started, about(), cluster);
  EXPECT_EQ(mail->take<start_attempt>().size(), 1u);
  tell(proxy, attempt_started{{numbered<run_id>(1), 1}, done{}});
  result_body ended;
  ended.run = numbered<run_id>(1);
  ended.attempt = 1;
  ended.outcome = attempt_outcome::success;
  says(frame_kind::result, ended, cluster);
  ASSERT_EQ(mail->take<finish_attempt>().size(), 1u);
  EXPECT_EQ(sent(frame_kind::result_ack), 0u);
  finished stored;
  stored.state = stored.outcome = run_state::success;
  tell(proxy, attempt_finished{{numbered<run_id>(1), 1}, run_event::succeed, stored});
  EXPECT_EQ(sent(frame_kind::result_ack), 1u);
  auto over = mail->take<attempt_over>();
  ASSERT_EQ(over.size(), 1u);
  EXPECT_EQ(over[0].state, run_state::success);
  EXPECT_EQ(over[0].executor, id);
}

TEST_F(executor_proxy_test, a_refusal_is_given_back_and_acknowledged) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  mail->clear();
  says(frame_kind::refused, about("busy"), cluster);
  auto back = mail->take<give_back_attempt>();
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].request.reason, "busy");
  tell(proxy, attempt_given_back{{numbered<run_id>(1), 1}, time.wall(), run_state::pending});
  EXPECT_EQ(sent(frame_kind::result_ack), 1u);
  EXPECT_EQ(mail->take<attempt_over>().size(), 1u);
}

TEST_F(executor_proxy_test, a_dispatch_is_repeated_by_the_tick) {
  registers();
  mail->clear();
  tell(proxy, dispatch_attempt{given()});
  advance(limits::resend_interval * 2 + millis{100});
  EXPECT_EQ(sent(frame_kind::dispatch), 3u);
}

TEST_F(executor_proxy_test, silence_loses_its_attempts_and_takes_the_offer_back) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  mail->clear();
  advance(silence_max);
  EXPECT_TRUE(mail->of<finish_attempt>().empty());
  advance(millis{3000});
  auto lost = mail->take<finish_attempt>();
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].request.event, run_event::lose);
  auto offers = mail->take<executor_offer>();
  ASSERT_EQ(offers.size(), 1u);
  EXPECT_FALSE(offers[0].up);
  auto marked = mail->take<mark_executor>();
  ASSERT_EQ(marked.size(), 1u);
  EXPECT_FALSE(marked[0].up);
}

TEST_F(executor_proxy_test, an_executor_that_was_silent_and_beats_again_is_asked_what_it_has) {
  registers();
  advance(silence_max + millis{3000});
  mail->clear();
  beats();
  EXPECT_EQ(sent(frame_kind::reconcile), 1u);
  ASSERT_EQ(mail->of<executor_offer>().size(), 1u);
  EXPECT_TRUE(mail->of<executor_offer>()[0].up);
}

TEST_F(executor_proxy_test, heartbeats_keep_it_alive) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  mail->clear();
  for (int i = 0; i < 30; ++i) {
    advance(limits::heartbeat_interval);
    beats();
  }
  EXPECT_TRUE(mail->of<finish_attempt>().empty());
}

TEST_F(executor_proxy_test, silence_is_not_counted_while_no_broker_answers) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  tell(proxy, broker_down{0});
  advance(silence_max * 3);
  EXPECT_TRUE(mail->of<finish_attempt>().empty());
  tell(proxy, broker_up{0});
  advance(silence_max);
  EXPECT_TRUE(mail->of<finish_attempt>().empty()) << "it starts from zero";
  advance(millis{3000});
  EXPECT_EQ(mail->of<finish_attempt>().size(), 1u);
}

TEST_F(executor_proxy_test, a_process_that_was_paused_counts_one_slice) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  advance(millis{1000});
  time.advance(silence_max * 3); // stopped; then one tick
  advance(millis{1000});
  EXPECT_TRUE(mail->of<finish_attempt>().empty());
}

TEST_F(executor_proxy_test, a_stand_by_counts_no_silence_and_marks_nobody_down) {
  registers();
  tell(proxy, dispatch_attempt{given()});
  tell(proxy, shards_granted{});
  mail->clear();
  advance(silence_max * 3);
  EXPECT_EQ(mail->size(), 0u) << "it hears nobody, since nothing is sent to it";
}

TEST_F(executor_proxy_test, an_executor_that_leaves_is_offered_no_more) {
  registers();
  mail->clear();
  says(frame_kind::bye, credit_body{}, cluster);
  ASSERT_EQ(mail->of<executor_offer>().size(), 1u);
  EXPECT_FALSE(mail->of<executor_offer>()[0].up);
}

TEST_F(executor_proxy_test, adopted_attempts_are_asked_for_and_repeated_until_the_answer_comes) {
  tell(proxy, adopt_attempts{{given()}});
  EXPECT_EQ(sent(frame_kind::reconcile), 1u);
  advance(limits::resend_interval * 2 + millis{1000});
  EXPECT_GE(sent(frame_kind::reconcile), 2u);
  EXPECT_EQ(sent(frame_kind::dispatch), 0u);
  registers();
  EXPECT_EQ(sent(frame_kind::dispatch), 1u);
}

TEST_F(executor_proxy_test, an_attempt_that_is_back_is_reported) {
  registers(1, {{numbered<run_id>(1), 1, numbered<job_id>(1), 1, attempt_phase::started}});
  ASSERT_EQ(mail->take<start_attempt>().size(), 1u);
  tell(proxy, attempt_started{{numbered<run_id>(1), 1}, done{}});
  EXPECT_EQ(mail->take<attempt_back>().size(), 1u);
}

TEST_F(executor_proxy_test, frames_go_through_the_broker_that_served_it_last) {
  tell(proxy, broker_up{1});
  says(frame_kind::register_, register_of(1, {}, 1), cluster, 1);
  mail->clear();
  tell(proxy, dispatch_attempt{given()});
  EXPECT_EQ(mail->take<send_frame>()[0].via, 1u);
  tell(proxy, broker_down{1});
  advance(limits::resend_interval + millis{1000});
  ASSERT_FALSE(mail->of<send_frame>().empty());
  EXPECT_EQ(mail->of<send_frame>()[0].via, 0u);
}

TEST_F(executor_proxy_test, a_malformed_register_is_said_and_changes_nothing) {
  message m;
  m.header.kind = frame_kind::register_;
  m.header.cluster = cluster;
  m.header.executor = id;
  m.body = "\xff";
  tell(proxy, executor_frame{0, m});
  EXPECT_TRUE(complained());
  EXPECT_EQ(mail->size(), 0u);
}

} // namespace
} // namespace takt
