#include "actors/logic/cron_import.hpp"

#include "actors/logic/cron.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>

namespace takt {
namespace {

using namespace std::chrono;

TEST(cron_import_test, is_written_in_our_words) {
  struct row {
    const char* theirs;
    const char* ours;
  } rows[] = {
    {"0 0 12 * * ?", "0 0 12 * * ?"},
    {"0 15 10 ? * *", "0 15 10 ? * *"},
    {"0 15 10 * * ? 2035", "0 15 10 * * ? 2035"},
    {"0 0/5 14,18 * * ?", "0 0/5 14,18 * * ?"},
    {"0 10,44 14 ? 3 WED", "0 10,44 14 ? 3 WED"},
    {"0 15 10 ? * 2-6", "0 15 10 ? * MON-FRI"},
    {"0 15 10 ? * mon-fri", "0 15 10 ? * MON-FRI"},
    {"0 15 10 ? * 1,7", "0 15 10 ? * SUN,SAT"},
    {"0 0 0 L * ?", "0 0 0 L * ?"},
    {"0 0 0 L-3 * ?", "0 0 0 L-3 * ?"},
    {"0 0 0 l-0 * ?", "0 0 0 L * ?"},
    {"0 0 0 LW * ?", "0 0 0 LW * ?"},
    {"0 0 0 15W * ?", "0 0 0 15W * ?"},
    {"0 0 0 15,LW * ?", "0 0 0 15,LW * ?"},
    {"0 15 10 ? * 6L", "0 15 10 ? * FRIL"},
    {"0 15 10 ? * fril", "0 15 10 ? * FRIL"},
    {"0 15 10 ? * 7L", "0 15 10 ? * SATL"},
    {"0 15 10 ? * L", "0 15 10 ? * SAT"},
    {"0 15 10 ? * 6#3", "0 15 10 ? * FRI#3"},
    {"0 15 10 ? * 1#1", "0 15 10 ? * SUN#1"},
    {"0 0 22-2 * * ?", "0 0 22-23,0-2 * * ?"},
    {"0 0 23-0 * * ?", "0 0 23,0 * * ?"},
    {"0 0 0 ? * FRI-MON", "0 0 0 ? * FRI-SAT,SUN-MON"},
    {"0 0 0 ? * 6-2", "0 0 0 ? * FRI-SAT,SUN-MON"},
    {"0 0 0 28-3/2 * ?", "0 0 0 28,30,1,3 * ?"},
    {"0 50-10/7 * * * ?", "0 50,57,4 * * * ?"},
    {"0 0 0 1 nov-feb ?", "0 0 0 1 11-12,1-2 ?"},
    {"0 0 0 ? * 2/2", "0 0 0 ? * MON-SAT/2"},
    {"0 0 0 ? * 7/2", "0 0 0 ? * SAT"},
    {"0 0 0 ? * */2", "0 0 0 ? * */2"},
    {"0 /10 * * * ?", "0 */10 * * * ?"},
    {"0 0 0 1 1 ? 2030/3", "0 0 0 1 1 ? 2030-2099/3"},
    {"0 0 0 1 1 ? */4", "0 0 0 1 1 ? 1970-2099/4"},
    {"\t00  05 03 01 * ?  ", "0 5 3 1 * ?"},
  };
  for (const auto& r : rows)
    for (auto from : {cron_source::quartz, cron_source::xxl}) {
      auto ours = import_cron(from, r.theirs);
      ASSERT_TRUE(ours) << r.theirs << ": " << ours.failure().context;
      EXPECT_EQ(*ours, r.ours) << r.theirs;
      EXPECT_TRUE(cron::parse(*ours)) << *ours;
    }
}

TEST(cron_import_test, what_is_refused_is_named_with_its_place_in_the_original) {
  struct row {
    const char* theirs;
    const char* why;
  } rows[] = {
    {"",
     "has 0 fields; 6 (second, minute, hour, day of month, month, day of week) or 7 (and year) "
     "are needed"},
    {"0 0 * * ?",
     "has 5 fields; 6 (second, minute, hour, day of month, month, day of week) or 7 "
     "(and year) are needed"},
    {"@daily",
     "has 1 field; 6 (second, minute, hour, day of month, month, day of week) or 7 (and "
     "year) are needed"},
    {"0 0 0 * * *",
     "day of week: \"*\" at column 11 stands beside \"*\" as day of month: exactly "
     "one of the two must be ?"},
    {"0 0 0 ? * ?",
     "day of week: \"?\" at column 11 stands beside \"?\" as day of month: exactly "
     "one of the two must be ?"},
    {"0 0 0 13 * 6",
     "day of week: \"6\" at column 12 stands beside \"13\" as day of month: "
     "exactly one of the two must be ?"},
    {"0 0 0 ? * 0",
     "day of week: \"0\" at column 11 is out of range (1-7 or SUN-SAT, 1 is Sunday)"},
    {"0 0 0 ? * 2-8",
     "day of week: \"8\" at column 13 is out of range (1-7 or SUN-SAT, 1 is "
     "Sunday)"},
    {"0 0 24 * * ?", "hour: \"24\" at column 5 is out of range (0-23)"},
    {"0 */60 * * * ?", "minute: \"60\" at column 5 is out of range for a step (1-59)"},
    {"0 */0 * * * ?", "minute: \"0\" at column 5 is out of range for a step (1-59)"},
    {"0 5/x * * * ?", "minute: \"x\" at column 5 is no step (1-59)"},
    {"0 0 0 5C * ?",
     "day of month: \"5C\" at column 7 counts in one of Quartz's calendars, which "
     "has no like here"},
    {"0 0 0 L-3W * ?",
     "day of month: \"L-3W\" at column 7 has no like here: write the weekday "
     "nearest to a given day, as 28W"},
    {"0 0 0 32W * ?", "day of month: \"32\" at column 7 is out of range (1-31)"},
    {"0 0 0 1,,2 * ?", "day of month: \"\" at column 9 is an empty list item (1-31)"},
    {"0 0 ? * * ?", "hour: \"?\" at column 5 belongs in the day fields"},
    {"0 0 0 1,? * 2", "day of month: \"?\" at column 9 is not understood: ? stands alone"},
    {"0 0 0 1 foo ?", "month: \"foo\" at column 9 is not understood (1-12 or JAN-DEC)"},
    {"0 0 0 ? * MON-FRI/2",
     "day of week: \"MON-FRI/2\" at column 11 has a step after a name, which "
     "Quartz ignores: use numbers"},
    {"0 0 0 ? * Mon-6", "day of week: \"Mon-6\" at column 11 mixes a name and a number"},
    {"0 0 0 ? * 2,6L",
     "day of week: \"6L\" at column 13 stands alone: Quartz takes no list with L "
     "or #"},
    {"0 0 0 ? * 2#6", "day of week: \"6\" at column 13 is not understood after # (1-5)"},
    {"0 0 0 1 1 ? 1969", "year: \"1969\" at column 13 is out of range (1970-2099)"},
    {"0 0 0 1 1 ? 2035-2030", "year: \"2035-2030\" at column 13 descends"},
  };
  for (const auto& r : rows) {
    auto quartz = import_cron(cron_source::quartz, r.theirs);
    auto xxl = import_cron(cron_source::xxl, r.theirs);
    ASSERT_FALSE(quartz) << r.theirs << " became " << *quartz;
    EXPECT_EQ(quartz.code(), errc::bad_schedule);
    EXPECT_EQ(quartz.failure().context, std::string{"quartz: "} + r.why);
    EXPECT_EQ(xxl.failure().context, std::string{"xxl: "} + r.why);
  }
}

TEST(cron_import_test, a_date_that_never_comes_is_refused_here) {
  auto never = import_cron(cron_source::quartz, "0 0 0 30 2 ?");
  ASSERT_FALSE(never);
  EXPECT_THAT(never.failure().context, testing::StartsWith("quartz: as \"0 0 0 30 2 ?\": "));
}

// -- the same days ----------------------------------------------------------------------

/// The days of 2024 on which Quartz fires, by its documentation, taken literally.
std::set<local_days> quartz_days(auto fires) {
  std::set<local_days> days;
  for (local_days d{year{2024} / 1 / 1}; d < local_days{year{2025} / 1 / 1};
       d += std::chrono::days{1})
    if (fires(year_month_day{d}, static_cast<int>(weekday{d}.c_encoding()) + 1))
      days.insert(d);
  return days;
}

std::set<local_days> our_days(const std::string& theirs) {
  auto ours = import_cron(cron_source::quartz, theirs);
  EXPECT_TRUE(ours) << theirs << ": " << (ours ? "" : ours.failure().context);
  std::set<local_days> days;
  if (!ours)
    return days;
  auto parsed = cron::parse(*ours).value();
  local_seconds from{local_days{year{2024} / 1 / 1}}, end{local_days{year{2025} / 1 / 1}};
  for (auto t = parsed.first_match(from); t && *t < end; t = parsed.first_match(*t + seconds{1}))
    days.insert(floor<std::chrono::days>(*t));
  return days;
}

unsigned day_of(const year_month_day& d) {
  return static_cast<unsigned>(d.day());
}

unsigned length_of(const year_month_day& d) {
  return static_cast<unsigned>((d.year() / d.month() / last).day());
}

TEST(cron_import_test, weekdays_mean_the_same_days) {
  for (int first = 1; first <= 7; ++first) {
    auto one = std::to_string(first);
    EXPECT_EQ(our_days("0 0 0 ? * " + one), quartz_days([&](auto, int w) { return w == first; }));
    EXPECT_EQ(our_days("0 0 0 ? * " + one + "L"), quartz_days([&](auto d, int w) {
                return w == first && day_of(d) + 7 > length_of(d);
              }));
    for (unsigned n = 1; n <= 5; ++n)
      EXPECT_EQ(
        our_days("0 0 0 ? * " + one + "#" + std::to_string(n)),
        quartz_days([&](auto d, int w) { return w == first && (day_of(d) - 1) / 7 + 1 == n; }));
    for (int last = 1; last <= 7; ++last)
      for (int step = 1; step <= 3; ++step) {
        auto text = one + "-" + std::to_string(last) + "/" + std::to_string(step);
        auto end = last < first ? last + 7 : last;
        EXPECT_EQ(our_days("0 0 0 ? * " + text), quartz_days([&](auto, int w) {
                    for (int n = first; n <= end; n += step)
                      if ((n - 1) % 7 + 1 == w)
                        return true;
                    return false;
                  }))
          << text;
      }
  }
}

TEST(cron_import_test, days_of_the_month_mean_the_same_days) {
  EXPECT_EQ(our_days("0 0 0 L-3 * ?"), quartz_days([](auto d, int) {
              return day_of(d) + 3 == length_of(d);
            }));
  std::mt19937 random{3};
  for (int i = 0; i < 60; ++i) {
    auto first = 1 + static_cast<int>(random() % 31), last = 1 + static_cast<int>(random() % 31);
    auto step = 1 + static_cast<int>(random() % 6);
    auto text = std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(step);
    auto end = last < first ? last + 31 : last;
    EXPECT_EQ(our_days("0 0 0 " + text + " * ?"), quartz_days([&](auto d, int) {
                for (int n = first; n <= end; n += step)
                  if ((n - 1) % 31 + 1 == static_cast<int>(day_of(d)))
                    return true;
                return false;
              }))
      << text;
  }
}

} // namespace
} // namespace takt
