#include "proto/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace takt {

namespace {

struct unit {
  std::string_view suffix;
  int64_t ms;
};

/// Longest suffix first where one ends in another: "ms" before "s".
constexpr std::array<unit, 5> units{
  {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

constexpr double ms_max = 10.0 * 366 * 86'400'000;

failure not_a_duration(std::string_view text) {
  return {
    errc::setup_bad_option,
    "\"" + std::string{text} + "\" is no duration such as 500ms, 3s, 10m, 1h or plain seconds"};
}

} // namespace

result<millis> duration_from(std::string_view text) {
  auto number = text;
  double scale = 1000;
  for (const auto& u : units) {
    if (number.ends_with(u.suffix)) {
      number.remove_suffix(u.suffix.size());
      scale = static_cast<double>(u.ms);
      break;
    }
  }
  // from_chars alone would also take "inf", "1e9" and a sign.
  if (number.empty() || number.find_first_not_of("0123456789.") != std::string_view::npos)
    return not_a_duration(text);
  double amount = 0;
  auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), amount);
  if (problem != std::errc{} || end != number.data() + number.size())
    return not_a_duration(text);
  auto ms = amount * scale;
  if (ms > ms_max)
    return failure{errc::setup_bad_option, "\"" + std::string{text} + "\" is over ten years"};
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
