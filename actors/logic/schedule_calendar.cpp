#include "actors/logic/schedule_calendar.hpp"

#include "actors/logic/civil.hpp"
#include "actors/logic/local_day.hpp"

#include <algorithm>

namespace takt {

namespace {

using namespace std::chrono_literals;
using std::chrono::days;

constexpr days reach{limits::excluded_days_max};
/// More than a due moves, offsets included.
constexpr days reach_at_most = reach + days{3};

void keep_earlier(std::optional<wall_time>& best, wall_time due) {
  if (!best || due < *best)
    best = due;
}

/// Local times from here on land after `after`, earlier ones do not.
local_time first_landing_after(wall_time after, const zone& in) {
  auto period = in.at(after);
  auto local = to_local(after, period);
  auto named = in.instants_of(local);
  if (named.is == zone_instants::kind::fold && after >= named.second)
    local = to_local(period.begin, period) + named.shift - 1ms;
  return local + 1ms;
}

bool in_calendar(std::chrono::local_days day) {
  return local_time{day}.time_since_epoch() >= calendar_begin.time_since_epoch()
    && local_time{day}.time_since_epoch() < calendar_end.time_since_epoch();
}

} // namespace

bool moved_dues::has_target(local_days day) const {
  for (auto ahead = days{1}; ahead <= reach; ++ahead) {
    auto target = day + step_ * ahead.count();
    if (!in_calendar(target))
      return false;
    if (!is_excluded(target))
      return true;
  }
  return false;
}

bool moved_dues::is_plain(local_days day) const {
  // The neighbours too: a landing in a gap around midnight belongs to another date.
  return !receives(day - days{1}) && !receives(day) && !receives(day + days{1});
}

std::optional<wall_time> moved_dues::own_due(local_days day, wall_time after) const {
  std::optional<wall_time> best;
  for_each_stretch(day, zone_, [&](const day_stretch& s) {
    if (best || s.end <= after)
      return;
    auto due = nominal_.next(std::max(after, s.begin - 1ms));
    if (due && *due < s.end)
      best = due;
  });
  return best;
}

std::optional<wall_time> moved_dues::landed_due(local_days day, wall_time after) const {
  std::optional<wall_time> best;
  auto earliest = std::max(first_landing_after(after, zone_) - local_time{day}, millis{0});
  if (earliest >= days{1} || !in_calendar(day))
    return best;
  for (auto away = days{1}; away <= reach && is_excluded(day - step_ * away.count()); ++away) {
    auto source = day - step_ * away.count();
    for_each_stretch(source, zone_, [&](const day_stretch& s) {
      auto wanted = wall_time{(local_time{source} + earliest).time_since_epoch() - s.offset};
      auto due = nominal_.next(std::max(wanted, s.begin) - 1ms);
      if (due && *due < s.end)
        keep_earlier(best, zone_.instants_of(local_time{day} + (s.local(*due) - source)).first);
    });
  }
  return best;
}

std::optional<wall_time> moved_dues::due_of_day(local_days day, wall_time after) const {
  if (is_excluded(day))
    return has_target(day) ? std::nullopt : own_due(day, after);
  auto best = own_due(day, after);
  if (auto landed = landed_due(day, after))
    keep_earlier(best, *landed);
  return best;
}

std::optional<wall_time> moved_dues::next(wall_time after) const {
  if (after >= calendar_end - 1ms)
    return std::nullopt;
  after = std::max(after, calendar_begin - days{1});
  // Dates go back by one around folds at midnight.
  auto day = day_stretch_at(after, zone_).day - days{1};
  auto behind = step_ > days{0} ? reach_at_most : days{3};
  auto ahead = step_ > days{0} ? days{3} : reach_at_most;
  std::optional<wall_time> nominal;
  while (true) {
    // The first nominal due that may land here or later; without one near, days pass at once.
    auto from = begin_of(day - behind, zone_);
    if (!nominal || *nominal < from)
      nominal = nominal_.next(from - 1ms);
    if (!nominal)
      return std::nullopt;
    day = std::max(day, day_stretch_at(*nominal, zone_).day - ahead);
    if (auto due = due_of_day(day, after)) {
      if (auto other = due_of_day(day + days{1}, after))
        keep_earlier(due, *other);
      return *due < calendar_end ? due : std::nullopt;
    }
    ++day;
  }
}

uint64_t moved_dues::count(wall_time from, wall_time until) const {
  from = std::max(from, calendar_begin);
  until = std::min(until, calendar_end - 1ms);
  uint64_t n = 0;
  for (auto t = from; t <= until;) {
    auto s = day_stretch_at(t, zone_);
    auto end = std::min(s.end, until + 1ms);
    if (is_plain(s.day)) {
      n += keeps_its_own(s.day) ? nominal_.count(t, end - 1ms) : 0;
    } else {
      for (auto due = next(t - 1ms); due && *due < end; due = next(*due))
        ++n;
    }
    auto nominal = nominal_.next(s.end - reach_at_most);
    if (!nominal)
      break;
    t = std::max(s.end, *nominal - reach_at_most);
  }
  return n;
}

std::optional<wall_time> moved_dues::last(wall_time from, wall_time until) const {
  from = std::max(from, calendar_begin);
  until = std::min(until, calendar_end - 1ms);
  for (auto t = until; t >= from;) {
    auto nominal = nominal_.last(calendar_begin, std::min(t + reach_at_most, calendar_end));
    if (!nominal)
      break;
    if (t = std::min(t, *nominal + reach_at_most); t < from)
      break;
    auto s = day_stretch_at(t, zone_);
    auto begin = std::max(s.begin, from);
    std::optional<wall_time> latest;
    if (!is_plain(s.day)) {
      for (auto due = next(begin - 1ms); due && *due <= t; due = next(*due))
        latest = due;
    } else if (keeps_its_own(s.day)) {
      latest = nominal_.last(begin, t);
    }
    if (latest)
      return latest;
    t = s.begin - 1ms;
  }
  return std::nullopt;
}

} // namespace takt
