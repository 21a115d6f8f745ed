#include "actors/logic/cron_words.hpp"

#include <array>

namespace takt {

namespace {

using kind = value_shape::kind;
using words = std::vector<std::string>;

constexpr std::array<const char*, 7> weekday_names = {"周日", "周一", "周二", "周三",
                                                      "周四", "周五", "周六"};
constexpr uint32_t monday_to_friday = 0x3e;
constexpr uint32_t weekend = 0x41;

std::string weekday_name(int day) {
  return weekday_names[static_cast<size_t>(day % 7)];
}

std::string joined(const words& items, const char* by = "、") {
  std::string out;
  for (const auto& item : items)
    out += (out.empty() ? "" : by) + item;
  return out;
}

/// "1、5至8、20"; two neighbours are told as two.
template <class Name>
std::string run_words(const std::vector<value_run>& runs, Name name) {
  words out;
  for (const auto& run : runs)
    if (run.size() >= 3)
      out.push_back(name(run.first) + "至" + name(run.last));
    else
      for (int n = run.first; n <= run.last; ++n)
        out.push_back(name(n));
  return joined(out);
}

std::string stride(const value_shape& shape) {
  return "（步长" + std::to_string(shape.step) + "）";
}

/// "第0、20、40分钟", "第0至56秒（步长7）".
std::string numbered(const value_shape& shape, const char* unit) {
  auto number = [](int n) { return std::to_string(n); };
  if (shape.is == kind::step)
    return "第" + number(shape.first) + "至" + number(shape.last) + unit + stride(shape);
  return "第" + run_words(shape.runs, number) + unit;
}

// -- the time of day -----------------------------------------------------------

/// What is said of the time; `at_clock` when it begins with one, and follows a date without a
/// comma.
struct time_text {
  std::string text{};
  bool at_clock = false;
};

std::string next_day(int hour) {
  return hour > 23 ? "次日" : "";
}

std::string from_to(const value_shape& hours, bool with_seconds) {
  return hour_begin(hours.first, with_seconds) + "至" + next_day(hours.last)
    + hour_end(hours.last, with_seconds);
}

/// "9、12、15至17点".
std::string listed(const value_shape& hours) {
  return run_words(hours.runs, [](int h) { return next_day(h) + std::to_string(h % 24); }) + "点";
}

/// Something that goes on through the hours: "09:00至17:59，每5分钟".
time_text throughout(const value_shape& hours, const std::string& every, bool with_seconds) {
  if (hours.is == kind::all)
    return {every, false};
  auto in_a_row = hours.is == kind::one || hours.is == kind::range;
  return {(in_a_row ? from_to(hours, with_seconds) : listed(hours)) + "，" + every, true};
}

/// Something at its place in each hour: "09:00至17:59，每小时的第15分钟", "9、12点的第15分钟".
time_text in_each(const value_shape& hours, const std::string& place) {
  if (hours.is == kind::all)
    return {"每小时的" + place, false};
  if (hours.is == kind::range)
    return {from_to(hours, false) + "，每小时的" + place, true};
  return {listed(hours) + "的" + place, true};
}

bool is_every(const value_shape& shape) {
  return shape.is == kind::all || (shape.is == kind::step && shape.whole);
}

std::string every(const value_shape& shape, const char* unit) {
  return "每" + (shape.is == kind::all ? std::string{} : std::to_string(shape.step)) + unit;
}

time_text hourly(const time_shape& time) {
  const auto& hours = time.hours;
  auto minute = time.minutes.first;
  if (hours.is == kind::all)
    return {minute == 0 ? "每小时整点" : "每小时的" + numbered(time.minutes, "分钟"), false};
  auto step = hours.is == kind::step ? std::to_string(hours.step) : std::string{};
  if (hours.whole && minute == 0)
    return {"每" + step + "小时", false};
  auto at = [minute](int hour) { return clock_text(hour % 24 * 3600 + minute * 60); };
  return {
    at(hours.first) + "至" + next_day(hours.last) + at(hours.last) + "，每" + step + "小时一次",
    true};
}

time_text with_seconds(const time_shape& time) {
  const auto& seconds = time.seconds;
  auto within =
    time.minutes.is == kind::all ? std::string{"每分钟"} : numbered(time.minutes, "分钟");
  if (is_every(seconds) && time.minutes.is == kind::all)
    return throughout(time.hours, every(seconds, "秒"), true);
  auto second = is_every(seconds) ? "内，" + every(seconds, "秒") : "的" + numbered(seconds, "秒");
  if (time.minutes.is == kind::all)
    return throughout(time.hours, within + second, false);
  return in_each(time.hours, within + second);
}

time_text time_words(const time_shape& time) {
  if (time.is == time_shape::kind::hourly)
    return hourly(time);
  if (time.is == time_shape::kind::clock) {
    words moments;
    for (auto moment : time.moments)
      moments.push_back(clock_text(moment, time.with_seconds));
    return {joined(moments), true};
  }
  if (time.with_seconds)
    return with_seconds(time);
  if (is_every(time.minutes))
    return throughout(time.hours, every(time.minutes, "分钟"), false);
  return in_each(time.hours, numbered(time.minutes, "分钟"));
}

// -- the days --------------------------------------------------------------------

std::string month_days(const cron_expression& of) {
  const auto& f = of.fields;
  words out;
  auto day = [](int n) { return std::to_string(n) + "日"; };
  if (f.days != 0) {
    auto days = shape_of(f.days, 1, 31, of.pieces[3].text);
    out.push_back(
      days.is == kind::step ? day(days.first) + "至" + day(days.last) + stride(days)
                            : run_words(days.runs, day));
  }
  for (auto n : values_of(f.days_before_last, 0, 31))
    out.push_back(n == 0 ? "最后一天" : "倒数第" + std::to_string(n + 1) + "天");
  for (auto n : values_of(f.nearest_weekdays, 1, 31))
    out.push_back("最接近" + day(n) + "的工作日（周一至周五）");
  if (f.last_weekday_of_month)
    out.push_back("最后一个工作日（周一至周五）");
  return joined(out);
}

/// Days of the week that stand in the month: "第2个周一".
words month_weekdays(const cron_fields& f) {
  words out;
  for (int i = 0; i < 35; ++i)
    if (f.nth_weekdays >> i & 1)
      out.push_back("第" + std::to_string(i / 7 + 1) + "个" + weekday_name(i % 7));
  for (auto d : values_of(f.last_weekdays, 0, 6))
    out.push_back("最后一个" + weekday_name(d));
  return out;
}

std::string plain_weekdays(const cron_fields& f) {
  if (f.weekdays == monday_to_friday)
    return "工作日（周一至周五）";
  if (f.weekdays == weekend)
    return "周末（周六、周日）";
  if ((f.weekdays & 0x7f) == 0x7f)
    return "一周的每一天";
  return "每" + run_words(weekday_runs(f.weekdays), weekday_name);
}

/// Years and months as what stands before a day: "每月", "每年1月", "2030年1月".
struct period {
  std::string years{};
  std::string months{};
  bool several_years = false;
  bool several_months = false;

  std::string before_day() const {
    auto y = several_years ? years + "的" : years;
    if (months.empty())
      return y + "每月";
    return (y.empty() ? "每年" : y) + months + (several_months ? "的" : "");
  }

  /// Before what is not a number: "每年1月的最后一个周五".
  std::string before_item() const {
    return before_day() + (months.empty() || several_months ? "" : "的");
  }

  /// Before what comes of itself: "每年1月的", or nothing.
  std::string before_week() const {
    if (months.empty())
      return years.empty() ? "" : years + "的";
    return (years.empty() ? "每年" : several_years ? years + "的" : years) + months + "的";
  }
};

period period_of(const cron_expression& of) {
  period out;
  if (of.fields.months != 0x1ffe) {
    auto shape = shape_of(of.fields.months, 1, 12);
    out.months = run_words(shape.runs, [](int m) { return std::to_string(m) + "月"; });
    out.several_months = shape.is != kind::one;
  }
  if (!of.fields.any_year) {
    auto shape = years_of(of);
    auto year = [](int y) { return std::to_string(y) + "年"; };
    out.several_years = shape.is != kind::one;
    out.years = shape.is == kind::step ? year(shape.first) + "至" + year(shape.last) + stride(shape)
                                       : run_words(shape.runs, year);
  }
  return out;
}

std::string weekdays_of(const cron_fields& f, const period& in) {
  std::string out;
  if (f.weekdays != 0)
    out = in.before_week() + plain_weekdays(f);
  auto placed = joined(month_weekdays(f));
  if (placed.empty())
    return out;
  auto month = in.before_item();
  return out.empty() ? month + placed : out + "以及" + month + placed;
}

std::string also_weekdays(const cron_fields& f) {
  words out;
  for (const auto& run : weekday_runs(f.weekdays))
    if (run.size() >= 3)
      out.push_back(weekday_name(run.first) + "至" + weekday_name(run.last));
    else
      for (int d = run.first; d <= run.last; ++d)
        out.push_back(weekday_name(d));
  for (const auto& item : month_weekdays(f))
    out.push_back("当月" + item);
  return joined(out, "或");
}

std::string date_words(const cron_expression& of, bool at_clock) {
  const auto& f = of.fields;
  auto in = period_of(of);
  if (f.day_rule == cron_day_rule::by_weekday)
    return weekdays_of(f, in);
  if (f.day_rule == cron_day_rule::either)
    return in.before_item() + month_days(of) + "或" + weekdays_of(f, {}) + "（满足其一即可）";
  if (f.day_rule == cron_day_rule::both)
    return in.before_day() + month_days(of) + "且为" + also_weekdays(f);
  if (names_month_days(f))
    return in.before_day() + month_days(of);
  auto period_text = in.before_week();
  if (at_clock)
    return period_text + "每天";
  if (period_text.ends_with("的"))
    period_text.resize(period_text.size() - std::string_view{"的"}.size());
  return period_text;
}

} // namespace

std::string chinese_words(const cron_expression& of) {
  auto time = time_words(time_of_day(of));
  auto date = date_words(of, time.at_clock);
  auto comma = date.empty() || time.at_clock ? "" : "，";
  return date + comma + time.text;
}

} // namespace takt
