#include "actors/scheduler/roster.hpp"

#include "actors/spawn.hpp"
#include "proto/rfc3339.hpp"

#include <utility>

namespace takt {

namespace {

/// After the store could not be read.
constexpr millis reread_delay{1000};
constexpr uint64_t scan_alarm = 1;
/// The wall clock's look comes so much later than the other one, which then puts it off: it rings
/// only when the clock was set forward.
constexpr millis scan_alarm_delay{10'000};
static_assert(limits::horizon_scan_interval + scan_alarm_delay < limits::live_horizon);

} // namespace

roster::roster(
  interface::pointer self, job_runner_deps deps, read_port_actor reader,
  std::shared_ptr<metrics> counts, almanac_ptr edition)
  : self_(self), deps_(std::move(deps)), reader_(std::move(reader)), metrics_(std::move(counts)),
    almanac_(std::move(edition)) {
  self_->send(deps_.store, roster_here{roster_actor{self_}});
}

roster::interface::behavior_type roster::make_behavior() {
  self_->send(self_, scan_horizon{});
  return {
    [this](const shards_granted& m) { on_granted(m); },
    [this](const job_changed& m) { on_changed(m); },
    [this](const job_removed& m) { on_removed(m.id); },
    [this](const job_at_rest& m) { on_at_rest(m); },
    [this](const job_doubted& m) { on_doubted(m); },
    [this](const jobs_found_due& m) { on_found_due(m); },
    [this](const job_found& m) { on_found(m); },
    [this](const jobs_planned_otherwise_found& m) { on_planned_otherwise(m); },
    [this](const job_replanned& m) { on_replanned(m); },
    [this](const almanac_here& m) { on_almanac(m); },
    [this](const alarm_due&) { on_clock(); },
    [this](scan_horizon) { on_scan(); },
    [this](stop_working) { on_stop(); },
  };
}

void roster::on_granted(const shards_granted& m) {
  if (stopped_)
    return;
  std::unordered_map<shard_no, epoch_no> granted;
  for (const auto& g : m.grants)
    granted.emplace(g.shard, g.epoch);
  auto gained = false;
  for (const auto& [shard, epoch] : granted)
    gained = gained || !grants_.contains(shard) || grants_.at(shard) != epoch;
  grants_ = std::move(granted);
  // A job under a lost or renewed grant starts afresh from what the store says.
  std::vector<job_id> gone;
  for (const auto& [id, live] : live_)
    if (auto held = grants_.find(live.under.shard);
        held == grants_.end() || held->second != live.under.epoch)
      gone.push_back(id);
  for (const auto& id : gone)
    dismiss_job(id);
  if (gained) {
    scan(std::nullopt);
    look_for_old_plans(std::nullopt);
  }
}

void roster::on_changed(const job_changed& m) {
  take_in(m.definition);
}

void roster::on_removed(const job_id& id) {
  dismiss_job(id);
}

void roster::on_at_rest(const job_at_rest& m) {
  // A newer definition may be on its way to the actor: then it decides again.
  if (auto found = live_.find(m.id); found != live_.end() && found->second.version == m.version)
    dismiss_job(m.id);
}

void roster::on_doubted(const job_doubted& m) {
  self_->send(reader_, find_job{m.id});
}

void roster::on_found(const job_found& m) {
  if (m.outcome)
    take_in(*m.outcome);
  else if (m.outcome.code() == errc::store_no_such_job)
    dismiss_job(m.id);
  else {
    // Its JOB waits for this answer and sets no alarm until it comes.
    deps_.say.error("job " + to_string(m.id) + ": " + m.outcome.failure().message());
    self_->delayed_send(reader_, reread_delay, find_job{m.id});
  }
}

void roster::on_found_due(const jobs_found_due& m) {
  if (!m.outcome) {
    deps_.say.error("looking for due jobs: " + m.outcome.failure().message());
    rereading_ = true;
    self_->delayed_send(reader_, reread_delay, m.request);
    return;
  }
  rereading_ = false;
  for (const auto& j : *m.outcome)
    if (!live_.contains(j.id))
      take_in(j);
  if (!m.outcome->empty())
    scan(store_reader::due_cursor{*m.outcome->back().next_due, m.outcome->back().id});
}

// -- changed zones and calendars --------------------------------------------------

void roster::on_almanac(const almanac_here& m) {
  if (stopped_)
    return;
  almanac_ = m.edition;
  for (const auto& [id, live] : live_)
    self_->send(live.handle, m);
  look_for_old_plans(std::nullopt);
}

void roster::look_for_old_plans(std::optional<job_id> after) {
  if (!stopped_ && !grants_.empty())
    self_->send(reader_, find_jobs_planned_otherwise{shards(), almanac_, std::move(after)});
}

void roster::on_planned_otherwise(const jobs_planned_otherwise_found& m) {
  if (m.request.by != almanac_)
    return; // a newer edition has begun from the start
  if (!m.outcome) {
    deps_.say.error("looking for jobs to plan anew: " + m.outcome.failure().message());
    self_->delayed_send(reader_, reread_delay, m.request);
    return;
  }
  for (const auto& j : *m.outcome)
    replan(j);
  if (!m.outcome->empty())
    look_for_old_plans(m.outcome->back().id);
}

/// A due that has come already is its JOB's to account for, whatever the new edition says of it.
void roster::replan(const job& j) {
  auto held = grants_.find(shard_of(j.id));
  auto now = deps_.time->wall();
  if (held == grants_.end() || !j.next_due || *j.next_due <= now)
    return;
  auto when = schedule::of(j, almanac_);
  if (!when) {
    deps_.say.error("job " + to_string(j.id) + ": " + when.failure().message());
    return;
  }
  replan_job ask;
  ask.request.grant = {held->first, held->second};
  ask.request.job = j.id;
  ask.request.version = j.version;
  ask.request.expected = j.next_due;
  ask.request.next_due = when->next(now);
  ask.request.zone_version = when->zone_version();
  ask.request.calendar_revision = when->calendar_revision();
  if (ask.request.next_due != j.next_due) {
    metrics_->due_replanned();
    deps_.say.warning(
      "job " + to_string(j.id) + " (" + j.name + "): its next due moves from "
      + to_rfc3339(*j.next_due) + " to "
      + (ask.request.next_due ? to_rfc3339(*ask.request.next_due) : std::string{"none"})
      + " (zones " + j.zone_version + " -> " + ask.request.zone_version + ", calendars "
      + std::to_string(j.calendar_revision) + " -> " + std::to_string(ask.request.calendar_revision)
      + ")");
  }
  self_->send(deps_.store, std::move(ask));
}

void roster::on_replanned(const job_replanned& m) {
  // Whoever moved it meanwhile did so by the new edition, or is found by the next look.
  if (m.outcome)
    self_->send(reader_, find_job{m.job});
  else if (m.outcome.code() != errc::store_version_moved)
    deps_.say.warning("planning " + to_string(m.job) + " anew: " + m.outcome.failure().message());
}

void roster::on_scan() {
  if (stopped_)
    return;
  on_clock();
  // A fire that was on its way when an edition came may have planned by the one before.
  look_for_old_plans(std::nullopt);
  self_->delayed_send(self_, limits::horizon_scan_interval, scan_horizon{});
}

void roster::on_clock() {
  if (stopped_)
    return;
  if (!rereading_)
    scan(std::nullopt);
  auto next = deps_.time->wall() + limits::horizon_scan_interval + scan_alarm_delay;
  self_->send(deps_.clockwork, set_alarm{scan_alarm, next});
}

void roster::on_stop() {
  stopped_ = true;
  while (!live_.empty())
    dismiss_job(live_.begin()->first);
}

void roster::scan(std::optional<store_reader::due_cursor> after) {
  if (stopped_ || grants_.empty())
    return;
  self_->send(
    reader_, find_jobs_due{shards(), deps_.time->wall() + limits::live_horizon, std::move(after)});
}

void roster::take_in(const job& definition) {
  auto held = grants_.find(shard_of(definition.id));
  if (stopped_ || held == grants_.end())
    return;
  auto found = live_.find(definition.id);
  if (found != live_.end()) {
    found->second.version = std::max(found->second.version, definition.version);
    self_->send(found->second.handle, job_changed{definition});
    return;
  }
  if (definition.paused || !definition.next_due || !within_horizon(definition))
    return;
  grant under{held->first, held->second};
  auto handle = spawn_state<job_runner>(
    self_->system(), deps_, roster_actor{self_}, under, definition, almanac_);
  live_.emplace(definition.id, live_job{std::move(handle), definition.version, under});
  metrics_->live_jobs(live_.size());
}

void roster::dismiss_job(const job_id& id) {
  auto found = live_.find(id);
  if (found == live_.end())
    return;
  self_->send(found->second.handle, dismiss{});
  live_.erase(found);
  metrics_->live_jobs(live_.size());
}

std::vector<shard_no> roster::shards() const {
  std::vector<shard_no> all;
  for (const auto& [shard, epoch] : grants_)
    all.push_back(shard);
  return all;
}

bool roster::within_horizon(const job& j) const {
  return *j.next_due <= deps_.time->wall() + limits::live_horizon;
}

} // namespace takt
