// cron_oracle: is this second a target of this cron expression? By definition, for tests.
//
// Knows nothing of actors/logic: an expression becomes tables of bools by a parser of its own, a
// second is rendered by glibc_zone, and the gap and fold rules are cron.hpp's table, word for word.
// It reads only well-formed expressions of at least five fields or a macro, without `H`; for others
// parse() gives nothing or nonsense. Seconds are counted from 1970. One thread (a small cache).
#pragma once

#include "proto/timing.hpp"
#include "tests/support/glibc_zone.hpp"

#include <algorithm>
#include <bitset>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace takt::test {

class cron_oracle {
public:
  static std::optional<cron_oracle> parse(std::string text) {
    for (auto [macro, meaning] :
         {std::pair{"@hourly", "0 * * * *"},
          {"@daily", "0 0 * * *"},
          {"@weekly", "0 0 * * 0"},
          {"@monthly", "0 0 1 * *"},
          {"@yearly", "0 0 1 1 *"}})
      if (text == macro)
        text = meaning;
    auto parts = split(text, ' ');
    if (parts.size() == 5)
      parts.insert(parts.begin(), "0");
    auto has_h = text.find("H(") != std::string::npos || text.find("H/") != std::string::npos;
    if (parts.size() < 6 || parts.size() > 7 || has_h)
      return std::nullopt;
    cron_oracle out;
    out.seconds_ = numbers(parts[0], 0, 59);
    out.minutes_ = numbers(parts[1], 0, 59);
    out.hours_ = numbers(parts[2], 0, 23);
    out.months_ = numbers(parts[4], 1, 12);
    out.any_year_ = parts.size() == 6;
    if (!out.any_year_)
      out.years_ = numbers(parts[6], 1970, 2199);
    out.wild = parts[1][0] == '*' || parts[2][0] == '*';
    out.both_ = parts[5][0] == '+';
    for (const auto& item : split(out.both_ ? parts[5].substr(1) : parts[5], ','))
      out.weekday_.push_back(weekday_item(item));
    for (const auto& item : split(parts[3], ','))
      out.day_.push_back(day_item(item));
    out.any_day_ = parts[3] == "*" || parts[3] == "?";
    out.any_weekday_ = parts[5] == "*" || parts[5] == "?";
    return out;
  }

  bool wild = false;

  bool date_matches(std::chrono::sys_days date) const {
    if (date == known_date_)
      return known_;
    known_date_ = date;
    return known_ = judge(date);
  }

  /// Does this wall clock reading, in seconds since 1970, match the fields?
  bool matches(int64_t local) const {
    auto day = std::chrono::floor<std::chrono::days>(at(local));
    auto second = static_cast<size_t>((at(local) - day).count());
    return seconds_[second % 60] && minutes_[second / 60 % 60] && hours_[second / 3600]
      && date_matches(day);
  }

  bool is_target(const glibc_zone& in, dst_policy dst, int64_t t) const {
    return is_target(in, dst, t, in.index_of(t));
  }

  /// The same, where it is known which stretch of the zone holds `t`.
  bool is_target(const glibc_zone& in, dst_policy dst, int64_t t, size_t here) const {
    const auto& all = in.stretches();
    auto local = t + all[here].offset;
    if (matches(local)) {
      auto set_back_by = since_same_reading(all, here, t);
      if (wild || !set_back_by || *set_back_by >= correction || dst == dst_policy::all)
        return true;
    }
    if (wild || dst == dst_policy::skip || here == 0 || all[here].begin != t)
      return false;
    auto gap = all[here].offset - all[here - 1].offset;
    if (gap <= 0 || gap >= correction)
      return false;
    for (auto missing = local - gap; missing < local; ++missing)
      if (matches(missing))
        return true;
    return false;
  }

  /// The first target of after < t <= until, looking at each second but those of a local date, hour
  /// or minute that does not match and during which the clocks are not set.
  std::optional<int64_t>
  first_target(const glibc_zone& in, dst_policy dst, int64_t after, int64_t until) const {
    for (auto t = after + 1; t <= until;) {
      auto here = in.index_of(t);
      if (is_target(in, dst, t, here))
        return t;
      auto local = t + in.stretches()[here].offset;
      auto day = std::chrono::floor<std::chrono::days>(at(local));
      auto second = (at(local) - day).count();
      int64_t step = 1;
      if (!date_matches(day))
        step = 86'400 - second;
      else if (!hours_[static_cast<size_t>(second / 3600)])
        step = 3600 - second % 3600;
      else if (!minutes_[static_cast<size_t>(second / 60 % 60)])
        step = 60 - second % 60;
      auto next = t + step;
      if (here + 1 < in.stretches().size())
        next = std::min(next, in.stretches()[here + 1].begin);
      t = next;
    }
    return std::nullopt;
  }

  /// No date of so many years matches (400 is the calendar's whole cycle), or of the years named.
  bool never(int years) const {
    auto first = std::chrono::year{any_year_ ? 2000 : 1970} / 1;
    if (!any_year_)
      years = 230;
    for (int m = 0; m < years * 12; ++m) {
      auto month = first + std::chrono::months{m};
      if (!months_[unsigned{month.month()}])
        continue;
      for (auto day = std::chrono::sys_days{month / 1};
           day <= std::chrono::sys_days{month / std::chrono::last}; day += std::chrono::days{1})
        if (judge(day))
          return false;
    }
    return true;
  }

private:
  using table = std::bitset<2400>;
  static constexpr int64_t correction = 3 * 3600;

  static std::chrono::sys_seconds at(int64_t t) {
    return std::chrono::sys_seconds{std::chrono::seconds{t}};
  }

  /// How long ago the clocks showed the same, if they did.
  static std::optional<int64_t>
  since_same_reading(const std::vector<glibc_zone::stretch>& all, size_t here, int64_t t) {
    for (size_t i = here; i-- > 0 && all[i + 1].begin > t - 2 * 86'400;) {
      auto then = t + all[here].offset - all[i].offset;
      if (then >= all[i].begin && then < all[i + 1].begin)
        return t - then;
    }
    return std::nullopt;
  }

  static std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> out;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, by);)
      if (!part.empty())
        out.push_back(part);
    return out;
  }

  static int number(std::string text) {
    static const char* const names[] = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT",
                                        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL",
                                        "AUG", "SEP", "OCT", "NOV", "DEC"};
    for (auto& c : text)
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (int i = 0; i < 19; ++i)
      if (text == names[i])
        return i < 7 ? i : i - 6;
    return std::atoi(text.c_str());
  }

  static table numbers(const std::string& field, int low, int high) {
    table out;
    for (const auto& item : split(field, ','))
      for (auto parts = split(item, '/'); auto n : span(parts[0], low, parts.size() > 1, high))
        if (parts.size() == 1 || (n.second % std::atoi(parts[1].c_str())) == 0)
          out.set(static_cast<size_t>(n.first));
    return out;
  }

  /// The numbers of `*`, `n` or `a-b`, each with its distance from the first.
  static std::vector<std::pair<int, int>>
  span(const std::string& text, int low, bool stepped, int high) {
    auto ends = split(text, '-');
    auto first = text == "*" ? low : number(ends[0]);
    auto last = text == "*" || (stepped && ends.size() == 1) ? high : number(ends.back());
    std::vector<std::pair<int, int>> out;
    for (int n = first; n <= last; ++n)
      out.emplace_back(n, n - first);
    return out;
  }

  bool judge(std::chrono::sys_days date) const {
    auto d = std::chrono::year_month_day{date};
    if (!months_[unsigned{d.month()}])
      return false;
    if (!any_year_ && (int{d.year()} >= 2400 || !years_[static_cast<size_t>(int{d.year()})]))
      return false;
    if (both_)
      return (any_day_ || day_matches(date)) && weekday_matches(date);
    if (any_weekday_)
      return any_day_ || day_matches(date);
    return any_day_ ? weekday_matches(date) : day_matches(date) || weekday_matches(date);
  }

  static bool is_workday(std::chrono::year_month_day d) {
    return d.ok() && std::chrono::weekday{std::chrono::sys_days{d}}.iso_encoding() <= 5;
  }

  /// One part of a day field's list.
  struct item {
    enum { plain, last_workday, near, from_last, nth, last } is = plain;
    int n = 0;
    int weekday = 0;
    table plainly{};
  };

  static item day_item(const std::string& text) {
    if (text == "LW")
      return {item::last_workday};
    if (text.back() == 'W')
      return {item::near, std::atoi(text.c_str())};
    if (text[0] == 'L')
      return {item::from_last, text.size() > 2 ? std::atoi(text.c_str() + 2) : 0};
    return {item::plain, 0, 0, numbers(text == "?" ? "*" : text, 1, 31)};
  }

  static item weekday_item(const std::string& text) {
    if (auto hash = text.find('#'); hash != std::string::npos)
      return {item::nth, std::atoi(text.c_str() + hash + 1), number(text.substr(0, hash)) % 7};
    if (text.back() == 'L')
      return {item::last, 0, number(text.substr(0, text.size() - 1)) % 7};
    auto named = numbers(text == "?" ? "*" : text, 0, 6);
    named[0] = named[0] || named[7];
    return {item::plain, 0, 0, named};
  }

  bool day_matches(std::chrono::sys_days date) const {
    auto d = std::chrono::year_month_day{date};
    auto day = static_cast<int>(unsigned{d.day()});
    auto days = static_cast<int>(unsigned{(d.year() / d.month() / std::chrono::last).day()});
    auto of_month = [&](int n) { return d.year() / d.month() / n; };
    for (const auto& it : day_)
      if (
        (it.is == item::plain && it.plainly[static_cast<size_t>(day)])
        || (it.is == item::from_last && day == days - it.n)
        || (it.is == item::last_workday && day == last_workday(days, of_month))
        || (it.is == item::near && it.n <= days && day == nearest_workday(it.n, of_month)))
        return true;
    return false;
  }

  template <class Month>
  static int last_workday(int n, Month of_month) {
    while (!is_workday(of_month(n)))
      --n;
    return n;
  }

  template <class Month>
  static int nearest_workday(int n, Month of_month) {
    for (int away = 0;; ++away)
      for (int candidate : {n - away, n + away})
        if (candidate >= 1 && candidate <= 31 && is_workday(of_month(candidate)))
          return candidate;
  }

  bool weekday_matches(std::chrono::sys_days date) const {
    auto d = std::chrono::year_month_day{date};
    auto today = static_cast<int>(std::chrono::weekday{date}.c_encoding());
    auto day = static_cast<int>(unsigned{d.day()});
    auto in_a_week = std::chrono::year_month_day{date + std::chrono::days{7}};
    for (const auto& it : weekday_)
      if (
        (it.is == item::plain && it.plainly[static_cast<size_t>(today)])
        || (it.is == item::nth && it.weekday == today && (day + 6) / 7 == it.n)
        || (it.is == item::last && it.weekday == today && in_a_week.month() != d.month()))
        return true;
    return false;
  }

  table seconds_{};
  table minutes_{};
  table hours_{};
  table months_{};
  table years_{};
  std::vector<item> day_{};
  std::vector<item> weekday_{};
  bool any_year_ = true;
  bool any_day_ = false;
  bool any_weekday_ = false;
  bool both_ = false;
  mutable std::chrono::sys_days known_date_ = std::chrono::sys_days::min();
  mutable bool known_ = false;
};

} // namespace takt::test
