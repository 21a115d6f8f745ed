#include "storage/run_rules.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

namespace {

bool is_in_flight(run_state s) noexcept {
  return s == run_state::scheduling || s == run_state::running;
}

/// An outcome that an attempt keeps.
bool is_settled(run_state attempt_state) noexcept {
  return attempt_state >= run_state::success && attempt_state <= run_state::canceled;
}

std::string place_of(const run& r) {
  return "it is " + std::string{to_string(r.state)} + " at attempt " + std::to_string(r.attempt);
}

void record(attempt& a, run_state outcome, const finish_request& request) {
  a.state = outcome;
  a.reason = request.reason;
  a.error = request.error;
  a.output = request.output;
  a.ended_at = request.ended_at;
  if (request.started_at)
    a.started_at = request.started_at;
}

finished answer_of(const run& r, const attempt& a, bool changed) {
  finished answer;
  answer.key = a.key;
  answer.job = r.job;
  answer.state = r.state;
  answer.outcome = a.state;
  answer.due = r.due;
  answer.not_before = r.not_before;
  answer.changed = changed;
  answer.started_at = r.started_at;
  return answer;
}

void call_off(run& r, const char* reason, const std::string& note, wall_time now) {
  assert(is_unfinished(r.state));
  if (r.state != run_state::pending) {
    r.cancel_requested = true;
    return;
  }
  r.state = run_state::canceled;
  r.reason = reason;
  r.note = note;
  r.not_before = {};
  r.ended_at = now;
}

} // namespace

result<void> check_epoch(const grant& g, epoch_no current) {
  // Epoch 0 is a shard that nobody has taken: nobody may write for it.
  if (g.epoch == current && current != 0)
    return done{};
  return failure{
    errc::store_stale_epoch,
    "shard " + std::to_string(g.shard) + " is at epoch " + std::to_string(current) + ", not "
      + std::to_string(g.epoch)};
}

result<void> check_shard(const grant& g, const job_id& job) {
  if (g.shard == shard_of(job))
    return done{};
  return failure{
    errc::store_stale_epoch,
    "job " + to_string(job) + " does not belong to shard " + std::to_string(g.shard)};
}

result<void> check_assign(const run& r, const assign_request& request) {
  if (r.state != run_state::pending || r.attempt != request.attempt)
    return run_moved({r.id, request.attempt}, place_of(r));
  if (request.now < r.not_before)
    return run_moved({r.id, request.attempt}, "its instant has not come");
  return done{};
}

attempt apply_assign(run& r, fence_no fence, const assign_request& request) {
  assert(check_assign(r, request) && fence > r.fence);
  r.state = run_state::scheduling;
  r.reason.clear();
  r.note.clear();
  ++r.attempt;
  r.fence = fence;
  r.executor = request.executor;
  r.not_before = {};
  r.started_at.reset();
  attempt a;
  a.key = {r.id, r.attempt};
  a.job = r.job;
  a.executor = request.executor;
  a.incarnation = request.incarnation;
  a.fence = fence;
  a.epoch = request.grant.epoch;
  a.assigned_at = request.now;
  return a;
}

std::optional<millis> duration_of(const run& r) noexcept {
  if (r.state != run_state::success || !r.started_at || !r.ended_at)
    return std::nullopt;
  return std::max(millis{0}, *r.ended_at - *r.started_at);
}

result<bool> apply_start(run& r, attempt& a, const start_request& request) {
  if (r.attempt != request.key.attempt)
    return run_moved(request.key, place_of(r));
  if (r.state == run_state::running)
    return false;
  // A retry that waits may be called off by its executor's word only when the attempt was LOST;
  // any other outcome is settled.
  bool back_from_lost = a.state == run_state::lost;
  if (r.state != run_state::scheduling && !back_from_lost)
    return run_moved(request.key, place_of(r));
  if (!next(r.state, run_event::start))
    return run_moved(request.key, place_of(r));
  if (back_from_lost) {
    // It was counted as a try when it was LOST, and will be counted when it ends.
    assert(r.tries > 0);
    --r.tries;
    a.reason.clear();
    a.error.clear();
    a.output = {};
    a.ended_at.reset();
  }
  r.state = a.state = run_state::running;
  r.reason.clear();
  r.note.clear();
  r.not_before = {};
  r.started_at = a.started_at = request.started_at;
  r.ended_at.reset();
  return true;
}

result<run_state> apply_give_back(run& r, attempt& a, const give_back_request& request) {
  if (r.attempt != request.key.attempt || r.state != run_state::scheduling)
    return run_moved(request.key, place_of(r));
  a.state = run_state::pending;
  a.reason = request.reason;
  a.ended_at = request.now;
  r.note.clear();
  if (r.cancel_requested) {
    r.state = run_state::canceled;
    r.reason = reasons::canceled;
    r.ended_at = request.now;
    return r.state;
  }
  r.state = run_state::pending;
  r.reason = request.reason;
  r.not_before = request.not_before;
  return r.state;
}

result<finish_effect>
apply_finish(run& r, attempt& a, const retry_policy& policy, const finish_request& request) {
  bool is_newest = r.attempt == request.key.attempt;
  if (request.event == run_event::lose && !(is_newest && is_in_flight(r.state)))
    return run_moved(request.key, place_of(r));
  if (is_settled(a.state))
    return finish_effect{answer_of(r, a, false), false};
  auto outcome = next(run_state::running, request.event);
  assert(outcome && "succeed, fail, time_out, cancel or lose");
  auto decision = is_newest ? decide_finish(
                    r.state, a.state, request.event, r.tries, policy.retry_times,
                    policy.job_is_live && !r.cancel_requested)
                            : std::nullopt;
  record(a, *outcome, request);
  if (!decision)
    return finish_effect{answer_of(r, a, false), true};
  assert(decision->outcome == *outcome);
  r.state = decision->state;
  r.tries = decision->tries;
  r.reason = request.reason;
  r.note.clear();
  if (request.started_at)
    r.started_at = request.started_at;
  bool retries = r.state == run_state::pending;
  r.not_before = retries ? request.retry_at : wall_time{};
  r.ended_at = retries ? std::nullopt : std::optional{request.ended_at};
  return finish_effect{answer_of(r, a, true), true};
}

void apply_job_deleted(run& r, wall_time now) {
  call_off(r, reasons::job_deleted, {}, now);
}

void apply_superseded(run& r, const run_id& by, wall_time now) {
  call_off(r, reasons::superseded, to_string(by), now);
}

failure no_such_job(const job_id& id) {
  return {errc::store_no_such_job, to_string(id)};
}

failure no_such_run(const run_id& id) {
  return {errc::store_no_such_run, to_string(id)};
}

failure no_such_executor(const executor_id& id) {
  return {errc::store_no_such_executor, id.text};
}

failure run_moved(const attempt_key& key, const std::string& why) {
  return {errc::store_run_moved, to_string(key) + ": " + why};
}

failure version_moved(const job_id& id, uint64_t version, bool paused) {
  return {
    errc::store_version_moved,
    "job " + to_string(id) + " is at version " + std::to_string(version)
      + (paused ? " and paused" : "")};
}

failure plan_moved(const job_id& id, const std::optional<wall_time>& next_due) {
  auto due = next_due ? std::to_string(to_ms(*next_due)) : "never";
  return {errc::store_version_moved, "job " + to_string(id) + " is due next at " + due};
}

failure job_busy(const job_id& id) {
  return {errc::store_job_busy, to_string(id)};
}

failure no_such_calendar(const std::string& name) {
  return {errc::store_no_such_calendar, name};
}

failure calendar_in_use(const std::string& name, const job_id& by) {
  return {errc::store_calendar_in_use, name + " by job " + to_string(by)};
}

failure no_such_blackout(const std::string& name) {
  return {errc::store_no_such_blackout, name};
}

failure too_many(size_t most) {
  return {errc::store_too_many, "there may be " + std::to_string(most)};
}

assignment make_assignment(const job& j, const run& r, const attempt& a) {
  assignment out;
  out.key = a.key;
  out.fence = a.fence;
  out.grant = {shard_of(j.id), a.epoch};
  out.executor = a.executor;
  out.incarnation = a.incarnation;
  out.job = j.id;
  out.task_type = j.task_type;
  out.payload = j.payload;
  out.timeout_s = j.timeout_s;
  out.kind = r.kind;
  out.due = r.due;
  out.state = r.state;
  out.cancel_requested = r.cancel_requested;
  return out;
}

} // namespace takt
