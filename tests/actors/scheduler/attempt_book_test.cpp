// The rules of the attempt book, one by one: what a frame of the executor and an answer of the
// store make of an attempt, and what is acknowledged when.
#include "tests/actors/scheduler/attempt_book_fixture.hpp"

namespace takt {
namespace {

using namespace test;

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

} // namespace
} // namespace takt
