#include "proto/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace takt {

namespace {

struct unit {
  std::string_view suffix;
  int64_t ms;
};

/// From the shortest to the longest.
constexpr std::array<unit, 5> units{
  {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr double ms_max = 10.0 * 366 * 86'400'000;

/// A text that says no duration is shown to its first characters.
std::string quoted(std::string_view text) {
  return "\"" + std::string{text.substr(0, 40)} + "\"";
}

failure not_a_duration(std::string_view text, errc code) {
  return {code, quoted(text) + " is no duration such as 500ms, 3s, 10m, 1h30m or plain seconds"};
}

/// "90", "1.5"; nothing for what from_chars would also take: "inf", "1e9", a sign.
bool read_number(std::string_view text, double& out) {
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos)
    return false;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return problem == std::errc{} && end == text.data() + text.size();
}

/// The part that `rest` begins with, taken off it: "1h" of "1h30m".
struct part {
  std::string_view number;
  const unit* in = nullptr;
};

part take_part(std::string_view& rest) {
  auto length = std::min(rest.find_first_not_of("0123456789."), rest.size());
  part p{rest.substr(0, length), nullptr};
  rest.remove_prefix(length);
  auto word = rest.substr(0, std::min(rest.find_first_of("0123456789."), rest.size()));
  rest.remove_prefix(word.size());
  auto found = std::ranges::find(units, word, &unit::suffix);
  p.in = found == units.end() ? nullptr : &*found;
  return p;
}

} // namespace

result<millis> duration_from(std::string_view text, errc code) {
  double ms = 0;
  double amount = 0;
  if (read_number(text, amount)) {
    ms = amount * 1000;
  } else {
    const unit* before = units.end();
    auto rest = text;
    do {
      auto p = take_part(rest);
      auto is_whole = p.number.find('.') == std::string_view::npos;
      if (!p.in || p.in >= before || !read_number(p.number, amount) || (!is_whole && !rest.empty()))
        return not_a_duration(text, code);
      ms += amount * static_cast<double>(p.in->ms);
      before = p.in;
    } while (!rest.empty());
  }
  if (ms > ms_max)
    return failure{code, quoted(text) + " is over ten years"};
  return millis{static_cast<int64_t>(std::llround(ms))};
}

std::string duration_text(millis span) {
  auto ms = span.count();
  // Days are read but not written: "24h" needs no thought.
  for (auto i = units.size() - 2; i > 0; --i)
    if (ms != 0 && ms % units[i].ms == 0)
      return std::to_string(ms / units[i].ms) + std::string{units[i].suffix};
  return ms == 0 ? "0s" : std::to_string(ms) + "ms";
}

} // namespace takt
