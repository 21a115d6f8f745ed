// session_sending: the frames that the session makes.
#include "actors/worker/session.hpp"

#include <algorithm>

namespace takt {

namespace {

frame_kind kind_of(attempt_phase phase) noexcept {
  switch (phase) {
  case attempt_phase::accepted:
    return frame_kind::accepted;
  case attempt_phase::started:
    return frame_kind::started;
  case attempt_phase::finished:
    return frame_kind::result;
  case attempt_phase::refused:
    return frame_kind::refused;
  case attempt_phase::not_started:
    break;
  }
  return frame_kind::not_started;
}

} // namespace

/// Says where an attempt stands.
void session::answer(broker_no broker, const attempt_ref& ref) {
  auto* a = log_.find(ref);
  if (!a)
    return;
  auto route = routes_.find(ref);
  frame_header h;
  h.shard = a->met.shard;
  h.epoch = route == routes_.end() ? a->met.epoch : route->second.epoch;
  h.cluster = ref.cluster;
  if (a->phase == attempt_phase::finished) {
    auto result = a->result;
    result.session = log_.session();
    return send(broker, frame_kind::result, h, pack(result), a->output);
  }
  attempt_body body{ref.key.run, ref.key.attempt, a->met.fence, a->at, a->reason, log_.session()};
  if (auto task = running_.find(ref); task != running_.end())
    body.at = task->second.started;
  send(broker, kind_of(a->phase), h, pack(body));
}

void session::send(
  broker_no broker, frame_kind kind, frame_header header, std::string body, std::string payload) {
  header.kind = kind;
  header.executor = cfg_.info.id;
  effects_.push_back(
    send_message{broker, {std::move(header), std::move(body), std::move(payload)}});
}

void session::send_register(broker_no broker, instant now) {
  journal_it(session_begun{log_.session() + 1});
  auto& state = brokers_[broker];
  state.dispatch_seen = 0;
  state.heartbeat_at = now.mono;
  register_body body{cfg_.info, {}};
  body.info.incarnation = log_.incarnation();
  body.info.session = log_.session();
  for (const auto& [ref, a] : log_.attempts())
    if (ref.cluster == log_.current_cluster())
      body.inventory.push_back({ref.key.run, ref.key.attempt, a.met.job, a.met.fence, a.phase});
  send(broker, frame_kind::register_, {.cluster = log_.current_cluster()}, pack(body));
  send_credit(broker, frame_kind::credit);
}

void session::send_credit(broker_no broker, frame_kind kind) {
  credit_body body{log_.session(), slots_granted(), brokers_[broker].dispatch_seen};
  send(broker, kind, {.cluster = log_.current_cluster()}, pack(body));
}

void session::send_error(broker_no broker, const message& about, errc code, std::string text) {
  frame_header h;
  h.shard = about.header.shard;
  h.epoch = about.header.epoch;
  h.cluster = about.header.cluster;
  error_body body{code, std::move(text), about.header.kind, about.header.sequence};
  body.text.resize(std::min<size_t>(body.text.size(), 1000));
  note(severity::warning, "could not take a frame: " + body.text);
  send(broker, frame_kind::error, h, pack(body));
}

void session::resend_from(const attempt_ref& ref, mono_time due) {
  resends_.emplace_back(due, ref);
}

/// The broker that the question came from while it is up; each repetition takes the next one.
std::optional<broker_no> session::broker_for(const attempt_ref& ref, bool again) {
  if (brokers_.empty())
    return std::nullopt;
  auto route = routes_.find(ref);
  if (!again && route != routes_.end() && brokers_.contains(route->second.broker))
    return route->second.broker;
  auto next = brokers_.upper_bound(last_resend_to_);
  last_resend_to_ = next == brokers_.end() ? brokers_.begin()->first : next->first;
  return last_resend_to_;
}

/// All slots but those that runs of another cluster still hold.
uint32_t session::slots_granted() const {
  if (stopping_)
    return 0;
  auto foreign = std::count_if(running_.begin(), running_.end(), [this](const auto& task) {
    return task.first.cluster != log_.current_cluster();
  });
  auto held = std::min<size_t>(static_cast<size_t>(foreign), cfg_.info.slots);
  return cfg_.info.slots - static_cast<uint32_t>(held);
}

} // namespace takt
