#include "actors/logic/schedule_rules.hpp"

#include "actors/logic/civil.hpp"
#include "tests/support/schedule_samples.hpp"

#include <random>
#include <set>

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

schedule_rule every_units(uint32_t units, calendar_unit unit, std::optional<wall_time> from = {}) {
  schedule_rule r;
  r.kind = rule_kind::calendar_interval;
  r.units = units;
  r.unit = unit;
  r.at = from;
  return r;
}

schedule_rule
window(std::chrono::seconds from, std::chrono::seconds until, millis step, uint32_t on = 0x7f) {
  schedule_rule r;
  r.kind = rule_kind::daily_window;
  r.from_s = static_cast<uint32_t>(from.count());
  r.until_s = static_cast<uint32_t>(until.count());
  r.every_ms = step.count();
  r.weekdays = on;
  return r;
}

using texts = std::vector<std::string>;

/// cron.hpp's table for a fixed expression.
void add_instants(std::set<wall_time>& to, local_time t, const zone& in, dst_policy dst) {
  auto named = in.instants_of(t);
  auto correction = named.shift >= 3h;
  switch (named.is) {
  case zone_instants::kind::unique:
    to.insert(named.first);
    return;
  case zone_instants::kind::gap:
    if (!correction && dst != dst_policy::skip)
      to.insert(named.first);
    return;
  case zone_instants::kind::fold:
    to.insert(named.first);
    if (correction || dst == dst_policy::all)
      to.insert(named.second);
  }
}

std::vector<wall_time> between(const std::set<wall_time>& all, wall_time from, wall_time until) {
  return {all.lower_bound(from), all.upper_bound(until)};
}

void expect_same(
  const schedule& s, const std::vector<wall_time>& expected, wall_time from, wall_time until) {
  std::vector<wall_time> seen;
  for (auto due = s.next(from - 1ms); due && *due <= until; due = s.next(*due)) {
    ASSERT_TRUE(seen.empty() || seen.back() < *due);
    seen.push_back(*due);
  }
  ASSERT_EQ(seen.size(), expected.size());
  for (size_t i = 0; i < seen.size(); ++i)
    ASSERT_EQ(to_rfc3339(seen[i]), to_rfc3339(expected[i])) << i;
  ASSERT_EQ(s.count(from, until), expected.size());
  ASSERT_EQ(s.last(from, until), expected.empty() ? std::nullopt : std::optional{expected.back()});
}

/// Zones and the days around their oddities.
struct place {
  const char* zone;
  const char* around;
};
constexpr place places[] = {
  {"UTC", "2026-03-29"},
  {"America/New_York", "2026-03-08"},
  {"America/New_York", "2026-11-01"},
  {"Europe/Berlin", "2026-10-25"},
  {"Australia/Lord_Howe", "2026-04-05"},
  {"Australia/Lord_Howe", "2026-10-04"},
  {"Africa/Casablanca", "2026-02-15"},
  {"Asia/Kathmandu", "2026-01-01"},
  {"Pacific/Apia", "2011-12-30"},
  {"Pacific/Kwajalein", "1993-08-21"},
  {"America/St_Johns", "2006-10-29"},
  {"America/St_Johns", "2007-03-11"},
  {"America/Sao_Paulo", "2018-11-04"},
  {"America/Sao_Paulo", "2018-02-18"},
  {"America/Havana", "2026-03-08"},
  {"Antarctica/Troll", "2026-03-29"},
  {"America/Caracas", "2016-05-01"},
};

} // namespace

TEST(schedule_rules, every_three_months_keeps_the_wall_clock_hour) {
  auto j = job_of(every_units(3, calendar_unit::months, at("2026-01-15T09:30:00+01:00")));
  j.time_zone = "Europe/Berlin";
  EXPECT_EQ(
    dues_after(read(j), calendar_begin, 3),
    (texts{"2026-01-15T08:30:00.000Z", "2026-04-15T07:30:00.000Z", "2026-07-15T07:30:00.000Z"}));
}

TEST(schedule_rules, a_day_that_a_month_lacks_is_its_last_counted_from_the_start) {
  auto j = job_of(every_units(1, calendar_unit::months, at("2028-01-31T12:00:00Z")));
  EXPECT_EQ(
    dues_after(read(j), calendar_begin, 4),
    (texts{
      "2028-01-31T12:00:00.000Z", "2028-02-29T12:00:00.000Z", "2028-03-31T12:00:00.000Z",
      "2028-04-30T12:00:00.000Z"}));
  j = job_of(every_units(1, calendar_unit::years, at("2028-02-29T12:00:00Z")));
  EXPECT_EQ(
    dues_after(read(j), at("2030-03-01T00:00:00Z"), 3),
    (texts{"2031-02-28T12:00:00.000Z", "2032-02-29T12:00:00.000Z", "2033-02-28T12:00:00.000Z"}));
}

TEST(schedule_rules, a_calendar_interval_without_a_start_begins_one_step_after_the_anchor) {
  auto j = job_of(every_units(2, calendar_unit::weeks), at("2026-01-01T08:15:30.123Z"));
  EXPECT_EQ(
    dues_after(read(j), calendar_begin, 2),
    (texts{"2026-01-15T08:15:30.123Z", "2026-01-29T08:15:30.123Z"}));
  j.start_at = at("2026-02-01T00:00:00Z");
  EXPECT_EQ(read(j).next(calendar_begin), j.start_at);
}

TEST(schedule_rules, a_start_in_the_second_hour_of_a_fold_is_a_due) {
  auto second = at("2026-10-25T02:30:00+01:00");
  auto j = job_of(every_units(1, calendar_unit::days, second));
  j.time_zone = "Europe/Berlin";
  EXPECT_EQ(
    dues_after(read(j), calendar_begin, 2),
    (texts{"2026-10-25T01:30:00.000Z", "2026-10-26T01:30:00.000Z"}));
  EXPECT_EQ(read(j).count(second - 2h, second + 25h), 2u);
  EXPECT_EQ(read(j).last(second - 2h, second + 1h), second);
}

TEST(schedule_rules, a_daily_window_steps_from_its_begin_to_its_end_on_its_weekdays) {
  auto j = job_of(window(9h + 30min, 9h + 42min, 5min, 1 << 1)); // Mondays
  EXPECT_EQ(
    dues_after(read(j), at("2026-03-01T00:00:00Z"), 4),
    (texts{
      "2026-03-02T09:30:00.000Z", "2026-03-02T09:35:00.000Z", "2026-03-02T09:40:00.000Z",
      "2026-03-09T09:30:00.000Z"}));
  j = job_of(window(23h + 59min + 59s, 23h + 59min + 59s, 1h));
  EXPECT_EQ(read(j).count(at("2026-01-01T00:00:00Z"), at("2026-12-31T23:59:59Z")), 365u);
}

TEST(schedule_rules, a_window_in_a_gap_is_one_due_at_its_end) {
  auto j = job_of(window(2h, 2h + 50min, 10min));
  j.time_zone = "Europe/Berlin";
  EXPECT_EQ(read(j).count(at("2026-03-29T00:00:00+01:00"), at("2026-03-29T23:00:00+02:00")), 1u);
  EXPECT_EQ(read(j).next(at("2026-03-29T00:00:00+01:00")), at("2026-03-29T03:00:00+02:00"));
  j.dst = dst_policy::skip;
  EXPECT_EQ(read(j).count(at("2026-03-29T00:00:00+01:00"), at("2026-03-29T23:00:00+02:00")), 0u);
  j.dst = dst_policy::all;
  EXPECT_EQ(read(j).count(at("2026-10-25T00:00:00+02:00"), at("2026-10-25T23:00:00+01:00")), 12u);
}

TEST(schedule_rules, a_due_at_the_gaps_end_is_the_one_that_the_gap_makes) {
  auto j = job_of(window(2h, 3h + 30min, 30min));
  j.time_zone = "Europe/Berlin";
  auto midnight = at("2026-03-29T00:00:00+01:00");
  EXPECT_EQ(read(j).count(midnight, midnight + 12h), 2u); // 03:00 and 03:30
  EXPECT_EQ(read(j).last(midnight, at("2026-03-29T03:29:59+02:00")), midnight + 2h);
}

TEST(schedule_rules, sparse_rules_are_found_and_counted_across_centuries) {
  auto j = job_of(every_units(10, calendar_unit::years, at("2026-07-01T12:00:00Z")));
  j.time_zone = "America/New_York";
  auto s = read(j);
  EXPECT_EQ(s.next(at("2026-07-01T12:00:00Z")), at("2036-07-01T12:00:00Z"));
  EXPECT_EQ(s.count(calendar_begin, calendar_end), 798u); // 2026, 2036 … 9996
  EXPECT_EQ(s.last(calendar_begin, calendar_end), at("9996-07-01T12:00:00Z"));
  EXPECT_EQ(s.next(at("9996-07-01T12:00:00Z")), std::nullopt);
}

TEST(schedule_rules, windows_are_what_their_definition_says_around_every_oddity) {
  std::mt19937_64 random{11};
  for (const auto& p : places) {
    auto in = *system_zones()->find(p.zone);
    auto middle = at(std::string{p.around} + "T00:00:00Z");
    for (int round = 0; round < 6; ++round) {
      auto from = std::chrono::seconds{random() % 86'400};
      auto until = from + std::chrono::seconds{random() % (86'400 - from.count())};
      auto step = round % 2 ? std::chrono::seconds{random() % 7'000 + 60}
                            : std::chrono::seconds{(random() % 12 + 1) * 300};
      auto rule = window(from, until, step, static_cast<uint32_t>(random() % 127 + 1));
      auto j = job_of(rule);
      j.time_zone = p.zone;
      j.dst = static_cast<dst_policy>(round % 3);
      std::set<wall_time> all;
      auto first = std::chrono::floor<days>(local_time{middle.time_since_epoch()});
      for (auto day = first - days{6}; day <= first + days{6}; ++day)
        for (auto t = from; t <= until; t += step)
          if (rule.weekdays >> std::chrono::weekday{day}.c_encoding() & 1)
            add_instants(all, day + t, *in, j.dst);
      SCOPED_TRACE(std::string{p.zone} + " " + std::to_string(round));
      auto s = read(j);
      ASSERT_NO_FATAL_FAILURE(expect_same(
        s, between(all, middle - days{4}, middle + days{4}), middle - days{4}, middle + days{4}));
      auto cut = middle + millis{random() % 172'800'000} - days{1};
      ASSERT_NO_FATAL_FAILURE(
        expect_same(s, between(all, cut, middle + days{3}), cut, middle + days{3}));
    }
  }
}

TEST(schedule_rules, calendar_intervals_are_what_their_definition_says_around_every_oddity) {
  std::mt19937_64 random{12};
  using namespace std::chrono;
  for (const auto& p : places) {
    auto in = *system_zones()->find(p.zone);
    auto middle = at(std::string{p.around} + "T00:00:00Z");
    for (int round = 0; round < 12; ++round) {
      auto start = middle - millis{random() % 300'000'000'000};
      auto units = static_cast<uint32_t>(random() % 3 + 1);
      auto unit = static_cast<calendar_unit>(round % 4);
      auto j = job_of(every_units(units, unit, start));
      if (round % 5 == 0) {
        j.rules.front().at.reset();
        j.anchor = start;
      }
      j.time_zone = p.zone;
      j.dst = static_cast<dst_policy>(round % 3);
      auto local = takt::to_local(start, *in);
      year_month_day date{floor<days>(local)};
      std::set<wall_time> all;
      for (uint32_t k = round % 5 == 0; k < 5'000; ++k) {
        auto n = k * units;
        auto t = local + days{unit == calendar_unit::days ? n : 7 * n};
        if (unit >= calendar_unit::months) {
          auto month =
            date.year() / date.month() + months{unit == calendar_unit::months ? n : 12 * n};
          auto day = month / date.day();
          t = local_days{day.ok() ? day : month / last} + (local - floor<days>(local));
        }
        if (t > takt::local_time{(middle + days{40}).time_since_epoch()})
          break;
        add_instants(all, t, *in, j.dst);
      }
      all.erase(all.begin(), all.upper_bound(start));
      if (round % 5 != 0)
        all.insert(start);
      SCOPED_TRACE(std::string{p.zone} + " " + std::to_string(round));
      auto from = start - days{1};
      auto until = middle + days{20};
      ASSERT_NO_FATAL_FAILURE(expect_same(read(j), between(all, from, until), from, until));
    }
  }
}
