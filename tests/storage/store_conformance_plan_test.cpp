// Every sentence of store.hpp about where a job's next_due goes: max_runs, fixed delays, replan,
// replacements that keep the plan. Over every backend.
#include "tests/support/store_backends.hpp"

#include <algorithm>

namespace takt::test {
namespace {

class store_plan : public store_test {
protected:
  job read_job(const job& j) { return store_world::unwrap(world.reader().find_job(j.id)); }

  job add(job j) { return store_world::unwrap(db.create_job(grant_for(j.id), j)); }

  job add_with_max_runs(uint64_t most) {
    auto j = make_job(1);
    j.max_runs = most;
    return add(j);
  }

  static constexpr int64_t delay = 7'000;

  job make_delayed() {
    auto j = make_job(1);
    j.rules = {fixed_delay_rule(millis{delay})};
    return j;
  }

  /// Fires as the schedule of a fixed delay does: the end of the run plans.
  run_id fire_delayed(const job& j, uint64_t n, int64_t due_ms) {
    auto request = fire_of(j, {entry_of(n, due_ms)});
    request.next_due.reset();
    EXPECT_EQ(store_world::unwrap(db.fire(request)).next_due, std::nullopt);
    return id_of<run_id>(n);
  }

  store::replan_request replan_of(const job& j, std::optional<wall_time> to) const {
    return {grant_for(j.id), j.id, j.version, j.next_due, to, "2025a", 7};
  }

  std::vector<uint64_t> otherwise(
    const std::string& zones, uint64_t calendars, std::optional<job_id> after = {},
    uint32_t max = 99) {
    std::vector<uint64_t> out;
    for (const auto& j :
         store_world::unwrap(db.jobs_planned_otherwise(all_shards(), zones, calendars, after, max)))
      out.push_back(j.id.bytes[15]);
    return out;
  }
};

using numbers = std::vector<uint64_t>;

// -- fire ---------------------------------------------------------------------

TEST_P(store_plan, a_fire_says_what_its_plan_was_worked_out_with) {
  auto j = add_job(1);
  auto request = fire_of(j, {entry_of(1, 10'000)});
  request.zone_version = "2024b";
  request.calendar_revision = 3;
  auto answer = store_world::unwrap(db.fire(request));
  EXPECT_EQ(answer.next_due, at(20'000));
  EXPECT_EQ(answer.fired_runs, 1U);
  auto stored = read_job(j);
  EXPECT_EQ(stored.next_due, at(20'000));
  EXPECT_EQ(stored.zone_version, "2024b");
  EXPECT_EQ(stored.calendar_revision, 3U);
  EXPECT_EQ(stored.fired_runs, 1U);
  // A trigger knows of no plan.
  auto manual = fire_of(j, {entry_of(2, 10'000, run_kind::manual)});
  manual.next_due.reset();
  EXPECT_EQ(store_world::unwrap(db.fire(manual)).next_due, at(20'000));
  EXPECT_EQ(read_job(j), stored);
}

TEST_P(store_plan, a_schedule_ends_with_the_run_that_reaches_max_runs) {
  auto j = add_with_max_runs(2);
  auto skipped = entry_of(2, 11'000);
  skipped.state = run_state::skipped;
  auto answer = store_world::unwrap(
    db.fire(fire_of(j, {entry_of(1, 10'000), skipped, entry_of(3, 12'000), entry_of(4, 13'000)})));
  EXPECT_EQ(answer.entries.size(), 3U) << "a skipped due is no run; what follows is not written";
  EXPECT_EQ(answer.next_due, std::nullopt);
  EXPECT_EQ(answer.fired_runs, 2U);
  EXPECT_EQ(db.find_run(id_of<run_id>(4)).code(), errc::store_no_such_run);
  EXPECT_EQ(read_job(j).next_due, std::nullopt);
  EXPECT_EQ(read_job(j).fired_runs, 2U);
}

TEST_P(store_plan, duplicates_and_triggers_do_not_count_for_max_runs) {
  auto j = add_with_max_runs(2);
  fire_one(j, 1, 10'000);
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(2, 10'500, run_kind::manual)})));
  auto again = store_world::unwrap(db.fire(fire_of(j, {entry_of(3, 10'000)})));
  EXPECT_TRUE(again.entries.at(0).duplicate);
  EXPECT_EQ(again.fired_runs, 1U);
  EXPECT_EQ(again.next_due, at(20'000));
  auto last = store_world::unwrap(db.fire(fire_of(j, {entry_of(4, 11'000)})));
  EXPECT_EQ(last.fired_runs, 2U);
  EXPECT_EQ(last.next_due, std::nullopt);
}

TEST_P(store_plan, once_max_runs_is_reached_only_triggers_are_written) {
  auto j = add_with_max_runs(1);
  fire_one(j, 1, 10'000);
  auto over = store_world::unwrap(db.fire(fire_of(j, {entry_of(2, 11'000)})));
  EXPECT_TRUE(over.entries.empty());
  EXPECT_EQ(over.next_due, std::nullopt);
  auto manual = fire_of(j, {entry_of(3, 11'000, run_kind::manual)});
  EXPECT_EQ(store_world::unwrap(db.fire(manual)).entries.size(), 1U);
}

// -- fixed delays ---------------------------------------------------------------

TEST_P(store_plan, the_end_of_a_run_plans_a_fixed_delay) {
  for (auto event :
       {run_event::succeed, run_event::fail, run_event::time_out, run_event::cancel,
        run_event::lose}) {
    SCOPED_TRACE(to_string(event));
    auto j = make_delayed();
    j.id = id_of<job_id>(uint64_t(event) + 1);
    add(j);
    auto a = assign_one(j, fire_delayed(j, uint64_t(event) + 1, 10'000));
    auto answer = store_world::unwrap(db.finish(finish_of(a, event)));
    EXPECT_TRUE(answer.planned_next);
    EXPECT_EQ(read_job(j).next_due, at(10'510 + delay));
  }
}

TEST_P(store_plan, a_planned_delay_depends_on_no_zone) {
  auto j = add(make_delayed());
  auto request = fire_of(j, {entry_of(1, 10'000)});
  request.next_due.reset();
  request.zone_version = "2024b";
  request.calendar_revision = 3;
  ASSERT_TRUE(db.fire(request));
  ASSERT_TRUE(db.finish(finish_of(assign_one(j, id_of<run_id>(1)), run_event::succeed)));
  EXPECT_EQ(read_job(j).zone_version, "");
  EXPECT_EQ(read_job(j).calendar_revision, 0U);
}

TEST_P(store_plan, a_retry_is_no_end) {
  auto j = make_delayed();
  j.retry_times = 1;
  add(j);
  auto a = assign_one(j, fire_delayed(j, 1, 10'000));
  EXPECT_FALSE(store_world::unwrap(db.finish(finish_of(a, run_event::fail))).planned_next);
  EXPECT_EQ(read_job(j).next_due, std::nullopt);
  auto again = assign_of(j, a.key.run, 1);
  again.now = at(60'000);
  auto b = store_world::unwrap(db.assign(again));
  EXPECT_TRUE(store_world::unwrap(db.finish(finish_of(b, run_event::fail))).planned_next);
}

TEST_P(store_plan, the_last_of_several_unfinished_runs_plans) {
  auto j = add(make_delayed());
  auto a = assign_one(j, fire_delayed(j, 1, 10'000));
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(2, 10'200, run_kind::manual)})));
  EXPECT_FALSE(store_world::unwrap(db.finish(finish_of(a, run_event::succeed))).planned_next);
  EXPECT_EQ(read_job(j).next_due, std::nullopt);
  auto b = assign_one(j, id_of<run_id>(2));
  EXPECT_TRUE(store_world::unwrap(db.finish(finish_of(b, run_event::succeed))).planned_next);
  EXPECT_EQ(read_job(j).next_due, at(10'510 + delay));
}

TEST_P(store_plan, a_next_due_that_is_there_is_left_alone) {
  auto j = add(make_delayed());
  ASSERT_TRUE(db.fire(fire_of(j, {entry_of(1, 10'000, run_kind::manual)})));
  auto a = assign_one(j, id_of<run_id>(1));
  EXPECT_FALSE(store_world::unwrap(db.finish(finish_of(a, run_event::succeed))).planned_next);
  EXPECT_EQ(read_job(j).next_due, j.next_due);
}

TEST_P(store_plan, a_late_result_plans_nothing_twice) {
  auto j = add(make_delayed());
  auto a = assign_one(j, fire_delayed(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::lose)));
  auto late = finish_of(a, run_event::succeed);
  late.now = at(90'000);
  auto answer = store_world::unwrap(db.finish(late));
  EXPECT_TRUE(answer.changed);
  EXPECT_FALSE(answer.planned_next);
  EXPECT_EQ(read_job(j).next_due, at(10'510 + delay));
  EXPECT_FALSE(store_world::unwrap(db.finish(late)).planned_next);
}

TEST_P(store_plan, no_delay_goes_beyond_end_at) {
  for (int64_t beyond : {0, 1}) {
    auto j = make_delayed();
    j.id = id_of<job_id>(uint64_t(beyond) + 1);
    j.end_at = at(10'510 + delay - beyond);
    add(j);
    auto a = assign_one(j, fire_delayed(j, uint64_t(beyond) + 1, 10'000));
    auto answer = store_world::unwrap(db.finish(finish_of(a, run_event::succeed)));
    EXPECT_EQ(answer.planned_next, beyond == 0);
    EXPECT_EQ(read_job(j).next_due.has_value(), beyond == 0);
  }
}

TEST_P(store_plan, no_delay_follows_the_last_of_max_runs) {
  auto j = make_delayed();
  j.max_runs = 1;
  add(j);
  auto a = assign_one(j, fire_delayed(j, 1, 10'000));
  EXPECT_FALSE(store_world::unwrap(db.finish(finish_of(a, run_event::succeed))).planned_next);
  EXPECT_EQ(read_job(j).next_due, std::nullopt);
}

TEST_P(store_plan, a_paused_job_keeps_its_delay_and_a_deleted_one_has_none) {
  auto j = add(make_delayed());
  auto a = assign_one(j, fire_delayed(j, 1, 10'000));
  auto paused = read_job(j);
  paused.paused = true;
  ASSERT_TRUE(db.replace_job(grant_for(j.id), paused, true));
  EXPECT_TRUE(store_world::unwrap(db.finish(finish_of(a, run_event::succeed))).planned_next);
  EXPECT_EQ(read_job(j).next_due, at(10'510 + delay));

  auto other = make_delayed();
  other.id = id_of<job_id>(2);
  add(other);
  auto b = assign_one(other, fire_delayed(other, 2, 10'000));
  ASSERT_TRUE(db.remove_job(grant_for(other.id), other.id, at(10'400)));
  EXPECT_FALSE(store_world::unwrap(db.finish(finish_of(b, run_event::succeed))).planned_next);
}

TEST_P(store_plan, a_run_given_back_plans_nothing_while_another_waits) {
  auto j = make_delayed();
  j.overlap = overlap_policy::cancel_running;
  add(j);
  auto a = assign_one(j, fire_delayed(j, 1, 10'000));
  fire_delayed(j, 2, 10'005);
  ASSERT_TRUE(db.give_back(give_back_of(a)));
  EXPECT_EQ(state_of(a.key.run), run_state::canceled);
  EXPECT_EQ(read_job(j).next_due, std::nullopt) << "the other waits";
  ASSERT_TRUE(db.finish(finish_of(assign_one(j, id_of<run_id>(2)), run_event::succeed)));
  EXPECT_EQ(read_job(j).next_due, at(10'510 + delay));
}

TEST_P(store_plan, a_canceled_run_given_back_as_the_last_plans_the_delay) {
  auto j = make_job(1);
  j.overlap = overlap_policy::cancel_running;
  add(j);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  fire_one(j, 2, 10'005);
  // The new definition finds both: one asked to cancel, one that waits.
  auto delayed = read_job(j);
  delayed.rules = {fixed_delay_rule(millis{delay})};
  delayed.overlap = overlap_policy::allow;
  delayed.next_due.reset();
  delayed = store_world::unwrap(db.replace_job(grant_for(j.id), delayed, false));
  auto b = assign_one(delayed, id_of<run_id>(2));
  ASSERT_TRUE(db.finish(finish_of(b, run_event::succeed)));
  EXPECT_EQ(read_job(j).next_due, std::nullopt);
  EXPECT_EQ(store_world::unwrap(db.give_back(give_back_of(a))), run_state::canceled);
  EXPECT_EQ(read_job(j).next_due, at(10'030 + delay));
}

TEST_P(store_plan, a_fire_sent_again_does_not_stop_a_fixed_delay) {
  auto j = add(make_delayed());
  auto a = assign_one(j, fire_delayed(j, 1, 10'000));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::succeed)));
  auto again = fire_of(j, {entry_of(2, 10'000)});
  again.next_due.reset();
  auto answer = store_world::unwrap(db.fire(again));
  EXPECT_TRUE(answer.entries.at(0).duplicate);
  EXPECT_EQ(answer.next_due, at(10'510 + delay)) << "what the run's end planned";
  // A plan that is behind the due would only bring the same duplicate again.
  auto back = read_job(j);
  back.next_due = at(10'000);
  ASSERT_TRUE(db.replace_job(grant_for(j.id), back, false));
  again.version = back.version + 1;
  EXPECT_EQ(store_world::unwrap(db.fire(again)).next_due, at(10'001 + delay));
  EXPECT_EQ(read_job(j).next_due, at(10'001 + delay));
}

// -- replace_job ----------------------------------------------------------------

TEST_P(store_plan, a_replacement_keeps_the_plan_or_brings_its_own) {
  auto j = add_job(1);
  auto request = fire_of(j, {entry_of(1, 10'000)});
  request.zone_version = "2024b";
  request.calendar_revision = 3;
  ASSERT_TRUE(db.fire(request));
  auto changed = j;
  changed.name = "renamed";
  changed.next_due = at(55'000);
  changed.zone_version = "other";
  changed.calendar_revision = 9;
  changed.fired_runs = 77;
  auto kept = store_world::unwrap(db.replace_job(grant_for(j.id), changed, true));
  EXPECT_EQ(kept.name, "renamed");
  EXPECT_EQ(kept.next_due, at(20'000)) << "the store has moved it since j was read";
  EXPECT_EQ(kept.zone_version, "2024b");
  EXPECT_EQ(kept.calendar_revision, 3U);
  EXPECT_EQ(kept.fired_runs, 1U);
  EXPECT_EQ(read_job(j), kept);
  changed.version = kept.version;
  auto moved = store_world::unwrap(db.replace_job(grant_for(j.id), changed, false));
  EXPECT_EQ(moved.next_due, at(55'000));
  EXPECT_EQ(moved.zone_version, "other");
  EXPECT_EQ(moved.calendar_revision, 9U);
  EXPECT_EQ(moved.fired_runs, 1U) << "the store counts, nobody else";
  EXPECT_EQ(read_job(j), moved);
}

// -- replan -----------------------------------------------------------------------

TEST_P(store_plan, a_replan_moves_the_plan_and_nothing_else) {
  auto j = add_job(1);
  ASSERT_TRUE(db.replan(replan_of(j, at(33'000))));
  auto expected = j;
  expected.next_due = at(33'000);
  expected.zone_version = "2025a";
  expected.calendar_revision = 7;
  EXPECT_EQ(read_job(j), expected);
  ASSERT_TRUE(db.replan(replan_of(expected, {})));
  EXPECT_EQ(read_job(j).next_due, std::nullopt);
  expected.next_due.reset();
  ASSERT_TRUE(db.replan(replan_of(expected, at(44'000))));
  EXPECT_EQ(read_job(j).next_due, at(44'000));
  EXPECT_EQ(
    store_world::unwrap(db.jobs_due(all_shards(), at(99'000), 9, {})).at(0).next_due, at(44'000));
}

TEST_P(store_plan, a_replan_of_another_job_or_plan_is_refused) {
  auto j = make_job(1);
  EXPECT_EQ(db.replan(replan_of(j, at(33'000))).code(), errc::store_no_such_job);
  add_job(1);
  auto request = replan_of(j, at(33'000));
  request.version = 2;
  EXPECT_EQ(db.replan(request).code(), errc::store_version_moved);
  request = replan_of(j, at(33'000));
  request.expected = at(10'001);
  EXPECT_EQ(db.replan(request).code(), errc::store_version_moved);
  request.expected.reset();
  EXPECT_EQ(db.replan(request).code(), errc::store_version_moved);
  request = replan_of(j, at(33'000));
  request.grant = stale_grant_for(j.id);
  EXPECT_EQ(db.replan(request).code(), errc::store_stale_epoch);
  EXPECT_EQ(read_job(j), j);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(1)));
  EXPECT_EQ(db.replan(replan_of(j, at(33'000))).code(), errc::store_no_such_job);
}

TEST_P(store_plan, jobs_planned_with_other_zones_or_calendars_are_found) {
  struct row {
    const char* zones;
    uint64_t calendars;
  };
  // 1 asks for neither, 2 and 3 for zones, 4 and 5 for calendars, 6 for both.
  const row rows[] = {{"", 0}, {"a", 0}, {"b", 0}, {"", 4}, {"", 5}, {"c", 6}};
  for (uint64_t n = 1; n <= 6; ++n) {
    auto j = make_job(n);
    j.zone_version = rows[n - 1].zones;
    j.calendar_revision = rows[n - 1].calendars;
    j.paused = n == 3;
    if (n == 5)
      j.next_due.reset();
    add(j);
  }
  EXPECT_EQ(otherwise("b", 5), (numbers{2, 4, 6}));
  EXPECT_EQ(otherwise("c", 6), (numbers{2, 3, 4, 5}));
  EXPECT_EQ(otherwise("a", 4), (numbers{3, 5, 6}));
  EXPECT_EQ(otherwise("", 0), (numbers{2, 3, 4, 5, 6}));
  EXPECT_EQ(otherwise("z", 9, {}, 2), (numbers{2, 3}));
  EXPECT_EQ(otherwise("z", 9, id_of<job_id>(3), 2), (numbers{4, 5}));
  EXPECT_EQ(otherwise("z", 9, id_of<job_id>(6)), numbers{});
  auto j = make_job(2);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(1)));
  EXPECT_EQ(otherwise("b", 5), (numbers{4, 6}));
  auto others = all_shards();
  std::erase(others, shard_of(id_of<job_id>(4)));
  auto found = store_world::unwrap(db.jobs_planned_otherwise(others, "b", 5, {}, 9));
  EXPECT_TRUE(std::ranges::none_of(found, [](const job& x) { return x.id == id_of<job_id>(4); }));
}

TAKT_EVERY_BACKEND(store_plan);

} // namespace
} // namespace takt::test
