#include "actors/logic/calendar_days.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <set>

using namespace takt;

namespace {

local_days day(int32_t n) {
  return local_days{std::chrono::days{n}};
}

std::shared_ptr<const calendar>
calendar_named(std::string name, bool including, std::vector<date_range> dates) {
  auto c = std::make_shared<calendar>();
  c->name = std::move(name);
  c->including = including;
  c->dates = std::move(dates);
  return c;
}

std::string excluded_by(const calendar_list& all, int32_t n) {
  auto* c = excluding(all, day(n));
  return c ? c->name : "";
}

} // namespace

TEST(calendar_days, a_day_is_in_a_range_from_its_first_to_its_last) {
  calendar c;
  c.dates = {{-5, -5}, {10, 12}, {20, 30}};
  for (int32_t n = -10; n <= 40; ++n)
    EXPECT_EQ(contains(c, day(n)), n == -5 || (10 <= n && n <= 12) || (20 <= n && n <= 30)) << n;
  EXPECT_FALSE(contains(calendar{}, day(0)));
}

TEST(calendar_days, weekdays_belong_to_the_set_as_well) {
  calendar c;
  c.dates = {{0, 0}}; // a Thursday
  c.weekdays = 1 | 1 << 6;
  EXPECT_TRUE(contains(c, day(0)));
  EXPECT_FALSE(contains(c, day(1)));
  EXPECT_TRUE(contains(c, day(2))); // Saturday
  EXPECT_TRUE(contains(c, day(3)));
  EXPECT_FALSE(contains(c, day(4)));
  EXPECT_TRUE(contains(c, day(-4))); // Sunday, 28 December 1969
}

TEST(calendar_days, excluding_calendars_take_days_away_and_including_ones_must_have_them) {
  auto holidays = calendar_named("holidays", false, {{5, 6}});
  auto works = calendar_named("works", false, {{6, 9}});
  auto open = calendar_named("open", true, {{1, 6}});
  auto fair = calendar_named("fair", true, {{20, 21}});
  EXPECT_EQ(excluded_by({}, 5), "");
  EXPECT_EQ(excluded_by({holidays, works}, 4), "");
  EXPECT_EQ(excluded_by({holidays, works}, 5), "holidays");
  EXPECT_EQ(excluded_by({holidays, works}, 6), "holidays");
  EXPECT_EQ(excluded_by({holidays, works}, 7), "works");
  EXPECT_EQ(excluded_by({open, fair}, 3), "");
  EXPECT_EQ(excluded_by({open, fair}, 20), "");
  EXPECT_EQ(excluded_by({open, fair}, 10), "open");
  EXPECT_EQ(excluded_by({fair, open}, 10), "fair");
  EXPECT_EQ(excluded_by({open, holidays}, 5), "holidays");
  EXPECT_EQ(excluded_by({open, holidays}, 10), "open");
}

TEST(calendar_days, ranges_become_sorted_and_those_that_touch_become_one) {
  using ranges = std::vector<date_range>;
  EXPECT_EQ(normal_ranges({}), ranges{});
  EXPECT_EQ(normal_ranges({{5, 6}, {1, 2}}), (ranges{{1, 2}, {5, 6}}));
  EXPECT_EQ(normal_ranges({{3, 4}, {1, 2}}), (ranges{{1, 4}}));
  EXPECT_EQ(normal_ranges({{1, 9}, {2, 3}, {9, 12}}), (ranges{{1, 12}}));
  EXPECT_EQ(normal_ranges({{7, 6}, {1, 1}, {1, 1}}), (ranges{{1, 1}}));
  constexpr auto low = std::numeric_limits<int32_t>::min();
  constexpr auto high = std::numeric_limits<int32_t>::max();
  EXPECT_EQ(normal_ranges({{low, high}, {high, high}, {low, low}}), (ranges{{low, high}}));
}

TEST(calendar_days, normal_ranges_hold_the_same_days_whatever_they_were) {
  std::mt19937_64 random{7};
  for (int round = 0; round < 500; ++round) {
    std::vector<date_range> ranges;
    std::set<int32_t> days;
    for (auto n = random() % 12; n > 0; --n) {
      auto first = static_cast<int32_t>(random() % 60);
      auto last = first + static_cast<int32_t>(random() % 8) - 1;
      ranges.push_back({first, last});
      for (auto d = first; d <= last; ++d)
        days.insert(d);
    }
    calendar c;
    c.dates = normal_ranges(ranges);
    for (size_t i = 1; i < c.dates.size(); ++i)
      ASSERT_LT(c.dates[i - 1].last + 1, c.dates[i].first);
    for (int32_t n = -2; n < 70; ++n)
      ASSERT_EQ(contains(c, day(n)), days.contains(n)) << n;
  }
}
