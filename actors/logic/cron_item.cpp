#include "actors/logic/cron_item.hpp"

#include "actors/logic/cron_hash.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace takt {

namespace {

constexpr std::array<std::string_view, 12> month_names = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekday_names = {"SUN", "MON", "TUE", "WED",
                                                           "THU", "FRI", "SAT"};

const std::array<cron_field_spec, 7> specs = {{
  {"second", 0, 59, 59, 59, "0-59", "0-59"},
  {"minute", 0, 59, 59, 59, "0-59", "0-59"},
  {"hour", 0, 23, 23, 23, "0-23", "0-23"},
  {"day of month", 1, 31, 31, 28, "1-31", "1-31, L, L-3, LW or 15W"},
  {"month", 1, 12, 12, 12, "1-12 or JAN-DEC", "1-12 or JAN-DEC", month_names},
  {"day of week", 0, 6, 7, 6, "0-7 or SUN-SAT", "0-7 or SUN-SAT, 5L or 5#3", weekday_names},
  {"year", cron_first_year, cron_last_year, cron_last_year, -1, "1970-2199", "1970-2199"},
}};

std::string quoted(std::string_view text) {
  return "\"" + shown(text) + "\"";
}

std::string in_parentheses(std::string_view text) {
  return "(" + std::string{text} + ")";
}

cron_piece part(const cron_piece& of, size_t begin, size_t end) {
  return {of.text.substr(begin, end - begin), of.column + begin};
}

cron_piece part(const cron_piece& of, size_t begin) {
  return part(of, begin, of.text.size());
}

failure not_understood(const cron_field_spec& spec, const cron_piece& piece) {
  return bad_cron(
    spec, quoted(piece.text), piece.column, "is not understood " + in_parentheses(spec.allowed));
}

// -- values, steps, ranges -----------------------------------------------------

std::optional<int> value_of_name(const cron_field_spec& spec, std::string_view text) {
  for (size_t i = 0; i < spec.names.size(); ++i)
    if (same_word(spec.names[i], text))
      return static_cast<int>(i) + spec.low;
  return std::nullopt;
}

result<int> parse_value(const cron_field_spec& spec, const cron_piece& piece) {
  if (auto named = value_of_name(spec, piece.text))
    return *named;
  if (!is_cron_number(piece.text))
    return not_understood(spec, piece);
  auto n = cron_number(piece.text);
  if (n < spec.low || n > spec.accepted)
    return bad_cron(
      spec, shown(piece.text), piece.column, "is out of range " + in_parentheses(spec.range));
  return n;
}

/// A count from `low` to `high`: a step, the n of `L-n` or of `#n`.
result<int> parse_count(
  const cron_field_spec& spec, const std::string& what, const cron_piece& piece, int low,
  int high) {
  auto allowed = in_parentheses(std::to_string(low) + "-" + std::to_string(high));
  if (!is_cron_number(piece.text))
    return bad_cron(spec, what + quoted(piece.text), piece.column, "is not a number " + allowed);
  auto n = cron_number(piece.text);
  if (n < low || n > high)
    return bad_cron(spec, what + shown(piece.text), piece.column, "is out of range " + allowed);
  return n;
}

struct bounds {
  int first = 0;
  int last = 0;
  int step = 1;
};

/// How to write a range that wraps around: "22-2" as "22-23,0-2". With a step, whose count goes on
/// across the wrap, only the values themselves say it.
std::string ascending_hint(const cron_field_spec& spec, const bounds& b, bool by_name) {
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

/// Without `has_hint` a descending range has no other way to be written.
result<bounds>
parse_range(const cron_field_spec& spec, const cron_piece& base, int step, bool has_hint = true) {
  auto dash = std::min(base.text.find('-'), base.text.size());
  auto left = part(base, 0, dash);
  auto right = part(base, std::min(dash + 1, base.text.size()));
  // "1-5W" is shown whole: its ends alone may be fine elsewhere.
  auto is_value = [&](std::string_view text) {
    return is_cron_number(text) || value_of_name(spec, text).has_value();
  };
  if (!is_value(left.text) || !is_value(right.text))
    return not_understood(spec, base);
  auto first = parse_value(spec, left);
  if (!first)
    return first.failure();
  auto last = parse_value(spec, right);
  if (!last)
    return last.failure();
  bounds b{*first, *last, step};
  auto by_name = !spec.names.empty() && !is_cron_number(left.text) && !is_cron_number(right.text);
  if (spec.accepted > spec.high)
    place_sunday(b, !is_cron_number(right.text));
  if (b.first <= b.last)
    return b;
  // Years do not come round again.
  if (!has_hint || spec.low == cron_first_year)
    return bad_cron(spec, shown(base.text), base.column, "descends; a range there must ascend");
  return bad_cron(
    spec, shown(base.text), base.column, "descends; write " + ascending_hint(spec, b, by_name));
}

/// `H`, `H(a-b)` and either with /n: `step` is the text behind the slash.
result<bounds> parse_hashed(
  const cron_field_spec& spec, const cron_piece& base, const cron_piece* step, uint64_t hash) {
  bounds within{spec.low, spec.hash_high, 1};
  if (base.text != "H") {
    auto inner = part(base, 1);
    if (
      !inner.text.starts_with('(') || !inner.text.ends_with(')')
      || inner.text.find('-') == inner.text.npos)
      return not_understood(spec, base);
    auto range = parse_range(spec, part(inner, 1, inner.text.size() - 1), 1, false);
    if (!range)
      return range.failure();
    within = *range;
  }
  auto size = within.last - within.first + 1;
  if (!step) {
    auto chosen = within.first + static_cast<int>(hash % static_cast<unsigned>(size));
    return bounds{chosen, chosen, 1};
  }
  auto n = parse_count(spec, "step ", *step, 1, size);
  if (!n)
    return n.failure();
  return bounds{within.first + static_cast<int>(hash % static_cast<unsigned>(*n)), within.last, *n};
}

// -- what only a day field knows -----------------------------------------------

/// Items with a modifier; false when the item is none of them.
result<bool>
add_monthly(const cron_field_spec& spec, const cron_piece& item, cron_field_values& into) {
  auto text = item.text;
  if (text == "L") {
    into.days_before_last |= 1;
  } else if (text == "LW") {
    into.last_weekday_of_month = true;
  } else if (text.starts_with("L-")) {
    auto n = parse_count(spec, "L-", part(item, 2), 0, 30);
    if (!n)
      return n.failure();
    into.days_before_last |= uint32_t{1} << *n;
  } else if (
    text.size() > 1 && text.back() == 'W' && is_cron_number(text.substr(0, text.size() - 1))) {
    auto n = parse_value(spec, part(item, 0, text.size() - 1));
    if (!n)
      return n.failure();
    into.nearest_weekdays |= uint32_t{1} << *n;
  } else {
    return false;
  }
  return true;
}

result<bool>
add_weekly(const cron_field_spec& spec, const cron_piece& item, cron_field_values& into) {
  auto text = item.text;
  auto hash = text.find('#');
  auto is_last = text.size() > 1 && text.back() == 'L' && hash == std::string_view::npos;
  if (hash == std::string_view::npos && !is_last)
    return false;
  auto end = is_last ? text.size() - 1 : hash;
  auto base = part(item, 0, end);
  // "FRIDAL" and "1-5L" are shown whole: what precedes the L is no weekday.
  if (!is_cron_number(base.text) && !value_of_name(spec, base.text))
    return not_understood(spec, item);
  auto day = parse_value(spec, base);
  if (!day)
    return day.failure();
  auto d = static_cast<unsigned>(*day % 7);
  if (is_last || text.substr(hash + 1) == "L") {
    into.last_weekdays |= uint32_t{1} << d;
    return true;
  }
  auto n = parse_count(spec, "#", part(item, hash + 1), 1, 5);
  if (!n)
    return n.failure();
  into.nth_weekdays |= uint64_t{1} << (static_cast<unsigned>(*n - 1) * 7 + d);
  return true;
}

result<bool> add_modified(cron_field_no field, const cron_piece& item, cron_field_values& into) {
  const auto& spec = spec_of(field);
  if (field == cron_day)
    return add_monthly(spec, item, into);
  if (field == cron_weekday)
    return add_weekly(spec, item, into);
  return false;
}

// -- an item -------------------------------------------------------------------

result<bounds>
parse_item(cron_field_no field, const cron_piece& item, size_t slash, uint64_t hash_seed) {
  const auto& spec = spec_of(field);
  auto stepped = slash != std::string_view::npos;
  auto base = part(item, 0, std::min(slash, item.text.size()));
  auto after_slash = stepped ? part(item, slash + 1) : cron_piece{};
  if (spec.has_hash() && base.text.starts_with('H'))
    return parse_hashed(spec, base, stepped ? &after_slash : nullptr, cron_hash(hash_seed, field));
  int step = 1;
  if (stepped) {
    auto n = parse_count(spec, "step ", after_slash, 1, spec.span());
    if (!n)
      return n.failure();
    step = *n;
  }
  if (base.text.empty())
    return not_understood(spec, item);
  if (base.text == "*")
    return bounds{spec.low, spec.high, step};
  if (base.text == "?")
    return bad_cron(
      spec, "?", base.column,
      field == cron_day || field == cron_weekday
        ? "stands alone, without list or step"
        : "belongs only in the day fields " + in_parentheses(spec.range));
  if (base.text.find('-') != std::string_view::npos)
    return parse_range(spec, base, step);
  auto n = parse_value(spec, base);
  if (!n)
    return n.failure();
  auto first = *n > spec.high ? spec.low : *n;
  return bounds{first, stepped ? spec.high : first, step};
}

/// Runs through its range to the end and begins anew before a whole step has passed. Months are of
/// several lengths, so that no step divides them.
bool is_short_cycle(cron_field_no field, const bounds& b) {
  const auto& spec = spec_of(field);
  auto whole = b.last >= spec.high || (field == cron_day && b.last == spec.hash_high);
  return field != cron_year && b.step > 1 && whole && b.first < spec.low + b.step
    && b.first + b.step <= b.last && (field == cron_day || spec.span() % b.step != 0);
}

} // namespace

const cron_field_spec& spec_of(cron_field_no field) noexcept {
  return specs[field];
}

failure bad_cron(std::string why) {
  return {errc::bad_schedule, "cron_spec: " + std::move(why)};
}

failure bad_cron(
  const cron_field_spec& spec, const std::string& what, size_t column, const std::string& why) {
  return bad_cron(
    std::string{spec.name} + ": " + what + " at column " + std::to_string(column) + " " + why);
}

bool is_cron_number(std::string_view text) {
  return !text.empty()
    && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int cron_number(std::string_view digits) {
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

result<void> add_cron_item(
  cron_field_no field, const cron_piece& item, uint64_t hash_seed, cron_field_values& into) {
  const auto& spec = spec_of(field);
  if (item.text.empty())
    return bad_cron(spec, "empty list item", item.column, in_parentheses(spec.range));
  auto slash = item.text.find('/');
  auto base = part(item, 0, std::min(slash, item.text.size()));
  auto modified = add_modified(field, base, into);
  if (!modified)
    return modified.failure();
  if (*modified) {
    if (slash != std::string_view::npos)
      return bad_cron(spec, shown(item.text), item.column, "is one day, which takes no step");
    into.short_cycle = false;
    return done{};
  }
  auto b = parse_item(field, item, slash, hash_seed);
  if (!b)
    return b.failure();
  auto base_value = field == cron_year ? cron_first_year : 0;
  for (int n = b->first; n <= b->last; n += b->step) {
    auto value = static_cast<unsigned>((n > spec.high ? spec.low : n) - base_value);
    into.bits[value / 64] |= uint64_t{1} << (value % 64);
  }
  into.short_cycle = is_short_cycle(field, *b);
  return done{};
}

} // namespace takt
