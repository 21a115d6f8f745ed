// wall_rule: the instants of a wall_pattern in a zone.
//
// A zone's periods (zone.hpp) are walked one by one. Within a period, local time is UTC plus a
// constant, and the pattern answers by itself. What happens at a period's begin is the dst
// policy's, as for a fixed cron expression (cron.hpp): after a gap of less than 3 h, elements that
// lie in it become one due at the gap's end; after a fold of less than 3 h, what repeats is left
// out, but for `all`. Immutable; safe from any thread.
#pragma once

#include "actors/logic/schedule_rules.hpp"
#include "actors/logic/wall_pattern.hpp"

namespace takt {

class wall_rule : public schedule::rule {
public:
  /// No due before `start`; `start` itself is one exactly when `with_start`.
  wall_rule(
    std::unique_ptr<const wall_pattern> pattern, std::shared_ptr<const zone> in, dst_policy dst,
    wall_time start, bool with_start);

  std::optional<wall_time> next(wall_time after) const override;
  uint64_t count(wall_time from, wall_time until) const override;
  std::optional<wall_time> last(wall_time from, wall_time until) const override;

private:
  struct stretch;

  stretch stretch_at(wall_time t) const;
  std::optional<wall_time> next_after_start(wall_time after) const;

  std::unique_ptr<const wall_pattern> pattern_;
  std::shared_ptr<const zone> zone_;
  dst_policy dst_;
  wall_time start_;
  bool with_start_;
};

} // namespace takt
