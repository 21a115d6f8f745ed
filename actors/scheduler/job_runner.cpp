#include "actors/scheduler/job_runner.hpp"

#include "actors/fire_plan.hpp"

#include <utility>

namespace takt {

namespace {

constexpr uint64_t due_alarm = 0;
constexpr millis refire_delay{1000};

} // namespace

job_runner::job_runner(
  interface::pointer self, job_runner_deps deps, roster_actor parent, grant under, job definition,
  almanac_ptr edition)
  : self_(self), deps_(std::move(deps)), roster_(std::move(parent)), grant_(under),
    job_(std::move(definition)), almanac_(std::move(edition)) {
  // nop
}

job_runner::interface::behavior_type job_runner::make_behavior() {
  adopt(job_);
  born_late_ =
    job_.next_due && schedule_ && schedule_->fires_at(*job_.next_due) <= deps_.time->wall();
  return {
    [this](const job_changed& m) { on_changed(m); },
    [this](const alarm_due& m) { on_alarm(m); },
    [this](const runs_fired& m) { on_fired(m); },
    [this](const almanac_here& m) { on_almanac(m); },
    [this](dismiss) { on_dismiss(); },
  };
}

void job_runner::adopt(const job& definition) {
  job_ = definition;
  in_doubt_ = false;
  look_again_at_.reset();
  read_schedule();
  wait_for_next_due();
}

void job_runner::read_schedule() {
  auto parsed = schedule::of(job_, almanac_);
  if (!parsed)
    deps_.say.error("job " + to_string(job_.id) + ": " + parsed.failure().message());
  schedule_ = parsed ? std::optional{std::move(*parsed)} : std::nullopt;
}

void job_runner::wait_for_next_due() {
  if (firing_ || in_doubt_)
    return; // decided again when the store has answered
  auto horizon = deps_.time->wall() + limits::live_horizon;
  if (job_.paused || !schedule_ || !job_.next_due || *job_.next_due > horizon) {
    self_->send(deps_.clockwork, cancel_alarm{due_alarm});
    self_->send(roster_, job_at_rest{job_.id, job_.version});
    return;
  }
  auto at = look_again_at_.value_or(schedule_->fires_at(*job_.next_due));
  self_->send(deps_.clockwork, set_alarm{due_alarm, at});
}

void job_runner::on_changed(const job_changed& m) {
  if (m.definition.version >= job_.version)
    adopt(m.definition);
}

/// A due that the new edition moves is planned anew by the ROSTER, in the store.
void job_runner::on_almanac(const almanac_here& m) {
  almanac_ = m.edition;
  read_schedule();
  wait_for_next_due();
}

void job_runner::on_alarm(const alarm_due& m) {
  if (in_doubt_)
    return self_->send(roster_, job_doubted{job_.id});
  auto now = deps_.time->wall();
  if (firing_ || job_.paused || !schedule_ || !job_.next_due)
    return;
  if (!behind_)
    cause_ = born_late_ && m.cause == late_cause::overloaded ? late_cause::no_scheduler : m.cause;
  if (schedule_->fires_at(*job_.next_due) > now)
    return wait_for_next_due(); // the clock was set back
  fire(now);
}

void job_runner::fire(wall_time now) {
  auto plan = plan_dues(*schedule_, job_, *job_.next_due, now, cause_);
  born_late_ = false;
  firing_ = pending_fire{job_.version, now, plan.next_due, plan.look_again_at};
  self_->send(
    deps_.store,
    fire_runs{0, make_fire_request(grant_, job_, *schedule_, plan, now, *deps_.random)});
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
    job_.next_due = m.outcome->next_due;
    job_.fired_runs = m.outcome->fired_runs;
    look_again_at_ = job_.next_due == fire.next_due ? fire.look_again_at : std::nullopt;
    behind_ = job_.next_due && schedule_ && schedule_->fires_at(*job_.next_due) <= fire.planned_at;
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
    in_doubt_ = true;
    self_->send(deps_.clockwork, set_alarm{due_alarm, deps_.time->wall() + refire_delay});
  }
}

void job_runner::announce(const fired& outcome) {
  if (!outcome.to_cancel.empty())
    self_->send(deps_.switchboard, cancel_attempts{outcome.to_cancel});
  if (outcome.canceled_pending)
    self_->send(deps_.dispatcher, runs_gone{job_.id});
  auto ready = ready_runs_of(outcome, job_);
  if (!ready.runs.empty())
    self_->send(deps_.dispatcher, std::move(ready));
}

void job_runner::on_dismiss() {
  self_->send(deps_.clockwork, cancel_alarm{due_alarm});
  self_->quit();
}

} // namespace takt
