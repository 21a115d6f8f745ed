// forecast: how many planned fires fall into each step of a stretch of time to come, over all jobs,
// and where the herd is. Jobs are added one by one, so that a million need not be held at once.
// Pure; one thread at a time. Cannot fail.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/job.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace takt {

/// The second with the most fires.
struct herd {
  wall_time at{};
  uint64_t count = 0;
  /// Some of the jobs that fire then, at most 10.
  std::vector<std::string> jobs{};
  /// The smallest jitter that would flatten it; 0: it is flat enough.
  int64_t suggested_jitter_ms = 0;

  bool operator==(const herd&) const = default;
};

struct forecast_report {
  wall_time from{};
  millis step{};
  /// Fires of [from + i * step, from + (i + 1) * step).
  std::vector<uint64_t> counts{};
  uint64_t total = 0;
  uint64_t jobs = 0;
  herd worst{};

  bool operator==(const forecast_report&) const = default;
};

class forecast {
public:
  /// @pre step >= 1 ms, from < to, at most limits::forecast_steps_max steps
  forecast(wall_time from, wall_time to, millis step);

  /// Paused and ended jobs add nothing. `next_due` of the job is where it begins.
  void add(const job& j, const schedule& when);

  forecast_report report() const;

private:
  wall_time from_{};
  wall_time to_{};
  forecast_report sum_{};
  struct second {
    uint64_t count = 0;
    std::vector<std::string> jobs{};
  };
  std::map<wall_time, second> seconds_{};
};

} // namespace takt
