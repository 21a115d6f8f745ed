#include "tests/sim/sim_executor.hpp"

#include <algorithm>

namespace takt::sim {

// -- workload -------------------------------------------------------------------

void sim_workload::begin(const assignment& what, const instant& now) {
  if (open_.contains(what.key))
    return;
  place p;
  p.w.what = what;
  p.w.started_at = now.wall;
  p.w.event = random_.next() % 20 == 0 ? run_event::fail : run_event::succeed;
  // Most are short, some take minutes.
  auto seconds = random_.next() % 8 == 0 ? random_.next() % 900 : random_.next() % 20;
  open_.emplace(what.key, p);
  put_end(what.key, now.mono + std::chrono::seconds{seconds});
}

void sim_workload::cancel(const attempt_key& key, mono_time now) {
  auto found = open_.find(key);
  if (found == open_.end())
    return;
  found->second.w.event = run_event::cancel;
  put_end(key, now);
}

void sim_workload::put_end(const attempt_key& key, mono_time at) {
  open_.at(key).ends_at = at;
  ends_.emplace(at, key);
}

std::optional<mono_time> sim_workload::next_end() const {
  return ends_.empty() ? std::nullopt : std::optional{ends_.begin()->first};
}

std::vector<sim_workload::work> sim_workload::ended(mono_time now) {
  std::vector<work> out;
  while (!ends_.empty() && ends_.begin()->first <= now) {
    auto [at, key] = *ends_.begin();
    ends_.erase(ends_.begin());
    auto found = open_.find(key);
    if (found == open_.end() || found->second.ends_at != at)
      continue;
    out.push_back(found->second.w);
    // Until the store has it.
    put_end(key, now + limits::resend_interval);
  }
  return out;
}

void sim_workload::forget(const attempt_key& key) {
  open_.erase(key);
}

// -- executor -------------------------------------------------------------------

sim_executor::sim_executor(
  interface::pointer self, store_port_actor rows, dispatcher_actor runs, sim_workload* load,
  const clock* time)
  : self_(self), store_(std::move(rows)), dispatcher_(std::move(runs)), load_(load), clock_(time) {
  self_->send(dispatcher_, switchboard_here{caf::actor_cast<switchboard_actor>(self_)});
  executor_offer offer;
  offer.id = executor_id{"sim"};
  offer.up = true;
  offer.slots = limits::slots_max;
  offer.task_types = {"SIM"};
  self_->send(dispatcher_, std::move(offer));
}

sim_executor::interface::behavior_type sim_executor::make_behavior() {
  return {
    [this](const shards_granted& m) { on_granted(m); },
    [](const broker_up&) {},
    [](const broker_down&) {},
    [](const frame_arrived&) {},
    [](const send_frame&) {},
    [this](const dispatch_attempt& m) { take_on(m.what); },
    [this](const adopt_attempts& m) {
      for (const auto& a : m.attempts)
        take_on(a);
    },
    [this](const cancel_attempts& m) {
      for (const auto& a : m.attempts)
        load_->cancel(a.key, clock_->mono());
      tell_ended();
    },
    [](heartbeat_tick) {},
    [](stop_working) {},
    [](const attempt_started&) {},
    [this](const attempt_finished& m) { on_finished(m); },
    [this](const clock_tick&) { tell_ended(); },
  };
}

void sim_executor::on_granted(const shards_granted& m) {
  grants_.clear();
  for (const auto& g : m.grants)
    grants_.emplace(g.shard, g.epoch);
}

std::optional<grant> sim_executor::held(const job_id& of) const {
  auto found = grants_.find(shard_of(of));
  return found == grants_.end() ? std::nullopt : std::optional{grant{found->first, found->second}};
}

void sim_executor::take_on(const assignment& what) {
  auto under = held(what.job);
  if (!under)
    return;
  auto now = clock_->now();
  load_->begin(what, now);
  if (what.cancel_requested)
    load_->cancel(what.key, now.mono);
  self_->send(store_, start_attempt{{*under, what.key, now.wall}});
}

void sim_executor::tell_ended() {
  for (const auto& w : load_->ended(clock_->mono())) {
    auto under = held(w.what.job);
    if (!under)
      continue;
    finish_request r;
    r.grant = *under;
    r.key = w.what.key;
    r.event = w.event;
    r.started_at = w.started_at;
    r.now = r.ended_at = clock_->wall();
    r.retry_at = r.now + limits::retry_delay_default;
    told_[w.what.key] = w.what;
    self_->send(store_, finish_attempt{std::move(r)});
  }
}

void sim_executor::on_finished(const attempt_finished& m) {
  auto told = told_.find(m.key);
  if (told == told_.end())
    return;
  auto what = told->second;
  told_.erase(told);
  if (!m.outcome)
    return; // told again at its time
  load_->forget(m.key);
  self_->send(
    dispatcher_,
    attempt_over{m.key, what.job, executor_id{"sim"}, m.outcome->state, m.outcome->not_before});
}

} // namespace takt::sim
