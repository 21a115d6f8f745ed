// Every sentence of store.hpp about the ledger and what is asked of it, over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_ledger : public store_test {
protected:
  using numbers = std::vector<uint64_t>;

  /// Runs at 1,000 (1), 2,000 (2) and 9,000 (4); one row for 3,000 … 6,000 (3).
  job add_job_with_ledger() {
    auto j = add_job(1);
    fire_entry missed{
      id_of<run_id>(3), run_kind::planned, at(3'000), at(6'000), 4, run_state::missed, "down", {}};
    missed.note = "since 02:59";
    EXPECT_TRUE(
      db.fire(fire_of(j, {entry_of(1, 1'000), entry_of(2, 2'000), missed, entry_of(4, 9'000)})));
    // What was not planned is in no account.
    EXPECT_TRUE(db.fire(fire_of(j, {entry_of(50, 2'500, run_kind::manual)})));
    EXPECT_TRUE(db.fire(fire_of(j, {entry_of(51, 2'600, run_kind::event)})));
    EXPECT_TRUE(db.fire(fire_of(j, {entry_of(52, 2'700, run_kind::child)})));
    fire_one(add_job(2), 99, 2'000);
    return j;
  }

  static uint64_t number(const run& r) { return r.id.bytes[15]; }

  numbers ledger(const job& j, int64_t from, int64_t to, page_request page = {1, 100}) {
    auto listed = store_world::unwrap(db.list_ledger(j.id, at(from), at(to), page));
    total_ = listed.total;
    numbers out;
    for (const auto& r : listed.rows)
      out.push_back(number(r));
    return out;
  }

  std::string place(const job& j, int64_t when) {
    auto found = store_world::unwrap(db.find_due(j.id, at(when)));
    auto word = [](const std::optional<run>& r) { return r ? std::to_string(number(*r)) : "-"; };
    return word(found.before) + " " + word(found.covering) + " " + word(found.after);
  }

  uint64_t total_ = 0;
};

TEST_P(store_ledger, an_account_has_the_planned_rows_of_its_range_oldest_first) {
  auto j = add_job_with_ledger();
  struct row {
    int64_t from, to;
    numbers expected;
  };
  const row rows[] = {
    {0, 99'000, {1, 2, 3, 4}},    {1'000, 9'000, {1, 2, 3}}, // from is included, to is not
    {1'000, 9'001, {1, 2, 3, 4}}, {1'001, 3'000, {2}},
    {6'000, 9'000, {3}},                               // the row's last due
    {6'001, 9'000, {}},           {4'500, 4'501, {3}}, // whole, also from its middle
    {4'500, 99'000, {3, 4}},      {9'001, 99'000, {}},
    {4'500, 4'500, {}}, // no instant
    {5'000, 1'000, {}},
  };
  for (const auto& r : rows) {
    EXPECT_EQ(ledger(j, r.from, r.to), r.expected) << r.from << " " << r.to;
    EXPECT_EQ(total_, r.expected.size()) << r.from << " " << r.to;
  }
}

TEST_P(store_ledger, an_account_comes_in_pages) {
  auto j = add_job_with_ledger();
  EXPECT_EQ(ledger(j, 4'500, 99'000, {1, 1}), (numbers{3}));
  EXPECT_EQ(total_, 2U);
  EXPECT_EQ(ledger(j, 4'500, 99'000, {2, 1}), (numbers{4}));
  EXPECT_EQ(ledger(j, 0, 99'000, {2, 3}), (numbers{4}));
  EXPECT_EQ(ledger(j, 0, 99'000, {3, 3}), numbers{});
  EXPECT_EQ(total_, 4U);
}

TEST_P(store_ledger, its_rows_are_whole) {
  auto j = add_job_with_ledger();
  auto a = assign_one(j, id_of<run_id>(1));
  ASSERT_TRUE(db.finish(finish_of(a, run_event::succeed)));
  auto rows = store_world::unwrap(world.reader().list_ledger(j.id, at(0), at(99'000), {})).rows;
  ASSERT_EQ(rows.size(), 4U);
  for (const auto& r : rows)
    EXPECT_EQ(r, read_run(r.id));
  EXPECT_EQ(rows[0].output.bytes_total, 9'000U);
  EXPECT_EQ(rows[2].count, 4U);
  EXPECT_EQ(rows[2].reason, "down");
  EXPECT_EQ(rows[2].note, "since 02:59");
}

TEST_P(store_ledger, a_deleted_job_keeps_its_account_and_an_unknown_one_has_none) {
  auto j = add_job_with_ledger();
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_EQ(ledger(j, 0, 99'000), (numbers{1, 2, 3, 4}));
  EXPECT_EQ(place(j, 2'000), "1 2 3");
  auto unknown = make_job(9);
  EXPECT_EQ(ledger(unknown, 0, 99'000), numbers{});
  EXPECT_EQ(place(unknown, 2'000), "- - -");
}

TEST_P(store_ledger, a_due_is_found_with_its_neighbours) {
  auto j = add_job_with_ledger();
  struct row {
    int64_t when;
    const char* expected;
  };
  const row rows[] = {
    {0, "- - 1"},     {1'000, "- 1 2"}, {1'001, "1 - 2"}, {2'000, "1 2 3"},
    {2'600, "2 - 3"}, {3'000, "2 3 4"}, {4'500, "2 3 4"}, {6'000, "2 3 4"},
    {6'001, "3 - 4"}, {9'000, "3 4 -"}, {9'001, "4 - -"},
  };
  for (const auto& r : rows)
    EXPECT_EQ(place(j, r.when), r.expected) << r.when;
}

TEST_P(store_ledger, recent_durations_are_those_of_successes_newest_first) {
  auto j = add_job(1);
  constexpr run_event events[] = {
    run_event::succeed, run_event::fail, run_event::succeed, run_event::succeed, run_event::lose};
  for (uint64_t n = 1; n <= 5; ++n) {
    auto a = assign_one(j, fire_one(j, n, static_cast<int64_t>(n) * 1'000));
    if (n != 4) {
      ASSERT_TRUE(db.start(start_of(a)));
    }
    auto f = finish_of(a, events[n - 1]);
    f.ended_at = at(10'020 + static_cast<int64_t>(n));
    ASSERT_TRUE(db.finish(f));
  }
  auto durations = [&](uint32_t max) {
    return store_world::unwrap(db.recent_durations(j.id, max));
  };
  // The fourth was never seen to start.
  EXPECT_EQ(durations(9), (std::vector<millis>{millis{3}, millis{1}}));
  EXPECT_EQ(durations(1), (std::vector<millis>{millis{3}}));
  EXPECT_TRUE(durations(0).empty());
  EXPECT_TRUE(store_world::unwrap(db.recent_durations(id_of<job_id>(9), 5)).empty());
}

TEST_P(store_ledger, a_clock_that_was_set_back_makes_no_negative_duration) {
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 1'000));
  auto f = finish_of(a, run_event::succeed);
  f.started_at = at(20'000);
  ASSERT_TRUE(db.finish(f));
  EXPECT_EQ(store_world::unwrap(db.recent_durations(j.id, 5)), (std::vector<millis>{millis{0}}));
}

TEST_P(store_ledger, a_note_goes_with_its_reason) {
  auto j = add_job(1, 1);
  auto entry = entry_of(1, 1'000);
  entry.reason = "made_up";
  entry.note = "for 00:59";
  ASSERT_TRUE(db.fire(fire_of(j, {entry})));
  EXPECT_EQ(read_run(entry.id).note, "for 00:59");
  auto a = assign_one(j, entry.id);
  EXPECT_EQ(read_run(entry.id).note, "");
  EXPECT_EQ(read_run(a.key.run).reason, "");
}

TAKT_EVERY_BACKEND(store_ledger);

// -- calendars and blackouts ----------------------------------------------------

class store_almanac : public store_test {
protected:
  grant any_grant() const { return grant_for(id_of<job_id>(1)); }

  static calendar make_calendar(const std::string& name) {
    calendar c;
    c.name = name;
    c.description = "days off \"here\"";
    c.including = true;
    c.dates = {{19'000, 19'000}, {19'100, 19'107}};
    c.weekdays = 65;
    c.updated_at = at(5);
    return c;
  }

  static blackout make_blackout(const std::string& name, int64_t begin) {
    return {name, at(begin), at(begin + 10), "moving", at(6)};
  }

  store_reader::almanac_rows read() { return store_world::unwrap(world.reader().almanac()); }
};

TEST_P(store_almanac, a_new_store_has_an_empty_one_of_revision_1) {
  auto rows = read();
  EXPECT_EQ(rows.revision, 1U);
  EXPECT_TRUE(rows.calendars.empty());
  EXPECT_TRUE(rows.blackouts.empty());
  EXPECT_EQ(store_world::unwrap(db.almanac_revision()), 1U);
}

TEST_P(store_almanac, each_change_makes_the_next_revision) {
  auto g = any_grant();
  EXPECT_EQ(store_world::unwrap(db.save_calendar(g, make_calendar("b"))), 2U);
  EXPECT_EQ(store_world::unwrap(db.save_calendar(g, make_calendar("a"))), 3U);
  EXPECT_EQ(store_world::unwrap(db.save_blackout(g, make_blackout("x", 200))), 4U);
  EXPECT_EQ(store_world::unwrap(db.save_blackout(g, make_blackout("z", 100))), 5U);
  EXPECT_EQ(store_world::unwrap(db.save_blackout(g, make_blackout("y", 100))), 6U);
  auto rows = read();
  EXPECT_EQ(rows.revision, 6U);
  EXPECT_EQ(rows.calendars, (std::vector<calendar>{make_calendar("a"), make_calendar("b")}));
  EXPECT_EQ(
    rows.blackouts,
    (std::vector<blackout>{
      make_blackout("y", 100), make_blackout("z", 100), make_blackout("x", 200)}));
  EXPECT_EQ(store_world::unwrap(db.remove_calendar(g, "b")), 7U);
  EXPECT_EQ(store_world::unwrap(db.remove_blackout(g, "z")), 8U);
  EXPECT_EQ(store_world::unwrap(world.reader().almanac_revision()), 8U);
  EXPECT_EQ(read().calendars, (std::vector<calendar>{make_calendar("a")}));
  EXPECT_EQ(read().blackouts.size(), 2U);
}

TEST_P(store_almanac, a_name_is_replaced) {
  auto g = any_grant();
  ASSERT_TRUE(db.save_calendar(g, make_calendar("a")));
  auto other = make_calendar("a");
  other.including = false;
  other.dates.clear();
  EXPECT_EQ(store_world::unwrap(db.save_calendar(g, other)), 3U);
  ASSERT_TRUE(db.save_blackout(g, make_blackout("x", 100)));
  EXPECT_EQ(store_world::unwrap(db.save_blackout(g, make_blackout("x", 300))), 5U);
  EXPECT_EQ(read().calendars, (std::vector<calendar>{other}));
  EXPECT_EQ(read().blackouts, (std::vector<blackout>{make_blackout("x", 300)}));
}

TEST_P(store_almanac, what_is_not_there_cannot_be_removed) {
  EXPECT_EQ(db.remove_calendar(any_grant(), "a").code(), errc::store_no_such_calendar);
  EXPECT_EQ(db.remove_blackout(any_grant(), "a").code(), errc::store_no_such_blackout);
  EXPECT_EQ(read().revision, 1U);
}

TEST_P(store_almanac, a_calendar_that_a_live_job_names_stays) {
  auto g = any_grant();
  ASSERT_TRUE(db.save_calendar(g, make_calendar("a")));
  auto j = make_job(1);
  j.calendars = {"b", "a"};
  ASSERT_TRUE(db.create_job(grant_for(j.id), j));
  auto refused = db.remove_calendar(g, "a");
  EXPECT_EQ(refused.code(), errc::store_calendar_in_use);
  EXPECT_NE(refused.failure().context.find(to_string(j.id)), std::string::npos);
  EXPECT_EQ(read().revision, 2U);
  EXPECT_EQ(read().calendars.size(), 1U);
  ASSERT_TRUE(db.remove_job(grant_for(j.id), j.id, at(5)));
  EXPECT_TRUE(db.remove_calendar(g, "a"));
}

TEST_P(store_almanac, there_may_be_only_so_many) {
  auto g = any_grant();
  ASSERT_TRUE(db.begin());
  for (size_t n = 0; n < limits::calendars_max; ++n)
    ASSERT_TRUE(db.save_calendar(g, make_calendar("c" + std::to_string(n))));
  for (size_t n = 0; n < limits::blackouts_max; ++n)
    ASSERT_TRUE(db.save_blackout(g, make_blackout("b" + std::to_string(n), 1)));
  ASSERT_TRUE(db.commit());
  EXPECT_EQ(db.save_calendar(g, make_calendar("one more")).code(), errc::store_too_many);
  EXPECT_EQ(db.save_blackout(g, make_blackout("one more", 1)).code(), errc::store_too_many);
  EXPECT_TRUE(db.save_calendar(g, make_calendar("c7"))) << "a replacement is none more";
  EXPECT_TRUE(db.save_blackout(g, make_blackout("b7", 2)));
  EXPECT_EQ(read().calendars.size(), limits::calendars_max);
  EXPECT_EQ(read().revision, 1 + limits::calendars_max + limits::blackouts_max + 2);
}

TEST_P(store_almanac, another_epoch_writes_nothing) {
  auto g = stale_grant_for(id_of<job_id>(1));
  EXPECT_EQ(db.save_calendar(g, make_calendar("a")).code(), errc::store_stale_epoch);
  EXPECT_EQ(db.remove_calendar(g, "a").code(), errc::store_stale_epoch);
  EXPECT_EQ(db.save_blackout(g, make_blackout("a", 1)).code(), errc::store_stale_epoch);
  EXPECT_EQ(db.remove_blackout(g, "a").code(), errc::store_stale_epoch);
  EXPECT_EQ(read().revision, 1U);
}

TEST_P(store_almanac, it_is_there_when_the_store_is_opened_again) {
  ASSERT_TRUE(db.save_calendar(any_grant(), make_calendar("a")));
  ASSERT_TRUE(db.save_blackout(any_grant(), make_blackout("x", 100)));
  world.reopen();
  EXPECT_EQ(read().revision, 3U);
  EXPECT_EQ(read().calendars, (std::vector<calendar>{make_calendar("a")}));
  EXPECT_EQ(read().blackouts, (std::vector<blackout>{make_blackout("x", 100)}));
}

TAKT_EVERY_BACKEND(store_almanac);

} // namespace
} // namespace takt::test
