#include "actors/logic/schedule.hpp"

#include "actors/logic/civil.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

namespace {

failure bad(std::string why) {
  return {errc::bad_schedule, std::move(why)};
}

/// A due, or nothing beyond the calendar.
std::optional<wall_time> within_calendar(wall_time due) {
  return due < calendar_end ? std::optional{due} : std::nullopt;
}

} // namespace

result<schedule> schedule::of(const job& j) {
  schedule out;
  if (j.interval_s < 0 || j.interval_s > limits::interval_s_max)
    return bad(
      "interval: " + std::to_string(j.interval_s) + " is out of range (1-"
      + std::to_string(limits::interval_s_max) + " seconds; 0 for none)");
  if (!j.cron_spec.empty() && j.interval_s != 0)
    return bad("cron_spec and interval: a job has one of them or none, not both");
  if (!j.cron_spec.empty()) {
    auto parsed = cron::parse(j.cron_spec);
    if (!parsed)
      return parsed.failure();
    out.rule_ = *std::move(parsed);
  }
  if (j.interval_s != 0) {
    if (j.anchor < calendar_begin || j.anchor >= calendar_end)
      return bad("interval: its anchor is outside the years 0000-9999");
    out.rule_ = interval{j.anchor, std::chrono::seconds{j.interval_s}};
  }
  return out;
}

std::optional<wall_time> schedule::next(wall_time after) const {
  if (auto* every = std::get_if<interval>(&rule_))
    return every->next(after);
  if (auto* expression = std::get_if<cron>(&rule_))
    return expression->next(after);
  return std::nullopt;
}

due_span schedule::span(wall_time first, wall_time until) const {
  assert(first <= until);
  if (auto* every = std::get_if<interval>(&rule_))
    return every->span(first, until);
  due_span out{1, first, first};
  for (auto due = next(first); due && *due <= until; due = next(*due))
    out = {out.count + 1, *due, out.last};
  return out;
}

std::optional<wall_time> schedule::interval::next(wall_time after) const {
  if (after >= calendar_end)
    return std::nullopt;
  // Inside the calendar no product can overflow. Before the anchor the first due is k = 1.
  auto k = after < anchor ? 1 : (after - anchor) / length + 1;
  return within_calendar(anchor + k * length);
}

due_span schedule::interval::span(wall_time first, wall_time until) const {
  auto second = next(first);
  until = std::min(until, calendar_end - millis{1});
  if (!second || *second > until)
    return {1, first, first};
  auto more = (until - *second) / length; // dues after the second
  auto last = *second + more * length;
  return {static_cast<uint64_t>(more) + 2, last, more > 0 ? last - length : first};
}

result<std::optional<wall_time>> first_due(const job& j, wall_time after) {
  auto when = schedule::of(j);
  if (!when)
    return when.failure();
  return j.paused ? std::nullopt : when->next(after);
}

} // namespace takt
