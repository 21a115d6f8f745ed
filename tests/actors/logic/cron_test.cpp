#include "actors/logic/cron.hpp"

#include "actors/logic/civil.hpp"
#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

using namespace takt;
using namespace std::chrono_literals;

namespace {

wall_time at(const std::string& text) {
  auto t = from_rfc3339(text.size() == 16 ? text + ":00Z" : text + "Z");
  EXPECT_TRUE(t) << text;
  return t ? *t : wall_time{};
}

std::string next_of(const cron& c, wall_time after) {
  auto due = c.next(after);
  return due ? to_rfc3339(*due) : "none";
}

std::string error_of(std::string_view text) {
  auto c = cron::parse(text);
  if (c)
    return "accepted";
  EXPECT_EQ(c.code(), errc::bad_schedule);
  return c.failure().context;
}

struct row {
  std::string id, expression, after, first, second;
};

// Research, section 5.5: the UTC rows of today's dialect.
const std::vector<row> corpus = {
  {"A01", "*/15 * * * *", "2024-01-01T00:00", "2024-01-01T00:15", "2024-01-01T00:30"},
  {"A02", "7-59/13 * * * *", "2024-01-01T00:00", "2024-01-01T00:07", "2024-01-01T00:20"},
  {"A03", "5/20 * * * *", "2024-01-01T00:00", "2024-01-01T00:05", "2024-01-01T00:25"},
  {"A04", "*/7 * * * *", "2024-01-01T00:56", "2024-01-01T01:00", "2024-01-01T01:07"},
  {"A07", "0 0 * * 0", "2024-01-01T00:00", "2024-01-07T00:00", "2024-01-14T00:00"},
  {"A08", "0 0 * * 7", "2024-01-01T00:00", "2024-01-07T00:00", "2024-01-14T00:00"},
  {"A09", "0 0 * * 5-7", "2024-01-01T00:00", "2024-01-05T00:00", "2024-01-06T00:00"},
  {"A10", "0 0 * * sun,Tue", "2024-01-01T00:00", "2024-01-02T00:00", "2024-01-07T00:00"},
  {"A11", "0 0 1 JAN-MAR *", "2024-03-01T00:00", "2025-01-01T00:00", "2025-02-01T00:00"},
  {"A12", "0 0 * * SUN-TUE", "2024-01-01T00:00", "2024-01-02T00:00", "2024-01-07T00:00"},
  {"A20", "@daily", "2024-01-01T10:00", "2024-01-02T00:00", "2024-01-03T00:00"},
  {"A21", "@weekly", "2024-01-01T10:00", "2024-01-07T00:00", "2024-01-14T00:00"},
  {"A22", "@yearly", "2024-01-01T10:00", "2025-01-01T00:00", "2026-01-01T00:00"},
  {"hourly", "@HOURLY", "2024-01-01T10:00", "2024-01-01T11:00", "2024-01-01T12:00"},
  {"midnight", "@midnight", "2024-01-01T10:00", "2024-01-02T00:00", "2024-01-03T00:00"},
  {"annually", "@annually", "2024-01-01T10:00", "2025-01-01T00:00", "2026-01-01T00:00"},
  {"monthly", "@monthly", "2024-01-01T10:00", "2024-02-01T00:00", "2024-03-01T00:00"},
  {"B01", "0 0 13 * 5", "2024-01-01T00:00", "2024-01-05T00:00", "2024-01-12T00:00"},
  {"B03", "0 0 1-31 * 1", "2024-01-01T00:00", "2024-01-02T00:00", "2024-01-03T00:00"},
  {"B05", "0 0 1 * */2", "2024-01-01T00:00", "2024-01-02T00:00", "2024-01-04T00:00"},
  {"B and 29", "0 0 29 2 +1", "2024-01-01T00:00", "2044-02-29T00:00", "2072-02-29T00:00"},
  {"B and 13", "0 0 13 * +5", "2024-01-01T00:00", "2024-09-13T00:00", "2024-12-13T00:00"},
  {"B07", "0 0 1 * ?", "2024-01-01T00:00", "2024-02-01T00:00", "2024-03-01T00:00"},
  {"both ?", "0 0 ? * ?", "2024-01-01T00:00", "2024-01-02T00:00", "2024-01-03T00:00"},
  {"? day", "0 0 ? * 1", "2024-01-01T00:00", "2024-01-08T00:00", "2024-01-15T00:00"},
  {"C01", "0 0 29 2 *", "2023-03-01T00:00", "2024-02-29T00:00", "2028-02-29T00:00"},
  {"C02", "0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00", "2108-02-29T00:00"},
  {"C05", "0 0 31 * *", "2024-01-31T12:00", "2024-03-31T00:00", "2024-05-31T00:00"},
  {"C07", "0 0 L * *", "2023-02-01T00:00", "2023-02-28T00:00", "2023-03-31T00:00"},
  {"C09", "0 0 L-3 * *", "2024-01-01T00:00", "2024-01-28T00:00", "2024-02-26T00:00"},
  {"C11", "0 0 15W * *", "2024-06-01T00:00", "2024-06-14T00:00", "2024-07-15T00:00"},
  {"C13", "0 0 31W * *", "2024-06-01T00:00", "2024-07-31T00:00", "2024-08-30T00:00"},
  {"C15", "0 0 * * 5#3", "2024-01-01T00:00", "2024-01-19T00:00", "2024-02-16T00:00"},
  {"C17", "0 0 * * 5#5", "2024-01-01T00:00", "2024-03-29T00:00", "2024-05-31T00:00"},
  {"C19", "0 0 29 2 */7", "2024-01-01T00:00", "2024-02-04T00:00", "2024-02-11T00:00"},
  {"E01", "*/10 * * * * *", "2024-01-01T00:00", "2024-01-01T00:00:10", "2024-01-01T00:00:20"},
  {"E04", "0 0 0 1 1 ? 2030", "2024-01-01T00:00", "2030-01-01T00:00", "none"},
  {"E05", "0 0 0 29 2 ? 2025-2031", "2024-03-01T00:00", "2028-02-29T00:00", "none"},
  {"E06", "0 0 0 1 1 ? 2020", "2024-01-01T00:00", "none", "none"},
  {"E02", "59 59 23 31 12 *", "2024-01-01T00:00", "2024-12-31T23:59:59", "2025-12-31T23:59:59"},
  {"E03", "0 0 12 * * MON-FRI", "2024-01-05T13:00", "2024-01-08T12:00", "2024-01-09T12:00"},
  {"blanks", " \t0  12 *\t* * ", "2024-01-05T13:00", "2024-01-06T12:00", "2024-01-07T12:00"},
  {"zeros", "05 007 * * *", "2024-01-05T13:00", "2024-01-06T07:05", "2024-01-07T07:05"},
  {"FRI-SUN", "0 0 * * FRI-SUN", "2024-01-05T13:00", "2024-01-06T00:00", "2024-01-07T00:00"},
  {"7-2", "0 0 * * 7-2", "2024-01-03T00:00", "2024-01-07T00:00", "2024-01-08T00:00"},
  {"7-7", "0 0 * * 7-7", "2024-01-03T00:00", "2024-01-07T00:00", "2024-01-14T00:00"},
  {"7/3", "0 0 * * 7/3", "2024-01-03T00:00", "2024-01-06T00:00", "2024-01-07T00:00"},
  {"the seed's", "*/30 * * * * *", "2024-01-01T00:00", "2024-01-01T00:00:30", "2024-01-01T00:01"},
};

struct wrong {
  std::string expression, error;
};

const std::string shapes =
  "5 fields (minute, hour, day of month, month, day of week), 6 with leading seconds or 7 with a "
  "trailing year as well are needed";
const std::string macros =
  "is not known (@hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually)";

const std::vector<wrong> errors = {
  {"", "is empty; " + shapes},
  {"  \t ", "is empty; " + shapes},
  {"*", "has 1 field; " + shapes},
  {"* * * *", "has 4 fields; " + shapes},
  {"0 0 0 1 1 ? 2030 *", "has 8 fields; " + shapes},
  {std::string(300, '*'), "has 300 bytes, at most 255 are allowed"},
  {"@reboot",
   "@reboot at column 1 is no time of a calendar; no machine's start is known to a scheduler of "
   "many"},
  {"  @every 1h30m ",
   "@every 1h30m at column 3 is an interval, not a cron expression; give the job an interval "
   "instead"},
  {"@fortnightly", "@fortnightly at column 1 " + macros},
  {"@daily 5", "@daily 5 at column 1 " + macros},
  {"60 * * * *", "minute: 60 at column 1 is out of range (0-59)"},
  {"0 24 * * *", "hour: 24 at column 3 is out of range (0-23)"},
  {"0 0 0 * *", "day of month: 0 at column 5 is out of range (1-31)"},
  {"0 0 32 * *", "day of month: 32 at column 5 is out of range (1-31)"},
  {"0 0 1 13 *", "month: 13 at column 7 is out of range (1-12 or JAN-DEC)"},
  {"0 0 1 0 *", "month: 0 at column 7 is out of range (1-12 or JAN-DEC)"},
  {"0 0 * * 8", "day of week: 8 at column 9 is out of range (0-7 or SUN-SAT)"},
  {"61 0 0 * * *", "second: 61 at column 1 is out of range (0-59)"},
  {"99999999999999999999 * * * *",
   "minute: 99999999999999999999 at column 1 is out of range (0-59)"},
  {"0-60 * * * *", "minute: 60 at column 3 is out of range (0-59)"},
  {"1,2,70 * * * *", "minute: 70 at column 5 is out of range (0-59)"},
  {"1,2,,3 * * * *", "minute: empty list item at column 5 (0-59)"},
  {",3 * * * *", "minute: empty list item at column 1 (0-59)"},
  {"3, * * * *", "minute: empty list item at column 3 (0-59)"},
  {"0 3, * * *", "hour: empty list item at column 5 (0-23)"},
  {"*/0 * * * *", "minute: step 0 at column 3 is out of range (1-60)"},
  {"*/61 * * * *", "minute: step 61 at column 3 is out of range (1-60)"},
  {"0 */25 * * *", "hour: step 25 at column 5 is out of range (1-24)"},
  {"0 0 * * 1/8", "day of week: step 8 at column 11 is out of range (1-7)"},
  {"*/ * * * *", "minute: step \"\" at column 3 is not a number (1-60)"},
  {"*/x * * * *", "minute: step \"x\" at column 3 is not a number (1-60)"},
  {"*/2/3 * * * *", "minute: step \"2/3\" at column 3 is not a number (1-60)"},
  {"*/-2 * * * *", "minute: step \"-2\" at column 3 is not a number (1-60)"},
  {"/5 * * * *", "minute: \"/5\" at column 1 is not understood (0-59)"},
  {"-5 * * * *", "minute: \"-5\" at column 1 is not understood (0-59)"},
  {"5- * * * *", "minute: \"5-\" at column 1 is not understood (0-59)"},
  {"1-5-7 * * * *", "minute: \"1-5-7\" at column 1 is not understood (0-59)"},
  {"+5 * * * *", "minute: \"+5\" at column 1 is not understood (0-59)"},
  {"1.5 * * * *", "minute: \"1.5\" at column 1 is not understood (0-59)"},
  {"x * * * *", "minute: \"x\" at column 1 is not understood (0-59)"},
  {"*5 * * * *", "minute: \"*5\" at column 1 is not understood (0-59)"},
  {"*-5 * * * *", "minute: \"*-5\" at column 1 is not understood (0-59)"},
  {"JAN * * * *", "minute: \"JAN\" at column 1 is not understood (0-59)"},
  {"0 0 1 MON *", "month: \"MON\" at column 7 is not understood (1-12 or JAN-DEC)"},
  {"0 0 1 JANUARY *", "month: \"JANUARY\" at column 7 is not understood (1-12 or JAN-DEC)"},
  {"0 0 * * FUN", "day of week: \"FUN\" at column 9 is not understood (0-7 or SUN-SAT, 5L or 5#3)"},
  {"? * * * *", "minute: ? at column 1 belongs only in the day fields (0-59)"},
  {"0 0 1 ? *", "month: ? at column 7 belongs only in the day fields (1-12 or JAN-DEC)"},
  {"0 0 ?/2 * *", "day of month: ? at column 5 stands alone, without list or step"},
  {"0 0 * * 1,?", "day of week: ? at column 11 stands alone, without list or step"},
  {"1\xef\xbc\x8c"
   "2 * * * *",
   "minute: \"1\\xef\\xbc\\x8c2\" at column 1 is not understood (0-59)"},
  {"0\n0 * * * *", "minute: \"0\\x0a0\" at column 1 is not understood (0-59)"},
  {std::string(50, 'z') + " * * * *",
   "minute: \"" + std::string(40, 'z') + "...\" at column 1 is not understood (0-59)"},
  {"0 22-2 * * *", "hour: 22-2 at column 3 descends; write 22-23,0-2"},
  {"0 23-0 * * *", "hour: 23-0 at column 3 descends; write 23,0"},
  {"59-1 * * * *", "minute: 59-1 at column 1 descends; write 59,0-1"},
  {"0 1,20-4/2 * * *", "hour: 20-4 at column 5 descends; write 20,22,0,2,4"},
  {"0 0 * * FRI-MON", "day of week: FRI-MON at column 9 descends; write FRI-SAT,SUN-MON"},
  {"0 0 * * 5-1", "day of week: 5-1 at column 9 descends; write 5-6,0-1"},
  {"0 0 * * 5-0", "day of week: 5-0 at column 9 descends; write 5-6,0"},
  {"0 0 1 nov-feb *", "month: nov-feb at column 7 descends; write NOV-DEC,JAN-FEB"},
  {"0 0 1 11-2/2 *", "month: 11-2 at column 7 descends; write 11,1"},
  {"0 0 30 2 *", "day of month: 30 at column 5 never comes in month 2 at column 8"},
  {"0 0 0 31 4,JUN,9-11/2 *",
   "day of month: 31 at column 7 never comes in month 4,JUN,9-11/2 at column 10"},
  {"0 0 30,31 FEB ?", "day of month: 30,31 at column 5 never comes in month FEB at column 11"},
};

} // namespace

TEST(cron, every_row_of_the_corpus_has_its_next_two_dues) {
  auto expected = [](const std::string& t) { return t == "none" ? t : to_rfc3339(at(t)); };
  for (const auto& r : corpus) {
    auto c = cron::parse(r.expression);
    ASSERT_TRUE(c) << r.id << ": " << c.failure().message();
    EXPECT_EQ(next_of(*c, at(r.after)), expected(r.first)) << r.id;
    if (r.first != "none") {
      EXPECT_EQ(next_of(*c, at(r.first)), expected(r.second)) << r.id;
    }
  }
}

TEST(cron, errors_name_the_field_the_value_the_column_and_what_is_allowed) {
  for (const auto& w : errors)
    EXPECT_EQ(error_of(w.expression), "cron_spec: " + w.error) << w.expression;
}

TEST(cron, the_hint_of_a_descending_range_is_itself_accepted) {
  for (std::string good : {"0 22-23,0-2 * * *", "0 0 * * FRI-SAT,SUN-MON", "0 20,22,0,2,4 * * *"})
    EXPECT_EQ(error_of(good), "accepted") << good;
}

TEST(cron, steps_up_to_the_whole_field_are_accepted) {
  for (std::string good : {"*/60 * * * *", "0 */24 * * *", "0 0 */31 * *", "0 0 1 */12 *"})
    EXPECT_EQ(error_of(good), "accepted") << good;
}

TEST(cron, next_is_strictly_after_also_between_seconds) {
  auto c = *cron::parse("* * * * * *");
  auto t = at("2024-01-01T00:00");
  EXPECT_EQ(*c.next(t), t + 1s);
  EXPECT_EQ(*c.next(t + 1ms), t + 1s);
  EXPECT_EQ(*c.next(t + 999ms), t + 1s);
  EXPECT_EQ(*c.next(t - 1ms), t);
}

TEST(cron, instants_before_1970_are_instants_too) {
  auto c = *cron::parse("0 0 29 2 *");
  using namespace std::chrono;
  EXPECT_EQ(*c.next(wall_from_ms(-1'000'000'000'000)), (sys_days{year{1940} / 2 / 29}));
  EXPECT_EQ(*c.next(sys_days{year{1896} / 3 / 1}), (sys_days{year{1904} / 2 / 29}));
}

TEST(cron, the_only_end_is_the_calendars) {
  auto c = *cron::parse("59 59 23 31 12 *");
  EXPECT_EQ(*c.next(calendar_end - 2s), calendar_end - 1s);
  EXPECT_EQ(c.next(calendar_end - 1s), std::nullopt);
  EXPECT_EQ(c.next(calendar_end - 1ms), std::nullopt);
  EXPECT_EQ(c.next(wall_time::max()), std::nullopt);
  EXPECT_EQ(*c.next(wall_time::min()), *c.next(calendar_begin));
  auto midnight = *cron::parse("0 0 1 1 *");
  EXPECT_EQ(*midnight.next(calendar_begin - 1s), calendar_begin);
}

TEST(cron, all_97_leap_days_of_400_years_are_found_and_nothing_else) {
  auto c = *cron::parse("0 0 29 2 *");
  using namespace std::chrono;
  int found = 0;
  for (auto t = c.next(sys_days{year{2000} / 1 / 1}); t && *t < sys_days{year{2400} / 1 / 1};
       t = c.next(*t)) {
    year_month_day d{floor<days>(*t)};
    EXPECT_EQ(d, d.year() / 2 / 29);
    ++found;
  }
  EXPECT_EQ(found, 97);
}
