#include "actors/logic/schedule_calendar.hpp"

#include "actors/logic/civil.hpp"
#include "actors/logic/local_day.hpp"
#include "tests/support/schedule_samples.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;
using std::chrono::days;

namespace {

using texts = std::vector<std::string>;

std::shared_ptr<almanac> almanac_with(std::shared_ptr<const calendar> c) {
  auto by = new_almanac();
  by->calendars[c->name] = c;
  return by;
}

std::shared_ptr<almanac> weekend_almanac() {
  return almanac_with(calendar_of("off", {}, weekends));
}

job moved(schedule_rule rule, excluded_policy how, const char* zone = "UTC") {
  auto j = job_of(std::move(rule));
  j.calendars = {"off"};
  j.on_excluded = how;
  j.time_zone = zone;
  return j;
}

/// The contract, due by due.
std::set<wall_time> moved_by_hand(
  const schedule& nominal, const zone& in, const calendar_list& calendars, int step, wall_time from,
  wall_time until) {
  std::set<wall_time> out;
  for (auto due = nominal.next(from); due && *due <= until; due = nominal.next(*due)) {
    auto local = to_local(*due, in);
    auto day = std::chrono::floor<days>(local);
    auto at = *due;
    if (excluding(calendars, day))
      for (int n = 1; n <= limits::excluded_days_max; ++n)
        if (auto target = day + days{n * step}; !excluding(calendars, target)) {
          at = in.instants_of(target + (local - day)).first;
          break;
        }
    out.insert(at);
  }
  return out;
}

} // namespace

TEST(schedule_calendar, weekend_dues_move_to_monday_or_friday_and_meet_those_there) {
  auto by = weekend_almanac();
  auto friday = at("2026-03-06T00:00:00Z");
  EXPECT_EQ(
    dues_after(read(moved(cron_rule("0 9 * * *"), excluded_policy::next_day), by), friday, 3),
    (texts{"2026-03-06T09:00:00.000Z", "2026-03-09T09:00:00.000Z", "2026-03-10T09:00:00.000Z"}));
  EXPECT_EQ(
    dues_after(read(moved(cron_rule("0 9 * * 6"), excluded_policy::previous_day), by), friday, 2),
    (texts{"2026-03-06T09:00:00.000Z", "2026-03-13T09:00:00.000Z"}));
  auto other_times = moved(cron_rule("30 10 * * 0"), excluded_policy::next_day);
  other_times.rules.push_back(cron_rule("0 9 * * 1-6"));
  EXPECT_EQ(
    dues_after(read(other_times, by), friday, 3),
    (texts{"2026-03-06T09:00:00.000Z", "2026-03-09T09:00:00.000Z", "2026-03-09T10:30:00.000Z"}));
}

TEST(schedule_calendar, skip_moves_nothing) {
  auto s = read(moved(cron_rule("0 9 * * *"), excluded_policy::skip), weekend_almanac());
  EXPECT_EQ(s.next(at("2026-03-06T12:00:00Z")), at("2026-03-07T09:00:00Z"));
  EXPECT_FALSE(s.judge(at("2026-03-07T09:00:00Z")).runs);
}

TEST(schedule_calendar, the_wall_clock_time_stays_across_a_change_of_offset) {
  auto s = read(
    moved(cron_rule("0 9 * * 6"), excluded_policy::next_day, "Europe/Berlin"), weekend_almanac());
  EXPECT_EQ(s.next(at("2026-03-27T12:00:00Z")), at("2026-03-30T09:00:00+02:00"));
  EXPECT_EQ(s.next(at("2026-10-23T12:00:00Z")), at("2026-10-26T09:00:00+01:00"));
}

TEST(schedule_calendar, a_landing_in_a_gap_is_its_end_and_one_in_a_fold_its_first) {
  auto by = almanac_with(calendar_of(
    "off",
    {{day_number(2026, 3, 28), day_number(2026, 3, 28)},
     {day_number(2026, 10, 24), day_number(2026, 10, 24)}}));
  for (auto dst : {dst_policy::vixie, dst_policy::skip, dst_policy::all}) {
    auto j = moved(cron_rule("30 2 28 3 *"), excluded_policy::next_day, "Europe/Berlin");
    j.rules.push_back(cron_rule("30 2 24 10 *"));
    j.dst = dst;
    EXPECT_EQ(
      dues_after(read(j, by), at("2026-01-01T00:00:00Z"), 2),
      (texts{"2026-03-29T01:00:00.000Z", "2026-10-25T00:30:00.000Z"}));
  }
}

TEST(schedule_calendar, a_due_moves_over_62_days_and_stays_when_there_are_more) {
  auto first = day_number(2026, 6, 1);
  auto run_of = [&](int n) { return almanac_with(calendar_of("off", {{first, first + n - 1}})); };
  auto j = moved(cron_rule("0 9 1 6 *"), excluded_policy::next_day);
  auto s = read(j, run_of(62));
  auto nominal = at("2026-06-01T09:00:00Z");
  EXPECT_EQ(s.next(at("2026-05-01T00:00:00Z")), nominal + days{62});
  EXPECT_TRUE(s.judge(nominal + days{62}).runs);
  s = read(j, run_of(63));
  EXPECT_EQ(s.next(at("2026-05-01T00:00:00Z")), nominal);
  EXPECT_FALSE(s.judge(nominal).runs);
}

TEST(schedule_calendar, calendars_that_leave_no_day_leave_the_dues_and_end_the_search) {
  constexpr auto everything = std::numeric_limits<int32_t>::max();
  for (auto how : {excluded_policy::next_day, excluded_policy::previous_day})
    for (bool including : {false, true}) {
      auto c = std::make_shared<calendar>();
      c->name = "off";
      c->including = including;
      if (!including)
        c->dates = {{-everything, everything}};
      auto by = almanac_with(c);
      for (auto* zone : {"UTC", "America/New_York"}) {
        auto j = moved(cron_rule("0 0 29 2 *"), how, zone);
        auto s = read(j, by);
        auto plain = j;
        plain.calendars.clear();
        auto expected = read(plain, by);
        auto t = at("2096-03-01T00:00:00Z");
        EXPECT_EQ(s.next(t), expected.next(t));
        EXPECT_EQ(s.next(calendar_end - days{300}), std::nullopt);
        EXPECT_EQ(s.count(t, t + days{4'000}), expected.count(t, t + days{4'000}));
        EXPECT_EQ(s.last(t, t + days{4'000}), expected.last(t, t + days{4'000}));
        EXPECT_EQ(s.judge(*s.next(t)).reason, "calendar");
      }
    }
}

TEST(schedule_calendar, a_date_that_comes_back_for_an_hour_keeps_its_dues_in_order) {
  // St. John's, 29 October 2006: at 00:01 it was 23:01 of the 28th again.
  auto by =
    almanac_with(calendar_of("off", {{day_number(2006, 10, 26), day_number(2006, 10, 26)}}));
  auto s = read(moved(cron_rule("* * * * *"), excluded_policy::next_day, "America/St_Johns"), by);
  for (auto t = at("2006-10-29T02:00:00Z"); t < at("2006-10-29T04:00:00Z"); t += 1min) {
    ASSERT_EQ(s.next(t), t + 1min) << to_rfc3339(t);
    ASSERT_EQ(s.next(t + 30s), t + 1min) << to_rfc3339(t);
  }
}

TEST(schedule_calendar, bounds_cut_before_dues_move) {
  auto j = moved(cron_rule("0 9 * * 6"), excluded_policy::next_day);
  j.end_at = at("2026-03-08T00:00:00Z"); // Sunday; the due of Saturday lands on Monday
  auto s = read(j, weekend_almanac());
  EXPECT_EQ(s.next(at("2026-03-06T12:00:00Z")), at("2026-03-09T09:00:00Z"));
  EXPECT_EQ(s.next(at("2026-03-09T09:00:00Z")), std::nullopt);
  EXPECT_EQ(s.last(at("2026-03-06T12:00:00Z"), calendar_end), at("2026-03-09T09:00:00Z"));
}

TEST(schedule_calendar, dues_of_ten_milliseconds_are_counted_by_day_where_none_moves) {
  auto j = moved(interval_rule(10ms), excluded_policy::next_day);
  j.anchor = at("2026-01-01T00:00:00Z");
  auto by = almanac_with(calendar_of("off", {{day_number(2027, 1, 1), day_number(2027, 1, 1)}}));
  auto s = read(j, by);
  EXPECT_EQ(s.count(at("2026-02-01T00:00:00Z"), at("2026-12-01T00:00:00Z")), 2'617'920'001u);
  EXPECT_EQ(
    s.last(at("2026-02-01T00:00:00Z"), at("2026-12-01T00:00:00.015Z")),
    at("2026-12-01T00:00:00.010Z"));
}

TEST(schedule_calendar, dues_are_where_the_contract_puts_them_whatever_the_calendars_and_zones) {
  std::mt19937_64 random{5};
  struct place {
    const char* zone;
    const char* around;
  } places[] = {
    {"UTC", "2026-03-01"},
    {"America/New_York", "2026-03-08"},
    {"Australia/Lord_Howe", "2026-04-05"},
    {"Pacific/Apia", "2011-12-30"},
    {"Pacific/Kwajalein", "1993-08-21"},
    {"America/St_Johns", "2006-10-29"},
    {"America/Sao_Paulo", "2018-11-04"},
    {"America/Sao_Paulo", "2018-02-18"},
  };
  const char* expressions[] = {"0 */5 * * *", "1,30 0,23 * * *", "17 2 1-28/3 * *",
                               "0 12 * * 1",  "*/40 0-2 * * *",  "45 1,23 28-31 * *"};
  for (const auto& p : places) {
    auto in = *system_zones()->find(p.zone);
    auto middle = at(std::string{p.around} + "T00:00:00Z");
    auto day0 = static_cast<int32_t>(middle.time_since_epoch() / days{1});
    for (int round = 0; round < 6; ++round) {
      std::vector<date_range> off;
      for (auto n = random() % 8; n > 0; --n) {
        auto first = day0 + static_cast<int32_t>(random() % 60) - 30;
        off.push_back({first, first + static_cast<int32_t>(random() % (round % 6 ? 5 : 70))});
      }
      auto c = calendar_of("off", off, round % 3 ? 0 : weekends);
      auto by = almanac_with(c);
      auto how = round % 2 ? excluded_policy::next_day : excluded_policy::previous_day;
      auto j = moved(cron_rule(expressions[round % 6]), how, p.zone);
      if (round % 4 == 0)
        j.rules.push_back(cron_rule(expressions[random() % 6]));
      j.dst = static_cast<dst_policy>(random() % 3);
      auto plain = j;
      plain.calendars.clear();
      auto all = moved_by_hand(
        read(plain, by), *in, {c}, round % 2 ? 1 : -1, middle - days{90}, middle + days{90});
      auto from = middle - days{20} + millis{random() % 86'400'000};
      auto until = middle + days{20} + millis{random() % 86'400'000};
      std::vector<wall_time> expected{all.lower_bound(from), all.upper_bound(until)};
      SCOPED_TRACE(std::string{p.zone} + " " + std::to_string(round));
      auto s = read(j, by);
      std::vector<wall_time> seen;
      for (auto due = s.next(from - 1ms); due && *due <= until; due = s.next(*due))
        seen.push_back(*due);
      ASSERT_EQ(seen.size(), expected.size());
      for (size_t i = 0; i < seen.size(); ++i)
        ASSERT_EQ(to_rfc3339(seen[i]), to_rfc3339(expected[i])) << i;
      ASSERT_EQ(s.count(from, until), expected.size());
      ASSERT_EQ(
        s.last(from, until), expected.empty() ? std::nullopt : std::optional{expected.back()});
      // From any instant, not only from dues.
      for (int i = 0; i < 8; ++i) {
        auto t = from + millis{random() % static_cast<uint64_t>((until - from).count())};
        auto next = all.upper_bound(t);
        ASSERT_NE(next, all.end());
        ASSERT_EQ(s.next(t), *next) << to_rfc3339(t);
      }
    }
  }
}

TEST(schedule_calendar, a_verdict_holds_until_it_differs) {
  std::mt19937_64 random{6};
  for (auto* zone : {"UTC", "America/St_Johns", "Pacific/Apia"}) {
    auto middle =
      at(zone == std::string{"Pacific/Apia"} ? "2011-12-30T00:00:00Z" : "2006-10-29T00:00:00Z");
    auto day0 = static_cast<int32_t>(middle.time_since_epoch() / days{1});
    std::vector<date_range> off;
    for (int n = 0; n < 6; ++n) {
      auto first = day0 + static_cast<int32_t>(random() % 40) - 20;
      off.push_back({first, first + static_cast<int32_t>(random() % 3)});
    }
    off.push_back({day0, day0});
    auto by = almanac_with(calendar_of("off", off));
    for (int n = 0; n < 4; ++n) {
      auto begin = middle + millis{random() % 864'000'000};
      by->blackouts.push_back({"b", begin, begin + millis{random() % 86'400'000 + 1}, "b", {}});
    }
    std::ranges::sort(by->blackouts, {}, &blackout::begin);
    auto s = read(moved(cron_rule("* * * * *"), excluded_policy::skip, zone), by);
    for (auto t = middle - days{25}; t < middle + days{25};) {
      auto v = s.judge(t);
      ASSERT_GT(v.until, t);
      // Every minute of it is judged the same.
      for (auto u = t; u < std::min(v.until, t + days{2}); u += 601s) {
        auto w = s.judge(u);
        ASSERT_EQ(w.runs, v.runs) << to_rfc3339(u);
        ASSERT_EQ(w.reason, v.reason);
        ASSERT_EQ(
          excluding({by->calendars["off"]}, day_stretch_at(u, s.in_zone()).day) != nullptr
            || w.reason == "blackout",
          !w.runs);
      }
      t = std::min(v.until, t + days{30});
    }
  }
}
