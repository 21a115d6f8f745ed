#include "actors/logic/cron_fields.hpp"

#include "actors/logic/cron_item.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace takt {

namespace {

struct macro {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<macro, 7> macros = {{
  {"@hourly", "0 * * * *"},
  {"@daily", "0 0 * * *"},
  {"@midnight", "0 0 * * *"},
  {"@weekly", "0 0 * * 0"},
  {"@monthly", "0 0 1 * *"},
  {"@yearly", "0 0 1 1 *"},
  {"@annually", "0 0 1 1 *"},
}};

constexpr std::string_view shapes =
  "5 fields (minute, hour, day of month, month, day of week), 6 with leading seconds or 7 with a "
  "trailing year as well are needed";

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::vector<cron_piece> split_blanks(std::string_view text) {
  std::vector<cron_piece> pieces;
  for (size_t i = 0; i < text.size();) {
    if (is_blank(text[i])) {
      ++i;
      continue;
    }
    auto begin = i;
    while (i < text.size() && !is_blank(text[i]))
      ++i;
    pieces.push_back({text.substr(begin, i - begin), begin + 1});
  }
  return pieces;
}

/// What a word that begins with @ stands for. `rest` is the expression from there on.
result<std::string_view> parse_macro(std::string_view word, std::string_view rest, size_t column) {
  for (const auto& m : macros)
    if (word.size() == rest.size() && same_word(m.name, word))
      return m.meaning;
  auto what = shown(rest) + " at column " + std::to_string(column);
  if (same_word(word, "@every"))
    return bad_cron(
      what + " is an interval, not a cron expression; give the job an interval instead");
  if (same_word(word, "@reboot"))
    return bad_cron(
      what + " is no time of a calendar; no machine's start is known to a scheduler of many");
  std::string known;
  for (const auto& m : macros)
    known += (known.empty() ? "" : ", ") + std::string{m.name};
  return bad_cron(what + " is not known (" + known + ")");
}

result<std::vector<cron_piece>> split_fields(std::string_view text) {
  if (text.size() > limits::cron_bytes_max)
    return bad_cron(
      "has " + std::to_string(text.size()) + " bytes, at most "
      + std::to_string(limits::cron_bytes_max) + " are allowed");
  auto pieces = split_blanks(text);
  if (pieces.empty())
    return bad_cron("is empty; " + std::string{shapes});
  const auto& first = pieces.front();
  if (first.text.front() == '@') {
    const auto& last = pieces.back();
    auto end = last.column - 1 + last.text.size();
    auto meaning =
      parse_macro(first.text, text.substr(first.column - 1, end - first.column + 1), first.column);
    if (!meaning)
      return meaning.failure();
    return split_blanks(*meaning);
  }
  if (pieces.size() < 5 || pieces.size() > 7)
    return bad_cron(
      "has " + std::to_string(pieces.size()) + (pieces.size() == 1 ? " field; " : " fields; ")
      + std::string{shapes});
  return pieces;
}

bool leaves_the_choice(std::string_view text) {
  return text == "*" || text == "?";
}

result<cron_field_values>
parse_field(cron_field_no no, const cron_piece& field, uint64_t hash_seed) {
  cron_field_values values;
  if ((no == cron_day || no == cron_weekday) && field.text == "?")
    return parse_field(no, {"*", field.column}, hash_seed);
  size_t items = 0;
  for (size_t begin = 0; begin <= field.text.size(); ++items) {
    auto end = std::min(field.text.find(',', begin), field.text.size());
    cron_piece item{field.text.substr(begin, end - begin), field.column + begin};
    auto added = add_cron_item(no, item, hash_seed, values);
    if (!added)
      return added.failure();
    begin = end + 1;
  }
  values.short_cycle = values.short_cycle && items == 1;
  return values;
}

void put(cron_field_no no, const cron_field_values& v, cron_fields& out) {
  auto small = static_cast<uint32_t>(v.bits[0]);
  switch (no) {
  case cron_second:
    out.seconds = v.bits[0];
    break;
  case cron_minute:
    out.minutes = v.bits[0];
    break;
  case cron_hour:
    out.hours = small;
    break;
  case cron_day:
    out.days = small;
    out.days_before_last = v.days_before_last;
    out.nearest_weekdays = v.nearest_weekdays;
    out.last_weekday_of_month = v.last_weekday_of_month;
    break;
  case cron_month:
    out.months = small;
    break;
  case cron_weekday:
    out.weekdays = small;
    out.nth_weekdays = v.nth_weekdays;
    out.last_weekdays = v.last_weekdays;
    break;
  case cron_year:
    out.years = v.bits;
    break;
  }
  if (v.short_cycle)
    out.short_cycles = static_cast<uint8_t>(out.short_cycles | 1u << no);
}

cron_day_rule rule_of(std::string_view day, std::string_view weekday, bool both) {
  if (leaves_the_choice(weekday))
    return cron_day_rule::by_day;
  if (leaves_the_choice(day))
    return cron_day_rule::by_weekday;
  return both ? cron_day_rule::both : cron_day_rule::either;
}

bool is_stepped_star(std::string_view text) {
  return text.starts_with('*') && text.size() > 1;
}

bool is_wild(std::string_view text) {
  return text.starts_with('*') || text.starts_with("H/");
}

} // namespace

std::string shown(std::string_view piece) {
  constexpr size_t length_max = 40;
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (char c : piece.substr(0, length_max)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f)
      out += c;
    else
      (out += "\\x").append({hex[byte >> 4], hex[byte & 15]});
  }
  return piece.size() > length_max ? out + "..." : out;
}

result<cron_expression> parse_cron_expression(std::string_view text, uint64_t hash_seed) {
  auto split = split_fields(text);
  if (!split)
    return split.failure();
  auto pieces = *split;
  if (pieces.size() == 5)
    pieces.insert(pieces.begin(), cron_piece{"0", 1});
  cron_expression out;
  out.fields.any_year = pieces.size() == 6 || pieces[cron_year].text == "*";
  if (pieces.size() == 6)
    pieces.push_back({"*", text.size() + 1});
  auto both = pieces[cron_weekday].text.starts_with('+');
  for (unsigned i = 0; i < pieces.size(); ++i) {
    auto no = static_cast<cron_field_no>(i);
    auto field = pieces[i];
    if (no == cron_weekday && both)
      field = {field.text.substr(1), field.column + 1};
    auto values = parse_field(no, field, hash_seed);
    if (!values)
      return values.failure();
    put(no, *values, out.fields);
    out.pieces[i] = pieces[i];
  }
  if (out.fields.any_year)
    out.fields.years = {};
  auto day = pieces[cron_day].text;
  auto weekday = pieces[cron_weekday].text.substr(both ? 1 : 0);
  out.fields.day_rule = rule_of(day, weekday, both);
  out.fields.stepped_star_day = is_stepped_star(day) || is_stepped_star(weekday);
  out.fields.wild = is_wild(pieces[cron_minute].text) || is_wild(pieces[cron_hour].text);
  return out;
}

} // namespace takt
