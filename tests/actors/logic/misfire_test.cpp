#include "actors/logic/misfire.hpp"

#include "actors/logic/civil.hpp"
#include "tests/support/schedule_samples.hpp"

#include <algorithm>
#include <random>

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;

namespace {

constexpr wall_time t0 = wall_from_ms(1'700'000'000'000);
constexpr auto undriven = late_cause::no_scheduler;

job every(millis length, wall_time anchor = t0) {
  return job_of(interval_rule(length), anchor);
}

due_plan look(
  const job& j, wall_time next_due, wall_time now, late_cause cause = undriven,
  const almanac_ptr& by = new_almanac()) {
  return plan_dues(read(j, by), j, next_due, now, cause);
}

/// "run +10s", "missed no_scheduler +10s..+30s x3", …, "next +40s", "look +40s".
std::string shown(const due_plan& p, wall_time from = t0) {
  auto since = [&](wall_time t) {
    auto ms = (t - from).count();
    return "+" + std::to_string(ms / 1000)
      + (ms % 1000 ? "." + std::to_string(1000 + ms % 1000).substr(1) : "") + "s";
  };
  std::string out;
  for (const auto& e : p.entries) {
    if (e.state == run_state::pending) {
      EXPECT_EQ(e, (planned_due{e.due, e.due, 1, run_state::pending, "", ""}));
      out += "run " + since(e.due);
    } else {
      out += std::string{e.state == run_state::missed ? "missed " : "skipped "} + e.reason
        + (e.note.empty() ? "" : " (" + e.note + ")") + " " + since(e.due)
        + (e.count > 1 || e.due_last != e.due
             ? ".." + since(e.due_last) + " x" + std::to_string(e.count)
             : "");
    }
    out += "; ";
  }
  out += p.next_due ? "next " + since(*p.next_due) : "no next";
  if (p.look_again_at != p.next_due)
    out += p.look_again_at ? "; look " + since(*p.look_again_at) : "; no look";
  return out;
}

} // namespace

TEST(misfire, a_due_on_time_runs) {
  EXPECT_EQ(shown(look(every(10s), t0 + 10s, t0 + 10s)), "run +10s; next +20s");
  EXPECT_EQ(shown(look(every(10s), t0 + 10s, t0 + 10'999ms)), "run +10s; next +20s");
}

TEST(misfire, last_runs_the_latest_and_the_others_are_one_missed_row) {
  auto j = every(10s);
  EXPECT_EQ(shown(look(j, t0 + 10s, t0 + 11s)), "run +10s; next +20s");
  EXPECT_EQ(shown(look(j, t0 + 10s, t0 + 25s)), "missed no_scheduler +10s; run +20s; next +30s");
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 55s, late_cause::clock_stepped)),
    "missed clock_stepped +10s..+40s x4; run +50s; next +60s");
}

TEST(misfire, last_runs_none_of_the_late_ones_when_an_ordinary_one_is_there) {
  EXPECT_EQ(
    shown(look(every(10s), t0 + 10s, t0 + 40'500ms)),
    "missed no_scheduler +10s..+30s x3; run +40s; next +50s");
}

TEST(misfire, nothing_older_than_the_catch_up_window_runs) {
  auto j = every(10s);
  j.catch_up_window_ms = 4'000;
  EXPECT_EQ(shown(look(j, t0 + 10s, t0 + 24s)), "missed no_scheduler +10s; run +20s; next +30s");
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 24'001ms)), "missed no_scheduler +10s..+20s x2; next +30s");
  j.misfire = misfire_policy::all;
  j.catch_up_window_ms = 20'000;
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 45s)),
    "missed no_scheduler +10s..+20s x2; run +30s; run +40s; next +50s");
  j.catch_up_window_ms = 0;
  EXPECT_EQ(shown(look(j, t0 + 10s, t0 + 45s)), "missed no_scheduler +10s..+40s x4; next +50s");
}

TEST(misfire, skip_runs_only_what_is_ordinary) {
  auto j = every(10s);
  j.misfire = misfire_policy::skip;
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 35s, late_cause::process_paused)),
    "missed process_paused +10s..+30s x3; next +40s");
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 40s)), "missed no_scheduler +10s..+30s x3; run +40s; next +50s");
}

TEST(misfire, all_runs_the_oldest_first_and_so_many_a_second) {
  auto j = every(10s);
  j.misfire = misfire_policy::all;
  j.catch_up_rate = 3;
  auto now = t0 + 55s;
  auto plan = look(j, t0 + 10s, now);
  EXPECT_EQ(shown(plan), "run +10s; run +20s; run +30s; next +40s; look +56s");
  EXPECT_EQ(shown(look(j, *plan.next_due, now + 1s)), "run +40s; run +50s; next +60s");
  // Ordinary ones follow when the rate has not been used up; they do not count.
  EXPECT_EQ(shown(look(j, t0 + 30s, t0 + 50'500ms)), "run +30s; run +40s; run +50s; next +60s");
}

TEST(misfire, a_busy_node_may_be_ten_seconds_late) {
  auto j = every(5s);
  j.misfire = misfire_policy::skip;
  EXPECT_EQ(
    shown(look(j, t0 + 5s, t0 + 16s, late_cause::overloaded)),
    "missed overloaded +5s; run +10s; run +15s; next +20s");
  EXPECT_EQ(
    shown(look(j, t0 + 5s, t0 + 14'999ms, late_cause::overloaded)), "run +5s; run +10s; next +15s");
}

TEST(misfire, calendars_and_blackouts_come_before_misfire) {
  auto by = new_almanac();
  by->blackouts = {
    {"a", t0 + 15s, t0 + 35s, "rack", {}},
    {"b", t0 + 55s, t0 + 65s, "", {}},
    {"c", t0 + 65s, t0 + 75s, "audit", {}}};
  auto j = every(10s);
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 78s, undriven, by)),
    "missed no_scheduler +10s; skipped blackout (rack) +20s..+30s x2; missed no_scheduler +40s; "
    "run +50s; skipped blackout +60s; skipped blackout (audit) +70s; next +80s");
  j.misfire = misfire_policy::all;
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 45s, undriven, by)),
    "run +10s; skipped blackout (rack) +20s..+30s x2; run +40s; next +50s");
  // On time, too; late and ordinary ones share a row.
  EXPECT_EQ(
    shown(look(j, t0 + 20s, t0 + 30'500ms, undriven, by)),
    "skipped blackout (rack) +20s..+30s x2; next +40s");
}

TEST(misfire, a_due_at_the_very_end_of_a_blackout_or_of_the_window_still_runs) {
  auto by = new_almanac();
  by->blackouts = {{"a", t0 + 15s, t0 + 30s, "rack", {}}};
  auto j = every(10s);
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 35s, undriven, by)),
    "missed no_scheduler +10s; skipped blackout (rack) +20s; run +30s; next +40s");
  j.misfire = misfire_policy::all;
  j.catch_up_window_ms = 25'000;
  EXPECT_EQ(
    shown(look(j, t0 + 10s, t0 + 45s)),
    "missed no_scheduler +10s; run +20s; run +30s; run +40s; next +50s");
}

TEST(misfire, a_due_fires_after_its_jitter_and_is_late_only_from_there) {
  auto j = every(1h);
  j.jitter_ms = 600'000;
  auto s = read(j);
  auto due = t0 + 1h;
  auto fires = s.fires_at(due);
  ASSERT_GT(fires, due + 1s);
  j.misfire = misfire_policy::skip;
  auto plan = plan_dues(s, j, due, fires + 999ms, undriven);
  ASSERT_EQ(plan.entries.size(), 1u);
  EXPECT_EQ(plan.entries[0].state, run_state::pending);
  EXPECT_EQ(plan.next_due, due + 1h);
  EXPECT_EQ(plan.look_again_at, s.fires_at(due + 1h));
  EXPECT_EQ(plan_dues(s, j, due, fires + 1s, undriven).entries[0].state, run_state::missed);
  // The second due has come, but not its turn.
  auto early = plan_dues(s, j, due, s.fires_at(due + 1h) - 1ms, undriven);
  EXPECT_EQ(early.entries[0].due_last, due);
  EXPECT_EQ(early.next_due, due + 1h);
}

TEST(misfire, a_fixed_delay_waits_for_its_run_or_tries_again_after_the_delay) {
  auto j = job_of(fixed_delay_rule(30s), t0);
  EXPECT_EQ(shown(look(j, t0 + 30s, t0 + 30s)), "run +30s; no next");
  EXPECT_EQ(shown(look(j, t0 + 30s, t0 + 10min)), "run +30s; no next");
  EXPECT_EQ(shown(look(j, t0 + 30s, t0 + 2h)), "missed no_scheduler +30s; next +7230s");
  j.misfire = misfire_policy::skip;
  EXPECT_EQ(shown(look(j, t0 + 30s, t0 + 31s)), "missed no_scheduler +30s; next +61s");
  auto by = new_almanac();
  by->blackouts = {{"b", t0, t0 + 1min, "rack", {}}};
  EXPECT_EQ(
    shown(look(j, t0 + 30s, t0 + 30s, undriven, by)), "skipped blackout (rack) +30s; next +60s");
  j.end_at = t0 + 59s;
  EXPECT_EQ(
    shown(look(j, t0 + 30s, t0 + 30s, undriven, by)), "skipped blackout (rack) +30s; no next");
}

TEST(misfire, a_full_plan_leaves_the_rest_to_the_next_one) {
  auto j = every(10ms);
  auto now = t0 + 20s;
  auto plan = look(j, t0 + 10ms, now, late_cause::overloaded);
  ASSERT_LE(plan.entries.size(), limits::plan_entries_max);
  ASSERT_GT(plan.entries.size(), 900u);
  EXPECT_EQ(plan.look_again_at, now);
  EXPECT_EQ(plan.next_due, plan.entries.back().due_last + 10ms);
}

TEST(misfire, a_next_due_of_an_older_definition_is_still_accounted_for) {
  EXPECT_EQ(
    shown(look(every(10s), t0 + 3s, t0 + 15s)), "missed no_scheduler +3s; run +10s; next +20s");
  EXPECT_EQ(shown(look(job{}, t0, t0 + 30min)), "run +0s; no next");
}

TEST(misfire, ages_without_a_scheduler_are_one_row_whose_count_saturates) {
  auto plan = look(every(1s, calendar_begin), calendar_begin + 1s, t0 + 500ms);
  ASSERT_EQ(plan.entries.size(), 2u);
  EXPECT_EQ(
    plan.entries[0],
    (planned_due{
      calendar_begin + 1s, t0 - 1s, 0xffff'ffff, run_state::missed, "no_scheduler", ""}));
  EXPECT_EQ(plan.entries[1].due, t0);
  EXPECT_EQ(plan.next_due, t0 + 1s);
}

TEST(misfire, the_last_due_of_a_schedule_has_no_next) {
  auto last = calendar_end - 1s;
  EXPECT_EQ(
    shown(look(job_of(cron_rule("59 59 23 31 12 *")), last, last), last), "run +0s; no next");
}

TEST(misfire, a_pause_is_one_row) {
  auto paused = [](const job& j, wall_time due, wall_time now) {
    return shown(plan_paused(read(j), due, now));
  };
  EXPECT_EQ(paused(every(10s), t0 + 10s, t0 + 10s), "skipped paused +10s; next +20s");
  EXPECT_EQ(paused(every(10s), t0 + 10s, t0 + 45s), "skipped paused +10s..+40s x4; next +50s");
  EXPECT_EQ(
    paused(job_of(fixed_delay_rule(30s), t0), t0 + 30s, t0 + 45s),
    "skipped paused +30s; next +75s");
  EXPECT_EQ(paused(job_of(once_rule(t0)), t0, t0 + 1h), "skipped paused +0s; no next");
}

// -- every due exactly once, in order, as the policy says -----------------------

namespace {

struct fate {
  wall_time due{};
  run_state state{};
  std::string reason{};
  std::string note{};

  bool operator==(const fate&) const = default;
};

/// The policies, due by due: what one look makes of `dues`, those from next_due on in order. A look
/// that has used up its rate ends early.
std::vector<fate> look_by_hand(
  const schedule& s, const job& j, const std::vector<wall_time>& dues, wall_time now,
  late_cause cause) {
  auto threshold = cause == late_cause::overloaded ? 10s : 1s;
  std::vector<wall_time> seen;
  std::optional<wall_time> latest; // of those that nothing but lateness is against
  for (auto due : dues)
    if (s.fires_at(due) <= now) {
      seen.push_back(due);
      if (s.judge(due).runs)
        latest = due;
    }
  std::vector<fate> out;
  uint32_t made_up_for = 0;
  for (auto due : seen) {
    auto age = now - s.fires_at(due);
    auto v = s.judge(due);
    auto missed = fate{due, run_state::missed, std::string{to_string(cause)}, ""};
    auto runs = fate{due, run_state::pending, "", ""};
    if (!v.runs) {
      out.push_back({due, run_state::skipped, v.reason, v.note});
    } else if (age < threshold) {
      out.push_back(runs);
    } else if (j.misfire == misfire_policy::skip || age.count() > j.catch_up_window_ms) {
      out.push_back(missed);
    } else if (j.misfire == misfire_policy::last) {
      out.push_back(due == latest ? runs : missed);
    } else {
      if (made_up_for++ == j.catch_up_rate)
        return out;
      out.push_back(runs);
    }
  }
  return out;
}

job random_job(std::mt19937_64& random) {
  static const char* expressions[] = {
    "*/7 * * * * *", "0 */3 * * * *", "30 0-59/11 * * * *", "0 0 * * * *"};
  job j = random() % 2 ? every(millis{random() % 60'000 + 500})
                       : job_of(cron_rule(expressions[random() % 4]), t0);
  if (random() % 3 == 0)
    j.rules.push_back(interval_rule(millis{random() % 50'000 + 700}));
  if (random() % 3 == 0)
    j.jitter_ms = static_cast<int64_t>(random() % 90'000);
  j.id.bytes[5] = static_cast<uint8_t>(random());
  j.misfire = static_cast<misfire_policy>(random() % 3);
  j.catch_up_window_ms = static_cast<int64_t>(random() % 600'000);
  j.catch_up_rate = static_cast<uint32_t>(random() % 30 + 1);
  if (random() % 2) {
    j.time_zone = "America/New_York";
    j.calendars = {"off"};
    j.on_excluded = static_cast<excluded_policy>(random() % 3);
  }
  return j;
}

} // namespace

TEST(misfire, over_random_looks_every_due_has_the_fate_that_the_policy_says_exactly_once) {
  std::mt19937_64 random{99};
  size_t fates = 0;
  for (int round = 0; round < 60; ++round) {
    auto by = new_almanac();
    // A midnight of New York lies within the looks.
    auto begin = at("2026-03-08T04:40:00Z") + millis{random() % 1'200'000};
    auto off = day_number(2026, 3, 7) + static_cast<int32_t>(random() % 3);
    by->calendars["off"] = calendar_of("off", {{off, off}});
    for (auto n = random() % 4; n > 0; --n) {
      auto from = begin + millis{random() % 3'000'000};
      by->blackouts.push_back(
        {"b", from, from + millis{random() % 600'000 + 1}, std::to_string(n), {}});
    }
    std::ranges::sort(by->blackouts, {}, &blackout::begin);
    auto j = random_job(random);
    j.anchor = begin - 1h;
    auto s = read(j, by);
    auto next_due = s.next(begin);
    auto now = begin;
    for (int looks = 0; looks < 12 && next_due; ++looks) {
      auto pause = random() % 4 == 0 ? random() % 1'500'000 : random() % 20'000;
      now = std::max(now + millis{pause}, s.fires_at(*next_due));
      auto cause = static_cast<late_cause>(random() % 4);
      std::vector<wall_time> dues;
      for (auto due = next_due; due && *due <= now; due = s.next(*due))
        dues.push_back(*due);
      auto expected = look_by_hand(s, j, dues, now, cause);
      auto plan = plan_dues(s, j, *next_due, now, cause);
      ASSERT_LE(plan.entries.size(), limits::plan_entries_max);
      SCOPED_TRACE("round " + std::to_string(round) + ", look " + std::to_string(looks));
      size_t at = 0;
      for (const auto& e : plan.entries) {
        ASSERT_LE(at + e.count, expected.size());
        ASSERT_EQ(e.due, expected[at].due);
        for (uint32_t n = 0; n < e.count; ++n, ++at)
          ASSERT_EQ(expected[at], (fate{expected[at].due, e.state, e.reason, e.note}));
        ASSERT_EQ(e.due_last, expected[at - 1].due);
      }
      fates += at;
      auto all = at == expected.size();
      ASSERT_EQ(plan.next_due, at < dues.size() ? std::optional{dues[at]} : s.next(dues.back()));
      if (!all) {
        ASSERT_EQ(plan.look_again_at, now); // the plan was full
        ASSERT_GT(plan.entries.size() + 3, limits::plan_entries_max);
      } else if (plan.next_due && s.fires_at(*plan.next_due) <= now) {
        ASSERT_EQ(plan.look_again_at, now + 1s); // the rate was used up
      } else if (plan.next_due) {
        ASSERT_EQ(plan.look_again_at, s.fires_at(*plan.next_due));
      }
      next_due = plan.next_due;
    }
  }
  EXPECT_GT(fates, 5'000u);
}
