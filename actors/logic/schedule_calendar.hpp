// schedule_calendar: dues that calendars move, day by day.
//
// A nominal due on an excluded day lands at the same wall-clock time of the nearest day, forward or
// back, that is not excluded and at most limits::excluded_days_max days away; without one it stays.
// Dues that land on one instant are one due. A landing in a gap is the gap's end and one in a fold
// is its first, whatever the dst policy says: moving must neither lose a due nor double it.
//
// Days are a job's local dates. Seen from a target day, what lands on it comes from the run of
// excluded days before (behind) it, so finding the next due looks at that run only, and passes over
// stretches in which the rules name nothing: the work is bounded whatever the calendars exclude.
// Inner part of schedule.hpp. Refers to what it is given; one thread at a time.
#pragma once

#include "actors/logic/calendar_days.hpp"
#include "actors/logic/schedule_rules.hpp"

#include <optional>

namespace takt {

class moved_dues {
public:
  /// @pre policy is next_day or previous_day
  moved_dues(
    const rule_union& nominal, const zone& in, const calendar_list& calendars,
    excluded_policy policy)
    : nominal_(nominal), zone_(in), calendars_(calendars),
      step_(policy == excluded_policy::next_day ? 1 : -1) {}

  std::optional<wall_time> next(wall_time after) const;
  /// Cost: per local day where nothing moves, else one due after the other.
  uint64_t count(wall_time from, wall_time until) const;
  std::optional<wall_time> last(wall_time from, wall_time until) const;

private:
  using days = std::chrono::days;

  bool is_excluded(local_days day) const { return excluding(calendars_, day) != nullptr; }
  /// Whether dues on this excluded day have a day to go to.
  bool has_target(local_days day) const;
  bool receives(local_days day) const { return !is_excluded(day) && is_excluded(day - step_); }
  /// Whether what is due on this day is what the rules say, or nothing at all.
  bool is_plain(local_days day) const;
  bool keeps_its_own(local_days day) const { return !is_excluded(day) || !has_target(day); }

  std::optional<wall_time> own_due(local_days day, wall_time after) const;
  std::optional<wall_time> landed_due(local_days day, wall_time after) const;
  /// The first due of that day, its own or landed there, after `after`.
  std::optional<wall_time> due_of_day(local_days day, wall_time after) const;

  const rule_union& nominal_;
  const zone& zone_;
  const calendar_list& calendars_;
  days step_;
};

} // namespace takt
