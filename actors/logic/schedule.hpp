// schedule: when a job is due: by cron, by interval, or never (manual only).
//
// Made from a job's definition and then asked for dues; new kinds of schedule become further
// alternatives of `rule_`. Immutable; safe from any thread. Instants are UTC milliseconds; `now`
// and `after` are arguments. Errors: bad_schedule.
#pragma once

#include "actors/logic/cron.hpp"
#include "proto/job.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <cstdint>
#include <optional>
#include <variant>

namespace takt {

/// Consecutive dues, counted.
struct due_span {
  uint64_t count = 1;
  wall_time last{};
  /// The one before `last`; the same as `last` when there is only one.
  wall_time before_last{};

  bool operator==(const due_span&) const = default;
};

class schedule {
public:
  /// bad_schedule: both cron_spec and interval, an interval that is negative or beyond
  /// limits::interval_s_max, or a cron_spec that cannot be read or never fires.
  static result<schedule> of(const job& j);

  bool is_manual() const noexcept { return std::holds_alternative<std::monostate>(rule_); }

  /// The first due strictly after `after`; nothing when manual or beyond calendar_end.
  /// Interval: anchor + k * interval with k >= 1, computed, so that it never drifts.
  std::optional<wall_time> next(wall_time after) const;

  /// `first`, which is taken as a due whether or not the rule names it (the definition may have
  /// changed since), and all dues after it up to and including `until`.
  /// Cost: an interval is computed; cron is asked for one due after the other, about 30 ns each:
  /// 0.02 s for a year of every minute, 1 s for a year of every second.
  /// @pre first <= until
  due_span span(wall_time first, wall_time until) const;

private:
  struct interval {
    wall_time anchor{};
    millis length{};

    std::optional<wall_time> next(wall_time after) const;
    due_span span(wall_time first, wall_time until) const;
  };

  std::variant<std::monostate, interval, cron> rule_{};
};

/// Where a job's next_due starts when its schedule is seen at `after`: nothing for a manual or
/// paused job. bad_schedule as schedule::of, also for paused ones.
result<std::optional<wall_time>> first_due(const job& j, wall_time after);

} // namespace takt
