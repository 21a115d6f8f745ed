// Expressions in zones: research 5.5's rows, each policy's row per zone, and zones nobody has.
#include "actors/logic/civil.hpp"
#include "actors/logic/cron.hpp"
#include "proto/rfc3339.hpp"
#include "tests/support/tzif_file.hpp"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

using namespace takt;
using namespace std::chrono_literals;

namespace {

constexpr auto vixie = dst_policy::vixie;
constexpr auto skip = dst_policy::skip;
constexpr auto all = dst_policy::all;
constexpr std::array policies = {vixie, skip, all};

const zone& zone_of(const std::string& name) {
  static std::map<std::string, std::shared_ptr<const zone>> seen;
  auto& known = seen[name];
  if (!known) {
    auto made = zone::parse(name, test::zoneinfo(name));
    EXPECT_TRUE(made) << name << ": " << made.failure().message();
    known = made ? *made : zone::utc();
  }
  return *known;
}

/// "2024-03-10T07:00" or with seconds, in UTC.
wall_time at(const std::string& text) {
  auto t = from_rfc3339(text.size() == 16 ? text + ":00Z" : text + "Z");
  EXPECT_TRUE(t) << text;
  return t ? *t : wall_time{};
}

std::vector<wall_time>
following(const cron& c, wall_time after, const zone& in, dst_policy dst, size_t count) {
  std::vector<wall_time> out;
  for (auto t = c.next(after, in, dst); t && out.size() < count; t = c.next(*t, in, dst))
    out.push_back(*t);
  return out;
}

std::string shown_times(const std::vector<wall_time>& times) {
  std::string out;
  for (auto t : times)
    out += (out.empty() ? "" : " ") + to_rfc3339(t);
  return out;
}

/// What `times`, parted by blanks, are in the words of shown_times.
std::vector<wall_time> read(const std::string& times) {
  std::vector<wall_time> out;
  std::istringstream in{times};
  for (std::string t; in >> t;)
    out.push_back(at(t));
  return out;
}

/// A zone made of stretches, such as no country has.
class made_zone final : public zone {
public:
  explicit made_zone(std::vector<zone_period> periods) : periods_(std::move(periods)) {}

  const std::string& name() const noexcept override { return name_; }
  zone_period at(wall_time t) const override {
    for (const auto& p : periods_)
      if (t < p.end)
        return p;
    return periods_.back();
  }
  zone_instants instants_of(local_time) const override { return {}; }

private:
  std::string name_ = "Made/Up";
  std::vector<zone_period> periods_;
};

made_zone one_change(wall_time when, std::chrono::seconds before, std::chrono::seconds after) {
  return made_zone{{{wall_time::min(), when, before}, {when, wall_time::max(), after}}};
}

struct row {
  std::string id, expression, zone, after_local, expected;
};

// Research, section 5.5: strictly after a local time, at its first instant.
const std::vector<row> research = {
  {"D01", "30 2 * * *", "America/New_York", "2024-03-09T03:00",
   "2024-03-10T07:00 2024-03-11T06:30"},
  {"D02", "0 2 * * *", "America/New_York", "2024-03-09T03:00", "2024-03-10T07:00 2024-03-11T06:00"},
  {"D03", "30 1 * * *", "America/New_York", "2024-11-02T02:00",
   "2024-11-03T05:30 2024-11-04T06:30"},
  {"D04", "0 1 * * *", "America/New_York", "2024-11-02T02:00", "2024-11-03T05:00 2024-11-04T06:00"},
  {"D05", "*/30 * * * *", "America/New_York", "2024-03-10T01:00",
   "2024-03-10T06:30 2024-03-10T07:00"},
  {"D06", "*/30 * * * *", "America/New_York", "2024-11-03T00:30",
   "2024-11-03T05:00 2024-11-03T05:30"},
  {"D07", "0 * * * *", "America/New_York", "2024-03-10T00:30", "2024-03-10T06:00 2024-03-10T07:00"},
  {"D08", "0 * * * *", "America/New_York", "2024-11-03T00:00", "2024-11-03T05:00 2024-11-03T06:00"},
  {"D09", "30 */2 * * *", "America/New_York", "2024-03-10T00:00",
   "2024-03-10T05:30 2024-03-10T08:30"},
  {"D10", "0 3 * * *", "America/New_York", "2024-03-09T03:00", "2024-03-10T07:00 2024-03-11T07:00"},
  {"D11", "0 0 * * *", "America/Sao_Paulo", "2018-11-03T01:00",
   "2018-11-04T03:00 2018-11-05T02:00"},
  {"D12", "0 0 * * *", "America/Havana", "2024-03-09T01:00", "2024-03-10T05:00 2024-03-11T04:00"},
  {"D13", "15 2 * * *", "Australia/Lord_Howe", "2024-10-05T03:00",
   "2024-10-05T15:30 2024-10-06T15:15"},
  {"D14", "45 1 * * *", "Australia/Lord_Howe", "2024-04-06T02:00",
   "2024-04-06T14:45 2024-04-07T15:15"},
  {"D15", "0 12 * * *", "Pacific/Apia", "2011-12-29T00:00", "2011-12-29T22:00 2011-12-30T22:00"},
  {"D16", "30 2 31 3 *", "Europe/Berlin", "2024-03-01T00:00", "2024-03-31T01:00 2025-03-31T00:30"},
  {"D17", "0 2 * * *", "Europe/Dublin", "2024-10-26T03:00", "2024-10-27T02:00 2024-10-28T02:00"},
  {"D18", "0 0 * * *", "Asia/Kathmandu", "2024-01-01T00:00", "2024-01-01T18:15 2024-01-02T18:15"},
  {"D19", "30 0 * * *", "Africa/Casablanca", "2024-03-01T00:00",
   "2024-02-29T23:30 2024-03-01T23:30"},
  {"D20", "1 2 * * *", "Europe/London", "2024-03-30T03:00", "2024-03-31T01:01 2024-04-01T01:01"},
  {"D21", "30 1 * * *", "Europe/London", "2024-03-30T03:00", "2024-03-31T01:00 2024-04-01T00:30"},
  {"D22", "0 3-4 * * *", "America/New_York", "2024-03-10T00:00",
   "2024-03-10T07:00 2024-03-10T08:00"},
  // Section 5.3: what libraries get wrong.
  {"F37", "0 12 1 5 *", "America/Caracas", "2016-04-01T00:00", "2016-05-01T16:00 2017-05-01T16:00"},
  {"F38", "0 0 31 12 *", "Pacific/Apia", "2011-12-01T00:00", "2011-12-30T10:00 2012-12-30T10:00"},
  {"F39", "0 0 5 5 *", "Asia/Pyongyang", "2018-05-01T00:00", "2018-05-04T15:00 2019-05-04T15:00"},
  {"H03", "0 * * * *", "Australia/Lord_Howe", "2024-04-07T01:10",
   "2024-04-06T15:30 2024-04-06T16:30"},
};

struct policy_row {
  std::string zone, expression, after, in_vixie, in_skip, in_all;
};

const std::vector<policy_row> policy_rows = {
  {"America/New_York", "30 2 * * *", "2024-03-09T12:00", "2024-03-10T07:00 2024-03-11T06:30",
   "2024-03-11T06:30 2024-03-12T06:30", "2024-03-10T07:00 2024-03-11T06:30"},
  {"America/New_York", "0,20,40 2,3 * * *", "2024-03-09T12:00",
   "2024-03-10T07:00 2024-03-10T07:20 2024-03-10T07:40 2024-03-11T06:00",
   "2024-03-10T07:00 2024-03-10T07:20 2024-03-10T07:40 2024-03-11T06:00",
   "2024-03-10T07:00 2024-03-10T07:20 2024-03-10T07:40 2024-03-11T06:00"},
  {"America/New_York", "10,50 2 * * *", "2024-03-09T12:00", "2024-03-10T07:00 2024-03-11T06:10",
   "2024-03-11T06:10 2024-03-11T06:50", "2024-03-10T07:00 2024-03-11T06:10"},
  {"America/New_York", "30 1 * * *", "2024-11-02T12:00", "2024-11-03T05:30 2024-11-04T06:30",
   "2024-11-03T05:30 2024-11-04T06:30", "2024-11-03T05:30 2024-11-03T06:30 2024-11-04T06:30"},
  {"America/New_York", "30 1 * * *", "2024-11-03T06:10", "2024-11-04T06:30", "2024-11-04T06:30",
   "2024-11-03T06:30 2024-11-04T06:30"},
  {"America/New_York", "*/30 2 * * *", "2024-03-09T12:00", "2024-03-11T06:00 2024-03-11T06:30",
   "2024-03-11T06:00 2024-03-11T06:30", "2024-03-11T06:00 2024-03-11T06:30"},
  {"America/New_York", "*/30 1 * * *", "2024-11-02T12:00",
   "2024-11-03T05:00 2024-11-03T05:30 2024-11-03T06:00 2024-11-03T06:30 2024-11-04T06:00",
   "2024-11-03T05:00 2024-11-03T05:30 2024-11-03T06:00 2024-11-03T06:30 2024-11-04T06:00",
   "2024-11-03T05:00 2024-11-03T05:30 2024-11-03T06:00 2024-11-03T06:30 2024-11-04T06:00"},
  {"Europe/Berlin", "30 2 * * *", "2024-03-30T12:00", "2024-03-31T01:00 2024-04-01T00:30",
   "2024-04-01T00:30 2024-04-02T00:30", "2024-03-31T01:00 2024-04-01T00:30"},
  {"Europe/Berlin", "0 2,3 * * *", "2024-10-26T12:00",
   "2024-10-27T00:00 2024-10-27T02:00 2024-10-28T01:00",
   "2024-10-27T00:00 2024-10-27T02:00 2024-10-28T01:00",
   "2024-10-27T00:00 2024-10-27T01:00 2024-10-27T02:00"},
  {"Australia/Lord_Howe", "15 2 * * *", "2024-10-05T12:00", "2024-10-05T15:30 2024-10-06T15:15",
   "2024-10-06T15:15 2024-10-07T15:15", "2024-10-05T15:30 2024-10-06T15:15"},
  {"Australia/Lord_Howe", "45 1 * * *", "2024-04-06T12:00", "2024-04-06T14:45 2024-04-07T15:15",
   "2024-04-06T14:45 2024-04-07T15:15", "2024-04-06T14:45 2024-04-06T15:15 2024-04-07T15:15"},
  {"Africa/Casablanca", "30 2 * * *", "2024-03-09T12:00", "2024-03-10T01:30 2024-03-11T02:30",
   "2024-03-10T01:30 2024-03-11T02:30", "2024-03-10T01:30 2024-03-10T02:30 2024-03-11T02:30"},
  {"Africa/Casablanca", "30 2 * * *", "2024-04-13T12:00", "2024-04-14T02:00 2024-04-15T01:30",
   "2024-04-15T01:30 2024-04-16T01:30", "2024-04-14T02:00 2024-04-15T01:30"},
  {"Asia/Kathmandu", "0 0 * * *", "2024-01-01T00:00", "2024-01-01T18:15 2024-01-02T18:15",
   "2024-01-01T18:15 2024-01-02T18:15", "2024-01-01T18:15 2024-01-02T18:15"},
  {"Asia/Kathmandu", "10 0 * * *", "1985-12-31T12:00", "1985-12-31T18:30 1986-01-01T18:25",
   "1986-01-01T18:25 1986-01-02T18:25", "1985-12-31T18:30 1986-01-01T18:25"},
  {"Pacific/Apia", "0 12 30 12 *", "2011-12-01T00:00", "2012-12-29T22:00 2013-12-29T22:00",
   "2012-12-29T22:00 2013-12-29T22:00", "2012-12-29T22:00 2013-12-29T22:00"},
  {"Pacific/Apia", "0 */12 * * *", "2011-12-29T12:00",
   "2011-12-29T22:00 2011-12-30T10:00 2011-12-30T22:00",
   "2011-12-29T22:00 2011-12-30T10:00 2011-12-30T22:00",
   "2011-12-29T22:00 2011-12-30T10:00 2011-12-30T22:00"},
};

} // namespace

TEST(cron_zone, every_row_of_research_has_its_next_two) {
  for (const auto& r : research) {
    auto c = cron::parse(r.expression);
    ASSERT_TRUE(c) << r.id;
    const auto& in = zone_of(r.zone);
    auto after = in.instants_of(local_time{at(r.after_local).time_since_epoch()}).first;
    auto expected = read(r.expected);
    EXPECT_EQ(shown_times(following(*c, after, in, vixie, 2)), shown_times(expected)) << r.id;
  }
}

TEST(cron_zone, each_policy_has_its_row_in_each_zone) {
  for (const auto& r : policy_rows) {
    auto c = cron::parse(r.expression);
    ASSERT_TRUE(c) << r.expression;
    const std::string* texts[] = {&r.in_vixie, &r.in_skip, &r.in_all};
    for (auto dst : policies) {
      auto expected = read(*texts[static_cast<size_t>(dst)]);
      EXPECT_EQ(
        shown_times(following(*c, at(r.after), zone_of(r.zone), dst, expected.size())),
        shown_times(expected))
        << r.zone << " \"" << r.expression << "\" " << to_string(dst);
    }
  }
}

TEST(cron_zone, a_gaps_end_is_a_target_until_it_has_come) {
  auto c = *cron::parse("30 2 * * *");
  const auto& in = zone_of("America/New_York");
  auto end = at("2024-03-10T07:00");
  EXPECT_EQ(c.next(end - 1ms, in, vixie), end);
  EXPECT_EQ(c.next(end - 1s, in, vixie), end);
  EXPECT_EQ(c.next(end, in, vixie), at("2024-03-11T06:30"));
  EXPECT_EQ(c.next(end + 1ms, in, vixie), at("2024-03-11T06:30"));
}

TEST(cron_zone, changes_of_three_hours_are_corrections_in_both_classes) {
  auto when = at("2024-06-01T12:00");
  auto almost = 3h - 1s;
  auto forward = one_change(when, 0s, 3h);
  auto nearly_forward = one_change(when, 0s, almost);
  auto back = one_change(when, 3h, 0s);
  auto nearly_back = one_change(when, almost, 0s);
  auto day_back = one_change(when, 14h, -10h);
  auto fixed = *cron::parse("0 13 * * *");
  auto wild = *cron::parse("0 */13 * * *");
  auto times = [&](const cron& c, const zone& in, dst_policy dst) {
    auto until = when + 24h;
    std::vector<wall_time> out;
    for (auto t = c.next(when - 12h, in, dst); t && *t <= until; t = c.next(*t, in, dst))
      out.push_back(*t);
    EXPECT_EQ(c.count(when - 12h + 1ms, until, in, dst), out.size());
    return shown_times(out);
  };
  auto expect = [](const std::string& text) { return shown_times(read(text)); };
  for (auto dst : policies) {
    EXPECT_EQ(times(fixed, forward, dst), expect("2024-06-02T10:00"));
    EXPECT_EQ(times(wild, forward, dst), expect("2024-06-01T21:00 2024-06-02T10:00"));
    // Clocks go from 15:00 back to 12:00, so 13:00 comes twice.
    EXPECT_EQ(times(fixed, back, dst), expect("2024-06-01T10:00 2024-06-01T13:00"));
    // From 02:00 of the 2nd back to 02:00 of the 1st.
    EXPECT_EQ(times(fixed, day_back, dst), expect("2024-06-01T23:00"));
    EXPECT_EQ(
      times(wild, day_back, dst), expect("2024-06-01T10:00 2024-06-01T23:00 2024-06-02T10:00"));
  }
  EXPECT_EQ(times(fixed, nearly_forward, vixie), expect("2024-06-01T12:00 2024-06-02T10:00:01"));
  EXPECT_EQ(times(fixed, nearly_forward, skip), expect("2024-06-02T10:00:01"));
  EXPECT_EQ(times(fixed, nearly_back, vixie), expect("2024-06-01T10:00:01"));
  EXPECT_EQ(times(fixed, nearly_back, all), expect("2024-06-01T10:00:01 2024-06-01T13:00"));
}

TEST(cron_zone, an_expression_that_only_ever_meets_gaps_ends) {
  // The second Sunday of March at 02:30, when New York's clocks go forward.
  auto c = *cron::parse("30 2 8-14 3 +SUN");
  const auto& in = zone_of("America/New_York");
  EXPECT_EQ(c.next(at("2024-01-01T00:00"), in, skip), std::nullopt);
  EXPECT_EQ(c.count(at("2024-01-01T00:00"), wall_time::max(), in, skip), 0u);
  EXPECT_EQ(c.last(at("2024-01-01T00:00"), wall_time::max(), in, skip), std::nullopt);
  EXPECT_EQ(c.next(at("2024-01-01T00:00"), in, vixie), at("2024-03-10T07:00"));
  EXPECT_EQ(c.count(at("2024-01-01T00:00"), at("2034-01-01T00:00"), in, vixie), 10u);
}

TEST(cron_zone, rare_expressions_are_found_across_many_changes) {
  const auto& in = zone_of("America/New_York");
  auto leap = *cron::parse("0 0 0 29 2 ? 2196");
  EXPECT_EQ(leap.next(at("1990-01-01T00:00"), in, vixie), at("2196-02-29T05:00"));
  EXPECT_EQ(leap.next(at("2196-02-29T05:00"), in, vixie), std::nullopt);
  EXPECT_EQ(leap.last(calendar_begin, at("9000-01-01T00:00"), in, vixie), at("2196-02-29T05:00"));
  auto past = *cron::parse("0 0 0 1 1 ? 1980");
  EXPECT_EQ(past.next(at("2024-01-01T00:00"), in, vixie), std::nullopt);
  EXPECT_EQ(past.last(calendar_begin, calendar_end, in, vixie), at("1980-01-01T05:00"));
}

TEST(cron_zone, a_match_in_a_fold_is_found_when_the_next_other_is_years_away) {
  // 2024-11-03 01:30 comes twice; the search begins between the two, past the first's local time.
  auto c = *cron::parse("0 30 1 3 11 ? 2024,2150");
  const auto& in = zone_of("America/New_York");
  auto between = at("2024-11-03T05:45");
  EXPECT_EQ(c.next(between, in, all), at("2024-11-03T06:30"));
  EXPECT_EQ(c.next(between, in, vixie), at("2150-11-03T06:30"));
  EXPECT_EQ(c.last(calendar_begin, at("2024-11-03T06:15"), in, vixie), at("2024-11-03T05:30"));
  auto wild = *cron::parse("0 */30 1 3 11 ? 2024,2150");
  EXPECT_EQ(wild.next(between, in, vixie), at("2024-11-03T06:00"));
  EXPECT_EQ(wild.last(calendar_begin, at("2024-11-03T06:15"), in, vixie), at("2024-11-03T06:00"));
}

TEST(cron_zone, the_calendars_ends_hold_in_every_zone) {
  auto c = *cron::parse("* * * * * *");
  for (auto* name : {"America/New_York", "Pacific/Apia", "UTC"}) {
    const auto& in = zone_of(name);
    for (auto dst : policies) {
      auto first = c.next(wall_time::min(), in, dst);
      ASSERT_TRUE(first);
      EXPECT_GE(*first, calendar_begin);
      EXPECT_LE(*first, calendar_begin + 24h);
      EXPECT_EQ(c.next(wall_time::max(), in, dst), std::nullopt);
      EXPECT_EQ(c.next(calendar_end, in, dst), std::nullopt);
      auto last = c.last(wall_time::min(), wall_time::max(), in, dst);
      ASSERT_TRUE(last);
      EXPECT_LT(*last, calendar_end);
      EXPECT_GE(*last, calendar_end - 24h);
      EXPECT_EQ(c.next(*last, in, dst), std::nullopt);
      EXPECT_EQ(c.count(wall_time::max(), wall_time::min(), in, dst), 0u);
      EXPECT_EQ(c.last(calendar_end, wall_time::max(), in, dst), std::nullopt);
      EXPECT_EQ(c.count(wall_time::min(), calendar_begin - 1ms, in, dst), 0u);
    }
  }
}

TEST(cron_zone, a_zone_named_utc_says_what_next_says) {
  auto utc = zone::utc();
  for (auto* text : {"*/7 3 * * *", "0 0 29 2 *", "30 2 L * +FRI", "* * * * * *"}) {
    auto c = *cron::parse(text);
    auto t = at("2024-01-31T23:59:59");
    for (int i = 0; i < 5; ++i) {
      auto due = c.next(t);
      ASSERT_TRUE(due);
      EXPECT_EQ(c.next(t, *utc, vixie), due) << text;
      t = *due;
    }
  }
}

TEST(cron_zone, every_second_of_a_year_is_counted) {
  auto c = *cron::parse("* * * * * *");
  auto from = at("2024-01-01T00:00");
  auto until = at("2025-01-01T00:00") - 1s;
  for (auto* name : {"UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"})
    for (auto dst : policies)
      EXPECT_EQ(c.count(from, until, zone_of(name), dst), 366u * 86'400) << name;
  auto each = *cron::parse("0-59 0-59 0-23 * * *");
  EXPECT_FALSE(each.is_wild());
  const auto& in = zone_of("America/New_York");
  EXPECT_EQ(each.count(from, until, in, vixie), 366u * 86'400 - 3'600);
  EXPECT_EQ(each.count(from, until, in, all), 366u * 86'400);
}

TEST(cron_zone, count_and_last_say_what_following_next_says_around_changes) {
  const std::pair<std::string, std::string> changes[] = {
    {"America/New_York", "2024-03-10T07:00"},    {"America/New_York", "2024-11-03T06:00"},
    {"Australia/Lord_Howe", "2024-04-06T15:00"}, {"Australia/Lord_Howe", "2024-10-05T15:30"},
    {"Africa/Casablanca", "2024-03-10T02:00"},   {"Africa/Casablanca", "2024-04-14T02:00"},
    {"Pacific/Apia", "2011-12-30T10:00"},        {"Asia/Kathmandu", "1985-12-31T18:30"}};
  for (const auto& [name, change] : changes)
    for (auto* text :
         {"*/20 * * * *", "13 1-3 * * *", "0,30 0-3 * * *", "30 */2 * * *", "0 0 * * *",
          "15 2 * * *", "45 1 * * *", "20 0-59/20 1,2 * * *"})
      for (auto dst : policies) {
        SCOPED_TRACE(name + " \"" + text + "\" " + std::string{to_string(dst)});
        const auto& in = zone_of(name);
        auto c = *cron::parse(text);
        auto from = at(change) - 27h;
        auto targets = following(c, from, in, dst, 150);
        ASSERT_FALSE(targets.empty());
        for (size_t i = 0; i < targets.size() && targets[i] < at(change) + 27h; ++i) {
          ASSERT_TRUE(i == 0 || targets[i - 1] < targets[i]);
          EXPECT_EQ(c.count(from + 1ms, targets[i], in, dst), i + 1);
          EXPECT_EQ(c.count(targets[i], targets[i], in, dst), 1u);
          EXPECT_EQ(c.last(from, targets[i], in, dst), targets[i]);
          if (i > 0) {
            EXPECT_EQ(c.last(from, targets[i] - 1ms, in, dst), targets[i - 1]);
            EXPECT_EQ(c.next(targets[i] - 1ms, in, dst), targets[i]);
          }
        }
      }
}
