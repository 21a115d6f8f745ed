// cron: the instants of a cron expression, in civil time, in UTC and in a zone.
//
// The dialect is that of docs/CRON.md: the Open Cron Pattern Specification 1.4 and `H`. 5 fields
// (minute, hour, day of month, month, day of week), 6 with leading seconds, 7 with a trailing year
// (1970-2199); @hourly … @yearly. `@every` is an interval, not a cron expression: schedule.hpp
// takes it; parse() here refuses it with a hint.
//
// first_match() jumps: bit sets and count-trailing-zeros from the outside in (year, month, day,
// hour, minute, second), about 30 ns for an ordinary expression, never walking minutes. There is no
// search horizon. The Gregorian calendar repeats every 400 years, weekdays included (146,097 days
// are 20,871 weeks), so an expression without a year that fires in none of them fires never:
// parse() looks through one whole cycle (or the years named) and refuses it. All others find their
// next instant until the calendar's own end (civil.hpp), or their last year.
//
// ZONES AND DST (docs/CRON.md, research 5.2). An expression is *wild* when its minute or its hour
// field begins with `*`, or is `H/n`; else *fixed*.
//   wild:  every instant whose local rendering matches, whatever the policy.
//   fixed: each matching local time becomes instants by the policy, for offset changes under 3 h:
//          policy   in a gap (no such time)                 in a fold (twice)
//          vixie    the gap's end, several coalesce to one  the first
//          skip     none                                    the first
//          all      the gap's end, several coalesce to one  both
//   Changes of 3 hours and more are corrections, not summer time: local times in such a gap are
//   skipped, those in such a fold come twice, for both classes.
//
// Immutable; safe from any thread. Errors: bad_schedule.
#pragma once

#include "actors/logic/cron_fields.hpp"
#include "actors/logic/zone.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"
#include "proto/timing.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace takt {

/// Something legal that rarely means what its author thinks.
struct cron_lint {
  std::string code{}; ///< one stable word: "step_and_or", "short_cycle", …
  std::string text{}; ///< one sentence for people
  bool operator==(const cron_lint&) const = default;
};

class cron {
public:
  /// `hash_seed` fixes what `H` stands for: the job's id (cron_hash.hpp), so that it is stable.
  /// bad_schedule: "cron_spec: <field>: <what> at column <n>; <what is allowed there>", also for an
  /// expression that can never fire. A descending range is refused with the two ranges that were
  /// meant: 22-2 → 22-23,0-2.
  static result<cron> parse(std::string_view text, uint64_t hash_seed = 0);

  /// The first match at or after `from`, in civil time; nothing beyond the calendar's end or the
  /// last year of its year field.
  std::optional<std::chrono::local_seconds> first_match(std::chrono::local_seconds from) const;

  /// The first instant strictly after `after` in UTC.
  std::optional<wall_time> next(wall_time after) const;
  /// The same in a zone. next(after) > after always; bounded work, also over zones' oddities.
  std::optional<wall_time> next(wall_time after, const zone& in, dst_policy dst) const;

  /// How many instants there are in [from, until], without walking them one by one where the offset
  /// is constant: cost per day, not per instant.
  uint64_t count(wall_time from, wall_time until, const zone& in, dst_policy dst) const;
  /// The last instant in [from, until]; nothing when there is none. Cost as next().
  std::optional<wall_time>
  last(wall_time from, wall_time until, const zone& in, dst_policy dst) const;

  bool is_wild() const noexcept { return fields_.wild; }
  const cron_fields& fields() const noexcept { return fields_; }
  /// What about it deserves a second look; often nothing.
  std::vector<cron_lint> lints() const;

private:
  explicit cron(const cron_fields& fields) : fields_(fields) {}

  cron_fields fields_;
};

} // namespace takt
