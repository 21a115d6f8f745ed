#include "actors/logic/posix_tz.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

using namespace std::chrono;

wall_time at(int y, unsigned m, unsigned d, seconds time = 0s) {
  return sys_days{year{y} / month{m} / day{d}} + time;
}

posix_tz rule(std::string_view text) {
  auto read = posix_tz::parse(text);
  EXPECT_TRUE(read) << text << ": " << (read ? "" : read.failure().message());
  return read ? *read : posix_tz{};
}

TEST(posix_tz, without_daylight_saving_one_offset_holds_for_ever) {
  struct row {
    const char* text;
    seconds offset;
  };
  for (auto [text, offset] :
       {row{"UTC0", 0s},
        {"JST-9", 9h},
        {"<+03>-3", 3h},
        {"<-0930>9:30", -9h - 30min},
        {"<+0545>-5:45", 5h + 45min},
        {"LMT4:56:02", -4h - 56min - 2s},
        {"ABC+24:59:59", -24h - 59min - 59s},
        {"ABC-24", 24h},
        {"ABC1ABD1,M3.2.0,M11.1.0", -1h}})
    EXPECT_EQ(
      rule(text).at(at(2026, 7, 1)), (zone_period{wall_time::min(), wall_time::max(), offset}))
      << text;
}

/// A year's one period of DST, and the offset in it.
struct dst_row {
  const char* text;
  wall_time begin;
  wall_time end;
  seconds standard;
  seconds dst;
};

TEST(posix_tz, every_form_of_a_day_and_of_a_time_is_understood) {
  for (const auto& r : std::initializer_list<dst_row>{
         {"EST5EDT,M3.2.0,M11.1.0", at(2026, 3, 8, 7h), at(2026, 11, 1, 6h), -5h, -4h},
         {"CET-1CEST,M3.5.0,M10.5.0/3", at(2026, 3, 29, 1h), at(2026, 10, 25, 1h), 1h, 2h},
         {"CET-1CEST-3,M3.5.0,M10.5.0/3", at(2026, 3, 29, 1h), at(2026, 10, 25, 0h), 1h, 3h},
         // A fifth Sunday where there are four, and where there are five.
         {"AAA0BBB,M2.5.0/0,M5.5.0/0", at(2026, 2, 22), at(2026, 5, 30, 23h), 0h, 1h},
         {"AAA0BBB,M2.1.0/0,M5.1.6/0", at(2026, 2, 1), at(2026, 5, 1, 23h), 0h, 1h},
         {"AAA0BBB,M2.1.1/0,M5.4.5/0", at(2026, 2, 2), at(2026, 5, 21, 23h), 0h, 1h},
         // Jn never counts 29 February, n does.
         {"AAA0BBB,J59/0,J60/1", at(2024, 2, 28), at(2024, 3, 1), 0h, 1h},
         {"AAA0BBB,58/0,59/1", at(2024, 2, 28), at(2024, 2, 29), 0h, 1h},
         {"AAA0BBB,J59/0,J60/1", at(2026, 2, 28), at(2026, 3, 1), 0h, 1h},
         {"AAA0BBB,58/0,59/1", at(2026, 2, 28), at(2026, 3, 1), 0h, 1h},
         {"AAA0BBB,J1,J365", at(2024, 1, 1, 2h), at(2024, 12, 31, 1h), 0h, 1h},
         {"AAA0BBB,0,364", at(2026, 1, 1, 2h), at(2026, 12, 31, 1h), 0h, 1h},
         // Times before the day and days after it, minutes and seconds.
         {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2026, 3, 29, 1h), at(2026, 10, 25, 1h), -2h, -1h},
         {"EET-2EEST,M3.4.4/50,M10.4.4/50", at(2026, 3, 28), at(2026, 10, 23, 23h), 2h, 3h},
         {"AAA0BBB,M3.1.0/-167,M10.1.0/167", at(2026, 2, 22, 1h), at(2026, 10, 10, 22h), 0h, 1h},
         {"AAA0BBB,M3.1.0/1:02:03,M10.1.0/+1", at(2026, 3, 1, 3723s), at(2026, 10, 4), 0h, 1h},
         {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", at(2026, 10, 3, 15h + 30min), at(2027, 4, 3, 15h),
          10h + 30min, 11h},
         // Negative: what POSIX calls daylight saving is Dublin's winter.
         {"IST-1GMT0,M10.5.0,M3.5.0/1", at(2026, 10, 25, 1h), at(2027, 3, 28, 1h), 1h, 0h},
       }) {
    auto z = rule(r.text);
    EXPECT_TRUE(z.changes()) << r.text;
    EXPECT_EQ(z.at(r.begin), (zone_period{r.begin, r.end, r.dst})) << r.text;
    EXPECT_EQ(z.at(r.end - 1ms), (zone_period{r.begin, r.end, r.dst})) << r.text;
    EXPECT_EQ(z.at(r.begin - 1ms).offset, r.standard) << r.text;
    EXPECT_EQ(z.at(r.begin - 1ms).end, r.begin) << r.text;
    EXPECT_EQ(z.at(r.end).offset, r.standard) << r.text;
    EXPECT_EQ(z.at(r.end).begin, r.end) << r.text;
  }
}

TEST(posix_tz, daylight_saving_may_last_all_year) {
  for (auto [text, offset] :
       {std::pair{"EST5EDT,0/0,J365/25", -4h},
        // RFC 8536, 3.3.1: the same, said with negative DST.
        {"XXX3EDT4,0/0,J365/23", -4h},
        {"EST5EDT,J1/0,J365/26", -4h}}) {
    auto z = rule(text);
    EXPECT_FALSE(z.changes()) << text;
    EXPECT_EQ(z.at(at(2026, 1, 1, 5h)).offset, offset) << text;
  }
}

TEST(posix_tz, malformed_rules_are_refused) {
  for (auto text :
       {"",
        "5",
        "AB5",
        "EST",
        "EST25",
        "EST5:60",
        "EST5:",
        "EST5:0:60",
        "EST5:0:0:0",
        "EST--5",
        "EST0005",
        "<+03",
        "<+3>-3>",
        "<>-3",
        "<a b>-3",
        "EST5EDT",
        "EST5EDT4",
        "EST5EDT,",
        "EST5EDT,M3.2.0",
        "EST5EDT,M3.2.0,",
        "EST5EDT,M3.2.0,M11.1.0,",
        "EST5EDT,M3.2.0,M11.1.0 ",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M0.2.0,M11.1.0",
        "EST5EDT,M3.6.0,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,M3.2,M11.1.0",
        "EST5EDT,J0,J365",
        "EST5EDT,J366,J1",
        "EST5EDT,366,1",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "EST5EDT,M3.2.0/-168,M11.1.0",
        "EST5EDT,M3.2.0/,M11.1.0",
        "EST5EDTX,M3.2.0;M11.1.0",
        "\xff\xff\xff"
        "0"}) {
    auto read = posix_tz::parse(text);
    EXPECT_EQ(read.code(), errc::bad_schedule) << text;
  }
  EXPECT_EQ(
    posix_tz::parse("ES\n5").failure().context,
    "time zone rule \"ES?5\": it begins with a name of three letters or more, or one in < >");
}

TEST(posix_tz, changes_that_do_not_take_turns_in_every_year_are_refused) {
  for (auto text :
       {"AAA0BBB,J100/0,J100/1",    // nothing between them
        "AAA0BBB,59/0,J60/1",       // nothing between them in three years of four
        "AAA0BBB,364/25,0/0",       // touching, but not in leap years
        "AAA0BBB,M3.5.0,M3.4.0/26", // sometimes one is first, sometimes the other
        "AAA0BBB,364/167,J1/0"})
    EXPECT_EQ(posix_tz::parse(text).code(), errc::bad_schedule) << text;
}

TEST(posix_tz, centuries_are_no_leap_years_but_every_fourth) {
  auto z = rule("EST5EDT,M3.2.0,M11.1.0");
  struct row {
    int year;
    unsigned march;
    unsigned november;
  };
  for (auto [y, march, november] :
       {row{2100, 14, 7},
        {2200, 9, 2},
        {2400, 12, 5},
        {9999, 14, 7},
        {1900, 11, 4},
        {-400, 12, 5}}) {
    auto begin = at(y, 3, march, 7h), end = at(y, 11, november, 6h);
    EXPECT_EQ(z.at(begin), (zone_period{begin, end, -4h})) << y;
    EXPECT_EQ(z.at(end - 1ms), (zone_period{begin, end, -4h})) << y;
  }
}

TEST(posix_tz, a_change_may_lie_outside_of_its_year) {
  // The second of 2026's changes is on 7 January 2027.
  auto z = rule("AAA0BBB,M7.1.0/0,J365/167");
  auto end = at(2027, 1, 6, 22h);
  EXPECT_EQ(z.at(at(2027, 1, 1)), (zone_period{at(2026, 7, 5), end, 1h}));
  EXPECT_EQ(z.at(end), (zone_period{end, at(2027, 7, 4), 0h}));
  // The first of 2027's is on 25 December 2026.
  auto early = rule("AAA0BBB,J1/-167,M7.1.0/1");
  EXPECT_EQ(early.at(at(2026, 12, 31)), (zone_period{at(2026, 12, 25, 1h), at(2027, 7, 4), 1h}));
}

TEST(posix_tz, it_holds_as_long_as_time_can_be_told) {
  auto z = rule("CET-1CEST,M3.5.0,M10.5.0/3");
  EXPECT_EQ(z.at(wall_time::min()).begin, wall_time::min());
  EXPECT_EQ(z.at(wall_time::max()).end, wall_time::max());
  // 400 years are 146,097 days.
  auto once = z.at(at(2026, 6, 1));
  for (auto n : {-700'000, -6, -1, 1, 20, 700'000}) {
    auto later = days{146'097} * n;
    auto then = z.at(at(2026, 6, 1) + later);
    EXPECT_EQ(then, (zone_period{once.begin + later, once.end + later, 2h})) << n;
  }
}

} // namespace

} // namespace takt
