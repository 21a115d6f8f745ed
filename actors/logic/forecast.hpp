// forecast: how many planned fires fall into each step of a stretch of time to come, over all jobs,
// and where the herd is. Jobs are added one by one, so that a million need not be held at once.
//
// Fires are dues that calendars, blackouts and max_runs let run, at their fires_at(). A fixed delay
// counts with its next due alone: when the one after that comes depends on how long the run takes.
// The herd is looked for second by second. When that becomes too much (more than a few million
// fires or hundreds of thousands of seconds to keep), the end of the stretch is given up, half of
// what is left each time; herd::seen_until says where looking ended. Pure; one thread at a time.
// Cannot fail.
#pragma once

#include "actors/logic/schedule.hpp"
#include "proto/job.hpp"

#include <array>
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
  /// The smallest jitter that would flatten it: spread over it, its fires are no more than twice
  /// the average second's, or ten, whichever is larger. 0: it is flat enough.
  int64_t suggested_jitter_ms = 0;
  /// Later seconds were not looked at.
  wall_time seen_until{};

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
  struct second {
    uint32_t count = 0;
    uint32_t named = 0;
    std::array<uint32_t, 10> jobs{}; ///< places in names_, `named` of them
  };

  void count_in_steps(const job& j, const schedule& when);
  void look_for_herd(const job& j, const schedule& when);
  void give_up_the_end();

  wall_time from_{};
  wall_time to_{};
  forecast_report sum_{};
  wall_time seen_until_{};
  uint64_t seen_fires_ = 0;
  std::map<wall_time, second> seconds_{};
  std::vector<std::string> names_{};
};

} // namespace takt
