// schedule_rules: the rules of a schedule, each a set of instants, and their union cut to the
// schedule's bounds. Inner parts of schedule.hpp: others have no use for them. Immutable; safe from
// any thread. All dues lie within civil.hpp's calendar.
#pragma once

#include "actors/logic/schedule.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace takt {

class schedule::rule {
public:
  virtual ~rule() = default;
  /// The first due strictly after `after`.
  virtual std::optional<wall_time> next(wall_time after) const = 0;
  /// How many dues there are in [from, until].
  virtual uint64_t count(wall_time from, wall_time until) const = 0;
  /// The last due in [from, until].
  virtual std::optional<wall_time> last(wall_time from, wall_time until) const = 0;
  virtual std::vector<cron_lint> lints() const { return {}; }
};

using rule_ptr = std::shared_ptr<const schedule::rule>;

/// What the rules of one job have in common.
struct rule_setting {
  std::shared_ptr<const zone> in = zone::utc();
  dst_policy dst = dst_policy::vixie;
  job_id job{};
  wall_time anchor{};
  std::optional<wall_time> start_at{};
  /// The job has no other rule.
  bool alone = true;
};

/// bad_schedule, naming the REST field, when the rule cannot be read or is out of its limits.
result<rule_ptr> make_rule(const schedule_rule& what, const rule_setting& setting);

/// The REST field that a rule comes from: "cron_spec", "interval", "run_at", …
std::string_view field_of(const schedule_rule& what) noexcept;

/// The union of rules, cut. Refers to the rules: they must live longer.
class rule_union {
public:
  /// From `begin` to `end`, both included.
  rule_union(const std::vector<rule_ptr>& rules, wall_time begin, wall_time end)
    : rules_(rules), begin_(begin), end_(end) {}

  std::optional<wall_time> next(wall_time after) const;
  /// Cost: one rule: the rule's own; several: one due after the other.
  uint64_t count(wall_time from, wall_time until) const;
  std::optional<wall_time> last(wall_time from, wall_time until) const;

private:
  const std::vector<rule_ptr>& rules_;
  wall_time begin_;
  wall_time end_;
};

} // namespace takt
