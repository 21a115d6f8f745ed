// json_fields: the words that REST's bodies are made of, read and written: instants, spans of time,
// whole numbers, words of an enum, days of the week.
//
// Pure; safe from any thread. Reading is exact: a wrong type or a value that makes no sense is
// refused (bad_field) with the field's name, as `field` gives it, and the value.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"
#include "proto/value.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace takt {

// -- reading ----------------------------------------------------------------------

/// "<field>: must be <wanted>, not <given>"
failure not_a(std::string_view field, std::string_view wanted, const value& given);

/// The value as a refusal shows it, cut to 40 bytes.
std::string in_quotes(std::string_view text);

result<std::string> text_in(std::string_view field, const value& given);
/// Beyond int64 is INT64_MAX: it is beyond every limit, and whoever checks names the range.
result<int64_t> whole_in(std::string_view field, const value& given);
/// An RFC 3339 date-time with its offset.
result<wall_time> instant_in(std::string_view field, const value& given);
/// Whole seconds, or a text such as "10m", "1h30m", "250ms"; at most ten years.
result<millis> span_in(std::string_view field, const value& given);
/// The same out of a text, which may be plain seconds.
result<millis> span_from(std::string_view field, std::string_view text);
/// "09:30" or "09:30:15": seconds since midnight, below 24:00.
result<uint32_t> time_of_day_in(std::string_view field, const value& given);
/// "MON-FRI", "SAT,SUN" or a list of such; a range may pass over the weekend. Bit 0 is Sunday.
result<uint32_t> weekdays_in(std::string_view field, const value& given);

/// The refusal of a word that is none of `known`: names them, the nearest, and, where it is another
/// scheduler's word for one of them, which.
failure unknown_word(
  std::string_view field, std::string_view given, const std::vector<std::string_view>& known);

/// A word of an enum whose to_string() gives "?" beyond its last.
template <class Enum>
result<Enum> word_in(std::string_view field, const value& given) {
  auto* text = given.as_text();
  if (!text)
    return not_a(field, "a string", given);
  std::vector<std::string_view> known;
  for (uint8_t n = 0; to_string(static_cast<Enum>(n)) != "?"; ++n)
    known.push_back(to_string(static_cast<Enum>(n)));
  auto found = std::find(known.begin(), known.end(), *text);
  if (found == known.end())
    return unknown_word(field, *text, known);
  return static_cast<Enum>(found - known.begin());
}

/// The refusal of a member that there is not, with the one that was probably meant. `of`: "" for
/// the body itself, else the object's field.
failure unknown_member(
  std::string_view of, std::string_view name, const std::vector<std::string_view>& known);

// -- writing ----------------------------------------------------------------------

value json_of(wall_time t);
value json_of(const std::optional<wall_time>& t);
value json_text(std::string_view s);
/// Whole seconds as a number, others as a text that span_in() reads back.
value json_of_span(millis span);
/// ["MON", …], Monday first.
value json_of_weekdays(uint32_t days);
/// "09:30", or "09:30:15" where seconds count.
std::string time_of_day_text(uint32_t seconds);

} // namespace takt
