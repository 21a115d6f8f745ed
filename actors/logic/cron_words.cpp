#include "actors/logic/cron_words.hpp"

#include <bit>
#include <cassert>
#include <cstdio>

namespace takt {

namespace {

/// More moments than these are told by their fields.
constexpr size_t moments_max = 6;
/// A list longer than this is told as the step that it is.
constexpr size_t list_max = 6;

bool has(std::string_view text, char c) {
  return text.find(c) != std::string_view::npos;
}

std::vector<value_run> runs_of(const std::vector<int>& values) {
  std::vector<value_run> runs;
  for (auto v : values)
    if (!runs.empty() && runs.back().last + 1 == v)
      runs.back().last = v;
    else
      runs.push_back({v, v});
  return runs;
}

bool is_even(const std::vector<int>& values) {
  for (size_t i = 2; i < values.size(); ++i)
    if (values[i] - values[i - 1] != values[1] - values[0])
      return false;
  return true;
}

value_shape shape(const std::vector<int>& values, int low, int high, std::string_view written) {
  assert(!values.empty());
  value_shape out;
  out.runs = runs_of(values);
  out.first = values.front();
  out.last = values.back();
  auto span = high - low + 1;
  if (static_cast<int>(values.size()) == span) {
    out.is = value_shape::kind::all;
  } else if (values.size() == 1) {
    out.is = value_shape::kind::one;
  } else if (out.runs.size() == 1) {
    out.is = value_shape::kind::range;
  } else if (
    is_even(values) && (has(written, '/') || (values.size() > list_max && values.size() > 2))) {
    out.is = value_shape::kind::step;
    out.step = values[1] - values[0];
    out.whole = span % out.step == 0 && out.first == low && out.last + out.step == high + 1;
  } else {
    out.is = value_shape::kind::list;
  }
  return out;
}

/// 22-23,0-2 is one night when every day has it.
void join_midnight(value_shape& hours, const cron_fields& f) {
  auto every_day = f.months == 0x1ffe && f.any_year && !names_month_days(f) && !names_weekdays(f);
  auto& runs = hours.runs;
  if (!every_day || hours.is != value_shape::kind::list || hours.first != 0 || hours.last != 23)
    return;
  runs.back().last += runs.front().size();
  runs.erase(runs.begin());
  if (runs.size() > 1)
    return;
  hours.is = value_shape::kind::range;
  hours.first = runs.front().first;
  hours.last = runs.front().last;
}

} // namespace

std::vector<int> values_of(uint64_t bits, int low, int high) {
  std::vector<int> values;
  for (int n = low; n <= high; ++n)
    if (bits >> n & 1)
      values.push_back(n);
  return values;
}

value_shape shape_of(uint64_t bits, int low, int high, std::string_view written) {
  return shape(values_of(bits, low, high), low, high, written);
}

std::vector<value_run> weekday_runs(uint32_t weekdays) {
  auto on = [weekdays](int day) { return (weekdays >> (day % 7) & 1) != 0; };
  if ((weekdays & 0x7f) == 0x7f)
    return {{1, 7}};
  std::vector<value_run> runs;
  for (int first = 1; first <= 7; ++first) {
    if (!on(first) || on(first + 6))
      continue; // off, or not its run's first
    auto last = first;
    while (on(last + 1))
      ++last;
    auto begin = first % 7;
    runs.push_back({begin, begin + last - first});
  }
  return runs;
}

bool names_month_days(const cron_fields& fields) {
  return fields.day_rule != cron_day_rule::by_weekday
    && (fields.day_rule != cron_day_rule::by_day || fields.days != 0xffff'fffe
        || fields.days_before_last != 0 || fields.nearest_weekdays != 0
        || fields.last_weekday_of_month);
}

bool names_weekdays(const cron_fields& fields) {
  return fields.day_rule != cron_day_rule::by_day;
}

time_shape time_of_day(const cron_expression& of) {
  const auto& f = of.fields;
  time_shape out;
  out.seconds = shape_of(f.seconds, 0, 59, of.pieces[0].text);
  out.minutes = shape_of(f.minutes, 0, 59, of.pieces[1].text);
  out.hours = shape_of(f.hours, 0, 23, of.pieces[2].text);
  join_midnight(out.hours, f);
  out.with_seconds = f.seconds != 1;
  auto one_minute = !out.with_seconds && out.minutes.is == value_shape::kind::one;
  auto hours = static_cast<size_t>(std::popcount(f.hours));
  auto count = static_cast<size_t>(std::popcount(f.seconds))
    * static_cast<size_t>(std::popcount(f.minutes)) * hours;
  auto in_a_row =
    out.hours.is == value_shape::kind::range || out.hours.is == value_shape::kind::step;
  auto told_so = has(of.pieces[2].text, '/') || has(of.pieces[2].text, '-');
  if (out.hours.is == value_shape::kind::all) {
    out.is = one_minute ? time_shape::kind::hourly : time_shape::kind::fields;
  } else if (one_minute && in_a_row && (told_so || hours > moments_max)) {
    out.is = time_shape::kind::hourly;
  } else if (count <= moments_max) {
    out.is = time_shape::kind::clock;
    for (auto h : values_of(f.hours, 0, 23))
      for (auto m : values_of(f.minutes, 0, 59))
        for (auto s : values_of(f.seconds, 0, 59))
          out.moments.push_back(h * 3600 + m * 60 + s);
  }
  return out;
}

value_shape years_of(const cron_expression& of) {
  std::vector<int> values;
  for (int n = 0; n <= cron_last_year - cron_first_year; ++n)
    if (of.fields.years[static_cast<size_t>(n / 64)] >> (n % 64) & 1)
      values.push_back(cron_first_year + n);
  return shape(values, cron_first_year, cron_last_year, of.pieces[6].text);
}

std::string clock_text(int second_of_day, bool with_seconds) {
  char out[48];
  auto h = second_of_day / 3600, m = second_of_day / 60 % 60, s = second_of_day % 60;
  if (with_seconds)
    std::snprintf(out, sizeof out, "%02d:%02d:%02d", h, m, s);
  else
    std::snprintf(out, sizeof out, "%02d:%02d", h, m);
  return out;
}

std::string hour_begin(int hour, bool with_seconds) {
  return clock_text(hour % 24 * 3600, with_seconds);
}

std::string hour_end(int hour, bool with_seconds) {
  return clock_text(hour % 24 * 3600 + 3599, with_seconds);
}

} // namespace takt
