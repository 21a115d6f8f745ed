#include "actors/admin/calendar_json.hpp"

#include "actors/admin/api_json.hpp"
#include "actors/logic/calendar_days.hpp"
#include "actors/logic/ics.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

namespace takt {

namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

failure bad(std::string_view field, const std::string& why) {
  return {errc::bad_field, std::string{field} + ": " + why};
}

/// Decimal digits alone; -1 when there is anything else.
int number(std::string_view digits) {
  int n = 0;
  for (auto c : digits) {
    if (c < '0' || c > '9')
      return -1;
    n = n * 10 + (c - '0');
  }
  return n;
}

result<int32_t> day_from(std::string_view field, std::string_view text) {
  auto shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  auto y = shaped ? number(text.substr(0, 4)) : -1;
  auto m = shaped ? number(text.substr(5, 2)) : -1;
  auto d = shaped ? number(text.substr(8, 2)) : -1;
  if (y < 0 || m < 0 || d < 0)
    return bad(
      field, in_quotes(text) + " is no date such as \"2026-12-25\", nor \"2026-12-24/2027-01-02\"");
  year_month_day date{
    std::chrono::year{y}, std::chrono::month{static_cast<unsigned>(m)},
    std::chrono::day{static_cast<unsigned>(d)}};
  if (!date.ok())
    return bad(field, in_quotes(text) + " does not exist");
  if (y < 1970)
    return bad(field, in_quotes(text) + " is before 1970");
  return static_cast<int32_t>(sys_days{date}.time_since_epoch().count());
}

result<date_range> range_from(const std::string& field, const value& given) {
  auto* text = given.as_text();
  if (!text)
    return not_a(field, "a date such as \"2026-12-25\"", given);
  auto slash = text->find('/');
  auto first = day_from(field, std::string_view{*text}.substr(0, slash));
  if (!first)
    return first.failure();
  if (slash == std::string::npos)
    return date_range{*first, *first};
  auto last = day_from(field, std::string_view{*text}.substr(slash + 1));
  if (!last)
    return last.failure();
  if (*last < *first)
    return bad(field, in_quotes(*text) + " ends before it begins");
  return date_range{*first, *last};
}

result<std::vector<date_range>> dates_from(const value& given) {
  auto* list = given.as_list();
  if (!list)
    return not_a("dates", "a list of dates", given);
  std::vector<date_range> dates;
  for (size_t i = 0; i < list->size(); ++i) {
    auto range = range_from("dates[" + std::to_string(i) + "]", (*list)[i]);
    if (!range)
      return range.failure();
    dates.push_back(*range);
  }
  dates = normal_ranges(std::move(dates));
  if (dates.size() > limits::calendar_ranges_max)
    return bad(
      "dates",
      "has " + std::to_string(dates.size()) + " stretches; at most "
        + std::to_string(limits::calendar_ranges_max) + " are allowed");
  return dates;
}

result<bool> mode_from(const value& given) {
  auto* text = given.as_text();
  if (!text || (*text != "exclude" && *text != "include"))
    return not_a("mode", "\"exclude\" or \"include\"", given);
  return *text == "include";
}

/// A line for people, to its limit.
result<std::string> words_from(std::string_view field, const value& given) {
  auto text = text_in(field, given);
  if (text && text->size() > limits::job_description_bytes_max)
    return bad(
      field,
      "has " + std::to_string(text->size()) + " bytes; at most "
        + std::to_string(limits::job_description_bytes_max) + " are allowed");
  return text;
}

/// The name that is given in the body, in the path, or in both.
result<std::string> name_from(const value& body, std::string_view in_path) {
  auto* given = body.find("name");
  auto text = given ? text_in("name", *given) : result<std::string>{std::string{in_path}};
  if (!text)
    return text;
  if (!given && in_path.empty())
    return bad("name", "is missing");
  if (!is_calendar_name(*text))
    return bad("name", in_quotes(*text) + " is not 1 to 64 of A-Z a-z 0-9 . _ -");
  if (!in_path.empty() && *text != in_path)
    return bad(
      "name", in_quotes(*text) + " is not " + in_quotes(in_path) + ", which the path names");
  return text;
}

template <class T, class U>
result<void> put(result<T> taken, U& out) {
  if (!taken)
    return taken.failure();
  out = *std::move(taken);
  return done{};
}

std::string date_text(int32_t day) {
  year_month_day date{sys_days{std::chrono::days{day}}};
  char out[32];
  std::snprintf(
    out, sizeof out, "%04d-%02u-%02u", static_cast<int>(date.year()),
    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out;
}

} // namespace

bool is_calendar_name(std::string_view name) noexcept {
  auto fits = [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) || c == '.' || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= limits::calendar_name_bytes_max
    && std::all_of(name.begin(), name.end(), fits);
}

result<calendar> calendar_from(std::string_view body, std::string_view name) {
  auto parsed = object_from(body, "a calendar");
  if (!parsed)
    return parsed.failure();
  calendar c;
  auto ok = put(name_from(*parsed, name), c.name);
  for (const auto& [member, given] : *parsed->as_map()) {
    if (!ok)
      return ok.failure();
    if (member == "description")
      ok = put(words_from(member, given), c.description);
    else if (member == "mode")
      ok = put(mode_from(given), c.including);
    else if (member == "dates")
      ok = put(dates_from(given), c.dates);
    else if (member == "weekdays")
      ok = put(weekdays_in(member, given), c.weekdays);
    else if (member != "name" && member != "updated_at")
      return unknown_member({}, member, {"name", "description", "mode", "dates", "weekdays"});
  }
  return ok ? result<calendar>{std::move(c)} : ok.failure();
}

result<blackout> blackout_from(std::string_view body, std::string_view name) {
  auto parsed = object_from(body, "a blackout");
  if (!parsed)
    return parsed.failure();
  blackout b;
  auto ok = put(name_from(*parsed, name), b.name);
  for (const auto& [member, given] : *parsed->as_map()) {
    if (!ok)
      return ok.failure();
    if (member == "from")
      ok = put(instant_in(member, given), b.begin);
    else if (member == "to")
      ok = put(instant_in(member, given), b.end);
    else if (member == "reason")
      ok = put(words_from(member, given), b.reason);
    else if (member != "name" && member != "updated_at")
      return unknown_member({}, member, {"name", "from", "to", "reason"});
  }
  if (!ok)
    return ok.failure();
  for (auto needed : {"from", "to"})
    if (!parsed->find(needed))
      return bad(needed, "is missing");
  if (b.end <= b.begin)
    return bad("to", "must be later than from");
  return b;
}

result<calendar> calendar_from_ics(std::string_view file, std::string_view name) {
  calendar c;
  if (!is_calendar_name(name))
    return bad("name", in_quotes(name) + " is not 1 to 64 of A-Z a-z 0-9 . _ -");
  c.name = name;
  auto events = read_ics(file);
  if (!events)
    return events.failure();
  if (events->empty())
    return bad("ics", "the file has no event");
  for (const auto& e : *events)
    c.dates.push_back(
      {static_cast<int32_t>(sys_days{e.first}.time_since_epoch().count()),
       static_cast<int32_t>(sys_days{e.last}.time_since_epoch().count())});
  c.dates = normal_ranges(std::move(c.dates));
  return c;
}

value json_of(const calendar& c) {
  value_list dates;
  for (const auto& d : c.dates)
    dates.push_back(
      value{d.first == d.last ? date_text(d.first) : date_text(d.first) + "/" + date_text(d.last)});
  return value{value_map{
    {"name", json_text(c.name)},
    {"description", json_text(c.description)},
    {"mode", json_text(c.including ? "include" : "exclude")},
    {"dates", value{std::move(dates)}},
    {"weekdays", json_of_weekdays(c.weekdays)},
    {"updated_at", json_of(c.updated_at)},
  }};
}

value json_of(const blackout& b) {
  return value{value_map{
    {"name", json_text(b.name)},
    {"from", json_of(b.begin)},
    {"to", json_of(b.end)},
    {"reason", json_text(b.reason)},
    {"updated_at", json_of(b.updated_at)},
  }};
}

} // namespace takt
