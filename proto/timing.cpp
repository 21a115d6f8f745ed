#include "proto/timing.hpp"

#include <algorithm>
#include <utility>

namespace takt {

namespace {

// In the order of the enums' numbers.
constexpr std::array<std::string_view, 3> dst_words = {"vixie", "skip", "all"};
constexpr std::array<std::string_view, 3> misfire_words = {"skip", "last", "all"};
constexpr std::array<std::string_view, 5> overlap_words = {
  "queue", "skip", "allow", "cancel_running", "buffer_one"};
constexpr std::array<std::string_view, 3> excluded_words = {"skip", "next_day", "previous_day"};
constexpr std::array<std::string_view, 6> rule_words = {
  "cron", "interval", "fixed_delay", "once", "calendar_interval", "daily_window"};
constexpr std::array<std::string_view, 4> unit_words = {"days", "weeks", "months", "years"};

template <class Enum, size_t N>
std::string_view word_of(Enum e, const std::array<std::string_view, N>& words) noexcept {
  auto n = static_cast<size_t>(e);
  return n < N ? words[n] : std::string_view{"?"};
}

template <class Enum, size_t N>
std::optional<Enum>
from_word(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
  auto found = std::ranges::find(words, word);
  if (found == words.end())
    return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

} // namespace

std::string_view to_string(dst_policy p) noexcept {
  return word_of(p, dst_words);
}
std::string_view to_string(misfire_policy p) noexcept {
  return word_of(p, misfire_words);
}
std::string_view to_string(overlap_policy p) noexcept {
  return word_of(p, overlap_words);
}
std::string_view to_string(excluded_policy p) noexcept {
  return word_of(p, excluded_words);
}
std::string_view to_string(rule_kind k) noexcept {
  return word_of(k, rule_words);
}
std::string_view to_string(calendar_unit u) noexcept {
  return word_of(u, unit_words);
}

template <>
std::optional<dst_policy> enum_from<dst_policy>(std::string_view word) noexcept {
  return from_word<dst_policy>(word, dst_words);
}
template <>
std::optional<misfire_policy> enum_from<misfire_policy>(std::string_view word) noexcept {
  return from_word<misfire_policy>(word, misfire_words);
}
template <>
std::optional<overlap_policy> enum_from<overlap_policy>(std::string_view word) noexcept {
  return from_word<overlap_policy>(word, overlap_words);
}
template <>
std::optional<excluded_policy> enum_from<excluded_policy>(std::string_view word) noexcept {
  return from_word<excluded_policy>(word, excluded_words);
}
template <>
std::optional<calendar_unit> enum_from<calendar_unit>(std::string_view word) noexcept {
  return from_word<calendar_unit>(word, unit_words);
}

schedule_rule cron_rule(std::string expression) {
  schedule_rule r;
  r.cron = std::move(expression);
  return r;
}

schedule_rule interval_rule(millis every) {
  schedule_rule r;
  r.kind = rule_kind::interval;
  r.every_ms = every.count();
  return r;
}

schedule_rule fixed_delay_rule(millis after) {
  schedule_rule r;
  r.kind = rule_kind::fixed_delay;
  r.every_ms = after.count();
  return r;
}

schedule_rule once_rule(wall_time at) {
  schedule_rule r;
  r.kind = rule_kind::once;
  r.at = at;
  return r;
}

} // namespace takt
