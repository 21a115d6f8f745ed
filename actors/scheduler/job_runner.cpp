#include "actors/scheduler/job_runner.hpp"

#include "actors/fire_plan.hpp"

#include <utility>

namespace takt {

namespace {

constexpr uint64_t due_alarm = 0;
constexpr millis refire_delay{1000};

} // namespace

job_runner::job_runner(
  interface::pointer self, job_runner_deps deps, roster_actor parent, grant under, job definition)
  : self_(self), deps_(std::move(deps)), roster_(std::move(parent)), grant_(under),
    job_(std::move(definition)) {
  // nop
}

job_runner::interface::behavior_type job_runner::make_behavior() {
  adopt(job_);
  return {
    [this](const job_changed& m) { on_changed(m); },
    [this](const alarm_due&) { on_alarm(); },
    [this](const runs_fired& m) { on_fired(m); },
    [this](dismiss) { on_dismiss(); },
  };
}

void job_runner::adopt(const job& definition) {
  job_ = definition;
  auto parsed = schedule::of(job_);
  if (!parsed)
    deps_.say.error("job " + to_string(job_.id) + ": " + parsed.failure().message());
  schedule_ = parsed ? std::optional{std::move(*parsed)} : std::nullopt;
  wait_for_next_due();
}

void job_runner::wait_for_next_due() {
  if (firing_)
    return; // decided again when the store has answered
  auto horizon = deps_.time->wall() + limits::live_horizon;
  if (job_.paused || !schedule_ || !job_.next_due || *job_.next_due > horizon) {
    self_->send(deps_.clockwork, cancel_alarm{due_alarm});
    self_->send(roster_, job_at_rest{job_.id, job_.version});
    return;
  }
  self_->send(deps_.clockwork, set_alarm{due_alarm, *job_.next_due});
}

void job_runner::on_changed(const job_changed& m) {
  if (m.definition.version >= job_.version)
    adopt(m.definition);
}

void job_runner::on_alarm() {
  auto now = deps_.time->wall();
  if (firing_ || job_.paused || !schedule_ || !job_.next_due)
    return;
  if (*job_.next_due > now)
    return wait_for_next_due(); // the clock was set back
  fire(now);
}

void job_runner::fire(wall_time now) {
  auto plan = plan_dues(*schedule_, *job_.next_due, now);
  firing_ = pending_fire{job_.version, plan.next_due};
  self_->send(deps_.store, fire_runs{0, make_fire_request(grant_, job_, plan, now, *deps_.random)});
}

void job_runner::on_fired(const runs_fired& m) {
  if (!firing_)
    return;
  auto fire = *std::exchange(firing_, std::nullopt);
  if (m.outcome)
    announce(*m.outcome);
  // A definition that arrived meanwhile was stored after the fire, with a next_due of its own; if
  // that names a due which has fired already, the store calls it a duplicate.
  if (job_.version != fire.version)
    return wait_for_next_due();
  if (m.outcome) {
    job_.next_due = fire.next_due;
    return wait_for_next_due();
  }
  switch (m.outcome.code()) {
  case errc::store_version_moved:
  case errc::store_no_such_job:
    self_->send(roster_, job_doubted{job_.id});
    break;
  case errc::store_stale_epoch:
    break; // the LEASE KEEPER learns of it by itself, and the ROSTER dismisses us
  default:
    deps_.say.error("job " + to_string(job_.id) + ": " + m.outcome.failure().message());
    self_->send(deps_.clockwork, set_alarm{due_alarm, deps_.time->wall() + refire_delay});
  }
}

void job_runner::announce(const fired& outcome) {
  auto ready = ready_runs_of(outcome, job_);
  if (!ready.runs.empty())
    self_->send(deps_.dispatcher, std::move(ready));
}

void job_runner::on_dismiss() {
  self_->send(deps_.clockwork, cancel_alarm{due_alarm});
  self_->quit();
}

} // namespace takt
