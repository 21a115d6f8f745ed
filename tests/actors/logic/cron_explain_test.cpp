#include "actors/logic/cron_explain.hpp"

#include "actors/logic/cron.hpp"
#include "actors/logic/cron_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace takt {
namespace {

using testing::ContainsRegex;

constexpr uint64_t seed = 7; ///< fixes what H stands for

struct golden {
  const char* expression;
  const char* english;
  const char* chinese;
};

const golden all_golden[] = {
  {"* * * * *", "Every minute", "每分钟"},
  {"*/5 * * * *", "Every 5 minutes", "每5分钟"},
  {"5/20 * * * *", "Every 20 minutes from minute 5 to 45 past every hour",
   "每小时的第5至45分钟（步长20）"},
  {"*/7 * * * *", "Every 7 minutes from minute 0 to 56 past every hour",
   "每小时的第0至56分钟（步长7）"},
  {"0 * * * *", "Every hour", "每小时整点"},
  {"15 * * * *", "At minute 15 past every hour", "每小时的第15分钟"},
  {"0,30 * * * *", "At minutes 0 and 30 past every hour", "每小时的第0、30分钟"},
  {"0-29 * * * *", "Every minute from 0 to 29 past every hour", "每小时的第0至29分钟"},
  {"1,4,9,16,25,36,49 * * * *", "At minutes 1, 4, 9, 16, 25, 36 and 49 past every hour",
   "每小时的第1、4、9、16、25、36、49分钟"},
  {"30 9 * * *", "At 09:30 every day", "每天09:30"},
  {"30 9 * * 1-5", "At 09:30 on Monday to Friday", "工作日（周一至周五）09:30"},
  {"0 9,12,18 * * *", "At 09:00, 12:00 and 18:00 every day", "每天09:00、12:00、18:00"},
  {"0 */2 * * *", "Every 2 hours", "每2小时"},
  {"30 */2 * * *", "Every 2 hours from 00:30 to 22:30", "每天00:30至22:30，每2小时一次"},
  {"0 */5 * * *", "Every 5 hours from 00:00 to 20:00", "每天00:00至20:00，每5小时一次"},
  {"0 */12 * * *", "Every 12 hours", "每12小时"},
  {"0 9-17 * * *", "Every hour from 09:00 to 17:00", "每天09:00至17:00，每小时一次"},
  {"15 9-17/2 * * 1-5", "Every 2 hours from 09:15 to 17:15 on Monday to Friday",
   "工作日（周一至周五）09:15至17:15，每2小时一次"},
  {"0 22-23,0-2 * * *", "Every hour from 22:00 to 02:00", "每天22:00至次日02:00，每小时一次"},
  {"*/10 22-23,0-2 * * *", "Every 10 minutes from 22:00 to 02:59",
   "每天22:00至次日02:59，每10分钟"},
  {"*/10 22-23,0-2 * * 1",
   "Every 10 minutes from 00:00 to 02:59 and from 22:00 to 23:59 on Mondays",
   "每周一0至2、22、23点，每10分钟"},
  {"*/20 9-17 * * *", "Every 20 minutes from 09:00 to 17:59", "每天09:00至17:59，每20分钟"},
  {"0,20,40 9-17 * * *", "At minutes 0, 20 and 40 past every hour from 09:00 to 17:59",
   "每天09:00至17:59，每小时的第0、20、40分钟"},
  {"*/5 9 * * *", "Every 5 minutes from 09:00 to 09:59", "每天09:00至09:59，每5分钟"},
  {"*/5 9,12 * * *", "Every 5 minutes from 09:00 to 09:59 and from 12:00 to 12:59",
   "每天9、12点，每5分钟"},
  {"*/5 */2 * * *", "Every 5 minutes in every 2nd hour from 00:00 to 22:59",
   "每天0、2、4、6、8、10、12、14、16、18、20、22点，每5分钟"},
  {"0,20,40 */2 * * *", "At minutes 0, 20 and 40 past every 2nd hour from 00:00 to 22:59",
   "每天0、2、4、6、8、10、12、14、16、18、20、22点的第0、20、40分钟"},
  {"* 9-17 * * MON-FRI", "Every minute from 09:00 to 17:59 on Monday to Friday",
   "工作日（周一至周五）09:00至17:59，每分钟"},
  {"* 9,12,15-17 * * *",
   "Every minute from 09:00 to 09:59, from 12:00 to 12:59 and from 15:00 to 17:59",
   "每天9、12、15至17点，每分钟"},
  {"0-29 9 * * *", "Every minute from 0 to 29 past 09:00", "每天9点的第0至29分钟"},
  {"1,2,3,5,7,9,11 9 * * *", "At minutes 1 to 3, 5, 7, 9 and 11 past 09:00",
   "每天9点的第1至3、5、7、9、11分钟"},
  {"0 0 1 * *", "At 00:00 on day 1 of the month", "每月1日00:00"},
  {"0 0 1,15 * *", "At 00:00 on days 1 and 15 of the month", "每月1日、15日00:00"},
  {"0 0 1-7 * *", "At 00:00 on days 1 to 7 of the month", "每月1日至7日00:00"},
  {"0 0 */2 * *", "At 00:00 on every 2nd day from 1 to 31 of the month",
   "每月1日至31日（步长2）00:00"},
  {"0 0 L * *", "At 00:00 on the last day of the month", "每月最后一天00:00"},
  {"0 0 L-1 * *", "At 00:00 on the day before the last day of the month", "每月倒数第2天00:00"},
  {"0 0 L-3 * *", "At 00:00 on the 3rd day before the last day of the month", "每月倒数第4天00:00"},
  {"0 0 LW * *", "At 00:00 on the last weekday (Monday to Friday) of the month",
   "每月最后一个工作日（周一至周五）00:00"},
  {"0 0 15W * *", "At 00:00 on the weekday (Monday to Friday) nearest to day 15 of the month",
   "每月最接近15日的工作日（周一至周五）00:00"},
  {"0 0 15,L * *", "At 00:00 on day 15 and the last day of the month", "每月15日、最后一天00:00"},
  {"0 0 1 1 *", "At 00:00 on 1 January", "每年1月1日00:00"},
  {"0 0 1 1,4,7,10 *", "At 00:00 on day 1 of January, April, July and October",
   "每年1月、4月、7月、10月的1日00:00"},
  {"0 0 1 1-6 *", "At 00:00 on day 1 of every month from January to June",
   "每年1月至6月的1日00:00"},
  {"0 0 * 1 *", "At 00:00 every day in January", "每年1月的每天00:00"},
  {"0 0 * 1-3,12 *", "At 00:00 every day in January to March and December",
   "每年1月至3月、12月的每天00:00"},
  {"*/5 * * 6-8 *", "Every 5 minutes in every month from June to August", "每年6月至8月，每5分钟"},
  {"0 0 29 2 *", "At 00:00 on 29 February", "每年2月29日00:00"},
  {"0 0 L 2 *", "At 00:00 on the last day of February", "每年2月最后一天00:00"},
  {"0 9 * * 1", "At 09:00 on Mondays", "每周一09:00"},
  {"0 9 * * 1,3,5", "At 09:00 on Mondays, Wednesdays and Fridays", "每周一、周三、周五09:00"},
  {"0 9 * * 0,6", "At 09:00 on Saturdays and Sundays", "周末（周六、周日）09:00"},
  {"0 9 * * SUN-THU", "At 09:00 on Sunday to Thursday", "每周日至周四09:00"},
  {"0 9 * * 1,5-7", "At 09:00 on Friday to Monday", "每周五至周一09:00"},
  {"0 9 * * 5L", "At 09:00 on the last Friday of the month", "每月最后一个周五09:00"},
  {"0 9 * * MON#2", "At 09:00 on the 2nd Monday of the month", "每月第2个周一09:00"},
  {"0 9 * * 1#1,1#3", "At 09:00 on the 1st Monday and the 3rd Monday of the month",
   "每月第1个周一、第3个周一09:00"},
  {"0 9 * 3 5L", "At 09:00 on the last Friday of March", "每年3月的最后一个周五09:00"},
  {"0 9 * * 1,5L", "At 09:00 on Mondays and on the last Friday of the month",
   "每周一以及每月最后一个周五09:00"},
  {"0 9 * 1 1", "At 09:00 on Mondays in January", "每年1月的每周一09:00"},
  {"0 0 13 * 5", "At 00:00 on day 13 of the month or on Fridays (either matches)",
   "每月13日或每周五（满足其一即可）00:00"},
  {"0 0 13 * +5", "At 00:00 on day 13 of the month that is also a Friday", "每月13日且为周五00:00"},
  {"0 0 1-7 * +1", "At 00:00 on days 1 to 7 of the month that are also Mondays",
   "每月1日至7日且为周一00:00"},
  {"0 0 13 1 5", "At 00:00 on day 13 of the month or on Fridays (either matches), in January",
   "每年1月的13日或每周五（满足其一即可）00:00"},
  {"0 0 13 6-8 +1-5",
   "At 00:00 on day 13 of every month from June to August that is also a day from Monday to Friday",
   "每年6月至8月的13日且为周一至周五00:00"},
  {"0 0 1,15 * 1,3",
   "At 00:00 on days 1 and 15 of the month or on Mondays and Wednesdays (either matches)",
   "每月1日、15日或每周一、周三（满足其一即可）00:00"},
  {"0 0 1-31 * 1", "At 00:00 on days 1 to 31 of the month or on Mondays (either matches)",
   "每月1日至31日或每周一（满足其一即可）00:00"},
  {"0 0 1 * */2",
   "At 00:00 on day 1 of the month or on Tuesdays, Thursdays, Saturdays and Sundays (either "
   "matches)",
   "每月1日或每周二、周四、周六、周日（满足其一即可）00:00"},
  {"0 0 * * 0-6", "At 00:00 on every day of the week", "一周的每一天00:00"},
  {"*/10 * * * * *", "Every 10 seconds", "每10秒"},
  {"* * * * * *", "Every second", "每秒"},
  {"30 * * * * *", "At second 30 of every minute", "每分钟的第30秒"},
  {"*/7 * * * * *", "Every 7 seconds from second 0 to 56 of every minute",
   "每分钟的第0至56秒（步长7）"},
  {"0,30 */5 * * * *", "At seconds 0 and 30 of every 5th minute",
   "每小时的第0至55分钟（步长5）的第0、30秒"},
  {"*/10 30 * * * *", "Every 10 seconds of minute 30 past every hour",
   "每小时的第30分钟内，每10秒"},
  {"*/10 */5 9-17 * * *", "Every 10 seconds of every 5th minute from 09:00 to 17:59",
   "每天09:00至17:59，每小时的第0至55分钟（步长5）内，每10秒"},
  {"*/10 * 9-17 * * *", "Every 10 seconds from 09:00:00 to 17:59:59",
   "每天09:00:00至17:59:59，每10秒"},
  {"15 30 9 * * *", "At 09:30:15 every day", "每天09:30:15"},
  {"0-29 * * * * MON-FRI", "At seconds 0 to 29 of every minute on Monday to Friday",
   "工作日（周一至周五），每分钟的第0至29秒"},
  {"30 */5 * * * *", "At second 30 of every 5th minute", "每小时的第0至55分钟（步长5）的第30秒"},
  {"10 3-50/7 */3 * * *",
   "At second 10 of every 7th minute from 3 to 45 past every 3rd hour from 00:00 to 21:59",
   "每天0、3、6、9、12、15、18、21点的第3至45分钟（步长7）的第10秒"},
  {"0 0 0 1 1 ? 2030", "At 00:00 on 1 January 2030", "2030年1月1日00:00"},
  {"0 0 0 ? 1 MON 2030", "At 00:00 on Mondays in January 2030", "2030年1月的每周一00:00"},
  {"0 0 0 * * ? 2030", "At 00:00 every day in 2030", "2030年的每天00:00"},
  {"0 0 0 * 1 ? 2030", "At 00:00 every day in January 2030", "2030年1月的每天00:00"},
  {"0 0 0 1 * ? 2030-2035", "At 00:00 on day 1 of the month in 2030 to 2035",
   "2030年至2035年的每月1日00:00"},
  {"0 0 0 1 1 ? 2024/4", "At 00:00 on 1 January in every 4th year from 2024 to 2196",
   "2024年至2196年（步长4）的1月1日00:00"},
  {"0 0 12 L 2 ? 2028,2032", "At 12:00 on the last day of February in 2028 and 2032",
   "2028年、2032年的2月最后一天12:00"},
  {"0 0 0 1 1,7 ? 2030,2031", "At 00:00 on day 1 of January and July in 2030 and 2031",
   "2030年、2031年的1月、7月的1日00:00"},
  {"0 */5 * * * ? 2030", "Every 5 minutes in 2030", "2030年，每5分钟"},
  {"H H * * *", "At 18:24 every day", "每天18:24"},
  {"H/15 * * * *", "Every 15 minutes from minute 9 to 54 past every hour",
   "每小时的第9至54分钟（步长15）"},
  {"H H(9-17) * * 1-5", "At 09:24 on Monday to Friday", "工作日（周一至周五）09:24"},
  {"@hourly", "Every hour", "每小时整点"},
  {"@daily", "At 00:00 every day", "每天00:00"},
  {"@weekly", "At 00:00 on Sundays", "每周日00:00"},
  {"@monthly", "At 00:00 on day 1 of the month", "每月1日00:00"},
  {"@yearly", "At 00:00 on 1 January", "每年1月1日00:00"},
  {"0 0 * * MON-FRI/2", "At 00:00 on Mondays, Wednesdays and Fridays", "每周一、周三、周五00:00"},
  {"0 12 29 2 +1", "At 12:00 on 29 February that is also a Monday", "每年2月29日且为周一12:00"},
};

TEST(cron_explain_test, says_it_in_words) {
  for (const auto& g : all_golden) {
    EXPECT_EQ(explain_cron(g.expression, language::english, seed).value(), g.english)
      << g.expression;
    EXPECT_EQ(explain_cron(g.expression, language::chinese, seed).value(), g.chinese)
      << g.expression;
  }
}

TEST(cron_explain_test, what_cannot_be_parsed_is_refused_as_the_parser_does) {
  for (auto* bad : {"", "* * * *", "0 0 30 2 *", "0 22-2 * * *", "@reboot", "@every 90s"})
    for (auto in : {language::english, language::chinese})
      EXPECT_EQ(explain_cron(bad, in).failure(), cron::parse(bad).failure()) << bad;
}

// -- any legal expression ----------------------------------------------------------

class expressions {
public:
  explicit expressions(uint64_t start) : random_(start) {}

  /// Legal, though it may never fire.
  std::string next() {
    auto count = below(3) + 5;
    std::string out = count > 5 ? field(0, 59) + " " : "";
    out += field(0, 59) + " " + field(0, 23) + " " + month_day() + " " + field(1, 12) + " ";
    out += weekday();
    if (count == 7)
      out += " " + (below(2) ? std::string{"*"} : field(1970, 2199));
    return out;
  }

private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  std::string text(int n) { return std::to_string(n); }

  std::string field(int low, int high) {
    auto span = high - low + 1;
    auto first = low + below(span);
    auto last = first + below(high - first + 1);
    switch (below(7)) {
    case 0:
    case 1:
      return "*";
    case 2:
      return text(first);
    case 3:
      return text(first) + "-" + text(last);
    case 4:
      return "*/" + text(1 + below(span));
    case 5:
      return text(first) + "-" + text(last) + "/" + text(1 + below(span));
    default:
      return text(low + below(span)) + "," + text(low + below(span)) + ","
        + (below(2) ? text(low + below(span)) : text(first) + "-" + text(last));
    }
  }

  std::string month_day() {
    switch (below(8)) {
    case 0:
      return "L";
    case 1:
      return "L-" + text(1 + below(5));
    case 2:
      return text(1 + below(31)) + "W";
    case 3:
      return "LW," + text(1 + below(31));
    default:
      return field(1, 31);
    }
  }

  std::string weekday() {
    auto both = below(4) == 0 ? "+" : "";
    switch (below(8)) {
    case 0:
      return both + text(below(7)) + "L";
    case 1:
      return both + text(below(7)) + "#" + text(1 + below(5));
    case 2:
      return both + text(below(7)) + "," + text(below(7)) + "#" + text(1 + below(5));
    default:
      return both + field(0, 6);
    }
  }

  std::mt19937_64 random_;
};

constexpr auto clock = "[0-9][0-9]:[0-9][0-9]";

/// Every field that says something is told in words of its kind.
void check_mentions(const std::string& expression, const cron_fields& f) {
  auto english = explain_cron(expression, language::english).value();
  auto chinese = explain_cron(expression, language::chinese).value();
  SCOPED_TRACE(expression + ": " + english + ": " + chinese);
  if (f.seconds != 1) {
    EXPECT_THAT(english, ContainsRegex(std::string{"second|"} + clock + ":[0-9][0-9]"));
    EXPECT_THAT(chinese, ContainsRegex(std::string{"秒|"} + clock + ":[0-9][0-9]"));
  }
  if (f.minutes != (uint64_t{1} << 60) - 1) {
    EXPECT_THAT(english, ContainsRegex(std::string{"minute|[Hh]our|"} + clock));
    EXPECT_THAT(chinese, ContainsRegex(std::string{"分|小时|"} + clock));
  }
  if (f.hours != 0xff'ffff) {
    EXPECT_THAT(english, ContainsRegex(std::string{"[0-9] hours|"} + clock));
    EXPECT_THAT(chinese, ContainsRegex(std::string{"[0-9]小时|点|"} + clock));
  }
  if (names_month_days(f)) {
    EXPECT_THAT(english, ContainsRegex("day|on [0-9]+ [A-Z]"));
    EXPECT_THAT(chinese, ContainsRegex("日|天"));
  }
  if (names_weekdays(f)) {
    EXPECT_THAT(english, ContainsRegex("Sun|Mon|Tue|Wed|Thu|Fri|Sat|day of the week"));
    EXPECT_THAT(chinese, ContainsRegex("周"));
  }
  if (f.months != 0x1ffe) {
    EXPECT_THAT(english, ContainsRegex("[JFMASOND][a-z]*(uary|ch|il|May|ne|ly|ust|ber)|May"));
    EXPECT_THAT(chinese, ContainsRegex("[0-9]月"));
  }
  if (!f.any_year) {
    EXPECT_THAT(english, ContainsRegex("[12][0-9][0-9][0-9]"));
    EXPECT_THAT(chinese, ContainsRegex("[12][0-9][0-9][0-9]年"));
  }
}

TEST(cron_explain_test, every_restricted_field_is_mentioned) {
  expressions some{1};
  for (int i = 0; i < 500; ++i) {
    auto expression = some.next();
    auto parsed = cron::parse(expression);
    if (parsed)
      check_mentions(expression, parsed->fields());
  }
}

/// What decides the instants, and nothing else.
cron_fields meaning(cron_fields f) {
  f.wild = f.stepped_star_day = false;
  f.short_cycles = 0;
  if (f.day_rule == cron_day_rule::by_day)
    f.weekdays = 0;
  if (f.day_rule == cron_day_rule::by_weekday)
    f.days = 0;
  return f;
}

TEST(cron_explain_test, expressions_of_other_meaning_have_other_words) {
  expressions some{2};
  std::array<std::map<std::string, std::pair<std::string, cron_fields>>, 2> seen;
  int told = 0;
  for (int i = 0; i < 5'000; ++i) {
    auto expression = some.next();
    auto read = parse_cron_expression(expression);
    ASSERT_TRUE(read) << expression << ": " << read.failure().message();
    const std::array words = {english_words(*read), chinese_words(*read)};
    for (size_t in = 0; in < words.size(); ++in) {
      auto [at, is_new] = seen[in].try_emplace(words[in], expression, meaning(read->fields));
      EXPECT_TRUE(at->second.second == meaning(read->fields))
        << words[in] << "\n  is said of " << at->second.first << "\n  and of    " << expression;
      told += is_new ? 1 : 0;
    }
  }
  EXPECT_GT(told, 8'000) << "else the expressions are too much alike to show anything";
}

// -- shapes -------------------------------------------------------------------------

TEST(cron_words_test, weekdays_run_round_the_week) {
  using runs = std::vector<value_run>;
  EXPECT_EQ(weekday_runs(0x3e), (runs{{1, 5}}));
  EXPECT_EQ(weekday_runs(0x41), (runs{{6, 7}}));
  EXPECT_EQ(weekday_runs(0x1f), (runs{{0, 4}})) << "Sunday to Thursday";
  EXPECT_EQ(weekday_runs(0x63), (runs{{5, 8}})) << "Friday to Monday";
  EXPECT_EQ(weekday_runs(0x2a), (runs{{1, 1}, {3, 3}, {5, 5}}));
  EXPECT_EQ(weekday_runs(0x7f), (runs{{1, 7}}));
  EXPECT_EQ(weekday_runs(0), runs{});
}

TEST(cron_words_test, a_step_is_whole_when_it_goes_round_evenly) {
  EXPECT_TRUE(shape_of(0x41041041041041, 0, 59, "*/6").is == value_shape::kind::step);
  EXPECT_TRUE(shape_of(1 | 1 << 20 | uint64_t{1} << 40, 0, 59, "*/20").whole);
  EXPECT_FALSE(shape_of(2 | 1 << 21 | uint64_t{1} << 41, 0, 59, "1/20").whole);
  EXPECT_TRUE(
    shape_of(1 | 1 << 20 | uint64_t{1} << 40, 0, 59, "0,20,40").is == value_shape::kind::list);
}

} // namespace
} // namespace takt
