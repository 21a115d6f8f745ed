#include "actors/logic/cron_import.hpp"

#include "actors/logic/cron.hpp"
#include "actors/logic/cron_item.hpp"

#include <algorithm>
#include <array>
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

enum class what : uint8_t { plain, month_day, month, weekday, year };

/// A field as Quartz has it.
struct source_field {
  std::string_view name;
  what is;
  int low;
  int high;
  int step_max;
  std::string_view allowed;
  std::span<const std::string_view> names{};
};

const std::array<source_field, 7> source_fields = {{
  {"second", what::plain, 0, 59, 59, "0-59"},
  {"minute", what::plain, 0, 59, 59, "0-59"},
  {"hour", what::plain, 0, 23, 23, "0-23"},
  {"day of month", what::month_day, 1, 31, 31, "1-31"},
  {"month", what::month, 1, 12, 12, "1-12 or JAN-DEC", month_names},
  {"day of week", what::weekday, 1, 7, 7, "1-7 or SUN-SAT, 1 is Sunday", weekday_names},
  {"year", what::year, 1970, 2099, 129, "1970-2099"},
}};

std::string_view source_name(cron_source from) {
  return from == cron_source::quartz ? "quartz" : "xxl";
}

/// One item of one field's list, and all that its errors need.
struct item {
  const source_field* in;
  cron_piece piece;
  std::string_view original; ///< the whole expression before its letters became capitals

  failure bad(std::string_view text, const std::string& why) const {
    auto column = piece.column + static_cast<size_t>(text.data() - piece.text.data());
    auto written = original.substr(std::min(column - 1, original.size()), text.size());
    return {
      errc::bad_schedule,
      std::string{in->name} + ": \"" + shown(written) + "\" at column " + std::to_string(column)
        + " " + why};
  }

  failure not_understood(std::string_view text) const {
    return bad(text, "is not understood (" + std::string{in->allowed} + ")");
  }
};

result<int> value_of(const item& of, std::string_view text) {
  const auto& names = of.in->names;
  if (auto at = std::find(names.begin(), names.end(), text); at != names.end())
    return static_cast<int>(at - names.begin()) + of.in->low;
  if (!is_cron_number(text))
    return of.not_understood(text);
  auto n = cron_number(text);
  if (n < of.in->low || n > of.in->high)
    return of.bad(text, "is out of range (" + std::string{of.in->allowed} + ")");
  return n;
}

/// A value in our words: weekdays by name, for their numbers differ.
std::string our_word(const source_field& field, int n) {
  if (field.is == what::weekday)
    return std::string{weekday_names[static_cast<size_t>(n - 1)]};
  return std::to_string(n);
}

std::string our_range(const source_field& field, int first, int last, int step = 1) {
  if (first == last)
    return our_word(field, first);
  auto range = our_word(field, first) + "-" + our_word(field, last);
  return step == 1 ? range : range + "/" + std::to_string(step);
}

/// A range that goes on past the field's end, as 22-2 or FRI-MON do.
std::string wrapped_range(const source_field& field, int first, int last, int step) {
  if (step == 1)
    return our_range(field, first, field.high) + "," + our_range(field, field.low, last);
  auto span = field.high - field.low + 1;
  std::string list;
  for (int n = first; n <= last + span; n += step)
    list += (list.empty() ? "" : ",") + our_word(field, (n - field.low) % span + field.low);
  return list;
}

result<int> step_of(const item& of, std::string_view text) {
  auto allowed = "(1-" + std::to_string(of.in->step_max) + ")";
  if (!is_cron_number(text))
    return of.bad(text, "is no step " + allowed);
  auto n = cron_number(text);
  if (n < 1 || n > of.in->step_max)
    return of.bad(text, "is out of range for a step " + allowed);
  return n;
}

result<std::string> translate_range(const item& of, std::string_view base, size_t dash, int step) {
  auto left = base.substr(0, dash), right = base.substr(dash + 1);
  auto first = value_of(of, left);
  if (!first)
    return first.failure();
  auto last = value_of(of, right);
  if (!last)
    return last.failure();
  if (is_cron_number(left) != is_cron_number(right))
    return of.bad(base, "mixes a name and a number");
  if (*first <= *last)
    return our_range(*of.in, *first, *last, step);
  if (of.in->is == what::year)
    return of.bad(base, "descends");
  return wrapped_range(*of.in, *first, *last, step);
}

/// *, n, a-b, each with /step; also /step alone.
result<std::string> translate_values(const item& of) {
  const auto& field = *of.in;
  auto text = of.piece.text;
  auto slash = text.find('/');
  auto base = text.substr(0, slash);
  auto stepped = slash != std::string_view::npos;
  int step = 1;
  if (stepped) {
    auto n = step_of(of, text.substr(slash + 1));
    if (!n)
      return n.failure();
    step = *n;
    if (!base.empty() && std::isalpha(static_cast<unsigned char>(base.front())))
      return of.bad(text, "has a step after a name, which Quartz ignores: use numbers");
  }
  if (base == "*" || (stepped && base.empty())) {
    if (!stepped)
      return std::string{"*"};
    // Ours goes on to 2199.
    return field.is == what::year ? our_range(field, field.low, field.high, step)
                                  : "*/" + std::to_string(step);
  }
  if (auto dash = base.find('-'); dash != std::string_view::npos)
    return translate_range(of, base, dash, step);
  auto n = value_of(of, base);
  if (!n)
    return n.failure();
  if (!stepped)
    return our_word(field, *n);
  if (field.is == what::weekday || field.is == what::year)
    return our_range(field, *n, field.high, step);
  return std::to_string(*n) + "/" + std::to_string(step);
}

/// L, LW, L-3, 15W; nothing when it is none of them.
std::optional<result<std::string>> translate_month_day(const item& of) {
  auto text = of.piece.text;
  if (text == "L" || text == "LW")
    return std::string{text};
  if (text.starts_with("L-")) {
    auto digits = text.substr(2);
    if (digits.ends_with('W') && is_cron_number(digits.substr(0, digits.size() - 1)))
      return of.bad(text, "has no like here: write the weekday nearest to a given day, as 28W");
    if (!is_cron_number(digits) || cron_number(digits) > 30)
      return of.bad(text, "is not understood (L-0 to L-30)");
    auto n = cron_number(digits);
    return n == 0 ? std::string{"L"} : "L-" + std::to_string(n);
  }
  if (text.size() > 1 && text.back() == 'W') {
    auto n = value_of(of, text.substr(0, text.size() - 1));
    return n ? result<std::string>{std::to_string(*n) + "W"} : n.failure();
  }
  return std::nullopt;
}

/// L, 6L, 6#3; nothing when it is none of them.
std::optional<result<std::string>> translate_weekday(const item& of, bool alone) {
  auto text = of.piece.text;
  auto hash = text.find('#');
  if (hash == std::string_view::npos && !text.ends_with('L'))
    return std::nullopt;
  if (!alone)
    return of.bad(text, "stands alone: Quartz takes no list with L or #");
  if (text == "L")
    return std::string{"SAT"};
  auto day = value_of(of, text.substr(0, hash == std::string_view::npos ? text.size() - 1 : hash));
  if (!day)
    return day.failure();
  if (hash == std::string_view::npos)
    return our_word(*of.in, *day) + "L";
  auto which = text.substr(hash + 1);
  if (!is_cron_number(which) || cron_number(which) < 1 || cron_number(which) > 5)
    return of.bad(which, "is not understood after # (1-5)");
  return our_word(*of.in, *day) + "#" + std::to_string(cron_number(which));
}

result<std::string> translate_item(const item& of, bool alone) {
  auto text = of.piece.text;
  if (text.empty())
    return of.bad(text, "is an empty list item (" + std::string{of.in->allowed} + ")");
  auto is_day = of.in->is == what::month_day || of.in->is == what::weekday;
  if (text == "?" && is_day && alone)
    return std::string{"?"};
  if (text.find('?') != std::string_view::npos)
    return of.bad(text, is_day ? "is not understood: ? stands alone" : "belongs in the day fields");
  if (is_day && text.back() == 'C' && (text.size() == 1 || is_cron_number(text.substr(0, 1))))
    return of.bad(text, "counts in one of Quartz's calendars, which has no like here");
  std::optional<result<std::string>> special;
  if (of.in->is == what::month_day)
    special = translate_month_day(of);
  else if (of.in->is == what::weekday)
    special = translate_weekday(of, alone);
  return special ? *special : translate_values(of);
}

result<std::string>
translate_field(const source_field& field, const cron_piece& piece, std::string_view original) {
  auto alone = piece.text.find(',') == std::string_view::npos;
  std::string out;
  for (size_t begin = 0; begin <= piece.text.size();) {
    auto end = std::min(piece.text.find(',', begin), piece.text.size());
    item one{&field, {piece.text.substr(begin, end - begin), piece.column + begin}, original};
    auto words = translate_item(one, alone);
    if (!words)
      return words.failure();
    out += (begin == 0 ? "" : ",") + *words;
    begin = end + 1;
  }
  return out;
}

std::vector<cron_piece> split_blanks(std::string_view text) {
  std::vector<cron_piece> pieces;
  constexpr std::string_view blanks = " \t";
  for (auto begin = text.find_first_not_of(blanks); begin != std::string_view::npos;) {
    auto end = std::min(text.find_first_of(blanks, begin), text.size());
    pieces.push_back({text.substr(begin, end - begin), begin + 1});
    begin = text.find_first_not_of(blanks, end);
  }
  return pieces;
}

result<void> check_day_fields(const cron_piece& month_day, const cron_piece& weekday) {
  auto open = (month_day.text == "?" ? 1 : 0) + (weekday.text == "?" ? 1 : 0);
  if (open == 1)
    return done{};
  return failure{
    errc::bad_schedule,
    "day of week: \"" + shown(weekday.text) + "\" at column " + std::to_string(weekday.column)
      + " stands beside \"" + shown(month_day.text)
      + "\" as day of month: exactly one of the two must be ?"};
}

result<std::string> translate(std::string_view text, std::string_view original) {
  auto pieces = split_blanks(text);
  if (pieces.size() != 6 && pieces.size() != 7)
    return failure{
      errc::bad_schedule,
      "has " + std::to_string(pieces.size()) + (pieces.size() == 1 ? " field" : " fields")
        + "; 6 (second, minute, hour, day of month, month, day of week) or 7 (and year) are "
          "needed"};
  std::string out;
  for (size_t i = 0; i < pieces.size(); ++i) {
    auto field = translate_field(source_fields[i], pieces[i], original);
    if (!field)
      return field.failure();
    out += (i == 0 ? "" : " ") + *field;
  }
  if (auto days = check_day_fields(pieces[3], pieces[5]); !days)
    return days.failure();
  return out;
}

} // namespace

result<std::string> import_cron(cron_source from, std::string_view expression) {
  std::string upper{expression};
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  auto refused = [from](const std::string& why) {
    return failure{errc::bad_schedule, std::string{source_name(from)} + ": " + why};
  };
  auto ours = translate(upper, expression);
  if (!ours)
    return refused(ours.failure().context);
  // Well formed there may still be a date that never comes, or too long here.
  if (auto legal = cron::parse(*ours); !legal)
    return refused("as \"" + shown(*ours) + "\": " + legal.failure().context);
  return ours;
}

} // namespace takt
