#include "actors/logic/cron_fields.hpp"

#include "proto/limits.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <span>
#include <vector>

namespace takt {

namespace {

constexpr std::array<std::string_view, 12> month_names = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names = {"SUN", "MON", "TUE", "WED",
                                                           "THU", "FRI", "SAT"};

/// What a field may hold. `high` is the largest value of a step's or `*`'s range; `accepted` the
/// largest that may be written (7 is Sunday too).
struct field_spec {
  std::string_view name;
  int low;
  int high;
  int accepted;
  std::string_view allowed;
  std::span<const std::string_view> names{};
  bool is_day = false;

  int span() const { return high - low + 1; }
};

const std::array<field_spec, 6> specs = {{
  {"second", 0, 59, 59, "0-59"},
  {"minute", 0, 59, 59, "0-59"},
  {"hour", 0, 23, 23, "0-23"},
  {"day of month", 1, 31, 31, "1-31", {}, true},
  {"month", 1, 12, 12, "1-12 or JAN-DEC", month_names},
  {"day of week", 0, 6, 7, "0-7 or SUN-SAT", weekday_names, true},
}};

struct macro {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<macro, 5> macros = {{
  {"@hourly", "0 * * * *"},
  {"@daily", "0 0 * * *"},
  {"@weekly", "0 0 * * 0"},
  {"@monthly", "0 0 1 * *"},
  {"@yearly", "0 0 1 1 *"},
}};

constexpr std::string_view shapes =
  "5 fields (minute, hour, day of month, month, day of week) or 6 with leading seconds are needed";

failure bad(std::string why) {
  return {errc::bad_schedule, "cron_spec: " + std::move(why)};
}

failure
bad(const field_spec& spec, const std::string& what, size_t column, const std::string& why) {
  return bad(
    std::string{spec.name} + ": " + what + " at column " + std::to_string(column) + " " + why);
}

std::string quoted(std::string_view text) {
  return "\"" + shown(text) + "\"";
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_number(std::string_view text) {
  return !text.empty()
    && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Saturates: whatever does not fit is out of every field's range.
int number(std::string_view digits) {
  int n = 0;
  for (char c : digits)
    n = std::min(100'000, n * 10 + (c - '0'));
  return n;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::toupper(static_cast<unsigned char>(x))
      == std::toupper(static_cast<unsigned char>(y));
  });
}

cron_piece part(const cron_piece& of, size_t begin, size_t end) {
  return {of.text.substr(begin, end - begin), of.column + begin};
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

// -- one item of a list: *, n, a-b, each with /step ----------------------------

std::optional<int> value_of_name(const field_spec& spec, std::string_view text) {
  for (size_t i = 0; i < spec.names.size(); ++i)
    if (same_word(spec.names[i], text))
      return static_cast<int>(i) + spec.low;
  return std::nullopt;
}

result<int> parse_value(const field_spec& spec, const cron_piece& piece) {
  if (auto named = value_of_name(spec, piece.text))
    return *named;
  auto allowed = "(" + std::string{spec.allowed} + ")";
  if (!is_number(piece.text))
    return bad(spec, quoted(piece.text), piece.column, "is not understood " + allowed);
  auto n = number(piece.text);
  if (n < spec.low || n > spec.accepted)
    return bad(spec, shown(piece.text), piece.column, "is out of range " + allowed);
  return n;
}

result<int> parse_step(const field_spec& spec, const cron_piece& piece) {
  auto allowed = "(1-" + std::to_string(spec.span()) + ")";
  if (!is_number(piece.text))
    return bad(spec, "step " + quoted(piece.text), piece.column, "is not a number " + allowed);
  auto n = number(piece.text);
  if (n < 1 || n > spec.span())
    return bad(spec, "step " + shown(piece.text), piece.column, "is out of range " + allowed);
  return n;
}

struct bounds {
  int first = 0;
  int last = 0;
  int step = 1;
};

/// How to write a range that wraps around: "22-2" as "22-23,0-2". With a step, whose count goes on
/// across the wrap, only the values themselves say it.
std::string ascending_hint(const field_spec& spec, const bounds& b, bool by_name) {
  auto word = [&](int n) {
    return by_name ? std::string{spec.names[static_cast<size_t>(n - spec.low)]} : std::to_string(n);
  };
  if (b.step > 1) {
    std::string list;
    for (int n = b.first; n <= b.last + spec.span(); n += b.step)
      list += (list.empty() ? "" : ",") + word((n - spec.low) % spec.span() + spec.low);
    return list;
  }
  auto range = [&](int from, int to) {
    return from == to ? word(from) : word(from) + "-" + word(to);
  };
  return range(b.first, spec.high) + "," + range(spec.low, b.last);
}

/// Sunday is 0 and 7: first in a range it is 0, last in a range 7 (5-7, FRI-SUN).
void place_sunday(bounds& b, bool last_is_name) {
  if (b.first == 7) {
    b.first = 0;
    b.last %= 7;
  } else if (b.last == 0 && b.first > 0 && last_is_name) {
    b.last = 7;
  }
}

result<bounds> parse_range(const field_spec& spec, const cron_piece& base, size_t dash, int step) {
  auto left = part(base, 0, dash);
  auto right = part(base, dash + 1, base.text.size());
  if (left.text.empty() || right.text.empty())
    return bad(
      spec, quoted(base.text), base.column,
      "is not understood (" + std::string{spec.allowed} + ")");
  auto first = parse_value(spec, left);
  if (!first)
    return first.failure();
  auto last = parse_value(spec, right);
  if (!last)
    return last.failure();
  bounds b{*first, *last, step};
  auto by_name = !spec.names.empty() && !is_number(left.text) && !is_number(right.text);
  if (spec.accepted > spec.high)
    place_sunday(b, !is_number(right.text));
  if (b.first > b.last)
    return bad(
      spec, shown(base.text), base.column, "descends; write " + ascending_hint(spec, b, by_name));
  return b;
}

result<bounds> parse_item(const field_spec& spec, const cron_piece& item) {
  if (item.text.empty())
    return bad(spec, "empty list item", item.column, "(" + std::string{spec.allowed} + ")");
  auto slash = item.text.find('/');
  auto base = part(item, 0, std::min(slash, item.text.size()));
  int step = 1;
  if (slash != std::string_view::npos) {
    auto n = parse_step(spec, part(item, slash + 1, item.text.size()));
    if (!n)
      return n.failure();
    step = *n;
  }
  if (base.text == "*")
    return bounds{spec.low, spec.high, step};
  if (base.text == "?")
    return bad(
      spec, "?", base.column,
      spec.is_day ? "stands alone, without list or step"
                  : "belongs only in the day fields (" + std::string{spec.allowed} + ")");
  if (auto dash = base.text.find('-'); dash != std::string_view::npos)
    return parse_range(spec, base, dash, step);
  auto n = parse_value(spec, base);
  if (!n)
    return n.failure();
  auto first = *n > spec.high ? spec.low : *n;
  return bounds{first, slash == std::string_view::npos ? first : spec.high, step};
}

// -- a field -------------------------------------------------------------------

bool leaves_the_choice(std::string_view text) {
  return text == "*" || text == "?";
}

result<uint64_t> parse_field(const field_spec& spec, const cron_piece& field) {
  if (spec.is_day && field.text == "?")
    return parse_field(spec, {"*", field.column});
  uint64_t bits = 0;
  for (size_t begin = 0; begin <= field.text.size();) {
    auto end = std::min(field.text.find(',', begin), field.text.size());
    auto item = parse_item(spec, part(field, begin, end));
    if (!item)
      return item.failure();
    for (int n = item->first; n <= item->last; n += item->step)
      bits |= uint64_t{1} << (n > spec.high ? spec.low : n);
    begin = end + 1;
  }
  return bits;
}

result<std::vector<cron_piece>> split_fields(std::string_view text) {
  if (text.size() > limits::cron_bytes_max)
    return bad(
      "has " + std::to_string(text.size()) + " bytes, at most "
      + std::to_string(limits::cron_bytes_max) + " are allowed");
  auto pieces = split_blanks(text);
  if (pieces.empty())
    return bad("is empty; " + std::string{shapes});
  if (pieces.front().text.front() == '@') {
    for (const auto& m : macros)
      if (pieces.size() == 1 && same_word(m.name, pieces.front().text))
        return split_blanks(m.meaning);
    return bad(
      shown(text.substr(pieces.front().column - 1)) + " at column "
      + std::to_string(pieces.front().column)
      + " is not known (@hourly, @daily, @weekly, @monthly, @yearly)");
  }
  if (pieces.size() != 5 && pieces.size() != 6)
    return bad(
      "has " + std::to_string(pieces.size()) + (pieces.size() == 1 ? " field; " : " fields; ")
      + std::string{shapes});
  return pieces;
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

result<cron_expression> parse_cron_expression(std::string_view text) {
  auto split = split_fields(text);
  if (!split)
    return split.failure();
  auto pieces = *split;
  if (pieces.size() == 5)
    pieces.insert(pieces.begin(), cron_piece{"0", 1});
  std::array<uint64_t, 6> bits{};
  cron_expression out;
  for (size_t i = 0; i < specs.size(); ++i) {
    auto field = parse_field(specs[i], pieces[i]);
    if (!field)
      return field.failure();
    bits[i] = *field;
    out.pieces[i] = pieces[i];
  }
  out.fields.seconds = bits[0];
  out.fields.minutes = bits[1];
  out.fields.hours = static_cast<uint32_t>(bits[2]);
  out.fields.days = static_cast<uint32_t>(bits[3]);
  out.fields.months = static_cast<uint32_t>(bits[4]);
  out.fields.weekdays = static_cast<uint32_t>(bits[5]);
  if (leaves_the_choice(pieces[5].text))
    out.fields.day_rule = cron_day_rule::by_day;
  else if (leaves_the_choice(pieces[3].text))
    out.fields.day_rule = cron_day_rule::by_weekday;
  else
    out.fields.day_rule = cron_day_rule::either;
  return out;
}

} // namespace takt
