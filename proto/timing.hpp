// timing: the words in which a job says when: its schedule's rules, and the policies around them.
// Plain values; the meaning of each is actors/logic/schedule.hpp's. Stored as the numbers given.
#pragma once

#include "proto/describe.hpp"
#include "proto/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace takt {

/// What becomes of a local time that does not exist or exists twice (cron.hpp).
enum class dst_policy : uint8_t { vixie = 0, skip = 1, all = 2 };
/// What becomes of a due that nobody could fire in time (misfire.hpp).
enum class misfire_policy : uint8_t { skip = 0, last = 1, all = 2 };
/// What becomes of a due that comes while an earlier run of the job is unfinished (store.hpp,
/// fire).
enum class overlap_policy : uint8_t {
  queue = 0,
  skip = 1,
  allow = 2,
  cancel_running = 3,
  buffer_one = 4
};
/// What becomes of a due on a day that the job's calendars exclude (calendar.hpp).
enum class excluded_policy : uint8_t { skip = 0, next_day = 1, previous_day = 2 };

enum class rule_kind : uint8_t {
  cron = 0,
  interval = 1,
  fixed_delay = 2,
  once = 3,
  calendar_interval = 4,
  daily_window = 5
};
enum class calendar_unit : uint8_t { days = 0, weeks = 1, months = 2, years = 3 };

std::string_view to_string(dst_policy p) noexcept;
std::string_view to_string(misfire_policy p) noexcept;
std::string_view to_string(overlap_policy p) noexcept;
std::string_view to_string(excluded_policy p) noexcept;
std::string_view to_string(rule_kind k) noexcept;
std::string_view to_string(calendar_unit u) noexcept;

/// Reads back what to_string gives; nothing for any other word.
template <class Enum>
std::optional<Enum> enum_from(std::string_view word) noexcept;

template <>
std::optional<dst_policy> enum_from<dst_policy>(std::string_view word) noexcept;
template <>
std::optional<misfire_policy> enum_from<misfire_policy>(std::string_view word) noexcept;
template <>
std::optional<overlap_policy> enum_from<overlap_policy>(std::string_view word) noexcept;
template <>
std::optional<excluded_policy> enum_from<excluded_policy>(std::string_view word) noexcept;
template <>
std::optional<calendar_unit> enum_from<calendar_unit>(std::string_view word) noexcept;

/// One way of saying when. Which members count is the kind's to say; the others stay as they are
/// here.
struct schedule_rule {
  rule_kind kind = rule_kind::cron;
  /// cron: the expression.
  std::string cron{};
  /// interval, fixed_delay: the length. daily_window: the step.
  int64_t every_ms = 0;
  /// once: the instant. interval, calendar_interval: counted from here; none: from start_at, or
  /// else from the job's anchor.
  std::optional<wall_time> at{};
  /// calendar_interval: every `units` `unit`s, keeping the wall-clock time of the start.
  uint32_t units = 0;
  calendar_unit unit = calendar_unit::days;
  /// daily_window: seconds since local midnight, first and last included.
  uint32_t from_s = 0;
  uint32_t until_s = 0;
  /// daily_window: bit 0 is Sunday.
  uint32_t weekdays = 0x7f;

  bool operator==(const schedule_rule&) const = default;

  static constexpr auto fields() {
    return takt::fields(
      field{"kind", &schedule_rule::kind}, field{"cron", &schedule_rule::cron},
      field{"every_ms", &schedule_rule::every_ms}, field{"at_ms", &schedule_rule::at},
      field{"units", &schedule_rule::units}, field{"unit", &schedule_rule::unit},
      field{"from_s", &schedule_rule::from_s}, field{"until_s", &schedule_rule::until_s},
      field{"weekdays", &schedule_rule::weekdays});
  }
};

/// Rules as people make them.
schedule_rule cron_rule(std::string expression);
schedule_rule interval_rule(millis every);
schedule_rule fixed_delay_rule(millis after);
schedule_rule once_rule(wall_time at);

} // namespace takt
