// The session's rules, one by one.
#include "tests/actors/worker/session_harness.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

using namespace std::chrono_literals;

class worker_session : public ::testing::Test {
protected:
  void SetUp() override {
    h.start();
    h.worker->on_link_up(0, h.now);
    h.flush();
  }

  attempt_body body_of(frame_kind kind) {
    auto sent = h.sent(kind);
    EXPECT_EQ(sent.size(), 1u);
    return sent.empty() ? attempt_body{} : *unpack<attempt_body>(sent[0].body);
  }

  register_body registered() {
    auto sent = h.sent(frame_kind::register_);
    EXPECT_EQ(sent.size(), 1u);
    return *unpack<register_body>(sent.at(0).body);
  }

  credit_body credit(frame_kind kind = frame_kind::credit) {
    auto sent = h.sent(kind);
    EXPECT_EQ(sent.size(), 1u);
    return *unpack<credit_body>(sent.at(0).body);
  }

  result_body result_sent() {
    auto sent = h.sent(frame_kind::result);
    EXPECT_EQ(sent.size(), 1u);
    return *unpack<result_body>(sent.at(0).body);
  }

  void restart() {
    h.crash();
    h.start();
    h.worker->on_link_up(0, h.now);
  }

  session_harness h;
  attempt_ref one = session_harness::ref(1);
  attempt_ref two = session_harness::ref(2);
  attempt_ref three = session_harness::ref(3);
};

TEST_F(worker_session, registers_with_a_growing_session_and_grants_all_slots) {
  EXPECT_EQ(h.kinds(), "REGISTER CREDIT");
  EXPECT_EQ(registered().info.session, 1u);
  EXPECT_EQ(registered().info.incarnation, h.log->incarnation());
  EXPECT_EQ(registered().info.id.text, "w1");
  EXPECT_EQ(credit().slots, 2u);
  EXPECT_EQ(credit().session, 1u);
  restart();
  h.flush();
  EXPECT_EQ(registered().info.session, 2u);
}

TEST_F(worker_session, each_broker_gets_its_own_register_and_the_newest_session_in_heartbeats) {
  h.worker->on_link_up(1, h.now);
  h.flush();
  EXPECT_EQ(h.all<send_message>().at(0).to, 1u);
  EXPECT_EQ(registered().info.session, 2u);
  h.pass(limits::heartbeat_interval);
  h.flush();
  auto beats = h.sent(frame_kind::heartbeat);
  ASSERT_EQ(beats.size(), 2u);
  for (const auto& b : beats)
    EXPECT_EQ(unpack<credit_body>(b.body)->session, 2u);
}

TEST_F(worker_session, heartbeats_each_interval_only_to_brokers_that_are_up) {
  h.pass(limits::heartbeat_interval - 1ms);
  EXPECT_TRUE(h.flush().empty());
  h.pass(1ms);
  h.flush();
  EXPECT_EQ(credit(frame_kind::heartbeat).slots, 2u);
  h.worker->on_link_down(0);
  h.pass(10s);
  EXPECT_TRUE(h.flush().empty());
}

TEST_F(worker_session, a_dispatch_is_accepted_then_started_after_one_sync) {
  auto syncs = h.disk.syncs;
  auto m = h.dispatch(one);
  m.header.sequence = 42;
  h.get(m);
  EXPECT_EQ(h.disk.syncs, syncs);
  h.flush();
  EXPECT_EQ(h.disk.syncs, syncs + 1);
  EXPECT_EQ(h.kinds(), "ACCEPTED start");
  auto accepted = h.sent(frame_kind::accepted).at(0).header;
  EXPECT_EQ(accepted.cluster, one.cluster);
  EXPECT_EQ(accepted.shard, 3);
  EXPECT_EQ(accepted.epoch, 5u);
  EXPECT_EQ(accepted.executor.text, "w1");
  EXPECT_EQ(body_of(frame_kind::accepted).fence, 77u);
  auto call = h.all<start_task>().at(0).call;
  EXPECT_EQ(call.run, one.key.run);
  EXPECT_EQ(call.fence, 77u);
  EXPECT_EQ(call.payload, "payload");
  EXPECT_EQ(call.timeout, 9s);
  EXPECT_EQ(call.shard, 3);
  EXPECT_EQ(call.due, wall_from_ms(1000));
  h.worker->on_task_started(one, h.now.wall + 5ms);
  h.flush();
  EXPECT_EQ(h.kinds(), "STARTED");
  EXPECT_EQ(body_of(frame_kind::started).at, h.now.wall + 5ms);
  h.pass(limits::heartbeat_interval);
  h.flush();
  EXPECT_EQ(credit(frame_kind::heartbeat).dispatch_seen, 42u);
}

TEST_F(worker_session, many_dispatches_share_one_sync) {
  auto syncs = h.disk.syncs;
  h.get(h.dispatch(one));
  h.get(h.dispatch(two));
  h.get(h.dispatch(three));
  h.flush();
  EXPECT_EQ(h.disk.syncs, syncs + 1);
  EXPECT_EQ(h.kinds(), "ACCEPTED start ACCEPTED start REFUSED");
}

TEST_F(worker_session, a_copy_is_answered_with_where_the_attempt_stands_and_never_started_again) {
  h.get(h.dispatch(one));
  h.get(h.dispatch(one));
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start STARTED");
  h.get(h.dispatch(one, 6)); // the shard changed hands
  h.flush();
  EXPECT_EQ(h.kinds(), "STARTED");
  EXPECT_EQ(h.sent(frame_kind::started).at(0).header.epoch, 6u);
  h.finish(one);
  h.flush();
  EXPECT_EQ(h.kinds(), "RESULT");
  h.get(h.dispatch(one, 6));
  h.flush();
  EXPECT_EQ(h.kinds(), "RESULT");
  EXPECT_EQ(h.sent(frame_kind::result).at(0).payload, "out");
  h.get(h.about(frame_kind::result_ack, one));
  h.get(h.dispatch(one, 6));
  EXPECT_TRUE(h.flush().empty());
}

TEST_F(worker_session, refusals_name_their_reason_and_stand_for_every_copy) {
  struct {
    const char* reason;
    std::function<message()> frame;
  } const cases[] = {
    {"stale_epoch", [] { return session_harness::dispatch(session_harness::ref(10), 4); }},
    {"unknown_type", [] { return session_harness::dispatch(session_harness::ref(11), 5, "X"); }},
    {"busy", [] { return session_harness::dispatch(session_harness::ref(12)); }},
  };
  h.get(h.dispatch(one));
  h.get(h.dispatch(two));
  h.flush();
  for (const auto& c : cases) {
    auto syncs = h.disk.syncs;
    h.get(c.frame());
    h.flush();
    EXPECT_EQ(h.disk.syncs, syncs + 1) << c.reason;
    EXPECT_EQ(body_of(frame_kind::refused).reason, c.reason);
  }
  h.finish(one);
  h.finish(two);
  h.flush();
  for (const auto& c : cases) {
    h.get(c.frame());
    h.flush();
    EXPECT_EQ(body_of(frame_kind::refused).reason, c.reason) << "though slots are free now";
  }
}

TEST_F(worker_session, a_finished_run_frees_its_slot_at_once) {
  h.get(h.dispatch(one));
  h.get(h.dispatch(two));
  h.finish(one);
  h.get(h.dispatch(three));
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start ACCEPTED start RESULT ACCEPTED start");
  EXPECT_EQ(h.worker->running(), 2u);
}

TEST_F(worker_session, stopping_refuses_and_grants_nothing) {
  h.get(h.dispatch(one));
  h.worker->stop(h.now);
  h.get(h.dispatch(two));
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start CREDIT REFUSED");
  EXPECT_EQ(credit().slots, 0u);
  EXPECT_EQ(body_of(frame_kind::refused).reason, "stopping");
  h.finish(one);
  h.worker->say_bye();
  h.flush();
  EXPECT_EQ(h.kinds(), "RESULT BYE");
}

TEST_F(worker_session, what_ends_an_attempt_is_resent_until_acknowledged) {
  h.get(h.dispatch(one));
  h.get(h.dispatch(two, 5, "X"));
  h.get(h.about(frame_kind::cancel, three));
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start REFUSED NOT_STARTED");
  h.finish(one);
  h.flush();
  for (int i = 0; i < 3; ++i) {
    h.pass(limits::resend_interval - 1ms);
    h.flush();
    EXPECT_EQ(h.kinds(), "");
    h.pass(1ms);
    h.flush();
    EXPECT_EQ(h.kinds(), "REFUSED NOT_STARTED RESULT");
  }
  h.get(h.about(frame_kind::result_ack, one));
  h.pass(limits::resend_interval);
  h.flush();
  EXPECT_EQ(h.kinds(), "REFUSED NOT_STARTED");
  h.get(h.about(frame_kind::result_ack, two));
  h.get(h.about(frame_kind::result_ack, three));
  h.pass(limits::resend_interval);
  h.flush();
  EXPECT_EQ(h.kinds(), "");
  EXPECT_EQ(h.worker->open(), 0u);
}

TEST_F(worker_session, resends_take_turns_among_brokers_and_wait_for_one) {
  h.get(h.dispatch(one));
  h.worker->on_link_down(0);
  h.finish(one);
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start");
  h.pass(limits::resend_interval * 10);
  h.flush();
  EXPECT_EQ(h.kinds(), "");
  h.worker->on_link_up(1, h.now);
  h.worker->on_link_up(2, h.now);
  h.pass(1ms);
  h.flush();
  EXPECT_EQ(h.kinds(), "REGISTER CREDIT REGISTER CREDIT RESULT") << "a new link is used at once";
  std::set<broker_no> used;
  for (int i = 0; i < 2; ++i) {
    h.pass(limits::resend_interval);
    for (const auto& s : (h.flush(), h.all<send_message>()))
      if (s.what.header.kind == frame_kind::result)
        used.insert(s.to);
  }
  EXPECT_EQ(used, (std::set<broker_no>{1, 2}));
}

TEST_F(worker_session, the_inventory_lists_what_is_not_acknowledged) {
  h.get(h.dispatch(one));
  h.get(h.dispatch(two));
  h.finish(two);
  h.get(h.dispatch(three, 4));
  h.get(h.about(frame_kind::cancel, h.ref(4)));
  h.get(h.about(frame_kind::result_ack, h.ref(4)));
  h.flush();
  h.get({session_harness::header(frame_kind::reconcile, one, 0), {}, {}});
  h.flush();
  auto r = registered();
  EXPECT_EQ(r.info.session, 2u);
  std::map<uint8_t, attempt_phase> phases;
  for (const auto& held : r.inventory)
    phases[held.run.bytes[15]] = held.phase;
  EXPECT_EQ(
    phases,
    (std::map<uint8_t, attempt_phase>{
      {1, attempt_phase::started}, {2, attempt_phase::finished}, {3, attempt_phase::refused}}));
}

TEST_F(worker_session, cancel_of_the_unknown_bars_it_for_good) {
  h.get(h.about(frame_kind::cancel, one));
  h.flush();
  EXPECT_EQ(body_of(frame_kind::not_started).reason, "canceled");
  h.get(h.dispatch(one));
  h.flush();
  EXPECT_EQ(h.kinds(), "NOT_STARTED");
  h.get(h.about(frame_kind::result_ack, one));
  h.get(h.dispatch(one));
  h.flush();
  EXPECT_EQ(h.kinds(), "");
}

TEST_F(worker_session, cancel_of_a_run_reaches_its_task_once_and_its_result_tells) {
  h.get(h.dispatch(one));
  h.get(h.about(frame_kind::cancel, one));
  h.get(h.about(frame_kind::cancel, one));
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start cancel");
  h.finish(one, attempt_outcome::canceled);
  h.flush();
  EXPECT_EQ(result_sent().outcome, attempt_outcome::canceled);
  h.get(h.about(frame_kind::cancel, one));
  h.flush();
  EXPECT_EQ(h.kinds(), "RESULT");
}

TEST_F(worker_session, an_older_epoch_may_neither_start_nor_cancel) {
  h.get(h.dispatch(one, 5));
  h.get(h.about(frame_kind::cancel, one, 4));
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start");
  restart();
  h.get(h.dispatch(two, 4));
  h.flush();
  EXPECT_EQ(body_of(frame_kind::refused).reason, "stale_epoch") << "epochs are journaled";
}

TEST_F(worker_session, epochs_of_shards_and_clusters_are_independent) {
  h.get(h.dispatch(one, 5));
  auto other_shard = h.dispatch(two, 1);
  other_shard.header.shard = 4;
  h.get(other_shard);
  h.flush();
  EXPECT_EQ(h.kinds(), "ACCEPTED start ACCEPTED start");
  h.finish(one);
  h.get(h.dispatch(h.ref(1, 1, 2), 1));
  h.flush();
  EXPECT_EQ(h.kinds(), "RESULT ACCEPTED start") << "same run and attempt of another cluster";
}

TEST_F(worker_session, a_new_cluster_gets_an_inventory_and_credit_of_its_own) {
  h.get(h.dispatch(one));
  h.get({session_harness::header(frame_kind::reconcile, h.ref(0, 0, 2), 0), {}, {}});
  h.flush();
  EXPECT_TRUE(registered().inventory.empty());
  EXPECT_EQ(h.sent(frame_kind::register_).at(0).header.cluster, h.cluster(2));
  EXPECT_EQ(credit().slots, 1u) << "the other cluster's run holds one";
}

TEST_F(worker_session, runs_of_a_forgotten_cluster_are_canceled) {
  h.get(h.dispatch(one));
  for (uint8_t c = 2; c <= 3; ++c)
    h.get({session_harness::header(frame_kind::reconcile, h.ref(0, 0, c), 0), {}, {}});
  h.flush();
  ASSERT_EQ(h.all<cancel_task>().size(), 1u);
  EXPECT_EQ(h.worker->running(), 0u);
  h.finish(one);
  EXPECT_TRUE(h.flush().empty());
}

TEST_F(worker_session, a_restart_tells_lost_from_finished) {
  h.get(h.dispatch(one));
  h.get(h.dispatch(two));
  h.finish(two);
  h.flush();
  restart();
  h.pass(1ms);
  h.flush();
  EXPECT_EQ(h.kinds(), "REGISTER CREDIT RESULT RESULT");
  std::map<uint8_t, result_body> results;
  for (const auto& m : h.sent(frame_kind::result)) {
    EXPECT_EQ(m.header.epoch, 5u);
    results[unpack<result_body>(m.body)->run.bytes[15]] = *unpack<result_body>(m.body);
  }
  EXPECT_EQ(results[1].outcome, attempt_outcome::lost);
  EXPECT_EQ(results[1].error, "worker restarted");
  EXPECT_EQ(results[1].fence, 77u);
  EXPECT_EQ(results[2].outcome, attempt_outcome::success);
  EXPECT_EQ(h.worker->running(), 0u);
}

TEST_F(worker_session, what_was_only_accepted_is_not_started_after_a_restart) {
  auto before = h.disk.content.size();
  h.get(h.dispatch(one));
  ASSERT_TRUE(h.log->write());
  auto written = h.disk.content.size() - before;
  // Tear inside the last record, which says STARTED.
  h.crash(written - 3);
  h.start();
  h.worker->on_link_up(0, h.now);
  h.pass(1ms);
  h.flush();
  EXPECT_EQ(h.kinds(), "REGISTER CREDIT NOT_STARTED");
  EXPECT_EQ(body_of(frame_kind::not_started).reason, "restarted");
  h.get(h.dispatch(one));
  h.flush();
  EXPECT_EQ(h.kinds(), "NOT_STARTED");
}

TEST_F(worker_session, a_failed_journal_lets_nothing_out_and_ends_what_runs) {
  h.get(h.dispatch(one));
  h.flush();
  h.disk.fail_sync = true;
  h.get(h.dispatch(two));
  h.finish(one);
  h.flush();
  EXPECT_EQ(h.kinds(), "cancel");
  ASSERT_EQ(h.all<log_line>().size(), 1u);
  EXPECT_EQ(h.all<log_line>().at(0).level, severity::error);
  h.disk.fail_sync = false;
  h.get(h.dispatch(three));
  h.worker->on_link_up(0, h.now);
  h.pass(limits::heartbeat_interval * 5);
  EXPECT_TRUE(h.flush().empty()) << "silent: its attempts shall be judged by its successor";
  restart();
  h.pass(1ms);
  h.flush();
  EXPECT_EQ(result_sent().outcome, attempt_outcome::lost);
}

TEST_F(worker_session, a_taken_id_is_reported_once_and_tried_again_slowly) {
  message error{{}, pack(error_body{errc::broker_executor_taken, "taken"}), {}};
  error.header.kind = frame_kind::error;
  h.get(error);
  h.get(error);
  h.flush();
  ASSERT_EQ(h.all<log_line>().size(), 1u);
  h.pass(h.cfg.register_retry - 1ms);
  h.flush();
  EXPECT_EQ(h.kinds(), "");
  h.pass(1ms);
  h.flush();
  EXPECT_EQ(h.kinds(), "REGISTER CREDIT");
}

TEST_F(worker_session, bad_frames_are_answered_with_an_error_and_change_nothing) {
  auto no_cluster = h.dispatch(one);
  no_cluster.header.cluster = {};
  auto garbage = h.dispatch(one);
  garbage.body = "\xc1";
  garbage.header.sequence = 8;
  auto too_long = h.dispatch(one);
  too_long.payload.resize(limits::body_bytes_max + 1);
  auto unknown = h.dispatch(one);
  unknown.header.kind = static_cast<frame_kind>(99);
  auto not_ours = h.dispatch(one);
  not_ours.header.kind = frame_kind::owns;
  struct {
    message frame;
    errc code;
  } const cases[] = {
    {no_cluster, errc::frame_out_of_range},
    {garbage, errc::frame_malformed},
    {too_long, errc::frame_too_large},
    {unknown, errc::frame_unknown_kind},
    {not_ours, errc::broker_not_allowed}};
  for (const auto& c : cases) {
    h.get(c.frame);
    h.flush();
    auto sent = h.sent(frame_kind::error);
    ASSERT_EQ(sent.size(), 1u);
    auto body = unpack<error_body>(sent[0].body);
    EXPECT_EQ(body->code, c.code);
    EXPECT_EQ(body->kind, c.frame.header.kind);
    EXPECT_EQ(body->sequence, c.frame.header.sequence);
  }
  EXPECT_EQ(h.worker->open(), 0u);
}

TEST_F(worker_session, another_executors_frames_are_ignored) {
  auto m = h.dispatch(one);
  m.header.executor.text = "w2";
  h.get(m);
  h.flush();
  EXPECT_EQ(h.kinds(), "");
}

TEST_F(worker_session, meets_no_more_than_an_inventory_can_list) {
  h.cfg.open_max = 3;
  restart();
  for (uint8_t n = 10; n < 20; ++n)
    h.get(h.about(frame_kind::cancel, h.ref(n)));
  h.flush();
  EXPECT_EQ(h.sent(frame_kind::not_started).size(), 3u);
  h.get(h.about(frame_kind::result_ack, h.ref(10)));
  h.get(h.about(frame_kind::cancel, h.ref(19)));
  h.flush();
  EXPECT_EQ(h.sent(frame_kind::not_started).size(), 1u);
}

TEST_F(worker_session, long_errors_and_outputs_are_cut_to_their_limits) {
  h.get(h.dispatch(one));
  task_outcome o{attempt_outcome::failed, {}, h.now.wall, h.now.wall, {}};
  for (int i = 0; i < 5000; ++i)
    o.error += "\xc3\xa4";
  o.error = "x" + o.error;
  o.output = {std::string(100'000, 'a'), std::string(100'000, 'b'), 200'000};
  h.worker->on_task_finished(one, o, h.now);
  h.flush();
  auto body = result_sent();
  EXPECT_EQ(body.error.size(), limits::error_bytes_max - 1) << "not inside a character";
  EXPECT_EQ(body.output_bytes, 200'000u);
  EXPECT_EQ(body.output_head, limits::output_head_bytes_max);
  EXPECT_EQ(
    h.sent(frame_kind::result).at(0).payload.size(),
    limits::output_head_bytes_max + limits::output_tail_bytes_max);
}

} // namespace
} // namespace takt
