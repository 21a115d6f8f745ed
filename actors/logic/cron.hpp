// cron: the instants of a cron expression, in UTC.
//
// next() jumps: bit sets and count-trailing-zeros from the outside in (month, day, hour, minute,
// second), about 30 ns for an ordinary expression, never walking minutes. The search itself works
// in civil time (local_seconds), so that a zone can be put around it.
//
// There is no search horizon. The Gregorian calendar repeats every 400 years, weekdays included
// (146,097 days are 20,871 weeks), so an expression that fires in none of them fires never: parse()
// looks through one whole cycle and refuses it. All others find their next instant until the
// calendar's own end (civil.hpp).
//
// Immutable; safe from any thread. Errors: bad_schedule.
#pragma once

#include "actors/logic/cron_fields.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <optional>
#include <string_view>

namespace takt {

class cron {
public:
  /// bad_schedule: what is wrong, in which field, at which column, and what is allowed there; also
  /// for an expression that can never fire.
  static result<cron> parse(std::string_view text);

  /// The first instant strictly after `after`; nothing beyond calendar_end.
  std::optional<wall_time> next(wall_time after) const;

private:
  explicit cron(const cron_fields& fields) : fields_(fields) {}

  cron_fields fields_;
};

} // namespace takt
