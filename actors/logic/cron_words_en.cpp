#include "actors/logic/cron_words.hpp"

#include <array>

namespace takt {

namespace {

using kind = value_shape::kind;
using words = std::vector<std::string>;

constexpr std::array<const char*, 13> month_names = {
  "",     "January", "February",  "March",   "April",    "May",     "June",
  "July", "August",  "September", "October", "November", "December"};
constexpr std::array<const char*, 7> weekday_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                      "Thursday", "Friday", "Saturday"};

std::string month_name(int month) {
  return month_names[static_cast<size_t>(month)];
}

std::string weekday_name(int day) {
  return weekday_names[static_cast<size_t>(day % 7)];
}

/// "a", "a and b", "a, b and c".
std::string joined(const words& items, const char* last = " and ") {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i)
    out += (i == 0 ? "" : i + 1 == items.size() ? last : ", ") + items[i];
  return out;
}

std::string ordinal(int n) {
  auto teen = n % 100 >= 11 && n % 100 <= 13;
  auto end = teen ? "th" : n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
  return std::to_string(n) + end;
}

/// Runs as "1, 5 to 8 and 20"; two neighbours are told as two.
template <class Name>
words run_words(const std::vector<value_run>& runs, Name name) {
  words out;
  for (const auto& run : runs)
    if (run.size() >= 3)
      out.push_back(name(run.first) + " to " + name(run.last));
    else
      for (int n = run.first; n <= run.last; ++n)
        out.push_back(name(n));
  return out;
}

std::string numbers(const value_shape& shape) {
  return joined(run_words(shape.runs, [](int n) { return std::to_string(n); }));
}

// -- the time of day -----------------------------------------------------------

std::string from_to(const std::string& first, const std::string& last) {
  return "from " + first + " to " + last;
}

std::string of_hours(int first, int last, bool with_seconds) {
  return from_to(hour_begin(first, with_seconds), hour_end(last, with_seconds));
}

/// After "every …": " from 09:00 to 17:59".
std::string during(const value_shape& hours, bool with_seconds) {
  if (hours.is == kind::all)
    return {};
  if (hours.is == kind::step)
    return " in every " + ordinal(hours.step) + " hour "
      + of_hours(hours.first, hours.last, with_seconds);
  words spans;
  for (const auto& run : hours.runs)
    spans.push_back(of_hours(run.first, run.last, with_seconds));
  return " " + joined(spans);
}

/// After minutes: " past every hour from 09:00 to 17:59".
std::string past(const value_shape& hours) {
  if (hours.is == kind::all)
    return " past every hour";
  if (hours.is == kind::step)
    return " past every " + ordinal(hours.step) + " hour "
      + of_hours(hours.first, hours.last, false);
  words spans;
  for (const auto& run : hours.runs)
    if (run.size() >= 3 || hours.is == kind::range)
      spans.push_back("every hour " + of_hours(run.first, run.last, false));
    else
      for (int h = run.first; h <= run.last; ++h)
        spans.push_back(hour_begin(h, false));
  return " past " + joined(spans);
}

std::string plural(const char* noun, const value_shape& shape) {
  return std::string{noun} + (shape.is == kind::one ? " " : "s ") + numbers(shape);
}

/// "Every 10 seconds", "At second 30".
std::string some(const value_shape& shape, const char* noun) {
  if (shape.is == kind::all)
    return std::string{"Every "} + noun;
  if (shape.is != kind::step)
    return "At " + plural(noun, shape);
  auto every = "Every " + std::to_string(shape.step) + " " + noun + "s";
  return shape.whole
    ? every
    : every + " " + from_to(noun + (" " + std::to_string(shape.first)), std::to_string(shape.last));
}

/// "of every minute from 09:00:00 to 17:59:59", "of minutes 0, 20 and 40 past every hour".
std::string in_minutes(const time_shape& time) {
  const auto& minutes = time.minutes;
  if (minutes.is == kind::all)
    return "every minute" + during(time.hours, false);
  if (minutes.is != kind::step)
    return plural("minute", minutes) + past(time.hours);
  auto every = "every " + ordinal(minutes.step) + " minute";
  if (minutes.whole)
    return every + during(time.hours, false);
  return every + " " + from_to(std::to_string(minutes.first), std::to_string(minutes.last))
    + past(time.hours);
}

std::string minutes_alone(const time_shape& time) {
  const auto& minutes = time.minutes;
  auto every = minutes.is == kind::all || (minutes.is == kind::step && minutes.whole);
  if (minutes.is == kind::range)
    return "Every minute " + from_to(std::to_string(minutes.first), std::to_string(minutes.last))
      + past(time.hours);
  return some(minutes, "minute") + (every ? during(time.hours, false) : past(time.hours));
}

std::string hourly(const time_shape& time) {
  const auto& hours = time.hours;
  auto minute = time.minutes.first;
  if (hours.is == kind::all)
    return minute == 0 ? "Every hour" : "At minute " + std::to_string(minute) + " past every hour";
  auto step = hours.is == kind::step ? hours.step : 1;
  auto every = step == 1 ? std::string{"Every hour"} : "Every " + std::to_string(step) + " hours";
  if (hours.whole && minute == 0)
    return every;
  auto at = [minute](int hour) { return clock_text(hour % 24 * 3600 + minute * 60); };
  return every + " " + from_to(at(hours.first), at(hours.last));
}

std::string time_words(const time_shape& time) {
  if (time.is == time_shape::kind::hourly)
    return hourly(time);
  if (time.is == time_shape::kind::clock) {
    words moments;
    for (auto moment : time.moments)
      moments.push_back(clock_text(moment, time.with_seconds));
    return "At " + joined(moments);
  }
  if (!time.with_seconds)
    return minutes_alone(time);
  const auto& seconds = time.seconds;
  auto every = seconds.is == kind::all || (seconds.is == kind::step && seconds.whole);
  if (every && time.minutes.is == kind::all)
    return some(seconds, "second") + during(time.hours, true);
  return some(seconds, "second") + " of " + in_minutes(time);
}

// -- the days --------------------------------------------------------------------

/// "day 13", "days 1 and 15", "the last day", … ; each is one item of a list.
struct day_words {
  words items{};
  bool one_day = true; ///< names one day of the month
};

day_words month_days(const cron_expression& of) {
  const auto& f = of.fields;
  day_words out;
  auto count = 0;
  if (f.days != 0) {
    auto days = shape_of(f.days, 1, 31, of.pieces[3].text);
    count += days.is == kind::one ? 1 : 2;
    out.items.push_back(
      days.is == kind::step ? "every " + ordinal(days.step) + " day "
          + from_to(std::to_string(days.first), std::to_string(days.last))
                            : plural("day", days));
  }
  for (auto n : values_of(f.days_before_last, 0, 31)) {
    ++count;
    out.items.push_back(
      n == 0     ? "the last day"
        : n == 1 ? "the day before the last day"
                 : "the " + ordinal(n) + " day before the last day");
  }
  for (auto n : values_of(f.nearest_weekdays, 1, 31)) {
    ++count;
    out.items.push_back("the weekday (Monday to Friday) nearest to day " + std::to_string(n));
  }
  if (f.last_weekday_of_month) {
    ++count;
    out.items.push_back("the last weekday (Monday to Friday)");
  }
  out.one_day = count <= 1;
  return out;
}

/// Days of the week that stand in the month: "the 2nd Monday", "the last Friday".
words month_weekdays(const cron_fields& f) {
  words out;
  for (int i = 0; i < 35; ++i)
    if (f.nth_weekdays >> i & 1)
      out.push_back("the " + ordinal(i / 7 + 1) + " " + weekday_name(i % 7));
  for (auto d : values_of(f.last_weekdays, 0, 6))
    out.push_back("the last " + weekday_name(d));
  return out;
}

/// "Monday to Friday", "Mondays and Wednesdays".
words plain_weekdays(const cron_fields& f) {
  if ((f.weekdays & 0x7f) == 0x7f)
    return {"every day of the week"};
  words out;
  for (const auto& run : weekday_runs(f.weekdays))
    if (run.size() >= 3)
      out.push_back(weekday_name(run.first) + " to " + weekday_name(run.last));
    else
      for (int d = run.first; d <= run.last; ++d)
        out.push_back(weekday_name(d) + "s");
  return out;
}

/// After "that is also": "a Friday", "a day from Monday to Friday", "the 2nd Monday of the month".
words weekday_choices(const cron_fields& f, bool one_day) {
  words out;
  for (const auto& run : weekday_runs(f.weekdays))
    if (run.size() >= 3)
      out.push_back(
        (one_day ? "a day " : "days ") + from_to(weekday_name(run.first), weekday_name(run.last)));
    else
      for (int d = run.first; d <= run.last; ++d)
        out.push_back(one_day ? "a " + weekday_name(d) : weekday_name(d) + "s");
  for (const auto& item : month_weekdays(f))
    out.push_back(item + " of the month");
  return out;
}

std::string month_words(uint32_t months) {
  auto shape = shape_of(months, 1, 12);
  if (shape.is == kind::range && shape.last - shape.first >= 2)
    return "every month " + from_to(month_name(shape.first), month_name(shape.last));
  return joined(run_words(shape.runs, month_name));
}

/// "the last day of the month", "day 1 of January and July", "1 January".
std::string month_days_of(const cron_expression& of, const std::string& month) {
  const auto& f = of.fields;
  auto days = month_days(of);
  auto plain = f.days_before_last == 0 && f.nearest_weekdays == 0 && !f.last_weekday_of_month;
  if (plain && days.one_day && !month.empty() && shape_of(f.months, 1, 12).is == kind::one)
    return std::to_string(shape_of(f.days, 1, 31).first) + " " + month;
  return joined(days.items) + " of " + (month.empty() ? "the month" : month);
}

std::string weekdays_of(const cron_fields& f, const std::string& month) {
  auto plain = plain_weekdays(f);
  auto placed = month_weekdays(f);
  std::string out = joined(plain);
  if (!placed.empty())
    out += (plain.empty() ? "" : " and on ") + joined(placed) + " of "
      + (month.empty() ? "the month" : month);
  else if (!month.empty())
    out += " in " + month;
  return out;
}

std::string year_words(const value_shape& years) {
  if (years.is == kind::step)
    return " in every " + ordinal(years.step) + " year "
      + from_to(std::to_string(years.first), std::to_string(years.last));
  return " in " + numbers(years);
}

std::string date_words(const cron_expression& of, const time_shape& time) {
  const auto& f = of.fields;
  auto month = f.months == 0x1ffe ? std::string{} : month_words(f.months);
  auto in_month = month.empty() ? std::string{} : " in " + month;
  if (f.day_rule == cron_day_rule::by_weekday)
    return " on " + weekdays_of(f, month);
  if (f.day_rule == cron_day_rule::either)
    return " on " + month_days_of(of, {}) + " or on " + weekdays_of(f, {}) + " (either matches)"
      + (month.empty() ? "" : "," + in_month);
  if (f.day_rule == cron_day_rule::both) {
    auto one_day = month_days(of).one_day;
    return " on " + month_days_of(of, month) + (one_day ? " that is also " : " that are also ")
      + joined(weekday_choices(f, one_day), " or ");
  }
  if (names_month_days(f))
    return " on " + month_days_of(of, month);
  return (time.is == time_shape::kind::clock ? " every day" : "") + in_month;
}

} // namespace

std::string english_words(const cron_expression& of) {
  auto time = time_of_day(of);
  auto out = time_words(time) + date_words(of, time);
  if (of.fields.any_year)
    return out;
  auto years = years_of(of);
  auto month = shape_of(of.fields.months, 1, 12);
  auto ends_in_month = month.is == kind::one && out.ends_with(month_name(month.first));
  if (years.is == kind::one && ends_in_month)
    return out + " " + std::to_string(years.first);
  return out + year_words(years);
}

} // namespace takt
