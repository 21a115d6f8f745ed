// asked_instant: an instant as people name it on the command line: "now", RFC 3339, Unix
// milliseconds, or what a clock shows in a zone that is known only later ("09:00", "2026-03-29
// 02:30"). Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace takt {

struct asked_instant {
  enum class kind : uint8_t { now, exact, clock };
  kind is = kind::now;
  wall_time at{}; ///< exact
  /// Clock: no day means the latest such time.
  std::optional<std::chrono::local_days> day{};
  std::chrono::seconds time_of_day{};

  bool operator==(const asked_instant&) const = default;
};

/// Hours and minutes need two digits, seconds may follow. Anything else: setup_bad_option with a
/// sentence that shows the text.
result<asked_instant> asked_instant_from(std::string_view text);

/// The same, but for a clock's time: where no zone is known, an instant needs its offset.
result<asked_instant> zoneless_instant_from(std::string_view text);

} // namespace takt
