#include "actors/logic/ics_rule.hpp"

#include "actors/logic/ics_lines.hpp"

#include <algorithm>
#include <array>

namespace takt {

namespace {

using namespace std::chrono;

constexpr int year_first = 1970;
constexpr int year_last = 2199;
constexpr int number_max = 10'000;
/// No zone is further ahead of UTC.
constexpr hours utc_ahead_max = 14h;

failure bad(std::string why) {
  return {errc::bad_field, std::move(why)};
}

/// Digits only, all of them.
std::optional<int> number_of(std::string_view text, int min, int max) {
  if (text.empty() || text.size() > 5)
    return std::nullopt;
  int value = 0;
  for (auto c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value < min || value > max ? std::nullopt : std::optional{value};
}

/// The text up to `end`, or all of it; what is taken leaves `text`.
std::string_view take_until(std::string_view& text, char end) {
  auto n = text.find(end);
  auto out = text.substr(0, n);
  text.remove_prefix(n == std::string_view::npos ? text.size() : n + 1);
  return out;
}

/// "1,15" as bits; negative numbers go to `from_end` where there is one.
bool read_bits(std::string_view list, int max, uint32_t& bits, uint32_t* from_end) {
  if (list.ends_with(','))
    return false;
  while (!list.empty()) {
    auto item = take_until(list, ',');
    auto* into = &bits;
    if (from_end && item.starts_with('-'))
      into = from_end;
    if (from_end && (item.starts_with('-') || item.starts_with('+')))
      item.remove_prefix(1);
    auto n = number_of(item, 1, max);
    if (!n)
      return false;
    *into |= uint32_t{1} << *n;
  }
  return (bits | (from_end ? *from_end : 0)) != 0;
}

bool is_weekday(std::string_view text) {
  constexpr std::string_view all[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
  return std::find(std::begin(all), std::end(all), text) != std::end(all);
}

/// False: its value is malformed. `known` becomes false for a part that is not ours.
bool read_part(ics_rule& out, std::string_view name, std::string_view value, bool& known) {
  if (name == "FREQ") {
    known = value == "YEARLY";
    return true;
  }
  if (name == "INTERVAL" || name == "COUNT") {
    auto n = number_of(value, 1, number_max);
    if (n && name == "INTERVAL")
      out.interval = *n;
    else if (n)
      out.count = static_cast<size_t>(*n);
    return n.has_value();
  }
  if (name == "UNTIL")
    return (out.until = ics_moment_of(value)).has_value();
  if (name == "BYMONTH")
    return read_bits(value, 12, out.months, nullptr);
  if (name == "BYMONTHDAY")
    return read_bits(value, 31, out.days, &out.days_from_end);
  // The first day of the week means nothing to a rule without weeks.
  if (name == "WKST")
    return is_weekday(value);
  known = false;
  return true;
}

bool has_bit(uint32_t bits, unsigned n) {
  return (bits >> n & 1) != 0;
}

/// The rule with what `start` says where it is silent.
ics_rule completed(ics_rule rule, year_month_day start) {
  auto says_no_day = rule.days == 0 && rule.days_from_end == 0;
  if (rule.months == 0)
    rule.months = says_no_day ? uint32_t{1} << static_cast<unsigned>(start.month()) : 0x1ffe;
  if (says_no_day)
    rule.days = uint32_t{1} << static_cast<unsigned>(start.day());
  return rule;
}

bool is_day_of(const ics_rule& rule, year_month_day d) {
  auto day = static_cast<unsigned>(d.day());
  auto last = static_cast<unsigned>((d.year() / d.month() / std::chrono::last).day());
  return has_bit(rule.months, static_cast<unsigned>(d.month()))
    && (has_bit(rule.days, day) || has_bit(rule.days_from_end, last - day + 1));
}

bool is_over(const ics_rule& rule, const ics_moment& start, sys_days day) {
  if (!rule.until)
    return false;
  if (!rule.until->has_time || !start.has_time)
    return day > rule.until->day;
  // UNTIL is in UTC even where the event has a zone, which nobody knows here.
  auto slack = rule.until->is_utc && !start.is_utc ? utc_ahead_max : 0h;
  return day + start.time > rule.until->at() + slack;
}

} // namespace

std::optional<ics_moment> ics_moment_of(std::string_view text) {
  ics_moment out;
  if (text.size() == 16 && text.ends_with('Z')) {
    out.is_utc = true;
    text.remove_suffix(1);
  }
  out.has_time = text.size() == 15 && text[8] == 'T';
  if (!out.has_time && (text.size() != 8 || out.is_utc))
    return std::nullopt;
  auto y = number_of(text.substr(0, 4), 1, 9999), m = number_of(text.substr(4, 2), 1, 12),
       d = number_of(text.substr(6, 2), 1, 31);
  if (!y || !m || !d)
    return std::nullopt;
  year_month_day date{year{*y}, month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!date.ok())
    return std::nullopt;
  out.day = date;
  if (out.has_time) {
    // RFC 5545 allows the leap second.
    auto h = number_of(text.substr(9, 2), 0, 23), min = number_of(text.substr(11, 2), 0, 59),
         s = number_of(text.substr(13, 2), 0, 60);
    if (!h || !min || !s)
      return std::nullopt;
    out.time = hours{*h} + minutes{*min} + seconds{std::min(*s, 59)};
  }
  return out;
}

std::optional<seconds> ics_duration_of(std::string_view text) {
  if (text.starts_with('+'))
    text.remove_prefix(1);
  if (!text.starts_with('P') || text.size() < 3)
    return std::nullopt;
  text.remove_prefix(1);
  struct unit {
    char letter;
    bool of_time;
    seconds length;
  };
  constexpr std::array units = {
    unit{'W', false, weeks{1}}, unit{'D', false, days{1}}, unit{'H', true, 1h},
    unit{'M', true, 1min}, unit{'S', true, 1s}};
  seconds sum{};
  auto in_time = false;
  auto next = units.begin();
  while (!text.empty()) {
    if (!in_time && text.starts_with('T')) {
      in_time = true;
      text.remove_prefix(1);
    }
    auto digits = text.find_first_not_of("0123456789");
    if (digits == std::string_view::npos)
      return std::nullopt;
    auto n = number_of(text.substr(0, digits), 0, number_max);
    // From the longest to the shortest, each at most once.
    next = std::find_if(next, units.end(), [&](const unit& u) {
      return u.letter == text[digits] && u.of_time == in_time;
    });
    if (!n || next == units.end())
      return std::nullopt;
    sum += *n * (next++)->length;
    text.remove_prefix(digits + 1);
  }
  return sum;
}

result<ics_rule> read_ics_rule(std::string_view text) {
  ics_rule out;
  std::vector<std::string> said;
  const auto capitals = in_capitals(text);
  std::string_view rest = capitals;
  while (!rest.empty()) {
    auto value = take_until(rest, ';');
    std::string name{take_until(value, '=')};
    auto known = true;
    if (!read_part(out, name, value, known))
      return bad("malformed " + name.substr(0, 40) + " of RRULE");
    if (!known)
      return bad("only yearly RRULEs are understood, with INTERVAL, COUNT, UNTIL, BYMONTH and "
                 "BYMONTHDAY");
    // So few names are known that their number is bounded.
    if (std::find(said.begin(), said.end(), name) != said.end())
      return bad("RRULE says " + name + " twice");
    said.push_back(std::move(name));
  }
  if (std::find(said.begin(), said.end(), "FREQ") == said.end())
    return bad("RRULE has no FREQ");
  if (out.count && out.until)
    return bad("RRULE has both COUNT and UNTIL");
  return out;
}

result<std::vector<sys_days>>
days_of(const ics_rule& given, const ics_moment& start, size_t& left) {
  year_month_day begin{start.day};
  auto rule = completed(given, begin);
  if (!is_day_of(rule, begin))
    return bad("DTSTART is no day of its own RRULE");
  std::vector<sys_days> out;
  auto y = static_cast<int>(begin.year());
  if (!rule.count && y < year_first)
    y += (year_first - y + rule.interval - 1) / rule.interval * rule.interval;
  size_t n = 0;
  for (; y <= year_last; y += rule.interval)
    for (unsigned m = 1; m <= 12; ++m) {
      if (!has_bit(rule.months, m))
        continue;
      sys_days first = year{y} / month{m} / 1,
               after = sys_days{year{y} / month{m} / last} + days{1};
      for (auto day = first; day < after; day += days{1}) {
        if (day < start.day || !is_day_of(rule, day))
          continue;
        if (is_over(rule, start, day))
          return out;
        if (left == 0)
          return bad("the file makes more days than a calendar holds");
        --left;
        if (y >= year_first)
          out.push_back(day);
        if (rule.count && ++n == *rule.count)
          return out;
      }
    }
  return out;
}

} // namespace takt
