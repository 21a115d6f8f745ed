// Time: the one clock interface, and the only place where the operating system's clocks are read.
//
// Everything below the edges takes `now` as an argument. Production hands os_clock() to the edges;
// tests and the simulator hand a virtual clock. Instants are UTC milliseconds since 1970.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace takt {

using millis = std::chrono::milliseconds;

/// A UTC instant: dues, rows, logs. May step when the host's clock is set.
using wall_time = std::chrono::sys_time<millis>;

/// A point on a clock that never steps and counts suspend (CLOCK_BOOTTIME): silence, leases, waits.
struct boottime {
  using duration = millis;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<boottime>;
  static constexpr bool is_steady = true;
};
using mono_time = boottime::time_point;

constexpr int64_t to_ms(wall_time t) noexcept {
  return t.time_since_epoch().count();
}
constexpr wall_time wall_from_ms(int64_t ms) noexcept {
  return wall_time{millis{ms}};
}
constexpr int64_t to_ms(mono_time t) noexcept {
  return t.time_since_epoch().count();
}
constexpr mono_time mono_from_ms(int64_t ms) noexcept {
  return mono_time{millis{ms}};
}

/// Both clocks, read together.
struct instant {
  wall_time wall;
  mono_time mono;
};

/// Safe from any thread. Implementations never fail and never go back on mono().
class clock {
public:
  virtual ~clock() = default;
  virtual wall_time wall() const = 0;
  virtual mono_time mono() const = 0;

  instant now() const { return {wall(), mono()}; }
};

/// The host's clocks. One object for the whole process; lives until its end.
const clock& os_clock();

/// Names this boot of the host (Linux: boot_id), so that CLOCK_BOOTTIME values of two processes
/// compare only when their boots are the same. Empty where the host does not say.
std::string os_boot_id();

} // namespace takt
