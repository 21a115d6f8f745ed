// local_day: the instants that make up a local date. Mostly one stretch of 24 hours; two where a
// change of offset at midnight repeats a date (St. John's until 2011), none where it jumps over one
// (Apia, 30 December 2011). Pure; safe from any thread; cannot fail.
#pragma once

#include "actors/logic/zone.hpp"

#include <algorithm>
#include <chrono>

namespace takt {

/// Instants with one offset and one local date: begin <= t < end.
struct day_stretch {
  wall_time begin{};
  wall_time end{};
  std::chrono::seconds offset{};
  std::chrono::local_days day{};

  local_time local(wall_time t) const { return local_time{t.time_since_epoch() + offset}; }
};

/// The stretch that holds `t`.
inline day_stretch day_stretch_at(wall_time t, const zone& in) {
  auto period = in.at(t);
  auto day = std::chrono::floor<std::chrono::days>(to_local(t, period));
  auto begin = wall_time{day.time_since_epoch() - period.offset};
  return {
    std::max(period.begin, begin), std::min(period.end, begin + std::chrono::days{1}),
    period.offset, day};
}

/// The first instant at which the date has begun, or would have.
inline wall_time begin_of(std::chrono::local_days day, const zone& in) {
  return in.instants_of(local_time{day}).first;
}

/// Calls `visit` with each stretch of that date, in order.
template <class Visit>
void for_each_stretch(std::chrono::local_days day, const zone& in, Visit&& visit) {
  // Up to the last instant that could be of this date: the second midnight where there are two.
  auto until = in.instants_of(local_time{day + std::chrono::days{1}}).second;
  for (auto t = begin_of(day, in); t < until;) {
    auto s = day_stretch_at(t, in);
    if (s.day == day)
      visit(s);
    t = s.end;
  }
}

} // namespace takt
