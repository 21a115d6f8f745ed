// The rules of the attempt book for what is not certain: silence, inventories, take-overs, cancels.
#include "tests/actors/scheduler/attempt_book_fixture.hpp"

namespace takt {
namespace {

using namespace test;

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
