// What each construct of the dialect becomes, and what H stands for.
#include "actors/logic/cron_fields.hpp"

#include "actors/logic/cron.hpp"
#include "actors/logic/cron_hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace takt;

namespace {

cron_fields fields_of(const std::string& text, uint64_t seed = 0) {
  auto parsed = parse_cron_expression(text, seed);
  EXPECT_TRUE(parsed) << text << ": " << parsed.failure().context;
  return parsed ? parsed->fields : cron_fields{};
}

std::string error_of(std::string_view text) {
  auto c = cron::parse(text);
  if (c)
    return "accepted";
  EXPECT_EQ(c.code(), errc::bad_schedule);
  return c.failure().context;
}

/// The values of a set of bits.
std::vector<int> values(uint64_t bits) {
  std::vector<int> out;
  for (int n = 0; n < 64; ++n)
    if (bits >> n & 1)
      out.push_back(n);
  return out;
}

std::vector<int> years(const cron_fields& f) {
  std::vector<int> out;
  for (int n = 0; n < 256; ++n)
    if (f.years[static_cast<size_t>(n / 64)] >> (n % 64) & 1)
      out.push_back(cron_first_year + n);
  return out;
}

std::string codes(std::string_view text) {
  auto c = cron::parse(text, 7);
  EXPECT_TRUE(c) << text;
  std::string out;
  for (const auto& lint : c->lints()) {
    EXPECT_FALSE(lint.text.empty());
    out += (out.empty() ? "" : " ") + lint.code;
  }
  return out;
}

using numbers = std::vector<int>;

} // namespace

TEST(cron_fields, five_six_and_seven_fields) {
  auto five = fields_of("5 4 3 2 1");
  auto six = fields_of("6 5 4 3 2 1");
  auto seven = fields_of("6 5 4 3 2 1 2030-2032,2040");
  EXPECT_EQ(values(five.seconds), numbers{0});
  EXPECT_EQ(values(six.seconds), numbers{6});
  EXPECT_EQ(values(six.minutes), numbers{5});
  EXPECT_EQ(values(six.hours), numbers{4});
  EXPECT_EQ(values(six.days), numbers{3});
  EXPECT_EQ(values(six.months), numbers{2});
  EXPECT_EQ(values(six.weekdays), numbers{1});
  EXPECT_TRUE(five.any_year && six.any_year);
  EXPECT_FALSE(seven.any_year);
  EXPECT_EQ(years(seven), (numbers{2030, 2031, 2032, 2040}));
}

TEST(cron_fields, a_star_for_the_year_is_any_year_and_a_step_stays_within_the_range) {
  EXPECT_EQ(fields_of("0 0 0 1 1 ? *"), fields_of("0 0 0 1 1 ?"));
  auto f = fields_of("0 0 0 1 1 ? */100");
  EXPECT_FALSE(f.any_year);
  EXPECT_EQ(years(f), (numbers{1970, 2070, 2170}));
  EXPECT_EQ(years(fields_of("0 0 0 1 1 ? 2190/4")), (numbers{2190, 2194, 2198}));
  EXPECT_EQ(years(fields_of("0 0 0 1 1 ? 1970,2199")), (numbers{1970, 2199}));
}

TEST(cron_fields, last_days_and_nearest_weekdays) {
  auto f = fields_of("0 0 1,15W,L,L-3,LW,31W,L-30 * *");
  EXPECT_EQ(values(f.days), numbers{1});
  EXPECT_EQ(values(f.days_before_last), (numbers{0, 3, 30}));
  EXPECT_EQ(values(f.nearest_weekdays), (numbers{15, 31}));
  EXPECT_TRUE(f.last_weekday_of_month);
  EXPECT_EQ(f.day_rule, cron_day_rule::by_day);
  EXPECT_EQ(fields_of("0 0 L-0 * *"), fields_of("0 0 L * *"));
}

TEST(cron_fields, nth_and_last_weekdays) {
  auto f = fields_of("0 0 * * MON#2,7#5,FRIL,0L,3");
  EXPECT_EQ(values(f.weekdays), numbers{3});
  EXPECT_EQ(values(f.nth_weekdays), (numbers{1 * 7 + 1, 4 * 7 + 0}));
  EXPECT_EQ(values(f.last_weekdays), (numbers{0, 5}));
  EXPECT_EQ(f.day_rule, cron_day_rule::by_weekday);
  EXPECT_EQ(fields_of("0 0 * * fri#L"), fields_of("0 0 * * 5L"));
}

TEST(cron_fields, the_day_rule) {
  auto rule = [](const std::string& text) { return fields_of(text).day_rule; };
  EXPECT_EQ(rule("0 0 * * *"), cron_day_rule::by_day);
  EXPECT_EQ(rule("0 0 ? * ?"), cron_day_rule::by_day);
  EXPECT_EQ(rule("0 0 1 * ?"), cron_day_rule::by_day);
  EXPECT_EQ(rule("0 0 ? * 1"), cron_day_rule::by_weekday);
  EXPECT_EQ(rule("0 0 1 * 1"), cron_day_rule::either);
  EXPECT_EQ(rule("0 0 1-31 * 1"), cron_day_rule::either);
  EXPECT_EQ(rule("0 0 */2 * 1"), cron_day_rule::either);
  EXPECT_EQ(rule("0 0 1 * +1"), cron_day_rule::both);
  EXPECT_EQ(rule("0 0 * * +1"), cron_day_rule::by_weekday);
  EXPECT_EQ(rule("0 0 1 * +*"), cron_day_rule::by_day);
}

TEST(cron_fields, wild_is_a_minute_or_hour_that_begins_with_a_star_or_is_h_with_a_step) {
  for (auto* wild :
       {"* 2 * * *", "*/30 2 * * *", "5 * * * *", "5 */2 * * *", "H/15 2 * * *", "5 H/2 * * *"})
    EXPECT_TRUE(fields_of(wild).wild) << wild;
  for (auto* fixed :
       {"0 2 * * *", "0-59 2 * * *", "0/30 2 * * *", "H H * * *", "H(0-29)/10 2 * * *",
        "* 0 2 * * *", "*/5 0 2 * * *", "H/5 0 2 * * *", "0 2 */2 */2 */2"})
    EXPECT_FALSE(fields_of(fixed).wild) << fixed;
}

// These numbers are in people's schedules: they can never change.
TEST(cron_hash, the_golden_numbers) {
  EXPECT_EQ(hash_seed_of(job_id{}), 0x88201fb960ff6465u);
  job_id some{};
  for (size_t i = 0; i < some.bytes.size(); ++i)
    some.bytes[i] = static_cast<uint8_t>(i);
  EXPECT_EQ(hash_seed_of(some), 0x7c84dc9477851775u);
  // The outputs of splitmix64 from 1234567, as its authors' program prints them.
  EXPECT_EQ(cron_hash(1234567, 0), 6457827717110365317u);
  EXPECT_EQ(cron_hash(1234567, 1), 3203168211198807973u);
  EXPECT_EQ(cron_hash(1234567, 2), 9817491932198370423u);
  EXPECT_EQ(cron_hash(1234567, 3), 4593380528125082431u);
  EXPECT_EQ(cron_hash(1234567, 4), 16408922859458223821u);
}

TEST(cron_hash, what_h_stands_for_is_the_number_of_its_field_modulo_its_range) {
  constexpr uint64_t seed = 1234567;
  auto f = fields_of("H H H H H H", seed);
  EXPECT_EQ(values(f.seconds), numbers{6457827717110365317u % 60});
  EXPECT_EQ(values(f.minutes), numbers{3203168211198807973u % 60});
  EXPECT_EQ(values(f.hours), numbers{9817491932198370423u % 24});
  EXPECT_EQ(values(f.days), numbers{1 + 4593380528125082431u % 28});
  EXPECT_EQ(values(f.months), numbers{1 + 16408922859458223821u % 12});
  EXPECT_EQ(values(f.weekdays), numbers{static_cast<int>(cron_hash(seed, 5) % 7)});
  EXPECT_EQ(
    values(fields_of("H(10-19) * * * *", seed).minutes), numbers{10 + 3203168211198807973u % 10});
  EXPECT_EQ(
    values(fields_of("H,7 * * * *", seed).minutes), (numbers{7, 3203168211198807973u % 60}));
}

TEST(cron_hash, h_with_a_step_begins_within_the_first_step_and_goes_on_to_the_end) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    auto offset = static_cast<int>(cron_hash(seed, 1) % 25);
    numbers expected;
    for (int n = offset; n < 60; n += 25)
      expected.push_back(n);
    EXPECT_EQ(values(fields_of("H/25 * * * *", seed).minutes), expected);
    auto within = values(fields_of("H(10-29)/10 * * * *", seed).minutes);
    EXPECT_EQ(within.size(), 2u);
    EXPECT_GE(within.front(), 10);
    EXPECT_LE(within.back(), 29);
    EXPECT_LE(values(fields_of("0 0 H/3 * *", seed).days).back(), 28);
    auto sunday_to = values(fields_of("0 0 * * H(5-7)", seed).weekdays);
    ASSERT_EQ(sunday_to.size(), 1u);
    EXPECT_TRUE(sunday_to[0] == 0 || sunday_to[0] >= 5) << sunday_to[0];
  }
}

TEST(cron_hash, seeds_spread_evenly_and_a_jobs_fields_differ) {
  std::array<int, 60> minutes{};
  int same = 0;
  for (uint64_t seed = 0; seed < 6000; ++seed) {
    auto f = fields_of("H H * * * *", seed);
    ++minutes[static_cast<size_t>(values(f.minutes)[0])];
    same += f.seconds == f.minutes;
  }
  auto [least, most] = std::minmax_element(minutes.begin(), minutes.end());
  EXPECT_GT(*least, 60);
  EXPECT_LT(*most, 150);
  EXPECT_LT(same, 200);
}

TEST(cron_fields, what_belongs_elsewhere_is_refused_in_words) {
  struct row {
    std::string expression, error;
  };
  const std::string minute = " is not understood (0-59)";
  const std::string day = " is not understood (1-31, L, L-3, LW or 15W)";
  const std::string weekday = " is not understood (0-7 or SUN-SAT, 5L or 5#3)";
  const std::vector<row> rows = {
    {"L * * * *", "minute: \"L\" at column 1" + minute},
    {"5W * * * *", "minute: \"5W\" at column 1" + minute},
    {"1#2 * * * *", "minute: \"1#2\" at column 1" + minute},
    {"0 0 l * *", "day of month: \"l\" at column 5" + day},
    {"0 0 W * *", "day of month: \"W\" at column 5" + day},
    {"0 0 5L * *", "day of month: \"5L\" at column 5" + day},
    {"0 0 1#2 * *", "day of month: \"1#2\" at column 5" + day},
    {"0 0 1-15W * *", "day of month: \"1-15W\" at column 5" + day},
    {"0 0 L-3W * *", "day of month: L-\"3W\" at column 7 is not a number (0-30)"},
    {"0 0 L-31 * *", "day of month: L-31 at column 7 is out of range (0-30)"},
    {"0 0 L- * *", "day of month: L-\"\" at column 7 is not a number (0-30)"},
    {"0 0 0W * *", "day of month: 0 at column 5 is out of range (1-31)"},
    {"0 0 1,32W * *", "day of month: 32 at column 7 is out of range (1-31)"},
    {"0 0 L/2 * *", "day of month: L/2 at column 5 is one day, which takes no step"},
    {"0 0 15W/2 * *", "day of month: 15W/2 at column 5 is one day, which takes no step"},
    {"0 0 1-L * *", "day of month: \"1-L\" at column 5" + day},
    {"0 0 +1 * MON", "day of month: \"+1\" at column 5" + day},
    {"0 0 1 JANL *", "month: \"JANL\" at column 7 is not understood (1-12 or JAN-DEC)"},
    {"0 0 * * L", "day of week: \"L\" at column 9" + weekday},
    {"0 0 * * 5W", "day of week: \"5W\" at column 9" + weekday},
    {"0 0 * * MON-FRIL", "day of week: \"MON-FRIL\" at column 9" + weekday},
    {"0 0 * * FUNL", "day of week: \"FUNL\" at column 9" + weekday},
    {"0 0 * * 8L", "day of week: 8 at column 9 is out of range (0-7 or SUN-SAT)"},
    {"0 0 * * MON#6", "day of week: #6 at column 13 is out of range (1-5)"},
    {"0 0 * * MON#0", "day of week: #0 at column 13 is out of range (1-5)"},
    {"0 0 * * MON#", "day of week: #\"\" at column 13 is not a number (1-5)"},
    {"0 0 * * 1,#2", "day of week: \"#2\" at column 11" + weekday},
    {"0 0 * * MON#2/2", "day of week: MON#2/2 at column 9 is one day, which takes no step"},
    {"0 0 1 * +", "day of week: empty list item at column 10 (0-7 or SUN-SAT)"},
    {"0 0 1 * ++1", "day of week: \"+1\" at column 10" + weekday},
    {"0 0 1 * 1,+2", "day of week: \"+2\" at column 11" + weekday},
    {"h * * * *", "minute: \"h\" at column 1" + minute},
    {"H5 * * * *", "minute: \"H5\" at column 1" + minute},
    {"H(5) * * * *", "minute: \"H(5)\" at column 1" + minute},
    {"H(1-5 * * * *", "minute: \"H(1-5\" at column 1" + minute},
    {"H() * * * *", "minute: \"H()\" at column 1" + minute},
    {"H(-) * * * *", "minute: \"-\" at column 3" + minute},
    {"H(1-60) * * * *", "minute: 60 at column 5 is out of range (0-59)"},
    {"H(9-5) * * * *", "minute: 9-5 at column 3 descends; a range there must ascend"},
    {"H/0 * * * *", "minute: step 0 at column 3 is out of range (1-60)"},
    {"H/61 * * * *", "minute: step 61 at column 3 is out of range (1-60)"},
    {"H(0-9)/11 * * * *", "minute: step 11 at column 8 is out of range (1-10)"},
    {"0 0 H/29 * *", "day of month: step 29 at column 7 is out of range (1-28)"},
    {"H-5 * * * *", "minute: \"H-5\" at column 1" + minute},
    {"0 0 0 1 1 ? H", "year: \"H\" at column 13 is not understood (1970-2199)"},
    {"0 0 0 1 1 ? ?", "year: ? at column 13 belongs only in the day fields (1970-2199)"},
    {"0 0 0 1 1 ? 1969", "year: 1969 at column 13 is out of range (1970-2199)"},
    {"0 0 0 1 1 ? 2200", "year: 2200 at column 13 is out of range (1970-2199)"},
    {"0 0 0 1 1 ? 2030-2020", "year: 2030-2020 at column 13 descends; a range there must ascend"},
    {"0 0 0 1 1 ? */231", "year: step 231 at column 15 is out of range (1-230)"},
  };
  for (const auto& r : rows)
    EXPECT_EQ(error_of(r.expression), "cron_spec: " + r.error) << r.expression;
}

TEST(cron_fields, dates_that_never_come_are_refused) {
  const std::vector<std::pair<std::string, std::string>> rows = {
    {"0 0 L-30 2 *", "day of month: L-30 at column 5 never comes in month 2 at column 10"},
    {"0 0 31W 2,4 *", "day of month: 31W at column 5 never comes in month 2,4 at column 9"},
    {"0 0 31 4,6,9,11 *", "day of month: 31 at column 5 never comes in month 4,6,9,11 at column 8"},
    {"0 0 0 29 2 ? 2025-2027",
     "day of month: 29 at column 7 never comes in month 2 at column 10, year 2025-2027 at column "
     "14"},
    {"0 0 0 ? 2 MON#5 2025",
     "day of week: MON#5 at column 11 never comes in month 2 at column 9, year 2025 at column 17"},
    {"0 0 0 30 2 MON#5 2025",
     "day of month: 30 at column 7 or day of week MON#5 at column 12 never comes in month 2 at "
     "column 10, year 2025 at column 18"},
    {"0 0 1-7 * +MON#2",
     "day of month: 1-7 at column 5 together with day of week +MON#2 at column 11 never comes in "
     "month * at column 9"},
  };
  for (const auto& [expression, error] : rows)
    EXPECT_EQ(error_of(expression), "cron_spec: " + error) << expression;
  for (auto* good :
       {"0 0 0 29 2 ? 2025-2028", "0 0 0 1 1 ? 1970", "0 0 30 2 MON", "0 0 L-29 * *",
        "0 0 29 2 +MON#5", "0 0 0 29 2 +SAT#5 2020-2060"})
    EXPECT_EQ(error_of(good), "accepted") << good;
}

TEST(cron_fields, lints_name_what_deserves_a_second_look) {
  EXPECT_EQ(codes("*/15 2 * * MON-FRI"), "");
  EXPECT_EQ(codes("0 0 13 * 5"), "dom_and_dow");
  EXPECT_EQ(codes("0 0 13 * +5"), "");
  EXPECT_EQ(codes("0 0 13 * ?"), "");
  EXPECT_EQ(codes("0 0 */5 * MON"), "step_and_or short_cycle");
  EXPECT_EQ(codes("0 0 1 * */7"), "step_and_or");
  EXPECT_EQ(codes("0 0 */31 * *"), "");
  EXPECT_EQ(codes("*/7 * * * *"), "short_cycle");
  EXPECT_EQ(codes("H/7 * * * *"), "short_cycle");
  EXPECT_EQ(codes("5/20 * * * *"), "");
  EXPECT_EQ(codes("*/45 * * * *"), "short_cycle");
  EXPECT_EQ(codes("30/7 * * * *"), "");
  EXPECT_EQ(codes("0-30/7 * * * *"), "");
  EXPECT_EQ(codes("0 */5 * * *"), "short_cycle");
  EXPECT_EQ(codes("0 0 1 */5 *"), "short_cycle");
  EXPECT_EQ(codes("0 0 H/3 * *"), "short_cycle");
  EXPECT_EQ(codes("* 0 3 * * *"), "seconds_every");
  EXPECT_EQ(codes("* * * * * *"), "seconds_every");
  EXPECT_EQ(codes("* * * * *"), "");
  auto c = cron::parse("*/7 * * * *");
  ASSERT_EQ(c->lints().size(), 1u);
  EXPECT_EQ(
    c->lints()[0].text,
    "minute: a step of 7 does not divide the minutes of an hour, so that the "
    "last stretch before they begin again is shorter than the others");
}

TEST(cron_fields, the_pieces_stand_where_they_were_written) {
  auto e = parse_cron_expression(" 1  2\t3 4 +5");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->pieces[1].text, "1");
  EXPECT_EQ(e->pieces[1].column, 2u);
  EXPECT_EQ(e->pieces[5].text, "+5");
  EXPECT_EQ(e->pieces[5].column, 11u);
  EXPECT_EQ(e->pieces[0].text, "0");
  EXPECT_EQ(e->pieces[6].text, "*");
}
