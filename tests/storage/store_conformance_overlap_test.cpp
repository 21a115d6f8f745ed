// Every sentence of store.hpp about dues that meet unfinished runs, over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_overlap : public store_test {
protected:
  job add_job_with(overlap_policy policy, uint64_t n = 1) {
    auto j = make_job(n);
    j.overlap = policy;
    return store_world::unwrap(db.create_job(grant_for(j.id), j));
  }

  fired fire(const job& j, std::vector<fire_entry> entries) {
    return store_world::unwrap(db.fire(fire_of(j, std::move(entries))));
  }

  void fill_queue(const job& j, uint64_t first_id) {
    std::vector<fire_entry> entries;
    for (uint64_t i = 0; i < limits::queued_runs_per_job_max; ++i)
      entries.push_back(entry_of(first_id + i, static_cast<int64_t>(100'000 + i)));
    for (const auto& e : fire(j, entries).entries)
      ASSERT_EQ(e.state, run_state::pending);
  }

  void expect_skipped(const fired_entry& e, const std::string& reason) {
    EXPECT_EQ(e.state, run_state::skipped);
    EXPECT_EQ(e.reason, reason);
    EXPECT_FALSE(e.duplicate);
    auto row = read_run(e.id);
    EXPECT_EQ(row.state, run_state::skipped);
    EXPECT_EQ(row.reason, reason);
    EXPECT_EQ(row.ended_at, at(10'001));
  }
};

TEST_P(store_overlap, a_due_that_meets_nothing_runs_whatever_the_policy) {
  for (uint64_t n = 0; n < 5; ++n) {
    SCOPED_TRACE(to_string(overlap_policy(n)));
    auto j = add_job_with(overlap_policy(n), n + 1);
    auto first = assign_one(j, fire_one(j, 10 * n + 1, 10'000));
    ASSERT_TRUE(db.finish(finish_of(first, run_event::succeed)));
    auto answer = fire(j, {entry_of(10 * n + 2, 11'000)});
    EXPECT_EQ(answer.entries.at(0).state, run_state::pending);
    EXPECT_EQ(answer.entries.at(0).reason, "");
    EXPECT_EQ(answer.fired_runs, 2U);
    EXPECT_EQ(answer.next_due, at(20'000));
    EXPECT_TRUE(answer.to_cancel.empty());
    EXPECT_FALSE(answer.canceled_pending);
  }
}

TEST_P(store_overlap, queue_and_allow_wait_up_to_the_limit) {
  for (auto policy : {overlap_policy::queue, overlap_policy::allow}) {
    SCOPED_TRACE(to_string(policy));
    uint64_t n = policy == overlap_policy::queue ? 1 : 2;
    auto j = add_job_with(policy, n);
    fill_queue(j, n * 10'000);
    auto answer = fire(j, {entry_of(n, 10'000)});
    expect_skipped(answer.entries.at(0), "queue_full");
    EXPECT_EQ(answer.fired_runs, limits::queued_runs_per_job_max) << "a skipped due is no run";
    auto a = assign_one(j, id_of<run_id>(n * 10'000));
    ASSERT_TRUE(db.finish(finish_of(a, run_event::fail)));
    EXPECT_EQ(fire(j, {entry_of(n + 2, 11'000)}).entries.at(0).state, run_state::pending);
  }
}

TEST_P(store_overlap, the_queue_fills_within_one_request) {
  auto j = add_job(1);
  std::vector<fire_entry> entries;
  for (uint64_t i = 0; i <= limits::queued_runs_per_job_max; ++i)
    entries.push_back(entry_of(1 + i, static_cast<int64_t>(i)));
  auto answer = fire(j, entries);
  EXPECT_EQ(answer.entries.at(entries.size() - 2).state, run_state::pending);
  expect_skipped(answer.entries.back(), "queue_full");
}

TEST_P(store_overlap, skip_skips_and_names_the_oldest_run_in_the_way) {
  auto j = add_job_with(overlap_policy::skip);
  auto a = assign_one(j, fire_one(j, 5, 10'000));
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(6, 9'000, run_kind::manual)})));
  auto answer = fire(j, {entry_of(7, 11'000)});
  expect_skipped(answer.entries.at(0), "overlap");
  EXPECT_EQ(read_run(id_of<run_id>(7)).note, to_string(id_of<run_id>(6)));
  ASSERT_TRUE(db.start(start_of(a)));
  expect_skipped(fire(j, {entry_of(8, 12'000)}).entries.at(0), "overlap");
  EXPECT_EQ(answer.fired_runs, 1U);
}

TEST_P(store_overlap, skip_sees_the_runs_of_its_own_request) {
  auto j = add_job_with(overlap_policy::skip);
  auto answer = fire(j, {entry_of(1, 10'000), entry_of(2, 11'000)});
  EXPECT_EQ(answer.entries.at(0).state, run_state::pending);
  expect_skipped(answer.entries.at(1), "overlap");
  EXPECT_EQ(read_run(id_of<run_id>(2)).note, to_string(id_of<run_id>(1)));
}

TEST_P(store_overlap, skip_leaves_what_was_not_to_run_as_it_was_asked) {
  auto j = add_job_with(overlap_policy::skip);
  fire_one(j, 1, 10'000);
  auto missed = entry_of(2, 11'000);
  missed.state = run_state::missed;
  missed.reason = "no_scheduler";
  missed.note = "a note";
  auto answer = fire(j, {missed});
  EXPECT_EQ(answer.entries.at(0).state, run_state::missed);
  EXPECT_EQ(answer.entries.at(0).reason, "no_scheduler");
  EXPECT_EQ(read_run(id_of<run_id>(2)).note, "a note");
}

TEST_P(store_overlap, a_due_that_has_a_row_is_a_duplicate_whatever_is_in_its_way) {
  for (auto policy :
       {overlap_policy::skip, overlap_policy::cancel_running, overlap_policy::buffer_one}) {
    SCOPED_TRACE(to_string(policy));
    auto n = uint64_t(policy);
    auto j = add_job_with(policy, n);
    auto r = fire_one(j, n * 10, 10'000);
    auto again = fire(j, {entry_of(n * 10 + 1, 10'000)});
    EXPECT_TRUE(again.entries.at(0).duplicate);
    EXPECT_EQ(again.entries.at(0).id, r);
    EXPECT_EQ(again.fired_runs, 1U);
    EXPECT_FALSE(again.canceled_pending);
    EXPECT_EQ(state_of(r), run_state::pending);
  }
}

TEST_P(store_overlap, a_duplicate_tells_why_its_row_was_skipped) {
  auto j = add_job_with(overlap_policy::skip);
  fire_one(j, 1, 10'000);
  fire(j, {entry_of(2, 11'000)});
  auto again = fire(j, {entry_of(3, 11'000)});
  EXPECT_TRUE(again.entries.at(0).duplicate);
  EXPECT_EQ(again.entries.at(0).state, run_state::skipped);
  EXPECT_EQ(again.entries.at(0).reason, "overlap");
}

TEST_P(store_overlap, allow_runs_side_by_side) {
  auto j = add_job_with(overlap_policy::allow);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.start(start_of(a)));
  auto second = fire_one(j, 2, 11'000);
  auto ready = store_world::unwrap(db.ready_runs(all_shards(), 9));
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_TRUE(ready[0].parallel);
  auto b = assign_one(j, second);
  EXPECT_GT(b.fence, a.fence);
  EXPECT_EQ(store_world::unwrap(db.in_flight(all_shards())).size(), 2U);
}

TEST_P(store_overlap, runs_of_all_other_policies_come_one_by_one) {
  for (auto policy :
       {overlap_policy::queue, overlap_policy::skip, overlap_policy::cancel_running,
        overlap_policy::buffer_one}) {
    SCOPED_TRACE(to_string(policy));
    auto n = uint64_t(policy) + 1;
    auto j = add_job_with(policy, n);
    assign_one(j, fire_one(j, 10 * n, 10'000));
    ASSERT_TRUE(db.fire(fire_of(j, {entry_of(10 * n + 1, 11'000, run_kind::manual)})));
    EXPECT_EQ(db.assign(assign_of(j, id_of<run_id>(10 * n + 1))).code(), errc::store_job_busy);
  }
  for (const auto& r : store_world::unwrap(db.ready_runs(all_shards(), 9)))
    EXPECT_FALSE(r.parallel);
}

TEST_P(store_overlap, cancel_running_calls_off_what_is_in_flight) {
  auto j = add_job_with(overlap_policy::cancel_running);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto answer = fire(j, {entry_of(2, 11'000)});
  EXPECT_EQ(answer.entries.at(0).state, run_state::pending);
  ASSERT_EQ(answer.to_cancel.size(), 1U);
  EXPECT_EQ(answer.to_cancel[0].key, a.key);
  EXPECT_EQ(answer.to_cancel[0].fence, a.fence);
  EXPECT_EQ(answer.to_cancel[0].executor, a.executor);
  EXPECT_TRUE(answer.to_cancel[0].cancel_requested);
  EXPECT_FALSE(answer.canceled_pending);
  EXPECT_TRUE(read_run(a.key.run).cancel_requested);
  EXPECT_EQ(state_of(a.key.run), run_state::scheduling);
  EXPECT_EQ(db.assign(assign_of(j, id_of<run_id>(2))).code(), errc::store_job_busy)
    << "the new one waits until they are gone";
  ASSERT_TRUE(db.finish(finish_of(a, run_event::cancel)));
  EXPECT_TRUE(db.assign(assign_of(j, id_of<run_id>(2))));
}

TEST_P(store_overlap, cancel_running_cancels_what_waits) {
  auto j = add_job_with(overlap_policy::cancel_running);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  fire(j, {entry_of(2, 11'000)});
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(3, 11'500, run_kind::manual)})));
  auto answer = fire(j, {entry_of(4, 12'000)});
  EXPECT_TRUE(answer.canceled_pending);
  EXPECT_TRUE(answer.to_cancel.empty()) << "it was asked before";
  for (uint64_t n : {2, 3}) {
    auto row = read_run(id_of<run_id>(n));
    EXPECT_EQ(row.state, run_state::canceled);
    EXPECT_EQ(row.reason, "superseded");
    EXPECT_EQ(row.note, to_string(id_of<run_id>(4)));
    EXPECT_EQ(row.ended_at, at(10'001));
  }
  EXPECT_EQ(state_of(a.key.run), run_state::scheduling);
  EXPECT_EQ(answer.fired_runs, 3U) << "they were runs, for all that";
}

TEST_P(store_overlap, of_one_request_cancel_running_leaves_the_last) {
  auto j = add_job_with(overlap_policy::cancel_running);
  auto answer = fire(j, {entry_of(1, 10'000), entry_of(2, 11'000), entry_of(3, 12'000)});
  EXPECT_TRUE(answer.canceled_pending);
  ASSERT_EQ(answer.entries.size(), 3U);
  for (size_t i : {0, 1}) {
    EXPECT_EQ(answer.entries[i].state, run_state::canceled);
    EXPECT_EQ(answer.entries[i].reason, "superseded");
    EXPECT_EQ(state_of(answer.entries[i].id), run_state::canceled);
  }
  EXPECT_EQ(answer.entries[2].state, run_state::pending);
  EXPECT_EQ(state_of(id_of<run_id>(3)), run_state::pending);
}

TEST_P(store_overlap, buffer_one_keeps_the_first_that_waits) {
  auto j = add_job_with(overlap_policy::buffer_one);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  EXPECT_EQ(fire(j, {entry_of(2, 11'000)}).entries.at(0).state, run_state::pending);
  expect_skipped(fire(j, {entry_of(3, 12'000)}).entries.at(0), "overlap");
  ASSERT_TRUE(db.finish(finish_of(a, run_event::succeed)));
  EXPECT_EQ(fire(j, {entry_of(4, 13'000)}).entries.at(0).state, run_state::pending);
}

TEST_P(store_overlap, a_trigger_always_waits) {
  for (uint64_t n = 0; n < 5; ++n) {
    SCOPED_TRACE(to_string(overlap_policy(n)));
    auto j = add_job_with(overlap_policy(n), n + 1);
    auto a = assign_one(j, fire_one(j, 10 * n + 1, 10'000));
    for (uint64_t i = 2; i < 5; ++i) {
      auto answer = fire(j, {entry_of(10 * n + i, 10'000, run_kind::manual)});
      EXPECT_EQ(answer.entries.at(0).state, run_state::pending);
      EXPECT_TRUE(answer.to_cancel.empty());
      EXPECT_FALSE(answer.canceled_pending);
      EXPECT_EQ(answer.fired_runs, 1U) << "no planned due";
      EXPECT_EQ(answer.next_due, at(20'000));
    }
    EXPECT_FALSE(read_run(a.key.run).cancel_requested);
  }
}

TEST_P(store_overlap, a_paused_job_accounts_for_dues_that_do_not_run) {
  auto j = make_job(1);
  j.paused = true;
  ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  auto skipped = entry_of(1, 10'000);
  skipped.state = run_state::skipped;
  skipped.reason = "paused";
  EXPECT_EQ(db.fire(fire_of(j, {skipped, entry_of(2, 11'000)})).code(), errc::store_version_moved);
  auto answer = fire(j, {skipped});
  EXPECT_EQ(answer.entries.at(0).reason, "paused");
  EXPECT_EQ(store_world::unwrap(db.find_job(j.id)).next_due, at(20'000));
  auto stale = fire_of(j, {skipped});
  stale.version = 9;
  EXPECT_EQ(db.fire(stale).code(), errc::store_version_moved);
}

TAKT_EVERY_BACKEND(store_overlap);

} // namespace
} // namespace takt::test
