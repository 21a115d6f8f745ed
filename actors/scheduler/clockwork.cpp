#include "actors/scheduler/clockwork.hpp"

#include <algorithm>
#include <utility>

namespace takt {

namespace {

/// The two clocks drift apart by less than this between two looks unless somebody set one.
constexpr millis clock_step_min{1000};
/// The timer thread that wakes so much later than it asked for was not running.
constexpr millis pause_min{1000};

} // namespace

clockwork::clockwork(
  interface::pointer self, const clock* time, wake_at_fn wake_at, std::shared_ptr<metrics> counts,
  log say)
  : self_(self), clock_(time), wake_at_(std::move(wake_at)), metrics_(std::move(counts)),
    log_(std::move(say)), wheel_(to_ms(time->wall())), last_seen_(time->now()) {
  // nop
}

clockwork::interface::behavior_type clockwork::make_behavior() {
  return {
    [this](const set_alarm& m) { return on_set(m); },
    [this](const cancel_alarm& m) { on_cancel(m); },
    [this](const clock_tick& m) { on_tick(m); },
  };
}

caf::result<alarm_due> clockwork::on_set(const set_alarm& m) {
  look_for_clock_step(clock_->now());
  auto asker = self_->current_sender() ? self_->current_sender()->id() : caf::invalid_actor_id;
  forget(asker, m.key);
  auto promise = self_->make_response_promise<alarm_due>();
  auto serial = next_serial_++;
  auto timer = wheel_.schedule(to_ms(m.at), serial);
  alarms_.emplace(serial, alarm{asker, m.key, m.at, timer, promise});
  serials_.emplace(std::pair{asker, m.key}, serial);
  ask_for_wake();
  return promise;
}

void clockwork::on_cancel(const cancel_alarm& m) {
  auto asker = self_->current_sender() ? self_->current_sender()->id() : caf::invalid_actor_id;
  forget(asker, m.key);
  ask_for_wake();
}

void clockwork::on_tick(const clock_tick& m) {
  auto now = clock_->now();
  look_for_clock_step(now);
  look_for_pause(m.woke_at.value_or(now.wall));
  asked_for_.reset();
  wheel_.advance(to_ms(now.wall), [this](timer_id, uint64_t serial) {
    auto found = alarms_.find(serial);
    if (found == alarms_.end())
      return;
    auto due = std::move(found->second);
    alarms_.erase(found);
    serials_.erase({due.asker, due.key});
    due.promise.deliver(alarm_due{due.key, cause_of(due.at)});
  });
  ask_for_wake();
}

void clockwork::forget(caf::actor_id asker, uint64_t key) {
  auto found = serials_.find({asker, key});
  if (found == serials_.end())
    return;
  auto entry = alarms_.find(found->second);
  wheel_.cancel(entry->second.timer);
  alarms_.erase(entry);
  serials_.erase(found);
}

void clockwork::look_for_clock_step(const instant& now) {
  auto step = (now.wall - last_seen_.wall) - (now.mono - last_seen_.mono);
  auto went_back = now.wall < last_seen_.wall;
  last_seen_ = now;
  if (went_back) {
    wheel_.rebase(to_ms(now.wall));
    asked_for_.reset();
  }
  if (step > -clock_step_min && step < clock_step_min)
    return;
  if (step > millis{0})
    gap_ = gap{now.wall - step, now.wall, late_cause::clock_stepped};
  metrics_->clock_stepped(step > millis{0});
  log_.warning(
    "the wall clock was set " + std::to_string(step.count()) + " ms "
    + (step > millis{0} ? "forward" : "back") + "; dues are planned anew, none fires twice");
}

void clockwork::look_for_pause(wall_time woke_at) {
  if (!asked_for_ || woke_at - expected_at_ < pause_min)
    return;
  // A clock that was set forward wakes late as well, and has said so already.
  if (cause_of(expected_at_) == late_cause::clock_stepped)
    return;
  gap_ = gap{expected_at_, woke_at, late_cause::process_paused};
  metrics_->process_paused(woke_at - expected_at_);
  log_.warning(
    "this process did not run for " + std::to_string((woke_at - expected_at_).count())
    + " ms (suspended, or starved); what was due meanwhile is decided by each job's misfire "
      "policy");
}

late_cause clockwork::cause_of(wall_time at) const {
  // Nobody saw the gap begin. Of a job whose last fire was still on its way to the store, the next
  // due is a little older than what the tick was asked for.
  return gap_ && gap_->begin - pause_min <= at && at <= gap_->end ? gap_->cause
                                                                  : late_cause::overloaded;
}

void clockwork::ask_for_wake() {
  auto tick = wheel_.next_wakeup();
  auto wanted = tick ? std::optional{wall_from_ms(*tick)} : std::nullopt;
  if (wanted == asked_for_ && wanted)
    return;
  // A tick that is overdue still tells, when it comes, since when nobody was running.
  if (!asked_for_ || expected_at_ > last_seen_.wall)
    expected_at_ = std::max(last_seen_.wall, wanted.value_or(last_seen_.wall));
  asked_for_ = wanted;
  wake_at_(wanted);
}

} // namespace takt
