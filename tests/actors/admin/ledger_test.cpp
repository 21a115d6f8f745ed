#include "actors/admin/ledger.hpp"

#include "actors/admin/draft.hpp"
#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace takt {

namespace {

using namespace std::chrono_literals;
using outcome = ledger_line::outcome;

const auto t0 = *from_rfc3339("2026-11-20T10:00:00Z");

/// Blackout from +60 s to +80 s.
almanac_ptr edition() {
  auto a = std::make_shared<almanac>();
  a->blackouts.push_back({"move", t0 + 60s, t0 + 80s, "moving racks", {}});
  return a;
}

/// Every 10 s from t0 + 10 s on.
job every_ten() {
  job_draft d;
  d.interval_s = 10;
  return *imagined_job(d, t0, edition());
}

run row(millis due, run_state state, uint32_t count = 1) {
  run r;
  r.due = t0 + due;
  r.due_last = t0 + due + (count - 1) * 10s;
  r.count = count;
  r.state = state;
  r.id.bytes[15] = 9;
  return r;
}

/// "10 planned, 20-40 x3 skipped(paused)": seconds after t0.
std::string text_of(const ledger_page& page) {
  std::ostringstream out;
  auto seconds = [](wall_time t) { return std::chrono::duration<double>(t - t0).count(); };
  for (const auto& l : page.rows) {
    out << (out.tellp() > 0 ? ", " : "") << seconds(l.due);
    if (l.count > 1)
      out << "-" << seconds(l.due_last) << " x" << l.count;
    constexpr const char* words[] = {" ran", " skipped", " missed", " planned"};
    out << words[static_cast<size_t>(l.is)];
    if (!l.reason.empty())
      out << "(" << l.reason << ")";
  }
  return out.str();
}

ledger_page ledger_of(
  const job& j, millis from, millis to, millis now = 0s, page_request page = {1, 100},
  const page_of<run>& rows = {}) {
  auto when = schedule::of(j, edition());
  EXPECT_TRUE(when);
  return make_ledger(rows, j, *when, {t0 + from, t0 + to, page, t0 + now});
}

TEST(ledger, rows_say_what_became_of_their_dues) {
  auto j = every_ten();
  j.next_due.reset();
  page_of<run> rows;
  rows.total = 9;
  for (auto s :
       {run_state::pending, run_state::scheduling, run_state::running, run_state::success,
        run_state::failed, run_state::timeout, run_state::canceled, run_state::lost})
    rows.rows.push_back(row(0s, s));
  rows.rows.push_back(row(10s, run_state::skipped, 3));
  rows.rows.back().reason = "overlap";
  rows.rows.push_back(row(40s, run_state::missed, 2));
  rows.rows.back().reason = "no_scheduler";
  rows.total = rows.rows.size();
  auto page = ledger_of(j, 0s, 100s, 0s, {1, 100}, rows);
  EXPECT_EQ(page.total, 10u);
  for (size_t i = 0; i < 8; ++i)
    EXPECT_EQ(page.rows[i].is, outcome::ran) << i;
  page.rows.erase(page.rows.begin(), page.rows.begin() + 8);
  EXPECT_EQ(text_of(page), "10-30 x3 skipped(overlap), 40-50 x2 missed(no_scheduler)");
}

TEST(ledger, lateness_is_from_due_to_start_and_only_of_what_started) {
  auto j = every_ten();
  j.next_due.reset();
  page_of<run> rows{{row(0s, run_state::pending), row(10s, run_state::success)}, 2};
  rows.rows[1].started_at = t0 + 10s + 37ms;
  auto page = ledger_of(j, 0s, 100s, 0s, {1, 100}, rows);
  EXPECT_FALSE(page.rows[0].lateness);
  EXPECT_EQ(page.rows[1].lateness, 37ms);
  EXPECT_EQ(page.rows[1].run, rows.rows[1].id);
  EXPECT_EQ(page.rows[1].state, run_state::success);
}

TEST(ledger, what_is_to_come_is_planned_up_to_and_without_the_end) {
  EXPECT_EQ(text_of(ledger_of(every_ten(), 0s, 40s)), "10 planned, 20 planned, 30 planned");
  EXPECT_EQ(text_of(ledger_of(every_ten(), 20s, 21s)), "20 planned");
  EXPECT_EQ(text_of(ledger_of(every_ten(), 21s, 30s)), "");
  EXPECT_EQ(ledger_of(every_ten(), 0s, 40s).total, 3u);
}

TEST(ledger, dues_that_their_node_is_behind_with_are_planned_still) {
  EXPECT_EQ(text_of(ledger_of(every_ten(), 0s, 30s, 25s)), "10 planned, 20 planned");
}

TEST(ledger, a_due_in_a_blackout_is_planned_with_its_reason) {
  auto page = ledger_of(every_ten(), 50s, 90s);
  EXPECT_EQ(text_of(page), "50 planned, 60 planned(blackout), 70 planned(blackout), 80 planned");
  EXPECT_EQ(page.rows[1].note, "moving racks");
}

TEST(ledger, the_next_due_is_one_even_when_no_rule_names_it_any_more) {
  auto j = every_ten();
  j.next_due = t0 + 3s;
  EXPECT_EQ(text_of(ledger_of(j, 0s, 20s)), "3 planned, 10 planned");
}

TEST(ledger, max_runs_end_the_plan_and_what_is_skipped_does_not_count) {
  auto j = every_ten();
  j.max_runs = 5;
  j.fired_runs = 3;
  j.next_due = t0 + 50s;
  EXPECT_EQ(
    text_of(ledger_of(j, 0s, 200s)),
    "50 planned, 60 planned(blackout), 70 planned(blackout), 80 planned");
  EXPECT_EQ(text_of(ledger_of(j, 75s, 200s)), "80 planned") << "dues before use up runs too";
  j.fired_runs = 6;
  EXPECT_EQ(text_of(ledger_of(j, 0s, 200s)), "");
}

TEST(ledger, of_a_fixed_delay_only_the_next_due_is_known) {
  job_draft d;
  d.fixed_delay_ms = 10'000;
  auto j = *imagined_job(d, t0, edition());
  EXPECT_EQ(text_of(ledger_of(j, 0s, 100s)), "10 planned");
  EXPECT_EQ(text_of(ledger_of(j, 11s, 100s)), "");
}

TEST(ledger, a_paused_job_has_one_line_up_to_now_and_no_plan) {
  auto j = every_ten();
  j.paused = true;
  auto page = ledger_of(j, 0s, 100s, 45s);
  EXPECT_EQ(text_of(page), "10-40 x4 skipped(paused)");
  EXPECT_FALSE(page.rows[0].run);
  EXPECT_EQ(page.total, 1u);
  EXPECT_EQ(text_of(ledger_of(j, 15s, 35s, 45s)), "20-30 x2 skipped(paused)");
  EXPECT_EQ(text_of(ledger_of(j, 0s, 100s, 5s)), "");
}

TEST(ledger, a_schedule_that_cannot_be_read_plans_nothing) {
  auto page = make_ledger(
    {{row(0s, run_state::success)}, 1}, every_ten(), std::nullopt, {t0, t0 + 1h, {1, 10}, t0});
  EXPECT_EQ(text_of(page), "0 ran");
  EXPECT_EQ(page.total, 1u);
}

TEST(ledger, pages_go_over_rows_and_plan_without_gap_or_overlap) {
  auto j = every_ten();
  j.next_due = t0 + 50s;
  std::vector<run> stored;
  for (auto due : {10s, 20s, 30s, 40s})
    stored.push_back(row(due, run_state::success));
  for (uint32_t size = 1; size <= 12; ++size) {
    std::string all;
    for (uint32_t n = 1; n <= 12; ++n) {
      page_of<run> rows{{}, stored.size()};
      for (size_t i = size_t{n - 1} * size; i < std::min(stored.size(), size_t{n} * size); ++i)
        rows.rows.push_back(stored[i]);
      auto page = ledger_of(j, 0s, 100s, 0s, {n, size}, rows);
      EXPECT_EQ(page.total, 9u);
      EXPECT_LE(page.rows.size(), size);
      auto text = text_of(page);
      all += (all.empty() || text.empty() ? "" : ", ") + text;
    }
    EXPECT_EQ(
      all,
      "10 ran, 20 ran, 30 ran, 40 ran, 50 planned, 60 planned(blackout), 70 planned(blackout), "
      "80 planned, 90 planned")
      << size;
  }
}

TEST(ledger, a_plan_beyond_its_limit_is_cut_and_says_where) {
  job_draft d;
  d.interval_ms = 10;
  auto j = *imagined_job(d, t0, edition());
  auto page = ledger_of(j, 0s, 3600s, 0s, {1, 10});
  EXPECT_EQ(page.total, limits::ledger_planned_max);
  EXPECT_EQ(page.cut_at, t0 + 10ms * (limits::ledger_planned_max + 1));
  j.paused = true;
  auto paused = ledger_of(j, 0s, 3600s, 3600s);
  EXPECT_EQ(paused.rows[0].count, limits::ledger_planned_max);
  EXPECT_EQ(paused.cut_at, page.cut_at);
}

} // namespace

TEST(ledger, dear_dues_are_cut_sooner_so_that_nobody_waits_for_anothers_question) {
  auto cheap = every_ten();
  EXPECT_EQ(affordable_dues(cheap, 100'000), 100'000u);
  auto dear = cheap;
  dear.rules.assign(limits::rules_max, cron_rule("0 0 1 1 *"));
  dear.calendars.assign(limits::calendars_per_job_max, "c");
  EXPECT_EQ(affordable_dues(dear, 5), 5u) << "where nothing is moved, calendars cost nothing";
  dear.on_excluded = excluded_policy::next_day;
  EXPECT_LT(affordable_dues(dear, 100'000), 200u);
  EXPECT_GE(affordable_dues(dear, 100'000), 1u);
}

} // namespace takt
