// Random expressions against an oracle that knows neither bit sets nor jumps: it asks the C
// library's calendar about every day, hour, minute and second in turn.
#include "actors/logic/cron.hpp"

#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <random>
#include <set>

using namespace takt;
using namespace std::chrono_literals;

namespace {

class dice {
public:
  explicit dice(uint64_t seed) : engine_(seed) {}
  int between(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<uint64_t>(high - low + 1));
  }
  bool one_in(int n) { return between(1, n) == 1; }

private:
  std::mt19937_64 engine_;
};

/// What a day field names beyond plain values, as the oracle asks for it.
struct day_words {
  std::set<int> before_last;
  std::set<int> nearest;
  bool last_workday = false;
  std::set<std::pair<int, int>> nth; ///< n, weekday
  std::set<int> last;                ///< weekdays
};

struct field_text {
  std::string text;
  std::set<int> values;
  day_words words{};
};

std::string cased(std::string word, dice& d) {
  if (d.one_in(2))
    for (auto& c : word)
      c = static_cast<char>(std::tolower(c));
  return word;
}

std::string number_or_name(int n, int low, const std::vector<std::string>& names, dice& d) {
  if (names.empty() || d.one_in(2))
    return std::to_string(n);
  return cased(names[static_cast<size_t>((n - low) % static_cast<int>(names.size()))], d);
}

/// One list item, made together with the values it stands for.
void add_item(field_text& f, int low, int high, const std::vector<std::string>& names, dice& d) {
  auto span = high - low + 1;
  auto a = d.between(low, high);
  auto b = d.between(a, high);
  auto step = d.between(1, span);
  auto with_step = [&](int from, int to) {
    for (int n = from; n <= to; n += step)
      f.values.insert(n);
  };
  switch (d.between(0, 4)) {
  case 0:
    f.text += "*/" + std::to_string(step);
    with_step(low, high);
    break;
  case 1:
    f.text += number_or_name(a, low, names, d) + "-" + number_or_name(b, low, names, d) + "/"
      + std::to_string(step);
    with_step(a, b);
    break;
  case 2:
    f.text += number_or_name(a, low, names, d) + "/" + std::to_string(step);
    with_step(a, high);
    break;
  case 3:
    step = 1;
    f.text += number_or_name(a, low, names, d) + "-" + number_or_name(b, low, names, d);
    with_step(a, b);
    break;
  default:
    f.text += number_or_name(a, low, names, d);
    f.values.insert(a);
  }
}

field_text
random_field(int low, int high, const std::vector<std::string>& names, int star_in, dice& d) {
  field_text f;
  if (d.one_in(star_in)) {
    f.text = "*";
    for (int n = low; n <= high; ++n)
      f.values.insert(n);
    return f;
  }
  for (int items = d.between(1, 3); items > 0; --items) {
    add_item(f, low, high, names, d);
    if (items > 1)
      f.text += ",";
  }
  return f;
}

int days_in(const std::tm& t) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  auto y = t.tm_year + 1900;
  auto leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return lengths[t.tm_mon] + (t.tm_mon == 1 && leap);
}

/// Is t's day the Monday-to-Friday day nearest to day n of its month?
bool is_nearest_workday(const std::tm& t, int n) {
  auto length = days_in(t);
  if (n > length)
    return false;
  auto works = [&](int day) { return ((t.tm_wday + day - t.tm_mday) % 7 + 7 + 6) % 7 < 5; };
  for (int away = 0;; ++away)
    for (int day : {n - away, n + away})
      if (day >= 1 && day <= length && works(day))
        return t.tm_mday == day;
}

bool by_words(const day_words& w, const std::tm& t) {
  auto length = days_in(t);
  if (w.before_last.contains(length - t.tm_mday))
    return true;
  if (w.last_workday && is_nearest_workday(t, length))
    return true;
  if (std::any_of(
        w.nearest.begin(), w.nearest.end(), [&](int n) { return is_nearest_workday(t, n); }))
    return true;
  return w.nth.contains({(t.tm_mday + 6) / 7, t.tm_wday})
    || (w.last.contains(t.tm_wday) && t.tm_mday + 7 > length);
}

struct random_expression {
  field_text second, minute, hour, day, month, weekday, year;
  bool six_fields = false;
  bool both = false;

  std::string text() const {
    return (six_fields ? second.text + " " : "") + minute.text + " " + hour.text + " " + day.text
      + " " + month.text + " " + (both ? "+" : "") + weekday.text
      + (year.text.empty() ? "" : " " + year.text);
  }
  bool fires_on(const std::tm& t) const {
    if (!month.values.contains(t.tm_mon + 1))
      return false;
    if (!year.text.empty() && year.text != "*" && !year.values.contains(t.tm_year + 1900))
      return false;
    auto by_day = day.values.contains(t.tm_mday) || by_words(day.words, t);
    auto by_weekday = weekday.values.contains(t.tm_wday) || by_words(weekday.words, t);
    auto free_day = day.text == "*" || day.text == "?";
    auto free_weekday = weekday.text == "*" || weekday.text == "?";
    if (free_day || free_weekday || both)
      return by_day && by_weekday;
    return by_day || by_weekday;
  }
};

void add_day_words(field_text& f, dice& d) {
  auto n = d.between(0, 30);
  f.text += ",";
  switch (d.between(0, 3)) {
  case 0:
    f.text += "L";
    f.words.before_last.insert(0);
    break;
  case 1:
    f.text += "L-" + std::to_string(n);
    f.words.before_last.insert(n);
    break;
  case 2:
    f.text += "LW";
    f.words.last_workday = true;
    break;
  default:
    f.text += std::to_string(n + 1) + "W";
    f.words.nearest.insert(n + 1);
  }
}

void add_weekday_words(field_text& f, const std::vector<std::string>& names, dice& d) {
  auto day = d.between(0, 7);
  auto name = number_or_name(day, 0, names, d);
  if (auto n = d.between(1, 7); n <= 5) {
    f.text += "," + name + "#" + std::to_string(n);
    f.words.nth.insert({n, day % 7});
  } else {
    f.text += "," + name + (d.one_in(2) ? "L" : "#L");
    f.words.last.insert(day % 7);
  }
}

/// Only the modified days, sometimes.
void keep_words_only(field_text& f, dice& d) {
  if (d.one_in(2))
    return;
  f.text = f.text.substr(f.text.find(',') + 1);
  f.values.clear();
}

random_expression make_expression(dice& d) {
  static const std::vector<std::string> months = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                  "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  static const std::vector<std::string> weekdays = {"SUN", "MON", "TUE", "WED",
                                                    "THU", "FRI", "SAT"};
  random_expression e;
  e.six_fields = d.one_in(2);
  e.second = e.six_fields ? random_field(0, 59, {}, 4, d) : field_text{"0", {0}};
  e.minute = random_field(0, 59, {}, 4, d);
  e.hour = random_field(0, 23, {}, 3, d);
  e.day = random_field(1, 31, {}, 2, d);
  e.month = random_field(1, 12, months, 3, d);
  e.weekday = random_field(0, 6, weekdays, 2, d);
  if (d.one_in(3)) {
    e.day = field_text{"1", {1}};
    add_day_words(e.day, d);
    keep_words_only(e.day, d);
  }
  if (d.one_in(3)) {
    e.weekday = field_text{"3", {3}};
    add_weekday_words(e.weekday, weekdays, d);
    keep_words_only(e.weekday, d);
  }
  // Their own weekdays only: dates that both name may be far apart.
  e.both = d.one_in(6) && (e.day.text == "*" || e.day.values.size() > 20);
  if (e.six_fields && d.one_in(4))
    e.year = random_field(1970, 2199, {}, 8, d);
  if (e.day.text == "*" && d.one_in(3))
    e.day.text = "?";
  if (e.weekday.text == "*" && d.one_in(3))
    e.weekday.text = "?";
  return e;
}

std::tm civil(int64_t seconds) {
  auto t = static_cast<std::time_t>(seconds);
  std::tm out{};
  gmtime_r(&t, &out);
  return out;
}

constexpr int64_t end_of_years = 7'258'118'400; // 2200-01-01

/// Day by day, and on a day that fires hour by hour, minute by minute, second by second. Nothing
/// when the years named end before.
std::optional<int64_t> scan(const random_expression& e, int64_t after) {
  for (auto day = after / 86'400 * 86'400;; day += 86'400) {
    if (day >= end_of_years && !e.year.text.empty() && e.year.text != "*")
      return std::nullopt;
    if (!e.fires_on(civil(day)))
      continue;
    for (int h = 0; h < 24; ++h)
      for (int m = 0; e.hour.values.contains(h) && m < 60; ++m)
        for (int s = 0; e.minute.values.contains(m) && s < 60; ++s)
          if (auto t = day + h * 3600 + m * 60 + s; t > after && e.second.values.contains(s))
            return t;
  }
}

/// True when some day of 400 years fires; checked only for expressions that parse() refuses.
bool ever_fires(const random_expression& e) {
  for (int64_t day = 0; day < 146'097; ++day)
    if (e.fires_on(civil(day * 86'400)))
      return true;
  return false;
}

int64_t random_instant(dice& d) {
  // 1970..2170, often next to the ends of days, months and years.
  auto t = static_cast<int64_t>(d.between(0, 73'000)) * 86'400 + d.between(0, 86'399);
  if (d.one_in(3))
    t = t / 86'400 * 86'400 - d.between(0, 1) * (t >= 86'400);
  return t;
}

} // namespace

TEST(cron_property, next_is_after_and_nothing_between_is_skipped) {
  dice d{20260101};
  int refused = 0;
  for (int i = 0; i < 2'000; ++i) {
    auto e = make_expression(d);
    SCOPED_TRACE(e.text());
    auto c = cron::parse(e.text());
    if (!c) {
      ASSERT_NE(c.failure().context.find("never comes"), std::string::npos) << c.failure().context;
      ASSERT_FALSE(ever_fires(e));
      ++refused;
      continue;
    }
    auto t = random_instant(d);
    for (int step = 0; step < 3; ++step) {
      auto due = c->next(wall_time{std::chrono::seconds{t}});
      auto expected = scan(e, t);
      ASSERT_EQ(due.has_value(), expected.has_value()) << "after " << t;
      if (!expected)
        break;
      ASSERT_EQ(to_ms(*due), *expected * 1000) << "after " << t << ": " << to_rfc3339(*due);
      ASSERT_EQ(c->last(wall_time::min(), *due, *zone::utc(), dst_policy::vixie), due);
      t = *expected;
    }
  }
  EXPECT_LT(refused, 60);
}

TEST(cron_property, every_second_of_two_days_is_a_due_exactly_when_it_matches) {
  dice d{42};
  for (int i = 0; i < 20; ++i) {
    auto e = make_expression(d);
    SCOPED_TRACE(e.text());
    auto c = cron::parse(e.text());
    if (!c)
      continue;
    auto begin = random_instant(d);
    auto due = c->next(wall_time{std::chrono::seconds{begin}});
    for (auto t = begin + 1; t <= begin + 2 * 86'400; ++t) {
      auto now = civil(t);
      auto matches = e.second.values.contains(now.tm_sec) && e.minute.values.contains(now.tm_min)
        && e.hour.values.contains(now.tm_hour) && e.fires_on(now);
      ASSERT_EQ(matches, due && to_ms(*due) == t * 1000) << t;
      if (matches)
        due = c->next(*due);
    }
  }
}

TEST(cron_property, count_and_last_say_what_following_next_says) {
  dice d{7};
  auto utc = zone::utc();
  for (int i = 0; i < 500; ++i) {
    auto e = make_expression(d);
    SCOPED_TRACE(e.text());
    auto c = cron::parse(e.text());
    if (!c)
      continue;
    auto from = wall_time{std::chrono::seconds{random_instant(d)}} + millis{d.between(0, 1999)};
    auto until = from + std::chrono::seconds{d.between(0, 3 * 86'400)};
    uint64_t expected = 0;
    std::optional<wall_time> last;
    for (auto t = c->next(from - 1ms); t && *t <= until && expected < 3'000; t = c->next(*t)) {
      last = t;
      ++expected;
    }
    if (expected == 3'000)
      until = *last;
    ASSERT_EQ(c->count(from, until, *utc, dst_policy::vixie), expected);
    ASSERT_EQ(c->last(from, until, *utc, dst_policy::vixie), last);
  }
}

TEST(cron_property, expressions_without_a_possible_date_are_exactly_those_refused) {
  for (int day = 1; day <= 31; ++day) {
    for (int month = 1; month <= 12; ++month) {
      auto text = "0 0 " + std::to_string(day) + " " + std::to_string(month) + " *";
      std::chrono::year_month_day in_leap_year{
        std::chrono::year{2000}, std::chrono::month(static_cast<unsigned>(month)),
        std::chrono::day(static_cast<unsigned>(day))};
      EXPECT_EQ(cron::parse(text).has_value(), in_leap_year.ok()) << text;
    }
  }
}
