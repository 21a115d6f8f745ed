#include "tests/broker/router_fixture.hpp"

#include <gmock/gmock.h>

namespace takt {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

using router_test = router_fixture;

// -- HELLO ----------------------------------------------------------------------

TEST_F(router_test, hello_is_answered_with_the_brokers_hello) {
  auto answer = say(worker("x"), hello(worker("x"), "w"));
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].to, worker("x"));
  auto body = unpack<hello_body>(answer[0].what.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->role, peer_role::broker);
  EXPECT_EQ(body->name, "b1");
  EXPECT_EQ(under.peer_count(broker_side::backend), 1u);
}

TEST_F(router_test, a_repeated_hello_is_answered_and_changes_nothing) {
  set_the_table();
  EXPECT_EQ(say(worker("x"), hello(worker("x"))).size(), 1u);
  EXPECT_THAT(
    addressees(say(scheduler("s"), frame(frame_kind::dispatch, "w"))), ElementsAre(worker("x")));
}

TEST_F(router_test, every_kind_but_hello_error_and_bye_from_a_stranger_gets_unknown_peer) {
  for (unsigned kind = 1; kind <= 25; ++kind) {
    auto k = static_cast<frame_kind>(kind);
    if (k == frame_kind::hello)
      continue;
    auto answer = say(worker("x"), frame(k, "w"));
    if (k == frame_kind::error || k == frame_kind::bye)
      EXPECT_THAT(answer, IsEmpty()) << to_string(k);
    else
      EXPECT_EQ(error_in(answer), errc::broker_unknown_peer) << kind;
  }
  EXPECT_EQ(under.counters()[router_count::unknown_peer], 24u);
}

TEST_F(router_test, the_error_names_the_frame_that_caused_it) {
  auto answer = say(worker("x"), frame(frame_kind::result, "w"));
  auto body = unpack<error_body>(answer.at(0).what.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->kind, frame_kind::result);
  EXPECT_EQ(body->sequence, 9u);
}

TEST_F(router_test, a_role_on_the_wrong_side_is_not_allowed) {
  EXPECT_EQ(error_in(say(worker("x"), hello(scheduler("s")))), errc::broker_not_allowed);
  EXPECT_EQ(error_in(say(scheduler("s"), hello(worker("x")))), errc::broker_not_allowed);
  message broker = hello(worker("x"));
  broker.body = pack(hello_body{.role = peer_role::broker});
  EXPECT_EQ(error_in(say(worker("x"), broker)), errc::broker_not_allowed);
  EXPECT_EQ(under.peer_count(broker_side::backend) + under.peer_count(broker_side::frontend), 0u);
}

TEST_F(router_test, no_common_version_is_refused) {
  message m = hello(worker("x"));
  m.body = pack(hello_body{.role = peer_role::worker, .version_min = 2, .version_max = 9});
  EXPECT_EQ(error_in(say(worker("x"), m)), errc::frame_version);
  m.body = pack(hello_body{.role = peer_role::worker, .version_min = 0, .version_max = 0});
  EXPECT_EQ(error_in(say(worker("x"), m)), errc::frame_version);
  m.body = pack(hello_body{.role = peer_role::worker, .version_min = 1, .version_max = 9});
  EXPECT_EQ(error_in(say(worker("x"), m)), errc::ok);
  EXPECT_EQ(under.counters()[router_count::version_refused], 2u);
}

TEST_F(router_test, hellos_beyond_the_limit_are_refused_and_harm_nobody) {
  under = router{router_config{.peers_max = 1}};
  join(worker("x"));
  EXPECT_EQ(error_in(say(worker("y"), hello(worker("y")))), errc::overloaded);
  EXPECT_EQ(say(worker("x"), hello(worker("x")))[0].what.header.kind, frame_kind::hello);
}

// -- OWNS -----------------------------------------------------------------------

TEST_F(router_test, the_highest_epoch_gets_the_workers_frames) {
  set_the_table();
  join(scheduler("t"), "node-2");
  say(scheduler("t"), owns({{0, 6}}));
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::result, "w"))), ElementsAre(scheduler("t")));
  say(scheduler("s"), owns({{0, 5}}));
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::result, "w"))), ElementsAre(scheduler("t")));
  EXPECT_EQ(under.counters()[router_count::stale_claim], 1u);
}

TEST_F(router_test, an_equal_epoch_from_another_node_waits_until_the_owner_is_gone) {
  set_the_table();
  join(scheduler("t"), "node-2");
  say(scheduler("t"), owns({{0, 5}}));
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::result, "w"))), ElementsAre(scheduler("s")));
  say(scheduler("s"), frame(frame_kind::bye, ""));
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::result, "w"))), ElementsAre(scheduler("t")));
}

TEST_F(router_test, a_node_that_reconnects_gets_its_shards_back_at_once) {
  set_the_table();
  join(scheduler("s2"), "node-1");
  say(scheduler("s2"), owns({{0, 5}}));
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::result, "w"))), ElementsAre(scheduler("s2")));
}

TEST_F(router_test, a_superseded_claim_does_not_come_back_when_the_owner_goes) {
  set_the_table();
  join(scheduler("t"), "node-2");
  say(scheduler("t"), owns({{0, 6}}));
  say(scheduler("t"), frame(frame_kind::bye, ""));
  EXPECT_THAT(say(worker("x"), frame(frame_kind::result, "w")), IsEmpty());
  say(scheduler("s"), owns({{0, 5}}));
  EXPECT_EQ(say(worker("x"), frame(frame_kind::result, "w")).size(), 1u);
}

TEST_F(router_test, a_shard_no_longer_named_has_no_owner) {
  set_the_table();
  say(scheduler("s"), owns({{1, 5}}));
  EXPECT_THAT(say(worker("x"), frame(frame_kind::result, "w", 0)), IsEmpty());
  EXPECT_EQ(under.counters()[router_count::no_owner], 1u);
  EXPECT_EQ(say(worker("x"), frame(frame_kind::result, "w", 1)).size(), 1u);
  EXPECT_EQ(under.owned_shard_count(), 1u);
}

TEST_F(router_test, a_shard_named_twice_counts_with_its_highest_epoch) {
  set_the_table();
  join(scheduler("t"), "node-2");
  say(scheduler("t"), owns({{0, 9}, {0, 1}}));
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::result, "w"))), ElementsAre(scheduler("t")));
}

TEST_F(router_test, owns_out_of_range_is_refused_and_changes_nothing) {
  set_the_table();
  EXPECT_EQ(error_in(say(scheduler("s"), owns({{64, 5}}))), errc::frame_out_of_range);
  EXPECT_EQ(say(worker("x"), frame(frame_kind::result, "w")).size(), 1u);
}

// -- REGISTER -------------------------------------------------------------------

TEST_F(router_test, register_goes_to_every_scheduler_that_owns_a_shard) {
  join(scheduler("s"), "1");
  join(scheduler("t"), "2");
  join(scheduler("idle"), "3");
  say(scheduler("s"), owns({{0, 5}, {1, 5}}));
  say(scheduler("t"), owns({{2, 5}}));
  join(worker("x"));
  auto sent = say(worker("x"), register_as("w"));
  EXPECT_THAT(addressees(sent), ElementsAre(scheduler("s"), scheduler("t")));
  EXPECT_EQ(sent[0].what, register_as("w"));
  EXPECT_EQ(under.executor_count(), 1u);
}

TEST_F(router_test, another_process_with_a_live_executors_id_is_refused) {
  set_the_table();
  join(worker("y"));
  EXPECT_EQ(error_in(say(worker("y"), register_as("w", 2))), errc::broker_executor_taken);
  EXPECT_THAT(
    addressees(say(scheduler("s"), frame(frame_kind::dispatch, "w"))), ElementsAre(worker("x")));
}

TEST_F(router_test, the_same_incarnation_on_a_new_connection_wins) {
  set_the_table();
  join(worker("y"));
  EXPECT_EQ(say(worker("y"), register_as("w", 1)).size(), 1u);
  EXPECT_THAT(
    addressees(say(scheduler("s"), frame(frame_kind::dispatch, "w"))), ElementsAre(worker("y")));
  EXPECT_EQ(error_in(say(worker("x"), frame(frame_kind::result, "w"))), errc::broker_not_allowed);
  say(worker("x"), frame(frame_kind::bye, ""));
  EXPECT_EQ(say(scheduler("s"), frame(frame_kind::dispatch, "w"))[0].to, worker("y"))
    << "the old connection's end must not take the new one's entry";
}

TEST_F(router_test, an_id_is_free_again_when_its_connection_was_silent_too_long) {
  set_the_table();
  tick(1s);
  tick(1s);
  join(worker("y"));
  EXPECT_EQ(error_in(say(worker("y"), register_as("w", 2))), errc::broker_executor_taken);
  tick(1s);
  tick(1s);
  EXPECT_EQ(error_in(say(worker("y"), register_as("w", 2))), errc::ok);
  EXPECT_EQ(under.executor_count(), 1u);
}

TEST_F(router_test, one_connection_is_one_executor) {
  set_the_table();
  EXPECT_EQ(error_in(say(worker("x"), register_as("other"))), errc::broker_not_allowed);
  for (auto kind :
       {frame_kind::credit, frame_kind::accepted, frame_kind::refused, frame_kind::not_started,
        frame_kind::started, frame_kind::result, frame_kind::output, frame_kind::heartbeat}) {
    EXPECT_EQ(error_in(say(worker("x"), frame(kind, "other"))), errc::broker_not_allowed)
      << to_string(kind);
    EXPECT_EQ(error_in(say(worker("x"), frame(kind, ""))), errc::broker_not_allowed)
      << to_string(kind);
  }
}

TEST_F(router_test, before_register_a_worker_may_send_nothing_in_an_executors_name) {
  join(worker("x"));
  EXPECT_EQ(error_in(say(worker("x"), frame(frame_kind::result, "w"))), errc::broker_not_allowed);
  EXPECT_EQ(error_in(say(worker("x"), frame(frame_kind::heartbeat, ""))), errc::broker_not_allowed);
}

TEST_F(router_test, register_must_agree_with_its_own_header) {
  join(worker("x"));
  auto m = register_as("w");
  m.header.executor = {"v"};
  EXPECT_EQ(error_in(say(worker("x"), m)), errc::broker_not_allowed);
  m.body = "\xc1";
  EXPECT_EQ(error_in(say(worker("x"), m)), errc::frame_malformed);
  EXPECT_EQ(under.executor_count(), 0u);
}

// -- who gets what --------------------------------------------------------------

TEST_F(router_test, worker_frames_of_a_run_go_to_the_shards_owner_untouched) {
  set_the_table();
  for (auto kind :
       {frame_kind::accepted, frame_kind::refused, frame_kind::not_started, frame_kind::started,
        frame_kind::result, frame_kind::output}) {
    auto sent = say(worker("x"), frame(kind, "w"));
    ASSERT_EQ(sent.size(), 1u) << to_string(kind);
    EXPECT_EQ(sent[0].to, scheduler("s"));
    EXPECT_EQ(sent[0].what, frame(kind, "w"));
    EXPECT_THAT(say(worker("x"), frame(kind, "w", 1)), IsEmpty()) << "nobody owns shard 1";
  }
  EXPECT_EQ(under.counters()[router_count::no_owner], 6u);
}

TEST_F(router_test, scheduler_frames_go_to_the_executors_connection_untouched) {
  set_the_table();
  for (auto kind :
       {frame_kind::dispatch, frame_kind::cancel, frame_kind::result_ack, frame_kind::output_ack,
        frame_kind::reconcile}) {
    auto sent = say(scheduler("s"), frame(kind, "w"));
    ASSERT_EQ(sent.size(), 1u) << to_string(kind);
    EXPECT_EQ(sent[0].to, worker("x"));
    EXPECT_EQ(sent[0].what, frame(kind, "w"));
  }
}

TEST_F(router_test, for_an_absent_executor_the_sender_hears_undeliverable_where_it_can_act) {
  set_the_table();
  for (auto kind : {frame_kind::dispatch, frame_kind::cancel, frame_kind::reconcile}) {
    auto sent = say(scheduler("s"), frame(kind, "gone", 3));
    ASSERT_EQ(sent.size(), 1u) << to_string(kind);
    EXPECT_EQ(sent[0].to, scheduler("s"));
    EXPECT_EQ(sent[0].what.header.kind, frame_kind::undeliverable);
    EXPECT_EQ(sent[0].what.header.executor.text, "gone");
    EXPECT_EQ(sent[0].what.header.shard, 3);
    auto body = unpack<undeliverable_body>(sent[0].what.body);
    ASSERT_TRUE(body);
    EXPECT_EQ(body->kind, kind);
    EXPECT_EQ(body->sequence, 9u);
  }
  for (auto kind : {frame_kind::result_ack, frame_kind::output_ack})
    EXPECT_THAT(say(scheduler("s"), frame(kind, "gone")), IsEmpty());
  EXPECT_EQ(under.counters()[router_count::not_connected], 5u);
}

TEST_F(router_test, reconcile_without_an_executor_goes_to_all_workers) {
  set_the_table();
  join(worker("y"));
  EXPECT_THAT(
    addressees(say(scheduler("s"), frame(frame_kind::reconcile, ""))),
    ElementsAre(worker("x"), worker("y")));
}

TEST_F(router_test, a_workers_heartbeat_with_a_body_goes_to_the_owners_others_end_here) {
  set_the_table();
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::heartbeat, "w"))), ElementsAre(scheduler("s")));
  EXPECT_THAT(
    addressees(say(worker("x"), frame(frame_kind::credit, "w"))), ElementsAre(scheduler("s")));
  EXPECT_THAT(say(worker("x"), frame(frame_kind::heartbeat, "w", 0, "")), IsEmpty());
  EXPECT_THAT(say(scheduler("s"), frame(frame_kind::heartbeat, "")), IsEmpty());
}

TEST_F(router_test, each_kind_may_come_from_its_side_only) {
  set_the_table();
  for (auto kind :
       {frame_kind::register_, frame_kind::credit, frame_kind::accepted, frame_kind::refused,
        frame_kind::not_started, frame_kind::started, frame_kind::output, frame_kind::result,
        frame_kind::undeliverable})
    EXPECT_EQ(error_in(say(scheduler("s"), frame(kind, "w"))), errc::broker_not_allowed)
      << to_string(kind);
  for (auto kind :
       {frame_kind::owns, frame_kind::reconcile, frame_kind::dispatch, frame_kind::cancel,
        frame_kind::output_ack, frame_kind::result_ack, frame_kind::undeliverable})
    EXPECT_EQ(error_in(say(worker("x"), frame(kind, "w"))), errc::broker_not_allowed)
      << to_string(kind);
}

TEST_F(router_test, an_error_is_never_answered) {
  set_the_table();
  EXPECT_THAT(say(worker("x"), frame(frame_kind::error, "w")), IsEmpty());
  EXPECT_THAT(say(scheduler("s"), frame(frame_kind::error, "")), IsEmpty());
}

// -- bad frames -----------------------------------------------------------------

TEST_F(router_test, an_unknown_kind_is_answered_and_counted) {
  set_the_table();
  EXPECT_EQ(
    error_in(say(worker("x"), frame(static_cast<frame_kind>(77), "w"))), errc::frame_unknown_kind);
  EXPECT_EQ(under.counters()[router_count::unknown_kind], 1u);
}

TEST_F(router_test, garbage_is_answered_to_peers_only_and_counted_by_reason) {
  set_the_table();
  std::string long_header(limits::header_frame_bytes_max + 1, 'x');
  std::string future = encode_header({.version = 2});
  struct row {
    std::vector<std::string_view> frames;
    errc code;
  } rows[] = {
    {{}, errc::frame_malformed},
    {{""}, errc::frame_malformed},
    {{"garbage"}, errc::frame_malformed},
    {{"a", "b", "c", "d", "e"}, errc::frame_malformed},
    {{std::string_view{long_header}}, errc::frame_too_large},
    {{std::string_view{future}}, errc::frame_version},
  };
  for (const auto& r : rows) {
    EXPECT_EQ(error_in(say_raw(worker("x"), r.frames)), r.code);
    EXPECT_THAT(say_raw(worker("stranger"), r.frames), IsEmpty());
  }
  EXPECT_EQ(under.counters()[router_count::malformed], 8u);
  EXPECT_EQ(under.counters()[router_count::too_large], 2u);
  EXPECT_EQ(under.counters()[router_count::version_refused], 2u);
  EXPECT_EQ(say(scheduler("s"), frame(frame_kind::dispatch, "w"))[0].to, worker("x"));
}

// -- liveness -------------------------------------------------------------------

TEST_F(router_test, every_peer_gets_a_heartbeat_each_interval) {
  set_the_table();
  EXPECT_THAT(addressees(tick(0s)), ElementsAre(scheduler("s"), worker("x")));
  EXPECT_THAT(tick(999ms), IsEmpty());
  auto beats = tick(1ms);
  EXPECT_THAT(addressees(beats), ElementsAre(scheduler("s"), worker("x")));
  EXPECT_EQ(beats[0].what.header.kind, frame_kind::heartbeat);
  EXPECT_TRUE(beats[0].what.body.empty());
}

TEST_F(router_test, any_frame_is_a_sign_of_life_and_silence_is_forgotten) {
  set_the_table();
  tick(0s);
  for (int second = 0; second < 10; ++second) {
    tick(1s);
    say(worker("x"), frame(frame_kind::heartbeat, "", 0, ""));
    say_raw(scheduler("s"), {"garbage"});
  }
  EXPECT_EQ(under.counters()[router_count::peers_forgotten], 0u);
  tick(1s);
  tick(1s);
  EXPECT_EQ(under.peer_count(broker_side::backend), 1u);
  tick(1s);
  EXPECT_EQ(under.peer_count(broker_side::backend), 0u);
  EXPECT_EQ(under.peer_count(broker_side::frontend), 0u);
  EXPECT_EQ(under.executor_count(), 0u);
  EXPECT_EQ(under.owned_shard_count(), 0u);
}

TEST_F(router_test, a_broker_that_was_paused_counts_one_interval_not_the_pause) {
  set_the_table();
  tick(0s);
  tick(1h);
  EXPECT_EQ(under.peer_count(broker_side::backend), 1u);
  EXPECT_EQ(under.peer_count(broker_side::frontend), 1u);
}

TEST_F(router_test, bye_forgets_at_once_and_a_workers_is_passed_on_in_its_name) {
  set_the_table();
  auto sent = say(worker("x"), {.header = {.kind = frame_kind::bye, .sequence = 3}});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].to, scheduler("s"));
  EXPECT_EQ(sent[0].what.header.executor.text, "w");
  EXPECT_EQ(under.executor_count(), 0u);
  EXPECT_EQ(error_in(say(worker("x"), frame(frame_kind::result, "w"))), errc::broker_unknown_peer);
  EXPECT_THAT(say(scheduler("s"), frame(frame_kind::bye, "")), IsEmpty());
  EXPECT_EQ(under.owned_shard_count(), 0u);
}

TEST_F(router_test, an_unroutable_dispatch_is_told_to_the_shards_owner_and_the_peer_forgotten) {
  set_the_table();
  auto sent = say(scheduler("s"), frame(frame_kind::dispatch, "w"));
  out.clear();
  under.on_unroutable(sent.at(0), out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].to, scheduler("s"));
  EXPECT_EQ(out[0].what.header.kind, frame_kind::undeliverable);
  EXPECT_EQ(under.executor_count(), 0u);
  EXPECT_EQ(under.counters()[router_count::unroutable], 1u);
}

TEST_F(router_test, an_unroutable_heartbeat_only_forgets) {
  set_the_table();
  for (const auto& beat : tick(0s)) {
    std::vector<send_to> more;
    under.on_unroutable(beat, more);
    EXPECT_THAT(more, IsEmpty());
  }
  EXPECT_EQ(under.peer_count(broker_side::frontend), 0u);
}

TEST_F(router_test, stopping_says_bye_to_all_without_an_executors_name) {
  set_the_table();
  out.clear();
  under.on_stop(out);
  EXPECT_THAT(addressees(out), ElementsAre(scheduler("s"), worker("x")));
  for (const auto& e : out) {
    EXPECT_EQ(e.what.header.kind, frame_kind::bye);
    EXPECT_TRUE(e.what.header.executor.empty());
  }
  EXPECT_EQ(under.peer_count(broker_side::frontend), 0u);
}

TEST(router_counters_test, every_reason_has_a_name_of_its_own) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < router_count_size; ++i) {
    auto name = to_string(static_cast<router_count>(i));
    EXPECT_FALSE(name.empty());
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
    names.push_back(name);
  }
}

} // namespace

} // namespace takt
