#include "actors/worker/session.hpp"

#include "actors/worker/output_buffer.hpp"

#include <algorithm>

namespace takt {

namespace {

/// Resends per tick, so that a long absence does not end in a flood.
constexpr size_t resends_per_tick_max = 256;

bool is_settled(attempt_phase phase) noexcept {
  return phase >= attempt_phase::finished;
}

/// Cut to the limit, not inside a UTF-8 character.
std::string cut_error(std::string text) {
  if (text.size() <= limits::error_bytes_max)
    return text;
  auto n = limits::error_bytes_max;
  while (n > 0 && (static_cast<uint8_t>(text[n]) & 0xc0) == 0x80)
    --n;
  text.resize(n);
  return text;
}

std::string word_or(std::string_view word, std::string_view otherwise) {
  return std::string{word.empty() ? otherwise : word};
}

} // namespace

session::session(session_config cfg, journal& log, instant now) : cfg_(std::move(cfg)), log_(log) {
  judge_leftovers(now);
}

/// Children die with their worker, so what was STARTED is lost; what was only ACCEPTED never ran.
void session::judge_leftovers(instant now) {
  std::vector<attempt_ref> open;
  for (const auto& [ref, a] : log_.attempts())
    open.push_back(ref);
  std::sort(open.begin(), open.end());
  for (const auto& ref : open) {
    auto a = *log_.find(ref);
    if (a.phase == attempt_phase::accepted) {
      journal_it(attempt_moved{
        ref.cluster, ref.key.run, ref.key.attempt, attempt_phase::not_started, now.wall,
        "restarted"});
    } else if (a.phase == attempt_phase::started) {
      task_outcome lost{attempt_outcome::lost, "worker restarted", a.at, now.wall, {}};
      finish(ref, std::move(lost), now);
    }
    routes_[ref] = {0, a.met.epoch};
    resend_from(ref, now.mono);
  }
}

// -- inputs ---------------------------------------------------------------------------------------

void session::on_link_up(broker_no broker, instant now) {
  brokers_[broker] = {};
  send_register(broker, now);
  for (auto& [due, ref] : resends_)
    due = std::min(due, now.mono);
}

void session::on_link_down(broker_no broker) {
  brokers_.erase(broker);
}

void session::on_message(broker_no broker, const message& m, instant now) {
  const auto& h = m.header;
  if (log_.broken())
    return;
  if (!h.executor.empty() && h.executor != cfg_.info.id)
    return note(severity::warning, "got a frame for executor " + h.executor.text);
  switch (h.kind) {
  case frame_kind::reconcile:
    return on_reconcile(broker, m, now);
  case frame_kind::dispatch:
    return on_dispatch(broker, m, now);
  case frame_kind::cancel:
    return on_cancel(broker, m, now);
  case frame_kind::result_ack:
    return on_result_ack(m);
  case frame_kind::error:
    return on_error(broker, m, now);
  case frame_kind::hello:
  case frame_kind::heartbeat:
  case frame_kind::bye:
  case frame_kind::undeliverable:
  case frame_kind::output_ack:
    return;
  default:
    return send_error(
      broker, m, is_known(h.kind) ? errc::broker_not_allowed : errc::frame_unknown_kind,
      "a worker does not take " + std::string{to_string(h.kind)});
  }
}

void session::on_tick(instant now) {
  if (log_.broken())
    return;
  for (auto& [broker, state] : brokers_) {
    if (state.register_at && now.mono >= *state.register_at) {
      state.register_at.reset();
      send_register(broker, now);
    } else if (now.mono >= state.heartbeat_at + cfg_.heartbeat_interval) {
      state.heartbeat_at = now.mono;
      send_credit(broker, frame_kind::heartbeat);
    }
  }
  for (size_t n = 0; n < resends_per_tick_max && !resends_.empty(); ++n) {
    auto [due, ref] = resends_.front();
    if (due > now.mono)
      break;
    resends_.pop_front();
    if (!log_.find(ref))
      continue;
    if (auto broker = broker_for(ref, true))
      answer(*broker, ref);
    resend_from(ref, now.mono + cfg_.resend_interval);
  }
}

void session::on_task_started(const attempt_ref& ref, wall_time at) {
  auto task = running_.find(ref);
  if (task == running_.end())
    return;
  task->second.started = at;
  if (auto broker = broker_for(ref, false))
    answer(*broker, ref);
}

void session::on_task_finished(const attempt_ref& ref, task_outcome outcome, instant now) {
  if (running_.erase(ref) == 0 || log_.broken())
    return;
  auto* a = log_.find(ref);
  if (!a || a->phase != attempt_phase::started)
    return;
  finish(ref, std::move(outcome), now);
  resend_from(ref, now.mono + cfg_.resend_interval);
  if (auto broker = broker_for(ref, false))
    answer(*broker, ref);
}

void session::stop(instant) {
  stopping_ = true;
  for (const auto& [broker, state] : brokers_)
    send_credit(broker, frame_kind::credit);
}

void session::say_bye() {
  for (const auto& [broker, state] : brokers_)
    send(broker, frame_kind::bye, {.cluster = log_.current_cluster()}, {});
}

std::vector<session_effect> session::flush() {
  auto kept = needs_sync_ ? log_.sync() : log_.write();
  needs_sync_ = false;
  if (kept)
    return std::exchange(effects_, {});
  effects_.clear();
  if (!std::exchange(broken_told_, true)) {
    note(
      severity::error,
      "the journal failed, this worker takes no more work: " + kept.failure().message());
    for (const auto& [ref, task] : running_)
      effects_.push_back(cancel_task{ref, "the worker's journal failed"});
    running_.clear();
  }
  return std::exchange(effects_, {});
}

std::vector<attempt_ref> session::running_refs() const {
  std::vector<attempt_ref> refs;
  for (const auto& [ref, task] : running_)
    refs.push_back(ref);
  return refs;
}

// -- frames ---------------------------------------------------------------------------------------

void session::on_reconcile(broker_no broker, const message& m, instant now) {
  if (!brokers_.contains(broker))
    return;
  if (const auto& cluster = m.header.cluster; !cluster.is_none())
    meet_cluster(cluster);
  send_register(broker, now);
}

void session::on_dispatch(broker_no broker, const message& m, instant now) {
  auto body = unpack<dispatch_body>(m.body);
  if (!body)
    return send_error(broker, m, body.code(), body.failure().context);
  if (m.payload.size() > limits::body_bytes_max)
    return send_error(broker, m, errc::frame_too_large, "the payload is too long");
  if (m.header.cluster.is_none())
    return send_error(broker, m, errc::frame_out_of_range, "cluster");
  if (auto state = brokers_.find(broker); state != brokers_.end())
    state->second.dispatch_seen = std::max(state->second.dispatch_seen, m.header.sequence);
  attempt_ref ref{m.header.cluster, {body->run, body->attempt}};
  if (log_.is_acked(ref))
    return;
  if (log_.find(ref)) {
    auto& route = routes_[ref];
    route = {broker, std::max(route.epoch, m.header.epoch)};
    return answer(broker, ref);
  }
  if (!may_meet(m))
    return;
  auto why_not = refusal(m, *body);
  if (m.header.epoch > log_.epoch_of(ref.cluster, m.header.shard))
    journal_it(epoch_met{ref.cluster, m.header.shard, m.header.epoch});
  if (!why_not)
    return accept(broker, m, *body, now);
  settle(
    broker,
    {ref.cluster, body->run, body->attempt, body->job, m.header.shard, m.header.epoch, body->fence,
     attempt_phase::refused, now.wall, *why_not},
    now);
}

void session::on_cancel(broker_no broker, const message& m, instant now) {
  auto body = unpack<attempt_body>(m.body);
  if (!body)
    return send_error(broker, m, body.code(), body.failure().context);
  const auto& h = m.header;
  if (h.cluster.is_none())
    return send_error(broker, m, errc::frame_out_of_range, "cluster");
  attempt_ref ref{h.cluster, body->key()};
  if (log_.is_acked(ref))
    return;
  if (h.epoch < log_.epoch_of(h.cluster, h.shard))
    return note(severity::warning, "ignored a CANCEL of an older epoch: " + to_string(ref.key));
  auto* a = log_.find(ref);
  if (!a) {
    if (!may_meet(m))
      return;
    return settle(
      broker,
      {h.cluster,
       body->run,
       body->attempt,
       {},
       h.shard,
       h.epoch,
       body->fence,
       attempt_phase::not_started,
       now.wall,
       "canceled"},
      now);
  }
  if (is_settled(a->phase))
    return answer(broker, ref);
  if (auto task = running_.find(ref); task != running_.end() && !task->second.cancel_sent) {
    task->second.cancel_sent = true;
    effects_.push_back(cancel_task{ref, word_or(body->reason, "canceled")});
  }
}

void session::on_result_ack(const message& m) {
  auto body = unpack<attempt_body>(m.body);
  if (!body)
    return note(severity::warning, "got a malformed RESULT_ACK: " + body.failure().message());
  attempt_ref ref{m.header.cluster, body->key()};
  auto* a = log_.find(ref);
  if (!a || !is_settled(a->phase))
    return;
  // Not worth a sync: a lost acknowledgement is given again.
  log_.append(attempt_acked{ref.cluster, ref.key.run, ref.key.attempt});
  routes_.erase(ref);
}

void session::on_error(broker_no broker, const message& m, instant now) {
  auto body = unpack<error_body>(m.body);
  if (!body)
    return;
  auto state = brokers_.find(broker);
  if (body->code != errc::broker_executor_taken || state == brokers_.end())
    return note(severity::debug, "a peer could not take a frame: " + body->text);
  if (state->second.register_at)
    return;
  state->second.register_at = now.mono + cfg_.register_retry;
  note(
    severity::error,
    "another worker is connected as " + cfg_.info.id.text
      + "; give each its own --id. Trying again until it leaves");
}

// -- decisions ------------------------------------------------------------------------------------

/// Whether an unknown attempt may be remembered at all.
bool session::may_meet(const message& m) {
  if (open() >= cfg_.open_max) {
    note(severity::warning, "too many attempts wait for their acknowledgement; dropped a frame");
    return false;
  }
  if (!log_.knows(m.header.cluster))
    meet_cluster(m.header.cluster);
  return true;
}

void session::meet_cluster(const cluster_id& cluster) {
  if (cluster == log_.current_cluster())
    return;
  journal_it(cluster_met{cluster});
  forget_evicted();
}

/// Runs of a cluster that the journal has forgotten: nobody will ask for their results.
void session::forget_evicted() {
  std::erase_if(running_, [this](const auto& task) {
    if (log_.knows(task.first.cluster))
      return false;
    effects_.push_back(cancel_task{task.first, "its cluster is gone"});
    return true;
  });
  std::erase_if(routes_, [this](const auto& r) { return !log_.knows(r.first.cluster); });
}

std::optional<std::string> session::refusal(const message& m, const dispatch_body& body) const {
  if (m.header.epoch < log_.epoch_of(m.header.cluster, m.header.shard))
    return "stale_epoch";
  const auto& types = cfg_.info.task_types;
  if (std::find(types.begin(), types.end(), body.task_type) == types.end())
    return "unknown_type";
  if (stopping_)
    return "stopping";
  if (running_.size() >= cfg_.info.slots)
    return "busy";
  return std::nullopt;
}

void session::accept(broker_no broker, const message& m, const dispatch_body& body, instant now) {
  const auto& h = m.header;
  attempt_ref ref{h.cluster, {body.run, body.attempt}};
  routes_[ref] = {broker, h.epoch};
  journal_it(attempt_met{
    h.cluster,
    body.run,
    body.attempt,
    body.job,
    h.shard,
    h.epoch,
    body.fence,
    attempt_phase::accepted,
    now.wall,
    {}});
  answer(broker, ref);
  // A slot is free, or it would have been refused: both steps share one sync.
  journal_it(
    attempt_moved{h.cluster, body.run, body.attempt, attempt_phase::started, now.wall, {}});
  running_[ref] = {now.wall, false};
  effects_.push_back(start_task{
    ref,
    {body.job, body.run, body.attempt, body.fence, h.shard, body.due, body.task_type, m.payload,
     millis{body.timeout_s * 1000}}});
}

/// REFUSED and NOT_STARTED: from here on every copy of this attempt is refused.
void session::settle(broker_no broker, const attempt_met& met, instant now) {
  attempt_ref ref{met.cluster, {met.run, met.attempt}};
  routes_[ref] = {broker, met.epoch};
  journal_it(met);
  answer(broker, ref);
  resend_from(ref, now.mono + cfg_.resend_interval);
}

void session::finish(const attempt_ref& ref, task_outcome outcome, instant now) {
  output_buffer kept;
  kept.append(outcome.output);
  auto output = kept.excerpt();
  result_body body;
  body.run = ref.key.run;
  body.attempt = ref.key.attempt;
  body.fence = log_.find(ref)->met.fence;
  body.outcome = outcome.outcome;
  body.error = cut_error(std::move(outcome.error));
  body.started = outcome.started;
  body.ended = std::max(outcome.ended, outcome.started);
  if (body.ended == wall_time{})
    body.ended = now.wall;
  body.output_bytes = output.bytes_total;
  body.output_head = static_cast<uint32_t>(output.head.size());
  journal_it(result_kept{ref.cluster, body, output.head + output.tail});
}

void session::journal_it(const journal_record& record) {
  log_.append(record);
  needs_sync_ = true;
}

void session::note(severity level, std::string text) {
  effects_.push_back(log_line{level, std::move(text)});
}

} // namespace takt
