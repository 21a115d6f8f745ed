#include "storage/fire_rules.hpp"

#include "storage/run_rules.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

job_head head_of(const job& j) {
  return {j.version,    j.paused,           j.overlap, j.max_runs,
          j.fired_runs, j.fixed_delay_ms(), j.end_at,  j.next_due};
}

job replacement_of(const job& stored, const job& by, bool keeps_plan) {
  auto j = by;
  j.version = stored.version + 1;
  j.created_at = stored.created_at;
  j.fired_runs = stored.fired_runs;
  if (keeps_plan) {
    j.next_due = stored.next_due;
    j.zone_version = stored.zone_version;
    j.calendar_revision = stored.calendar_revision;
  }
  return j;
}

result<void> check_replan(const job_head& head, const store::replan_request& request) {
  if (head.version != request.version)
    return version_moved(request.job, head.version, head.paused);
  if (head.next_due != request.expected)
    return plan_moved(request.job, head.next_due);
  return done{};
}

std::optional<wall_time> due_after_end(const job_head& head, wall_time now) {
  if (head.fixed_delay_ms == 0)
    return std::nullopt;
  if (head.max_runs > 0 && head.fired_runs >= head.max_runs)
    return std::nullopt;
  auto due = now + millis{head.fixed_delay_ms};
  return head.end_at && due > *head.end_at ? std::nullopt : std::optional{due};
}

std::optional<wall_time> due_to_plan(const job_head& head, wall_time now) {
  return head.next_due ? std::nullopt : due_after_end(head, now);
}

bool follows_schedule(const fire_request& request) noexcept {
  return std::ranges::any_of(
    request.entries, [](const fire_entry& e) { return e.kind != run_kind::manual; });
}

bool is_unique_by_due(run_kind kind) noexcept {
  return kind == run_kind::planned || kind == run_kind::child;
}

result<void> check_fire(const job_head& head, const fire_request& request) {
  if (!follows_schedule(request))
    return done{};
  auto runs = std::ranges::any_of(request.entries, [](const fire_entry& e) {
    return e.kind != run_kind::manual && e.state == run_state::pending;
  });
  if (head.version != request.version || (head.paused && runs))
    return version_moved(request.job, head.version, head.paused);
  return done{};
}

overlap_decision decide_overlap(overlap_policy policy, uint64_t unfinished) noexcept {
  using enum overlap_decision;
  switch (policy) {
  case overlap_policy::queue:
  case overlap_policy::allow:
    return unfinished >= limits::queued_runs_per_job_max ? queue_full : waits;
  case overlap_policy::skip:
    return unfinished >= 1 ? overlaps : waits;
  case overlap_policy::cancel_running:
    return unfinished >= 1 ? supersedes : waits;
  case overlap_policy::buffer_one:
    return unfinished >= 2 ? overlaps : waits;
  }
  return waits;
}

// -- fire_course ----------------------------------------------------------------------------------

fire_course::fire_course(const job_head& head, const fire_request& request, uint64_t unfinished)
  : head_(head), request_(request), follows_schedule_(follows_schedule(request)),
    unfinished_(std::min<uint64_t>(unfinished, limits::queued_runs_per_job_max)) {}

bool fire_course::has_had_its_runs() const noexcept {
  return head_.max_runs > 0 && head_.fired_runs >= head_.max_runs;
}

bool fire_course::is_over() const noexcept {
  return follows_schedule_ && has_had_its_runs();
}

result<fire_course::admission> fire_course::admit(const fire_entry& entry) const {
  admission as{entry.state, entry.reason, entry.note};
  if (entry.state != run_state::pending)
    return as;
  if (entry.kind == run_kind::manual) {
    if (unfinished_ >= limits::queued_runs_per_job_max)
      return failure{errc::sched_queue_full, std::to_string(unfinished_) + " runs are unfinished"};
    return as;
  }
  switch (decide_overlap(head_.overlap, unfinished_)) {
  case overlap_decision::waits:
    return as;
  case overlap_decision::supersedes:
    as.supersedes = true;
    return as;
  case overlap_decision::overlaps:
    as = {run_state::skipped, reasons::overlap, {}};
    as.names_blocker = true;
    return as;
  case overlap_decision::queue_full:
    as = {run_state::skipped, reasons::queue_full, {}};
    return as;
  }
  return as;
}

void fire_course::wrote(const fire_entry& entry, const admission& as) {
  if (as.state != run_state::pending)
    return;
  unfinished_ = std::min<uint64_t>(unfinished_ + 1, limits::queued_runs_per_job_max);
  if (entry.kind == run_kind::planned)
    ++head_.fired_runs;
}

void fire_course::called_off(uint64_t pending, fired& answer) noexcept {
  unfinished_ -= std::min(unfinished_, pending);
  if (pending == 0)
    return;
  answer.canceled_pending = true;
  for (auto& entry : answer.entries)
    if (entry.state == run_state::pending) {
      entry.state = run_state::canceled;
      entry.reason = reasons::superseded;
    }
}

std::optional<wall_time> fire_course::next_due() const {
  if (!follows_schedule_)
    return head_.next_due;
  if (has_had_its_runs())
    return std::nullopt;
  if (request_.next_due || head_.fixed_delay_ms == 0 || unfinished_ > 0)
    return request_.next_due;
  // A fixed delay is planned by the end of a run, and there is none that could end: the request was
  // written before, and its run has ended meanwhile. What that end planned stays; a schedule must
  // not stop for it.
  auto last = request_.entries.back().due;
  return head_.next_due && *head_.next_due > last ? head_.next_due
                                                  : due_after_end(head_, request_.now);
}

run new_run(
  const fire_request& request, const fire_entry& entry, const fire_course::admission& as) {
  assert(as.state == run_state::pending || as.state >= run_state::skipped);
  run r;
  r.id = entry.id;
  r.job = request.job;
  r.kind = entry.kind;
  r.due = entry.due;
  r.count = as.state == run_state::pending ? 1 : std::max(entry.count, 1U);
  r.due_last = r.count == 1 ? entry.due : std::max(entry.due, entry.due_last);
  r.state = as.state;
  r.reason = as.reason;
  r.note = as.note;
  r.created_at = request.now;
  if (!is_unfinished(as.state))
    r.ended_at = request.now;
  return r;
}

fired_entry answer_of(const run& r, bool duplicate) {
  auto has_run = r.state < run_state::skipped;
  return {r.id, r.state, r.due, duplicate, has_run ? "" : r.reason, r.count};
}

} // namespace takt
