// clang-format off
// schedule: when a job is due, worked out from its definition and the almanac.
//
// A schedule is the union of its rules (an instant named by two is one due), cut to start_at …
// end_at, moved by its calendars where on_excluded says so. max_runs and fixed delays after a run
// need to know what ran: the store ends the one, and plans the other when the run ends.
//
//   cron               cron.hpp, in the job's zone and dst policy
//   cron "@every 90s"  an interval; durations as proto/duration.hpp reads them
//   interval           start + k * every: k >= 0 from `at` or start_at, k >= 1 from the job's anchor
//   fixed_delay        one due `every` after the anchor (at start_at, if given); the next when the
//                      run has ended (store.hpp, finish), or `every` after a due that did not run
//   once               `at`
//   calendar_interval  every n days, weeks, months or years, at the start's local wall-clock time;
//                      a day that a month lacks is its last day, counted from the start each time
//                      (31 Jan, 29 Feb, 31 Mar)
//   daily_window       from_s, from_s + every … until_s on each local day of `weekdays`
// Local times that do not exist or exist twice are resolved as for a fixed cron expression.
//
// CALENDARS. A due's day is its local date in the job's zone. The job's calendars exclude a day when
// an excluding one has it, or including ones exist and none of them has it. on_excluded:
//   skip          the due stays and is SKIPPED (calendar)
//   next_day,     the due moves to the same wall-clock time on the next / previous day that is not
//   previous_day  excluded; two that meet are one. None within limits::excluded_days_max days: it
//                 stays and is SKIPPED (calendar).
// Blackouts move nothing: their dues are SKIPPED (blackout).
//
// Immutable; safe from any thread. Instants are UTC milliseconds; `now` and `after` are arguments.
// Errors: bad_schedule, naming the REST field.
// clang-format on
#pragma once

#include "actors/logic/almanac.hpp"
#include "actors/logic/cron.hpp"
#include "proto/job.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace takt {

/// Consecutive dues, counted.
struct due_span {
  uint64_t count = 1;
  wall_time last{};
  /// The one before `last`; the same as `last` when there is only one.
  wall_time before_last{};

  bool operator==(const due_span&) const = default;
};

/// Whether a due may run, for all that calendars and blackouts say.
struct due_verdict {
  bool runs = true;
  std::string reason{}; ///< "calendar" or "blackout"
  std::string note{};   ///< the calendar's name; the blackout's reason
  /// The verdict holds for all dues before this instant; later than the due.
  wall_time until{};

  bool operator==(const due_verdict&) const = default;
};

class schedule {
public:
  /// bad_schedule: a rule that cannot be read, never fires, or is out of its limits; an unknown
  /// zone or calendar; end_at before start_at; a fixed delay beside other rules; too many rules.
  static result<schedule> of(const job& j, const almanac_ptr& by);

  bool is_manual() const noexcept { return rules_.empty(); }
  /// The delay after completion; 0 when it is not scheduled so.
  millis fixed_delay() const noexcept { return fixed_delay_; }

  /// The first due strictly after `after`; nothing when manual, ended or beyond calendar_end.
  std::optional<wall_time> next(wall_time after) const;

  /// `first`, which is taken as a due whether or not a rule names it (the definition may have
  /// changed since), and all dues after it up to and including `until`.
  /// Cost: one rule that no calendar moves: computed (intervals) or per day (cron); several: one
  /// due after the other.
  /// @pre first <= until
  due_span span(wall_time first, wall_time until) const;

  /// How many dues there are in [from, until]. Cost as span().
  uint64_t count(wall_time from, wall_time until) const;
  /// The last due in [from, until]. Cost as span().
  std::optional<wall_time> last(wall_time from, wall_time until) const;
  /// A fixed delay's due when nothing runs at `now`: the delay later; nothing past the end.
  std::optional<wall_time> delayed(wall_time now) const;

  due_verdict judge(wall_time due) const;

  /// Which of the job's rules names this instant, the first of several; nothing for other instants
  /// and for those to which only calendars move a due.
  std::optional<size_t> rule_of(wall_time due) const;

  /// When the due shall fire: due + its jitter, at most the job's jitter_ms and before the next
  /// due.
  wall_time fires_at(wall_time due) const;

  /// What next_due depends on (job.hpp): empty and 0 when not.
  const std::string& zone_version() const noexcept { return zone_version_; }
  uint64_t calendar_revision() const noexcept { return calendar_revision_; }
  /// The job's zone, for showing dues.
  const zone& in_zone() const noexcept { return *zone_; }

  /// What deserves a second look: those of its cron expressions.
  std::vector<cron_lint> lints() const;

  class rule; ///< one of the kinds above; schedule_rules.hpp

private:
  wall_time begin() const;
  wall_time end() const;
  bool moves() const;
  due_verdict judge_day(wall_time due) const;

  std::vector<std::shared_ptr<const rule>> rules_{};
  std::shared_ptr<const zone> zone_ = zone::utc();
  almanac_ptr almanac_ = std::make_shared<const almanac>();
  job_id job_{};
  std::vector<std::shared_ptr<const calendar>> calendars_{};
  excluded_policy on_excluded_ = excluded_policy::skip;
  std::optional<wall_time> start_at_{};
  std::optional<wall_time> end_at_{};
  millis fixed_delay_{};
  millis jitter_{};
  std::string zone_version_{};
  uint64_t calendar_revision_ = 0;
};

/// Where a job's next_due starts when its schedule is seen at `after`: nothing for a manual job and
/// for one that has ended (max_runs included). bad_schedule as schedule::of. Paused or not.
result<std::optional<wall_time>> first_due(const job& j, wall_time after, const almanac_ptr& by);

} // namespace takt
