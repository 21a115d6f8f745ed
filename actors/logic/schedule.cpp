#include "actors/logic/schedule.hpp"

#include "actors/logic/calendar_days.hpp"
#include "actors/logic/civil.hpp"
#include "actors/logic/closest.hpp"
#include "actors/logic/cron_hash.hpp"
#include "actors/logic/local_day.hpp"
#include "actors/logic/schedule_calendar.hpp"
#include "actors/logic/schedule_rules.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

namespace {

using namespace std::chrono_literals;

failure bad(std::string why) {
  return {errc::bad_schedule, std::move(why)};
}

/// `what` as one of several rules: "schedules[2]: interval: …".
std::string place_of(const job& j, size_t index) {
  return j.rules.size() > 1 ? "schedules[" + std::to_string(index) + "]: " : "";
}

bool in_calendar(const std::optional<wall_time>& t) {
  return !t || (calendar_begin <= *t && *t < calendar_end);
}

result<void> check_bounds(const job& j) {
  if (!in_calendar(j.start_at))
    return bad("start_at: is outside the years 0000-9999");
  if (!in_calendar(j.end_at))
    return bad("end_at: is outside the years 0000-9999");
  if (j.start_at && j.end_at && *j.end_at < *j.start_at)
    return bad("end_at: is before start_at");
  if (j.jitter_ms < 0 || j.jitter_ms > limits::jitter_ms_max)
    return bad(
      "jitter_ms: " + std::to_string(j.jitter_ms) + " is out of range (0-"
      + std::to_string(limits::jitter_ms_max) + " milliseconds)");
  if (j.rules.size() > limits::rules_max)
    return bad(
      "schedules: " + std::to_string(j.rules.size()) + " are too many (at most "
      + std::to_string(limits::rules_max) + ")");
  for (const auto& r : j.rules)
    if (r.kind == rule_kind::fixed_delay && j.rules.size() > 1)
      return bad("fixed_delay: must be a job's only schedule");
  return {};
}

failure unknown_calendar(const std::string& name, const almanac& by) {
  std::vector<std::string_view> known;
  for (const auto& entry : by.calendars)
    known.push_back(entry.first);
  auto meant = closest(name, known);
  return bad(
    "calendars: unknown calendar \"" + name.substr(0, limits::calendar_name_bytes_max) + "\""
    + (meant.empty() ? "" : "; did you mean \"" + std::string{meant} + "\"?"));
}

result<calendar_list> calendars_of(const job& j, const almanac& by) {
  if (j.calendars.size() > limits::calendars_per_job_max)
    return bad(
      "calendars: " + std::to_string(j.calendars.size()) + " are too many (at most "
      + std::to_string(limits::calendars_per_job_max) + ")");
  calendar_list all;
  for (const auto& name : j.calendars) {
    auto found = by.calendars.find(name);
    if (found == by.calendars.end())
      return unknown_calendar(name, by);
    all.push_back(found->second);
  }
  return all;
}

bool reads_local_time(const schedule_rule& r) {
  return r.kind == rule_kind::calendar_interval || r.kind == rule_kind::daily_window
    || (r.kind == rule_kind::cron && r.cron.find("@every") == std::string::npos);
}

} // namespace

result<schedule> schedule::of(const job& j, const almanac_ptr& by) {
  if (auto ok = check_bounds(j); !ok)
    return ok.failure();
  auto in = by->zones->find(j.time_zone);
  if (!in)
    return in.failure();
  auto calendars = calendars_of(j, *by);
  if (!calendars)
    return calendars.failure();
  schedule out;
  out.zone_ = *in;
  out.almanac_ = by;
  out.job_ = j.id;
  out.calendars_ = *std::move(calendars);
  out.on_excluded_ = j.on_excluded;
  out.start_at_ = j.start_at;
  out.end_at_ = j.end_at;
  out.fixed_delay_ = millis{j.fixed_delay_ms()};
  out.jitter_ = millis{j.jitter_ms};
  rule_setting setting{out.zone_, j.dst, j.id, j.anchor, j.start_at, j.rules.size() == 1};
  for (size_t i = 0; i < j.rules.size(); ++i) {
    auto rule = make_rule(j.rules[i], setting);
    if (!rule)
      return bad(place_of(j, i) + rule.failure().context);
    std::vector<rule_ptr> alone = {*rule};
    if (!rule_union{alone, out.begin(), out.end()}.next(out.begin() - 1ms))
      return bad(
        place_of(j, i) + std::string{field_of(j.rules[i])}
        + (j.start_at || j.end_at ? ": never fires between start_at and end_at" : ": never fires before the year 10000"));
    out.rules_.push_back(*std::move(rule));
  }
  auto asks_zone = !out.calendars_.empty() || std::ranges::any_of(j.rules, reads_local_time);
  // A fixed delay's due is where the last run put it: planned anew from its rule, it would be none.
  if (asks_zone && !out.rules_.empty() && out.fixed_delay_ == 0ms && !out.zone_->is_utc())
    out.zone_version_ = by->zones->version();
  if (out.moves())
    out.calendar_revision_ = by->revision;
  return out;
}

wall_time schedule::begin() const {
  return start_at_.value_or(calendar_begin);
}

wall_time schedule::end() const {
  return end_at_.value_or(calendar_end - 1ms);
}

/// The store plans a fixed delay's dues and knows no calendar: they stay where they are.
bool schedule::moves() const {
  return on_excluded_ != excluded_policy::skip && !calendars_.empty() && !rules_.empty()
    && fixed_delay_ == 0ms;
}

std::optional<wall_time> schedule::next(wall_time after) const {
  rule_union nominal{rules_, begin(), end()};
  return moves() ? moved_dues{nominal, *zone_, calendars_, on_excluded_}.next(after)
                 : nominal.next(after);
}

std::optional<wall_time> schedule::delayed(wall_time now) const {
  auto due = std::clamp(now, calendar_begin, calendar_end) + fixed_delay_;
  return due <= end() ? std::optional{due} : std::nullopt;
}

uint64_t schedule::count(wall_time from, wall_time until) const {
  from = std::max(from, calendar_begin);
  until = std::min(until, calendar_end - 1ms);
  if (until < from)
    return 0;
  rule_union nominal{rules_, begin(), end()};
  return moves() ? moved_dues{nominal, *zone_, calendars_, on_excluded_}.count(from, until)
                 : nominal.count(from, until);
}

std::optional<wall_time> schedule::last(wall_time from, wall_time until) const {
  rule_union nominal{rules_, begin(), end()};
  return moves() ? moved_dues{nominal, *zone_, calendars_, on_excluded_}.last(from, until)
                 : nominal.last(from, until);
}

due_span schedule::span(wall_time first, wall_time until) const {
  assert(first <= until);
  due_span out{1, first, first};
  if (first >= calendar_end)
    return out;
  auto more = std::max(first + 1ms, calendar_begin);
  until = std::min(until, calendar_end - 1ms);
  // Often there is none: a due is looked at when it is due.
  if (auto second = next(first); !second || *second > until)
    return out;
  out.count += count(more, until);
  out.last = last(more, until).value_or(first);
  out.before_last = out.count > 2 ? last(more, out.last - 1ms).value_or(first) : first;
  return out;
}

due_verdict schedule::judge(wall_time due) const {
  due_verdict v;
  v.until = wall_time::max();
  if (!calendars_.empty())
    v = judge_day(due);
  for (const auto& b : almanac_->blackouts) {
    if (b.begin > due) {
      v.until = std::min(v.until, b.begin);
      break;
    }
    if (due < b.end)
      return {false, "blackout", b.reason, b.end};
  }
  return v;
}

/// What the calendars say, and for how long: looked for over excluded_days_max days.
due_verdict schedule::judge_day(wall_time due) const {
  auto today = day_stretch_at(due, *zone_);
  auto* by = excluding(calendars_, today.day);
  due_verdict v{by == nullptr, by ? "calendar" : "", by ? by->name : "", today.end};
  for (int i = 0; i < limits::excluded_days_max && v.until < calendar_end; ++i) {
    auto s = day_stretch_at(v.until, *zone_);
    if (excluding(calendars_, s.day) != by)
      break;
    v.until = s.end;
  }
  return v;
}

std::optional<size_t> schedule::rule_of(wall_time due) const {
  if (due < begin() || due > end())
    return std::nullopt;
  for (size_t i = 0; i < rules_.size(); ++i)
    if (rules_[i]->next(due - 1ms) == due)
      return i;
  return std::nullopt;
}

wall_time schedule::fires_at(wall_time due) const {
  if (jitter_ == 0ms)
    return due;
  // The first output of splitmix64, started at the job's seed XOR the due in milliseconds. Which
  // instant a due fires at must not change while it waits: this formula stays.
  auto hash = cron_hash(hash_seed_of(job_) ^ static_cast<uint64_t>(to_ms(due)), 0);
  auto at = due + millis{static_cast<int64_t>(hash % (static_cast<uint64_t>(jitter_.count()) + 1))};
  auto following = next(due);
  return following ? std::min(at, *following - 1ms) : at;
}

std::vector<cron_lint> schedule::lints() const {
  std::vector<cron_lint> all;
  for (const auto& r : rules_)
    for (auto& lint : r->lints())
      if (std::ranges::find(all, lint) == all.end())
        all.push_back(std::move(lint));
  return all;
}

result<std::optional<wall_time>> first_due(const job& j, wall_time after, const almanac_ptr& by) {
  auto when = schedule::of(j, by);
  if (!when)
    return when.failure();
  if (j.max_runs != 0 && j.fired_runs >= j.max_runs)
    return std::optional<wall_time>{};
  auto due = when->next(after);
  // Its first due is over: what counts is the run after that, and none is known.
  if (!due && when->fixed_delay() != 0ms)
    due = when->delayed(after);
  return due;
}

} // namespace takt
