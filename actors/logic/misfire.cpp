#include "actors/logic/misfire.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace takt {

namespace {

planned_due missed(wall_time first, wall_time last, uint64_t count) {
  auto capped = std::min<uint64_t>(count, std::numeric_limits<uint32_t>::max());
  return {first, last, static_cast<uint32_t>(capped), false, "no_scheduler"};
}

} // namespace

due_plan
plan_dues(const schedule& when, wall_time next_due, wall_time now, const misfire_rule& rule) {
  assert(next_due <= now);
  due_plan plan;
  auto misfired_until = now - rule.threshold;
  std::optional<wall_time> due = next_due;
  if (next_due <= misfired_until) {
    auto late = when.span(next_due, misfired_until);
    due = when.next(late.last);
    auto any_on_time = due && *due <= now;
    if (any_on_time) {
      plan.entries.push_back(missed(next_due, late.last, late.count));
    } else {
      if (late.count > 1)
        plan.entries.push_back(missed(next_due, late.before_last, late.count - 1));
      plan.entries.push_back({late.last, late.last});
    }
  }
  for (size_t runs = 0; due && *due <= now && runs < rule.runs_max; ++runs) {
    plan.entries.push_back({*due, *due});
    due = when.next(*due);
  }
  plan.next_due = due;
  return plan;
}

} // namespace takt
