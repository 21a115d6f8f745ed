#include "actors/scheduler/dispatcher.hpp"

#include <utility>

namespace takt {

namespace {

constexpr uint64_t retry_alarm = 0;
/// After the store could not say yes for a reason that passes.
constexpr millis reassign_delay{1000};
constexpr millis housekeeping_interval{1000};
/// How often PENDING runs are looked for without a reason: a run whose announcement was lost, as
/// when its asker had gone, is found so.
constexpr uint64_t audit_every_ticks = 30;

queued_run queued(const ready_run& r) {
  return {r.id, r.job, r.shard, r.attempt, r.due, r.not_before, r.task_type, r.pinned, r.parallel};
}

} // namespace

dispatcher::dispatcher(interface::pointer self, dispatcher_deps deps)
  : self_(self), deps_(std::move(deps)) {
  // nop
}

dispatcher::interface::behavior_type dispatcher::make_behavior() {
  self_->delayed_send(self_, housekeeping_interval, dispatcher_tick{});
  return {
    [this](const shards_granted& m) { on_granted(m); },
    [this](const switchboard_here& m) { board_ = m.handle; },
    [this](const runs_ready& m) { on_ready(m.runs); },
    [this](const runs_gone& m) { queue_.erase_job(m.job); },
    [this](const executor_offer& m) { on_offer(m); },
    [this](const run_assigned& m) { on_assigned(m); },
    [this](const attempt_over& m) { on_over(m); },
    [this](const attempt_back& m) { on_back(m); },
    [this](const open_runs_found& m) { on_open_found(m); },
    [this](const ready_runs_found& m) { on_ready_found(m); },
    [this](const alarm_due&) { pump(); },
    [this](dispatcher_tick) { on_tick(); },
    [this](stop_working) { stopped_ = true; },
  };
}

void dispatcher::on_granted(const shards_granted& m) {
  std::map<shard_no, epoch_no> granted;
  for (const auto& g : m.grants)
    granted.emplace(g.shard, g.epoch);
  auto before = std::exchange(grants_, std::move(granted));
  find_open_runs ask;
  for (const auto& [shard, epoch] : before)
    if (auto now = grants_.find(shard); now == grants_.end() || now->second != epoch)
      forget_shard(shard);
  for (const auto& [shard, epoch] : grants_)
    if (auto then = before.find(shard); then == before.end() || then->second != epoch) {
      taking_over_.insert(shard);
      ask.grants.push_back({shard, epoch});
    }
  if (!ask.grants.empty())
    self_->send(deps_.reader, std::move(ask));
}

void dispatcher::forget_shard(shard_no shard) {
  queue_.drop_shard(shard);
  taking_over_.erase(shard);
  doubted_.erase(shard);
  std::erase_if(out_, [&](const auto& item) {
    if (item.second.what.shard != shard)
      return false;
    --open_[item.second.executor];
    return true;
  });
}

void dispatcher::on_open_found(const open_runs_found& m) {
  if (!m.in_flight || !m.ready) {
    deps_.say.error(
      "taking over: "
      + (m.in_flight ? m.ready.failure().message() : m.in_flight.failure().message())
      + "; trying again");
    self_->delayed_send(deps_.reader, reassign_delay, find_open_runs{m.grants});
    return;
  }
  for (const auto& g : m.grants)
    if (drives(g))
      taking_over_.erase(g.shard);
  adopt_attempts adopted;
  for (const auto& what : *m.in_flight) {
    auto held = grants_.find(shard_of(what.job));
    if (held == grants_.end() || out_.contains(what.key.run))
      continue;
    queue_.erase(what.key.run);
    auto mine = what;
    mine.grant = {held->first, held->second};
    take_out(
      {what.key.run,
       what.job,
       held->first,
       what.key.attempt,
       what.due,
       {},
       what.task_type,
       {},
       false},
      what.executor, true);
    adopted.attempts.push_back(std::move(mine));
  }
  if (!adopted.attempts.empty())
    self_->send(board_, std::move(adopted));
  more_in_store_ = more_in_store_ || m.ready->size() >= limits::ready_window_max;
  on_ready(*m.ready);
}

void dispatcher::on_ready(const std::vector<ready_run>& runs) {
  for (const auto& r : runs) {
    if (!grants_.contains(r.shard) || out_.contains(r.id))
      continue;
    if (taking_over_.contains(r.shard) || queue_.size() >= limits::ready_window_max) {
      more_in_store_ = true; // it is PENDING there as well
      continue;
    }
    queue_.add(queued(r));
  }
  pump();
}

void dispatcher::on_ready_found(const ready_runs_found& m) {
  looking_ = false;
  if (!m.outcome)
    return deps_.say.error("looking for runs: " + m.outcome.failure().message());
  more_in_store_ = m.total > m.outcome->size();
  on_ready(*m.outcome);
}

void dispatcher::on_offer(const executor_offer& m) {
  offers_[m.id] = m;
  uint64_t up = 0;
  for (const auto& [id, o] : offers_)
    up += o.up ? 1 : 0;
  deps_.counts->executors(up, offers_.size() - up);
  pump();
}

void dispatcher::on_over(const attempt_over& m) {
  auto found = out_.find(m.key.run);
  auto known = found != out_.end() && found->second.executor == m.executor;
  auto was = known ? take_back(found) : out_run{.adopted = true};
  if (m.state == run_state::pending) {
    if (was.adopted) {
      more_in_store_ = true; // the store knows where it may go
      look_for_more();
    } else {
      was.what.attempt = m.key.attempt;
      requeue(std::move(was.what), m.not_before);
    }
  }
  pump();
}

void dispatcher::on_back(const attempt_back& m) {
  auto shard = shard_of(m.what.job);
  if (!grants_.contains(shard))
    return;
  queue_.erase(m.what.key.run);
  // An assignment that is on its way to the store comes too late there.
  if (auto found = out_.find(m.what.key.run); found != out_.end())
    take_back(found);
  take_out(
    {m.what.key.run, m.what.job, shard, m.what.key.attempt, m.what.due, {}, {}, {}, false},
    m.what.executor, true);
}

void dispatcher::on_assigned(const run_assigned& m) {
  auto found = out_.find(m.run);
  auto ours = found != out_.end() && !found->second.adopted && found->second.executor == m.executor;
  if (m.outcome) {
    if (!drives(m.outcome->grant))
      return; // found in flight by whoever does
    if (ours)
      self_->send(board_, dispatch_attempt{*m.outcome});
    else
      doubted_.insert(m.outcome->grant.shard);
    return;
  }
  if (!ours)
    return; // of a grant before this one
  auto was = take_back(found);
  switch (m.outcome.code()) {
  case errc::store_run_moved:
    doubted_.insert(was.what.shard);
    break;
  case errc::store_no_such_job:
  case errc::store_no_such_run:
  case errc::store_stale_epoch:
    break; // somebody else decided, or we stopped driving
  default:
    if (m.outcome.code() != errc::store_job_busy)
      deps_.say.warning("assigning " + to_string(m.run) + ": " + m.outcome.failure().message());
    requeue(std::move(was.what), deps_.time->wall() + reassign_delay);
  }
  pump();
}

void dispatcher::on_tick() {
  self_->delayed_send(self_, housekeeping_interval, dispatcher_tick{});
  deps_.counts->queue_depth(queue_.size());
  more_in_store_ = more_in_store_ || ++ticks_ % audit_every_ticks == 0;
  look_up_doubted();
  look_for_more();
  pump();
}

void dispatcher::look_for_more() {
  if (
    !more_in_store_ || looking_ || grants_.empty() || queue_.size() > limits::ready_window_max / 2)
    return;
  looking_ = true;
  find_ready_runs ask;
  for (const auto& [shard, epoch] : grants_)
    ask.shards.push_back(shard);
  ask.max = limits::ready_window_max;
  self_->send(deps_.reader, std::move(ask));
}

void dispatcher::look_up_doubted() {
  find_open_runs ask;
  for (auto shard : std::exchange(doubted_, {}))
    if (auto held = grants_.find(shard); held != grants_.end())
      ask.grants.push_back({held->first, held->second});
  if (!ask.grants.empty())
    self_->send(deps_.reader, std::move(ask));
}

bool dispatcher::drives(const grant& g) const {
  auto held = grants_.find(g.shard);
  return held != grants_.end() && held->second == g.epoch;
}

void dispatcher::pump() {
  if (stopped_ || grants_.empty())
    return;
  auto now = deps_.time->wall();
  queue_.offer(now, [&](const queued_run& run) { return try_assign(run, now); });
  wake_for_retries(now);
  if (queue_.size() == 0)
    look_for_more();
}

offered dispatcher::try_assign(const queued_run& run, wall_time now) {
  std::vector<candidate> candidates;
  candidates.reserve(offers_.size());
  auto room = false;
  for (const auto& [id, o] : offers_) {
    auto has = open_.contains(id) ? open_.at(id) : 0;
    auto credit = o.up && o.slots > has ? o.slots - has : 0;
    room = room || credit > 0;
    if (o.up)
      candidates.push_back({id, o.slots, credit, o.task_types});
  }
  if (!room)
    return offered::stop;
  auto choice =
    pick_executor(candidates, {.task_type = run.task_type, .pinned = run.pinned, .turn = turn_++});
  if (!choice.index)
    return offered::declined;
  const auto& chosen = offers_.at(candidates[*choice.index].id);
  take_out(run, chosen.id, false);
  assign_request request;
  request.grant = {run.shard, grants_.at(run.shard)};
  request.run = run.id;
  request.attempt = run.attempt;
  request.executor = chosen.id;
  request.incarnation = chosen.incarnation;
  request.now = now;
  self_->send(deps_.store, assign_run{std::move(request)});
  return offered::taken;
}

void dispatcher::take_out(const queued_run& run, const executor_id& executor, bool adopted) {
  out_[run.id] = {run, executor, adopted};
  ++open_[executor];
  // The queue marks the jobs of what it hands out itself; these came past it.
  if (adopted)
    queue_.set_busy(run.job, true);
}

dispatcher::out_run dispatcher::take_back(out_runs::iterator found) {
  auto was = std::move(found->second);
  out_.erase(found);
  --open_[was.executor];
  if (!was.what.parallel)
    queue_.set_busy(was.what.job, false);
  return was;
}

void dispatcher::requeue(queued_run run, wall_time not_before) {
  run.not_before = not_before;
  queue_.add(std::move(run));
}

void dispatcher::wake_for_retries(wall_time now) {
  if (auto at = queue_.next_instant(); at && *at > now)
    self_->send(deps_.clockwork, set_alarm{retry_alarm, *at});
}

} // namespace takt
