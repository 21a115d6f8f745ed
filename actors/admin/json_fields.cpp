#include "actors/admin/json_fields.hpp"

#include "actors/logic/closest.hpp"
#include "proto/duration.hpp"
#include "proto/json.hpp"
#include "proto/limits.hpp"
#include "proto/rfc3339.hpp"

#include <array>
#include <cctype>
#include <cstdio>
#include <limits>

namespace takt {

namespace {

constexpr size_t shown_bytes_max = 40;

constexpr std::array<std::string_view, 7> day_words = {"SUN", "MON", "TUE", "WED",
                                                       "THU", "FRI", "SAT"};

/// What others call it.
struct foreign_word {
  std::string_view field;
  std::string_view theirs;
  std::string_view whose;
  std::string_view ours;
};

constexpr std::array foreign_words = {
  foreign_word{"misfire", "DO_NOTHING", "XXL-JOB", "skip"},
  foreign_word{"misfire", "FIRE_ONCE_NOW", "XXL-JOB", "last"},
  foreign_word{"misfire", "MISFIRE_INSTRUCTION_DO_NOTHING", "Quartz", "skip"},
  foreign_word{"misfire", "MISFIRE_INSTRUCTION_FIRE_ONCE_NOW", "Quartz", "last"},
  foreign_word{"misfire", "MISFIRE_INSTRUCTION_FIRE_NOW", "Quartz", "last"},
  foreign_word{"misfire", "MISFIRE_INSTRUCTION_IGNORE_MISFIRE_POLICY", "Quartz", "all"},
  foreign_word{"overlap", "SERIAL_EXECUTION", "XXL-JOB", "queue"},
  foreign_word{"overlap", "DISCARD_LATER", "XXL-JOB", "skip"},
  foreign_word{"overlap", "COVER_EARLY", "XXL-JOB", "cancel_running"},
  foreign_word{"overlap", "Allow", "Kubernetes", "allow"},
  foreign_word{"overlap", "Forbid", "Kubernetes", "skip"},
  foreign_word{"overlap", "Replace", "Kubernetes", "cancel_running"},
};

failure bad(std::string_view field, const std::string& why) {
  return {errc::bad_field, std::string{field} + ": " + why};
}

std::string cut(std::string text) {
  if (text.size() > shown_bytes_max) {
    text.resize(shown_bytes_max);
    text += "…";
  }
  return text;
}

std::optional<unsigned> day_of(std::string_view word) {
  std::string upper;
  for (auto c : word)
    upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  auto found = std::find(day_words.begin(), day_words.end(), upper);
  if (found == day_words.end())
    return std::nullopt;
  return static_cast<unsigned>(found - day_words.begin());
}

/// "MON" or "MON-FRI"; 0: it is neither.
uint32_t days_of(std::string_view item) {
  auto dash = item.find('-');
  auto first = day_of(item.substr(0, dash));
  auto last = dash == std::string_view::npos ? first : day_of(item.substr(dash + 1));
  if (!first || !last)
    return 0;
  auto days = 1u << *first;
  for (auto day = *first; day != *last;)
    days |= 1u << (day = (day + 1) % 7);
  return days;
}

result<uint32_t> weekdays_from(std::string_view field, std::string_view text) {
  uint32_t days = 0;
  for (size_t begin = 0; begin <= text.size();) {
    auto end = std::min(text.find(',', begin), text.size());
    auto item = text.substr(begin, end - begin);
    auto named = days_of(item);
    if (named == 0)
      return bad(
        field,
        in_quotes(item)
          + " is no day of the week; days are MON, TUE, WED, THU, FRI, SAT, SUN, "
            "ranges such as MON-FRI");
    days |= named;
    begin = end + 1;
  }
  return days;
}

/// Two digits at `pos` up to `max`; -1 when there are none such.
int two_digits(std::string_view text, size_t pos, int max) {
  if (
    pos + 2 > text.size() || !std::isdigit(static_cast<unsigned char>(text[pos]))
    || !std::isdigit(static_cast<unsigned char>(text[pos + 1])))
    return -1;
  auto n = (text[pos] - '0') * 10 + (text[pos + 1] - '0');
  return n <= max ? n : -1;
}

} // namespace

failure not_a(std::string_view field, std::string_view wanted, const value& given) {
  return bad(field, "must be " + std::string{wanted} + ", not " + cut(to_json(given)));
}

std::string in_quotes(std::string_view text) {
  return "\"" + cut(std::string{text}) + "\"";
}

result<std::string> text_in(std::string_view field, const value& given) {
  auto* text = given.as_text();
  if (!text)
    return not_a(field, "a string", given);
  return *text;
}

result<int64_t> whole_in(std::string_view field, const value& given) {
  if (auto* x = std::get_if<int64_t>(&given.data))
    return *x;
  auto* x = std::get_if<uint64_t>(&given.data);
  if (!x)
    return not_a(field, "a whole number", given);
  return static_cast<int64_t>(
    std::min<uint64_t>(*x, static_cast<uint64_t>(std::numeric_limits<int64_t>::max())));
}

result<wall_time> instant_in(std::string_view field, const value& given) {
  auto* text = given.as_text();
  if (!text)
    return not_a(field, "an RFC 3339 date-time such as \"2026-01-02T03:04:05Z\"", given);
  auto t = from_rfc3339(*text);
  if (!t)
    return bad(field, t.failure().context);
  return *t;
}

result<millis> span_in(std::string_view field, const value& given) {
  if (auto* text = given.as_text())
    return span_from(field, *text);
  auto seconds = whole_in(field, given);
  if (!seconds)
    return not_a(field, "whole seconds or a duration such as \"10m\"", given);
  if (*seconds < 0 || *seconds > limits::interval_s_max)
    return bad(
      field,
      std::to_string(*seconds) + " is out of range (0-" + std::to_string(limits::interval_s_max)
        + " seconds)");
  return millis{*seconds * 1000};
}

result<millis> span_from(std::string_view field, std::string_view text) {
  auto span = duration_from(text);
  if (!span)
    return bad(field, span.failure().context);
  return *span;
}

result<uint32_t> time_of_day_in(std::string_view field, const value& given) {
  auto* text = given.as_text();
  if (!text)
    return not_a(field, "a time of day such as \"09:30\"", given);
  auto h = two_digits(*text, 0, 23), m = two_digits(*text, 3, 59);
  auto s = text->size() == 5 ? 0 : two_digits(*text, 6, 59);
  auto shaped =
    (text->size() == 5 || (text->size() == 8 && (*text)[5] == ':')) && (*text)[2] == ':';
  if (!shaped || h < 0 || m < 0 || s < 0)
    return bad(
      field, in_quotes(*text) + " is no time of day; it is hh:mm or hh:mm:ss, 00:00 to 23:59:59");
  return static_cast<uint32_t>(h * 3600 + m * 60 + s);
}

result<uint32_t> weekdays_in(std::string_view field, const value& given) {
  if (auto* text = given.as_text())
    return weekdays_from(field, *text);
  auto* list = given.as_list();
  if (!list)
    return not_a(field, "days such as \"MON-FRI\" or a list of them", given);
  uint32_t days = 0;
  for (const auto& item : *list) {
    auto* text = item.as_text();
    if (!text)
      return not_a(field, "days such as \"MON-FRI\" or a list of them", given);
    auto named = weekdays_from(field, *text);
    if (!named)
      return named.failure();
    days |= *named;
  }
  return days;
}

failure unknown_word(
  std::string_view field, std::string_view given, const std::vector<std::string_view>& known) {
  for (const auto& f : foreign_words)
    if (f.field == field && f.theirs == given)
      return bad(
        field,
        in_quotes(given) + " is what " + std::string{f.whose} + " calls it; here it is \""
          + std::string{f.ours} + "\"");
  std::string words;
  for (size_t i = 0; i < known.size(); ++i)
    words += (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + in_quotes(known[i]);
  return bad(field, "must be " + words + ", not " + in_quotes(given));
}

failure unknown_member(
  std::string_view of, std::string_view name, const std::vector<std::string_view>& known) {
  auto why = "there is no field " + in_quotes(name);
  if (auto meant = closest(name, known); !meant.empty())
    why += "; did you mean \"" + std::string{meant} + "\"?";
  return of.empty() ? failure{errc::bad_field, why} : bad(of, why);
}

value json_of(wall_time t) {
  return value{to_rfc3339(t)};
}

value json_of(const std::optional<wall_time>& t) {
  return t ? json_of(*t) : value{};
}

value json_text(std::string_view s) {
  return value{std::string{s}};
}

value json_of_span(millis span) {
  if (span.count() % 1000 == 0)
    return value{int64_t{span.count() / 1000}};
  return value{std::to_string(span.count()) + "ms"};
}

value json_of_weekdays(uint32_t days) {
  value_list words;
  for (unsigned i = 0; i < 7; ++i)
    if (auto day = (i + 1) % 7; days & (1u << day))
      words.push_back(json_text(day_words[day]));
  return value{std::move(words)};
}

std::string time_of_day_text(uint32_t seconds) {
  char out[32];
  auto h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
  if (s == 0)
    std::snprintf(out, sizeof out, "%02u:%02u", h, m);
  else
    std::snprintf(out, sizeof out, "%02u:%02u:%02u", h, m, s);
  return out;
}

} // namespace takt
