#include "actors/logic/misfire.hpp"

#include "actors/logic/civil.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace takt {

namespace {

using namespace std::chrono_literals;

/// After the runs of one second, policy all waits for the next.
constexpr millis catch_up_pause = 1s;

uint32_t saturated(uint64_t n) {
  return static_cast<uint32_t>(std::min<uint64_t>(n, std::numeric_limits<uint32_t>::max()));
}

planned_due running(wall_time due) {
  return {due, due, 1, run_state::pending, {}, {}};
}

planned_due missed(wall_time first, const due_span& s, late_cause cause) {
  return {first, s.last, saturated(s.count), run_state::missed, std::string{to_string(cause)}, {}};
}

planned_due skipped(wall_time first, const due_span& s, const due_verdict& v) {
  return {first, s.last, saturated(s.count), run_state::skipped, v.reason, v.note};
}

/// Dues from `first` on whose time to fire came at `limit` or before; `first` in any case.
due_span fired_until(const schedule& when, wall_time first, wall_time limit) {
  auto s = when.span(first, std::max(first, limit));
  // Jitter never passes the next due, so only the last one may still have to wait.
  if (s.count > 1 && when.fires_at(s.last) > limit)
    s = when.span(first, s.before_last);
  return s;
}

/// Plans one look at a job's dues, from the oldest to those that fire now.
class look {
public:
  look(const schedule& when, const job& definition, wall_time now, late_cause cause)
    : when_(when), job_(definition), now_(now), cause_(cause) {
    late_limit_ = now
      - (cause == late_cause::overloaded ? limits::overload_threshold : limits::misfire_threshold);
    // Within the calendar, whatever the definition says, so that nothing overflows.
    window_limit_ = now
      - millis{
        std::clamp<int64_t>(job_.catch_up_window_ms, 0, limits::catch_up_window_max.count())};
  }

  due_plan plan(wall_time first) {
    if (when_.fixed_delay() != 0ms)
      return plan_delay(first);
    at_ = first;
    if (when_.fires_at(first) <= late_limit_)
      plan_late();
    if (!look_again_at_)
      plan_ordinary();
    plan_.next_due = at_;
    plan_.look_again_at = look_again_at_;
    if (at_ && !look_again_at_)
      plan_.look_again_at = when_.fires_at(*at_);
    return std::move(plan_);
  }

private:
  /// A part of the misfired dues with one verdict.
  struct part {
    wall_time first{};
    due_span dues{};
    due_verdict verdict{};
  };

  part part_at(wall_time first, wall_time last) const {
    part p{first, {}, when_.judge(first)};
    auto until = std::min(last, p.verdict.until - 1ms);
    p.dues = when_.span(first, std::max(first, until));
    return p;
  }

  bool is_full() const { return plan_.entries.size() >= limits::plan_entries_max; }

  /// Consecutive ones of a kind share a row.
  void add(planned_due entry) {
    if (!plan_.entries.empty() && entry.state != run_state::pending) {
      auto& before = plan_.entries.back();
      if (
        before.state == entry.state && before.reason == entry.reason && before.note == entry.note) {
        before.due_last = entry.due_last;
        before.count = saturated(uint64_t{before.count} + entry.count);
        return;
      }
    }
    plan_.entries.push_back(std::move(entry));
  }

  void add_missed(wall_time first, const due_span& s) { add(missed(first, s, cause_)); }

  void plan_late() {
    auto last = fired_until(when_, *at_, late_limit_).last;
    while (at_ && *at_ <= last) {
      // The entry that fills the plan may still grow, but a part may need up to three.
      if (plan_.entries.size() + 3 > limits::plan_entries_max) {
        look_again_at_ = now_;
        return;
      }
      auto p = part_at(*at_, last);
      if (!p.verdict.runs)
        add(skipped(p.first, p.dues, p.verdict));
      else if (!plan_late_part(p))
        return;
      at_ = when_.next(p.dues.last);
    }
  }

  /// What the policy says of dues that nothing but their lateness is against. False: the rest has
  /// to wait, at_ and look_again_at_ say from where and for how long.
  bool plan_late_part(const part& p) {
    if (job_.misfire == misfire_policy::all)
      return plan_all(p);
    auto brings_up_to_date = job_.misfire == misfire_policy::last
      && when_.fires_at(p.dues.last) >= window_limit_ && !some_run_after(p.dues.last);
    if (!brings_up_to_date) {
      add_missed(p.first, p.dues);
      return true;
    }
    if (p.dues.count > 1)
      add_missed(p.first, {p.dues.count - 1, p.dues.before_last, p.dues.before_last});
    add(running(p.dues.last));
    return true;
  }

  bool plan_all(const part& p) {
    if (when_.fires_at(p.dues.last) < window_limit_) {
      add_missed(p.first, p.dues);
      return true;
    }
    auto due = std::optional{p.first};
    if (when_.fires_at(p.first) < window_limit_) {
      auto old = fired_until(when_, p.first, window_limit_ - 1ms);
      add_missed(p.first, old);
      due = when_.next(old.last);
    }
    auto rate = std::max(job_.catch_up_rate, 1u);
    for (; due && *due <= p.dues.last; due = when_.next(*due)) {
      if (made_up_for_ >= rate || is_full()) {
        at_ = due;
        look_again_at_ = made_up_for_ >= rate ? now_ + catch_up_pause : now_;
        return false;
      }
      add(running(*due));
      ++made_up_for_;
    }
    return true;
  }

  /// Whether a due after `due` whose time has come may run, be it misfired or ordinary.
  bool some_run_after(wall_time due) const {
    auto next = when_.next(due);
    while (next && when_.fires_at(*next) <= now_) {
      auto v = when_.judge(*next);
      if (v.runs)
        return true;
      next = when_.next(when_.last(*next, std::min(v.until - 1ms, now_)).value_or(*next));
    }
    return false;
  }

  void plan_ordinary() {
    while (at_ && when_.fires_at(*at_) <= now_) {
      if (is_full()) {
        look_again_at_ = now_;
        return;
      }
      auto v = when_.judge(*at_);
      due_span s{1, *at_, *at_};
      if (v.runs)
        add(running(*at_));
      else
        add(skipped(*at_, s = fired_until(when_, *at_, std::min(now_, v.until - 1ms)), v));
      at_ = when_.next(s.last);
    }
  }

  /// A fixed delay has one due at a time; the next is the store's to plan when the run ends.
  due_plan plan_delay(wall_time due) {
    auto v = when_.judge(due);
    auto fires = when_.fires_at(due);
    auto too_late =
      fires <= late_limit_ && (job_.misfire == misfire_policy::skip || fires < window_limit_);
    due_span alone{1, due, due};
    if (v.runs && !too_late) {
      add(running(due));
      return std::move(plan_);
    }
    add(v.runs ? missed(due, alone, cause_) : skipped(due, alone, v));
    plan_.next_due = when_.delayed(now_);
    if (plan_.next_due)
      plan_.look_again_at = when_.fires_at(*plan_.next_due);
    return std::move(plan_);
  }

  const schedule& when_;
  const job& job_;
  wall_time now_;
  late_cause cause_;
  wall_time late_limit_{};   ///< what should have fired by then has misfired
  wall_time window_limit_{}; ///< what should have fired before is never made up for
  uint32_t made_up_for_ = 0;
  std::optional<wall_time> at_{};
  std::optional<wall_time> look_again_at_{};
  due_plan plan_{};
};

} // namespace

std::string_view to_string(late_cause c) noexcept {
  switch (c) {
  case late_cause::no_scheduler:
    return "no_scheduler";
  case late_cause::clock_stepped:
    return "clock_stepped";
  case late_cause::process_paused:
    return "process_paused";
  case late_cause::overloaded:
    return "overloaded";
  }
  return "?";
}

due_plan plan_dues(
  const schedule& when, const job& definition, wall_time next_due, wall_time now,
  late_cause cause) {
  assert(when.fires_at(next_due) <= now);
  return look{when, definition, now, cause}.plan(next_due);
}

due_plan plan_paused(const schedule& when, wall_time next_due, wall_time now) {
  assert(next_due <= now);
  due_plan plan;
  auto is_delay = when.fixed_delay() != 0ms;
  auto s = is_delay ? due_span{1, next_due, next_due} : when.span(next_due, now);
  plan.entries.push_back(skipped(next_due, s, {false, "paused", {}, {}}));
  plan.next_due = is_delay ? when.delayed(now) : when.next(s.last);
  if (plan.next_due)
    plan.look_again_at = when.fires_at(*plan.next_due);
  return plan;
}

} // namespace takt
