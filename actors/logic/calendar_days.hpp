// calendar_days: whether a local day is in a calendar, and which calendar excludes it. Pure; safe
// from any thread; cannot fail.
#pragma once

#include "proto/calendar.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace takt {

using local_days = std::chrono::local_days;

/// Whether the calendar's set has the day. Logarithmic in its ranges.
/// @pre dates are normal (normal_ranges)
bool contains(const calendar& c, local_days day) noexcept;

using calendar_list = std::vector<std::shared_ptr<const calendar>>;

/// The calendar to name when `day` is excluded by a job with these: the first excluding one that
/// has it, or else the first including one, when there are some and none of them has it. Null: the
/// day is allowed.
const calendar* excluding(const calendar_list& all, local_days day) noexcept;

/// Sorted, disjoint, not touching: what calendar::dates must be. Ranges that end before they begin
/// are left out.
std::vector<date_range> normal_ranges(std::vector<date_range> ranges);

} // namespace takt
