// Every sentence of store.hpp about reading, over every backend.
#include "tests/support/store_backends.hpp"

#include <algorithm>

namespace takt::test {
namespace {

class store_listing : public store_test {
protected:
  template <class Row>
  static std::vector<uint64_t> numbers(const std::vector<Row>& rows) {
    std::vector<uint64_t> out;
    for (const auto& row : rows)
      out.push_back(number(row));
    return out;
  }

  using ids = std::vector<uint64_t>;

private:
  template <class Id>
  static uint64_t number_of(const Id& id) {
    return (uint64_t{id.bytes[14]} << 8) + id.bytes[15];
  }
  static uint64_t number(const job& j) { return number_of(j.id); }
  static uint64_t number(const run& r) { return number_of(r.id); }
  static uint64_t number(const ready_run& r) { return number_of(r.id); }
  static uint64_t number(const assignment& a) { return number_of(a.key.run); }
};

TEST_P(store_listing, jobs_come_oldest_first_in_pages) {
  for (uint64_t n : {3, 1, 2, 5, 4})
    add_job(n);
  auto first = store_world::unwrap(db.list_jobs({1, 2}));
  EXPECT_EQ(numbers(first.rows), (ids{1, 2}));
  EXPECT_EQ(first.total, 5U);
  EXPECT_EQ(numbers(store_world::unwrap(db.list_jobs({3, 2})).rows), (ids{5}));
  auto beyond = store_world::unwrap(db.list_jobs({4, 2}));
  EXPECT_TRUE(beyond.rows.empty());
  EXPECT_EQ(beyond.total, 5U);
  EXPECT_TRUE(store_world::unwrap(db.list_jobs({UINT32_MAX, 1'000})).rows.empty());
}

TEST_P(store_listing, jobs_of_the_same_instant_come_by_id) {
  for (uint64_t n : {2, 3, 1}) {
    auto j = make_job(n);
    j.created_at = at(0);
    ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  }
  EXPECT_EQ(numbers(store_world::unwrap(db.list_jobs({})).rows), (ids{1, 2, 3}));
}

TEST_P(store_listing, due_jobs_come_earliest_first_up_to_an_instant) {
  for (uint64_t n = 1; n <= 5; ++n) {
    auto j = make_job(n);
    j.next_due = at(static_cast<int64_t>(10 - n) * 1'000);
    j.paused = n == 4;
    if (n == 3)
      j.next_due.reset();
    ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  }
  auto due = [&](int64_t until, uint32_t max) {
    return numbers(store_world::unwrap(db.jobs_due(all_shards(), at(until), max, {})));
  };
  EXPECT_EQ(due(9'000, 10), (ids{5, 2, 1}));
  EXPECT_EQ(due(8'999, 10), (ids{5, 2}));
  EXPECT_EQ(due(9'000, 2), (ids{5, 2}));
  EXPECT_EQ(due(0, 10), ids{});
}

TEST_P(store_listing, due_jobs_go_on_after_a_cursor) {
  for (uint64_t n = 1; n <= 6; ++n) {
    auto j = make_job(n);
    j.next_due = at(n <= 3 ? 1'000 : 2'000);
    ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  }
  ids seen;
  std::optional<store_reader::due_cursor> cursor;
  for (;;) {
    auto rows = store_world::unwrap(db.jobs_due(all_shards(), at(9'000), 2, cursor));
    if (rows.empty())
      break;
    for (auto n : numbers(rows))
      seen.push_back(n);
    cursor = {*rows.back().next_due, rows.back().id};
  }
  EXPECT_EQ(seen, (ids{1, 2, 3, 4, 5, 6}));
}

TEST_P(store_listing, listings_keep_to_their_shards) {
  auto j = add_job(1);
  auto waiting = fire_one(j, 1, 10'000);
  auto flying = assign_one(j, fire_one(j, 2, 11'000)).key.run;
  std::vector<shard_no> others = all_shards();
  std::erase(others, shard_of(j.id));
  std::vector<shard_no> mine{shard_of(j.id)};
  EXPECT_EQ(store_world::unwrap(db.jobs_due(mine, at(99'000), 9, {})).size(), 1U);
  EXPECT_TRUE(store_world::unwrap(db.jobs_due(others, at(99'000), 9, {})).empty());
  EXPECT_EQ(store_world::unwrap(db.ready_runs(mine, 9)).at(0).id, waiting);
  EXPECT_TRUE(store_world::unwrap(db.ready_runs(others, 9)).empty());
  EXPECT_EQ(store_world::unwrap(db.in_flight(mine)).at(0).key.run, flying);
  EXPECT_TRUE(store_world::unwrap(db.in_flight(others)).empty());
  EXPECT_EQ(store_world::unwrap(db.count_ready(mine)), 1U);
  EXPECT_EQ(store_world::unwrap(db.count_ready(others)), 0U);
  EXPECT_TRUE(store_world::unwrap(db.ready_runs({}, 9)).empty());
}

TEST_P(store_listing, every_shard_can_be_named) {
  // 64 jobs in 64 shards: the mask of shards uses its sign bit, too.
  std::vector<bool> seen(shard_count);
  for (uint64_t n = 1; std::ranges::count(seen, true) < shard_count; ++n) {
    ASSERT_LT(n, 10'000U);
    auto id = id_of<job_id>(n);
    if (seen[shard_of(id)])
      continue;
    seen[shard_of(id)] = true;
    fire_one(add_job(n), n, 10'000);
  }
  EXPECT_EQ(store_world::unwrap(db.count_ready(all_shards())), 64U);
  for (auto shard : all_shards()) {
    auto rows = store_world::unwrap(db.ready_runs({shard}, 99));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].shard, shard);
  }
}

TEST_P(store_listing, a_jobs_runs_come_newest_first_in_pages) {
  auto j = add_job(1);
  auto other = add_job(2);
  fire_one(other, 99, 1'000);
  for (uint64_t n : {3, 1, 2})
    fire_one(j, n, static_cast<int64_t>(n) * 1'000);
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(4, 2'000, run_kind::manual)})));
  auto rows = store_world::unwrap(db.list_runs(j.id, {1, 3}));
  EXPECT_EQ(numbers(rows.rows), (ids{3, 4, 2}));
  EXPECT_EQ(rows.total, 4U);
  EXPECT_EQ(numbers(store_world::unwrap(db.list_runs(j.id, {2, 3})).rows), (ids{1}));
}

TEST_P(store_listing, an_unknown_job_has_no_runs_and_a_deleted_one_keeps_them) {
  EXPECT_EQ(store_world::unwrap(db.list_runs(id_of<job_id>(9), {})).total, 0U);
  auto j = add_job(1);
  fire_one(j, 1, 10'000);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(store_world::unwrap(db.list_runs(j.id, {})).rows.size(), 1U);
}

TEST_P(store_listing, an_unknown_run_is_not_found_and_has_no_attempts) {
  EXPECT_EQ(db.find_run(id_of<run_id>(9)).code(), errc::store_no_such_run);
  EXPECT_TRUE(store_world::unwrap(db.list_attempts(id_of<run_id>(9))).empty());
}

TEST_P(store_listing, attempts_come_oldest_first) {
  auto j = add_job(1, 3);
  auto r = fire_one(j, 1, 10'000);
  for (attempt_no n = 0; n < 3; ++n) {
    auto request = assign_of(j, r, n);
    request.now = at(60'000);
    ASSERT_TRUE(db.finish(finish_of(store_world::unwrap(db.assign(request)), run_event::fail)));
  }
  auto all = store_world::unwrap(db.list_attempts(r));
  ASSERT_EQ(all.size(), 3U);
  for (attempt_no n = 0; n < 3; ++n)
    EXPECT_EQ(all[n].key, (attempt_key{r, n + 1}));
}

TEST_P(store_listing, a_run_shows_its_newest_attempts_output) {
  auto j = add_job(1, 1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::fail)));
  auto request = assign_of(j, a.key.run, 1);
  request.now = at(60'000);
  auto second = finish_of(store_world::unwrap(db.assign(request)), run_event::succeed);
  second.output = {"second", {}, 6};
  ASSERT_TRUE(db.finish(second));
  auto listed = store_world::unwrap(db.list_runs(j.id, {})).rows.at(0);
  EXPECT_EQ(listed.output, second.output);
  EXPECT_EQ(listed, read_run(a.key.run));
}

TEST_P(store_listing, ready_runs_come_by_due_with_what_routing_needs) {
  auto j = make_job(1);
  j.executor = {"pinned-one"};
  ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  auto other = add_job(2);
  fire_one(j, 3, 12'000);
  fire_one(j, 1, 11'000);
  fire_one(other, 2, 11'000);
  EXPECT_EQ(numbers(store_world::unwrap(db.ready_runs(all_shards(), 9))), (ids{1, 2, 3}));
  EXPECT_EQ(numbers(store_world::unwrap(db.ready_runs(all_shards(), 2))), (ids{1, 2}));
  EXPECT_EQ(store_world::unwrap(db.count_ready(all_shards())), 3U);
  auto first = store_world::unwrap(db.ready_runs(all_shards(), 1)).at(0);
  EXPECT_EQ(first.job, j.id);
  EXPECT_EQ(first.shard, shard_of(j.id));
  EXPECT_EQ(first.attempt, 0U);
  EXPECT_EQ(first.due, at(11'000));
  EXPECT_EQ(first.not_before, wall_time{});
  EXPECT_EQ(first.task_type, j.task_type);
  EXPECT_EQ(first.pinned, j.executor);
}

TEST_P(store_listing, a_retry_is_ready_with_its_instant_and_attempt) {
  auto j = add_job(1, 1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  EXPECT_TRUE(store_world::unwrap(db.ready_runs(all_shards(), 9)).empty());
  ASSERT_TRUE(db.finish(finish_of(a, run_event::fail)));
  auto ready = store_world::unwrap(db.ready_runs(all_shards(), 9));
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(ready[0].attempt, 1U);
  EXPECT_EQ(ready[0].not_before, at(11'500));
}

TEST_P(store_listing, in_flight_attempts_are_found_as_they_were_assigned) {
  auto j = add_job(1);
  auto other = add_job(2);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  auto b = assign_one(other, fire_one(other, 2, 10'000));
  ASSERT_TRUE(db.start(start_of(b)));
  auto found = store_world::unwrap(db.in_flight(all_shards()));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, a.key);
  EXPECT_EQ(found[0].fence, a.fence);
  EXPECT_EQ(found[0].grant, a.grant);
  EXPECT_EQ(found[0].executor, a.executor);
  EXPECT_EQ(found[0].incarnation, a.incarnation);
  EXPECT_EQ(found[0].payload, a.payload);
  EXPECT_EQ(found[0].timeout_s, a.timeout_s);
  EXPECT_EQ(found[0].state, run_state::scheduling);
  EXPECT_EQ(found[1].key, b.key);
  EXPECT_EQ(found[1].state, run_state::running);
}

TEST_P(store_listing, the_cluster_has_one_id_for_all_who_look) {
  EXPECT_FALSE(db.cluster().is_none());
  EXPECT_EQ(world.reader().cluster(), db.cluster());
}

TAKT_EVERY_BACKEND(store_listing);

} // namespace
} // namespace takt::test
