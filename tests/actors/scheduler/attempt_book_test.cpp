// The rules of the attempt book, one by one: what a frame, an answer of the store or a tick makes
// of an attempt.
#include "actors/scheduler/attempt_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace takt {
namespace {

template <class Id>
Id id_of(uint8_t n) {
  Id id;
  id.bytes.fill(n);
  return id;
}

const executor_id worker{"w1"};
const cluster_id cluster = id_of<cluster_id>(7);
const incarnation_id first_life = id_of<incarnation_id>(1);
const incarnation_id second_life = id_of<incarnation_id>(2);
const job_id the_job = id_of<job_id>(3);
const grant held{shard_of(the_job), 5};
const attempt_key the_key{id_of<run_id>(9), 1};

class book_test : public ::testing::Test {
protected:
  book_test() {
    book.keep_only({held});
    on_register(first_life, 1, {});
    out = {};
  }

  assignment assigned(attempt_no attempt = 1) const {
    assignment a;
    a.key = {the_key.run, attempt};
    a.fence = 40 + attempt;
    a.grant = held;
    a.executor = worker;
    a.incarnation = first_life;
    a.job = the_job;
    a.task_type = "ECHO";
    a.payload = "payload";
    a.timeout_s = 60;
    a.due = now.wall - millis{25};
    return a;
  }

  void pass(millis by) {
    now.wall += by;
    now.mono += by;
    book.on_tick(now, out);
  }

  message frame(frame_kind kind, std::string body, epoch_no epoch = held.epoch) const {
    message m;
    m.header.kind = kind;
    m.header.shard = held.shard;
    m.header.epoch = epoch;
    m.header.cluster = cluster;
    m.header.executor = worker;
    m.body = std::move(body);
    return m;
  }

  void says(frame_kind kind, uint64_t session = 1, std::string reason = {}) {
    attempt_body body;
    body.run = the_key.run;
    body.attempt = the_key.attempt;
    body.at = now.wall;
    body.reason = std::move(reason);
    body.session = session;
    book.on_frame(frame(kind, pack(body)), now, out);
  }

  void says_result(
    attempt_outcome outcome, epoch_no epoch = held.epoch, uint64_t session = 1,
    std::string output = {}) {
    result_body body;
    body.run = the_key.run;
    body.attempt = the_key.attempt;
    body.outcome = outcome;
    body.started = now.wall - millis{100};
    body.ended = now.wall;
    body.output_bytes = output.size();
    body.output_head = static_cast<uint32_t>(std::min<size_t>(output.size(), 2));
    body.session = session;
    auto m = frame(frame_kind::result, pack(body), epoch);
    m.payload = std::move(output);
    book.on_frame(m, now, out);
  }

  void
  on_register(incarnation_id incarnation, uint64_t session, std::vector<held_attempt> inventory) {
    register_body body;
    body.info.id = worker;
    body.info.incarnation = incarnation;
    body.info.session = session;
    body.inventory = std::move(inventory);
    book.on_register(body, now, out);
  }

  held_attempt listed(attempt_phase phase) const {
    return {the_key.run, the_key.attempt, the_job, 41, phase};
  }

  finished ended(run_state state, wall_time not_before = {}) const {
    finished f;
    f.key = the_key;
    f.job = the_job;
    f.state = f.outcome = state;
    f.not_before = not_before;
    return f;
  }

  void dispatch() { book.dispatch(assigned(), now, out); }
  void running() {
    dispatch();
    says(frame_kind::accepted);
    says(frame_kind::started);
    book.on_started(the_key, done{}, out);
    out = {};
  }

  std::vector<message> frames(frame_kind kind) const {
    std::vector<message> found;
    std::copy_if(
      out.frames.begin(), out.frames.end(), std::back_inserter(found),
      [&](const message& m) { return m.header.kind == kind; });
    return found;
  }
  size_t count(frame_kind kind) const { return frames(kind).size(); }
  /// Nothing was said to the executor or to the store.
  bool is_quiet() const {
    return out.frames.empty() && out.starts.empty() && out.give_backs.empty()
      && out.finishes.empty() && out.over.empty() && out.back.empty();
  }

  instant now{wall_from_ms(1'767'225'600'000), mono_from_ms(5'000'000)};
  attempt_book book{worker, cluster};
  book_effects out{};
};

const failure moved{errc::store_run_moved, ""};
const failure broken{errc::store_failed, ""};
const failure stale{errc::store_stale_epoch, ""};

// -- DISPATCH -------------------------------------------------------------------

TEST_F(book_test, a_dispatch_carries_everything_that_the_assignment_says) {
  dispatch();
  ASSERT_EQ(count(frame_kind::dispatch), 1u);
  auto m = out.frames[0];
  EXPECT_EQ(m.header.shard, held.shard);
  EXPECT_EQ(m.header.epoch, held.epoch);
  EXPECT_EQ(m.header.cluster, cluster);
  EXPECT_EQ(m.header.executor, worker);
  EXPECT_EQ(m.payload, "payload");
  auto body = unpack<dispatch_body>(m.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->run, the_key.run);
  EXPECT_EQ(body->attempt, 1u);
  EXPECT_EQ(body->fence, 41u);
  EXPECT_EQ(body->task_type, "ECHO");
  EXPECT_EQ(body->timeout_s, 60);
}

TEST_F(book_test, a_dispatch_is_sent_again_each_interval_until_it_is_accepted) {
  dispatch();
  out = {};
  pass(limits::resend_interval - millis{1});
  EXPECT_EQ(count(frame_kind::dispatch), 0u);
  pass(millis{1});
  EXPECT_EQ(count(frame_kind::dispatch), 1u);
  pass(limits::resend_interval);
  EXPECT_EQ(count(frame_kind::dispatch), 2u);
  says(frame_kind::accepted);
  out = {};
  pass(limits::resend_interval);
  EXPECT_EQ(count(frame_kind::dispatch), 0u);
}

TEST_F(book_test, an_accepted_attempt_that_never_starts_is_asked_for) {
  dispatch();
  says(frame_kind::accepted);
  pass(limits::resend_interval * 4);
  EXPECT_FALSE(out.reconcile);
  pass(limits::resend_interval);
  EXPECT_TRUE(out.reconcile);
}

// -- STARTED --------------------------------------------------------------------

TEST_F(book_test, started_is_stored_once_and_its_lateness_counted_once) {
  dispatch();
  says(frame_kind::started);
  ASSERT_EQ(out.starts.size(), 1u);
  EXPECT_EQ(out.starts[0].grant, held);
  EXPECT_EQ(out.starts[0].key, the_key);
  EXPECT_EQ(out.starts[0].started_at, now.wall);
  book.on_started(the_key, done{}, out);
  book.on_started(the_key, done{}, out);
  EXPECT_EQ(out.lateness, std::vector<millis>{millis{25}});
  out = {};
  says(frame_kind::started);
  EXPECT_TRUE(is_quiet());
}

TEST_F(book_test, a_start_that_the_store_could_not_write_is_tried_again) {
  dispatch();
  says(frame_kind::started);
  book.on_started(the_key, broken, out);
  out = {};
  pass(limits::resend_interval);
  EXPECT_EQ(out.starts.size(), 1u);
  EXPECT_EQ(count(frame_kind::dispatch), 0u);
  EXPECT_TRUE(out.lateness.empty());
}

TEST_F(book_test, started_of_an_unknown_attempt_asks_for_an_inventory) {
  says(frame_kind::started);
  EXPECT_TRUE(out.reconcile);
  EXPECT_TRUE(is_quiet());
}

// -- REFUSED, NOT_STARTED ---------------------------------------------------------

class gave_back : public book_test, public ::testing::WithParamInterface<frame_kind> {};

TEST_P(gave_back, is_acknowledged_only_when_the_store_has_it) {
  dispatch();
  out = {};
  says(GetParam(), 1, "busy");
  ASSERT_EQ(out.give_backs.size(), 1u);
  EXPECT_EQ(out.give_backs[0].grant, held);
  EXPECT_EQ(out.give_backs[0].reason, "busy");
  EXPECT_GT(out.give_backs[0].not_before, now.wall);
  EXPECT_EQ(count(frame_kind::result_ack), 0u);
  says(GetParam(), 1, "busy");
  EXPECT_EQ(out.give_backs.size(), 1u) << "the store is asked already";
  book.on_given_back(the_key, run_state::pending, now.wall + millis{500}, out);
  EXPECT_EQ(count(frame_kind::result_ack), 1u);
  ASSERT_EQ(out.over.size(), 1u);
  EXPECT_EQ(out.over[0].state, run_state::pending);
  EXPECT_EQ(out.over[0].not_before, now.wall + millis{500});
  EXPECT_EQ(book.size(), 0u);
}

TEST_P(gave_back, is_taken_again_when_the_store_failed) {
  dispatch();
  out = {};
  says(GetParam());
  book.on_given_back(the_key, broken, {}, out);
  EXPECT_EQ(count(frame_kind::result_ack), 0u);
  EXPECT_EQ(book.size(), 1u);
  says(GetParam());
  EXPECT_EQ(out.give_backs.size(), 2u);
}

TEST_P(gave_back, is_acknowledged_when_the_run_had_moved) {
  dispatch();
  out = {};
  says(GetParam());
  book.on_given_back(the_key, moved, {}, out);
  EXPECT_EQ(count(frame_kind::result_ack), 1u);
  ASSERT_EQ(out.over.size(), 1u);
  EXPECT_EQ(out.over[0].state, run_state::pending) << "the DISPATCHER finds out by trying";
}

TEST_P(gave_back, of_an_attempt_that_ran_is_left_to_the_inventory) {
  running();
  says(GetParam());
  book.on_given_back(the_key, moved, {}, out);
  EXPECT_EQ(count(frame_kind::result_ack), 1u);
  EXPECT_TRUE(out.over.empty());
  pass(limits::resend_interval);
  EXPECT_TRUE(out.reconcile);
  on_register(second_life, 1, {});
  EXPECT_EQ(out.finishes.size(), 1u);
}

TEST_P(gave_back, of_an_unknown_attempt_goes_to_the_store_too) {
  says(GetParam());
  ASSERT_EQ(out.give_backs.size(), 1u);
  book.on_given_back(the_key, moved, {}, out);
  EXPECT_EQ(count(frame_kind::result_ack), 1u);
  EXPECT_TRUE(out.over.empty());
}

INSTANTIATE_TEST_SUITE_P(
  both, gave_back, ::testing::Values(frame_kind::refused, frame_kind::not_started),
  [](const auto& which) { return std::string{to_string(which.param)}; });

// -- RESULT ---------------------------------------------------------------------

struct outcome_row {
  attempt_outcome said;
  run_event event;
};

TEST_F(book_test, every_outcome_becomes_its_event) {
  for (auto row : {
         outcome_row{attempt_outcome::success, run_event::succeed},
         outcome_row{attempt_outcome::failed, run_event::fail},
         outcome_row{attempt_outcome::timeout, run_event::time_out},
         outcome_row{attempt_outcome::canceled, run_event::cancel},
         outcome_row{attempt_outcome::lost, run_event::lose},
       }) {
    running();
    says_result(row.said);
    ASSERT_EQ(out.finishes.size(), 1u);
    EXPECT_EQ(out.finishes[0].event, row.event);
    book.on_finished(the_key, ended(run_state::failed), out);
    book.keep_only({held});
  }
}

TEST_F(book_test, a_result_is_acknowledged_only_when_the_store_has_it) {
  running();
  says_result(attempt_outcome::success, held.epoch, 1, "hello");
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].grant, held);
  EXPECT_EQ(out.finishes[0].output.head, "he");
  EXPECT_EQ(out.finishes[0].output.tail, "llo");
  EXPECT_EQ(out.finishes[0].output.bytes_total, 5u);
  EXPECT_TRUE(out.frames.empty());
  says_result(attempt_outcome::success);
  EXPECT_EQ(out.finishes.size(), 1u) << "the store is asked already";
  book.on_finished(the_key, ended(run_state::success), out);
  ASSERT_EQ(count(frame_kind::result_ack), 1u);
  EXPECT_EQ(unpack<attempt_body>(out.frames[0].body)->key(), the_key);
  ASSERT_EQ(out.over.size(), 1u);
  EXPECT_EQ(out.over[0].state, run_state::success);
  EXPECT_EQ(out.over[0].executor, worker);
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(book_test, a_result_that_the_store_could_not_take_is_taken_again_when_repeated) {
  for (const auto& why : {broken, stale}) {
    running();
    says_result(attempt_outcome::success);
    book.on_finished(the_key, why, out);
    EXPECT_TRUE(out.frames.empty());
    EXPECT_TRUE(out.over.empty());
    says_result(attempt_outcome::success);
    EXPECT_EQ(out.finishes.size(), 2u);
    book.on_finished(the_key, ended(run_state::success), out);
    EXPECT_EQ(count(frame_kind::result_ack), 1u);
    book.keep_only({held});
  }
}

TEST_F(book_test, a_result_of_a_run_that_moved_is_acknowledged) {
  running();
  says_result(attempt_outcome::lost);
  book.on_finished(the_key, moved, out);
  EXPECT_EQ(count(frame_kind::result_ack), 1u);
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(book_test, a_retry_waits_as_the_store_said) {
  running();
  says_result(attempt_outcome::failed);
  EXPECT_EQ(out.finishes[0].retry_at, now.wall + limits::retry_delay_default);
  book.on_finished(the_key, ended(run_state::pending, now.wall + millis{1000}), out);
  ASSERT_EQ(out.over.size(), 1u);
  EXPECT_EQ(out.over[0].state, run_state::pending);
  EXPECT_EQ(out.over[0].not_before, now.wall + millis{1000});
}

TEST_F(book_test, a_malformed_body_is_noted_and_dropped) {
  running();
  for (auto kind : {frame_kind::result, frame_kind::started, frame_kind::refused}) {
    book.on_frame(frame(kind, "\xff\xff"), now, out);
    EXPECT_EQ(out.notes.size(), 1u);
    EXPECT_TRUE(is_quiet());
    out = {};
  }
}

// -- LOST -----------------------------------------------------------------------

TEST_F(book_test, lost_by_silence_is_not_acknowledged_and_its_late_result_is_wanted) {
  running();
  book.on_silence(now, out);
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].event, run_event::lose);
  EXPECT_EQ(out.finishes[0].reason, "executor_silent");
  book.on_silence(now, out);
  EXPECT_EQ(out.finishes.size(), 1u) << "the store is asked already";
  book.on_finished(the_key, ended(run_state::lost), out);
  EXPECT_EQ(count(frame_kind::result_ack), 0u);
  ASSERT_EQ(out.over.size(), 1u);
  out = {};
  says_result(attempt_outcome::success);
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].event, run_event::succeed);
  book.on_finished(the_key, ended(run_state::success), out);
  EXPECT_EQ(count(frame_kind::result_ack), 1u);
  EXPECT_TRUE(out.over.empty()) << "it was over before";
}

TEST_F(book_test, a_late_result_goes_to_the_store_under_the_grant_held_now) {
  grant newer{held.shard, 6};
  book.keep_only({newer});
  says_result(attempt_outcome::success, held.epoch);
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].grant, newer);
  book.on_finished(the_key, ended(run_state::success), out);
  ASSERT_EQ(count(frame_kind::result_ack), 1u);
  EXPECT_EQ(out.frames[0].header.epoch, newer.epoch);
}

TEST_F(book_test, what_is_said_of_a_shard_that_is_not_ours_is_left_to_its_driver) {
  book.keep_only({});
  says_result(attempt_outcome::success);
  says(frame_kind::refused);
  EXPECT_TRUE(is_quiet());
}

TEST_F(book_test, a_loss_that_the_store_could_not_take_is_seen_again) {
  running();
  on_register(first_life, 2, {});
  ASSERT_EQ(out.finishes.size(), 1u);
  book.on_finished(the_key, broken, out);
  EXPECT_EQ(book.size(), 1u);
  pass(limits::resend_interval);
  EXPECT_TRUE(out.reconcile) << "only an inventory can say it again";
  on_register(first_life, 3, {});
  EXPECT_EQ(out.finishes.size(), 2u);
}

TEST_F(book_test, started_that_crosses_lost_on_its_way_to_the_store_calls_it_off) {
  dispatch();
  out = {};
  book.on_silence(now, out);
  says(frame_kind::started);
  ASSERT_EQ(out.finishes.size(), 1u);
  ASSERT_EQ(out.starts.size(), 1u) << "the store takes LOST first, then this";
  book.on_finished(the_key, ended(run_state::lost), out);
  EXPECT_EQ(out.over.size(), 1u);
  book.on_started(the_key, done{}, out);
  ASSERT_EQ(out.back.size(), 1u);
  EXPECT_EQ(out.back[0].key, the_key);
  EXPECT_EQ(out.back[0].job, the_job);
  EXPECT_EQ(book.size(), 1u);
}

TEST_F(book_test, an_inventory_that_crosses_lost_on_its_way_to_the_store_calls_it_off) {
  running();
  book.on_silence(now, out);
  on_register(first_life, 2, {listed(attempt_phase::started)});
  ASSERT_EQ(out.starts.size(), 1u);
  book.on_finished(the_key, ended(run_state::pending), out);
  book.on_started(the_key, done{}, out);
  EXPECT_EQ(out.back.size(), 1u);
  EXPECT_EQ(book.size(), 1u);
}

// -- inventories ----------------------------------------------------------------

TEST_F(book_test, missing_and_not_started_in_the_same_life_is_dispatched_again) {
  dispatch();
  says(frame_kind::accepted, 1);
  out = {};
  on_register(first_life, 2, {});
  EXPECT_EQ(count(frame_kind::dispatch), 1u);
  EXPECT_TRUE(out.finishes.empty());
  out = {};
  pass(limits::resend_interval);
  EXPECT_EQ(count(frame_kind::dispatch), 1u) << "until it is accepted again";
}

TEST_F(book_test, missing_and_running_in_the_same_life_is_lost) {
  running();
  on_register(first_life, 2, {});
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].event, run_event::lose);
  EXPECT_EQ(out.finishes[0].reason, "not_in_inventory");
}

TEST_F(book_test, a_new_incarnation_loses_both_whatever_its_session_number) {
  dispatch();
  says(frame_kind::accepted, 1);
  book.dispatch(assigned(), now, out);
  says(frame_kind::accepted, 9);
  out = {};
  on_register(second_life, 1, {});
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].reason, "executor_restarted");
  EXPECT_EQ(count(frame_kind::dispatch), 0u);
}

TEST_F(book_test, a_running_attempt_of_a_lost_journal_is_lost_though_its_sessions_were_higher) {
  on_register(first_life, 8, {});
  dispatch();
  says(frame_kind::started, 8);
  book.on_started(the_key, done{}, out);
  out = {};
  on_register(second_life, 1, {});
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].event, run_event::lose);
}

TEST_F(
  book_test, an_adopted_attempt_of_a_former_life_is_lost_though_that_spoke_before_the_inventory) {
  attempt_book fresh{worker, cluster};
  fresh.keep_only({held});
  std::swap(book, fresh);
  book.adopt(assigned(), now, out);
  says(frame_kind::accepted, 9);
  on_register(second_life, 1, {});
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].reason, "executor_restarted");
}

TEST_F(book_test, listed_and_running_carries_on) {
  running();
  on_register(first_life, 2, {listed(attempt_phase::started)});
  EXPECT_TRUE(is_quiet());
  EXPECT_EQ(book.size(), 1u);
}

TEST_F(book_test, an_inventory_brings_a_start_that_was_not_heard) {
  dispatch();
  out = {};
  on_register(first_life, 2, {listed(attempt_phase::started)});
  ASSERT_EQ(out.starts.size(), 1u);
  EXPECT_EQ(out.starts[0].key, the_key);
}

TEST_F(book_test, an_older_session_is_ignored) {
  on_register(first_life, 5, {});
  running();
  on_register(first_life, 4, {});
  EXPECT_TRUE(is_quiet());
}

TEST_F(book_test, what_was_heard_in_the_inventorys_own_session_is_not_judged_by_it) {
  dispatch();
  says(frame_kind::started, 2); // came by another broker, before the REGISTER of session 2
  book.on_started(the_key, done{}, out);
  out = {};
  on_register(first_life, 2, {});
  EXPECT_TRUE(is_quiet());
  on_register(first_life, 3, {});
  EXPECT_EQ(out.finishes.size(), 1u);
}

TEST_F(book_test, what_is_on_its_way_to_the_store_is_not_judged) {
  running();
  says_result(attempt_outcome::success);
  out = {};
  on_register(first_life, 2, {});
  EXPECT_TRUE(is_quiet());
}

TEST_F(book_test, an_unknown_running_attempt_is_back_when_the_store_takes_it) {
  on_register(first_life, 2, {listed(attempt_phase::started)});
  ASSERT_EQ(out.starts.size(), 1u);
  EXPECT_EQ(out.starts[0].grant, held);
  EXPECT_EQ(book.size(), 0u);
  book.on_started(the_key, done{}, out);
  ASSERT_EQ(out.back.size(), 1u);
  EXPECT_EQ(out.back[0].executor, worker);
  EXPECT_EQ(out.back[0].state, run_state::running);
  EXPECT_EQ(book.size(), 1u);
  EXPECT_EQ(count(frame_kind::cancel), 0u);
}

TEST_F(book_test, an_unknown_running_attempt_is_canceled_when_the_store_refuses_it) {
  on_register(first_life, 2, {listed(attempt_phase::started)});
  book.on_started(the_key, moved, out);
  EXPECT_EQ(count(frame_kind::cancel), 1u);
  EXPECT_FALSE(out.notes.empty());
  EXPECT_TRUE(out.back.empty());
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(book_test, an_unknown_running_attempt_is_asked_for_again_when_the_store_failed) {
  on_register(first_life, 2, {listed(attempt_phase::started)});
  book.on_started(the_key, broken, out);
  EXPECT_EQ(count(frame_kind::cancel), 0u);
  pass(limits::resend_interval);
  EXPECT_TRUE(out.reconcile);
}

TEST_F(book_test, unknown_attempts_of_shards_that_are_not_ours_are_left_alone) {
  book.keep_only({});
  on_register(first_life, 2, {listed(attempt_phase::started)});
  EXPECT_TRUE(is_quiet());
}

// -- take-over ------------------------------------------------------------------

TEST_F(book_test, an_adopted_attempt_is_not_dispatched_but_asked_for_until_an_inventory_comes) {
  book.adopt(assigned(), now, out);
  EXPECT_TRUE(is_quiet());
  pass(limits::resend_interval);
  EXPECT_TRUE(out.reconcile);
  out = {};
  pass(limits::resend_interval);
  EXPECT_TRUE(out.reconcile) << "the first RECONCILE may be lost";
  EXPECT_TRUE(is_quiet());
  on_register(first_life, 2, {});
  EXPECT_EQ(count(frame_kind::dispatch), 1u);
  out = {};
  pass(limits::resend_interval);
  EXPECT_FALSE(out.reconcile);
}

TEST_F(book_test, an_adopted_running_attempt_that_is_not_listed_is_lost) {
  auto what = assigned();
  what.state = run_state::running;
  book.adopt(what, now, out);
  on_register(first_life, 2, {});
  EXPECT_EQ(out.finishes.size(), 1u);
}

TEST_F(book_test, an_attempt_that_ended_before_its_adoption_arrived_is_over_at_once) {
  says_result(attempt_outcome::success);
  book.on_finished(the_key, ended(run_state::success), out);
  out = {};
  book.adopt(assigned(), now, out); // from a reading before that
  ASSERT_EQ(out.over.size(), 1u);
  EXPECT_EQ(out.over[0].state, run_state::success);
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(book_test, adopting_what_is_open_under_the_same_grant_changes_nothing) {
  running();
  says_result(attempt_outcome::success);
  book.adopt(assigned(), now, out);
  book.on_finished(the_key, ended(run_state::success), out);
  EXPECT_EQ(out.over.size(), 1u);
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(book_test, keep_only_forgets_what_is_not_granted_any_more) {
  dispatch();
  book.keep_only({{held.shard, held.epoch + 1}});
  EXPECT_EQ(book.size(), 0u);
  out = {};
  pass(limits::resend_interval);
  EXPECT_TRUE(is_quiet());
}

// -- CANCEL ---------------------------------------------------------------------

TEST_F(book_test, a_cancel_is_sent_again_each_interval_until_the_executor_answers) {
  running();
  book.cancel(assigned(), now, out);
  EXPECT_EQ(count(frame_kind::cancel), 1u);
  pass(limits::resend_interval);
  pass(limits::resend_interval);
  EXPECT_EQ(count(frame_kind::cancel), 3u);
  says_result(attempt_outcome::canceled);
  ASSERT_EQ(out.finishes.size(), 1u);
  EXPECT_EQ(out.finishes[0].event, run_event::cancel);
  EXPECT_EQ(out.finishes[0].reason, "canceled");
  pass(limits::resend_interval);
  EXPECT_EQ(count(frame_kind::cancel), 3u);
}

TEST_F(book_test, a_canceled_attempt_that_is_not_listed_is_canceled_again_and_never_dispatched) {
  dispatch();
  book.cancel(assigned(), now, out);
  out = {};
  on_register(first_life, 2, {});
  EXPECT_EQ(count(frame_kind::dispatch), 0u);
  EXPECT_EQ(count(frame_kind::cancel), 1u);
}

TEST_F(book_test, a_cancel_that_overtook_its_dispatch_holds) {
  book.cancel(assigned(), now, out);
  EXPECT_EQ(count(frame_kind::cancel), 1u);
  out = {};
  dispatch();
  EXPECT_EQ(count(frame_kind::dispatch), 0u);
  EXPECT_EQ(count(frame_kind::cancel), 1u);
  pass(limits::resend_interval);
  EXPECT_EQ(count(frame_kind::cancel), 2u);
}

} // namespace
} // namespace takt
