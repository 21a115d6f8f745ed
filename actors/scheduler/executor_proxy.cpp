#include "actors/scheduler/executor_proxy.hpp"

#include <algorithm>
#include <utility>

namespace takt {

executor_proxy::executor_proxy(
  interface::pointer self, executor_proxy_deps deps, switchboard_actor board, executor_id id,
  std::vector<grant> grants, std::set<broker_no> brokers)
  : self_(self), deps_(std::move(deps)), board_(std::move(board)), id_(std::move(id)),
    grants_(std::move(grants)), brokers_(std::move(brokers)), book_(id_, deps_.cluster) {
  book_.keep_only(grants_);
}

executor_proxy::interface::behavior_type executor_proxy::make_behavior() {
  self_->delayed_send(self_, limits::heartbeat_interval, heartbeat_tick{});
  return {
    [this](const shards_granted& m) { on_granted(m); },
    [this](const dispatch_attempt& m) { on_dispatch(m); },
    [this](const adopt_attempts& m) { on_adopt(m); },
    [this](const cancel_attempts& m) { on_cancel(m); },
    [this](const executor_frame& m) { on_frame(m); },
    [this](const broker_up& m) { on_broker(m.broker, true); },
    [this](const broker_down& m) { on_broker(m.broker, false); },
    [this](const attempt_started& m) {
      book_effects out;
      book_.on_started(m.key, m.outcome, out);
      carry_out(std::move(out));
    },
    [this](const attempt_given_back& m) {
      book_effects out;
      book_.on_given_back(m.key, m.outcome, m.not_before, out);
      carry_out(std::move(out));
    },
    [this](const attempt_finished& m) {
      book_effects out;
      book_.on_finished(m.key, m.outcome, out);
      carry_out(std::move(out));
    },
    [this](const executor_saved& m) {
      if (!m.outcome)
        deps_.say.warning("executor " + id_.text + ": " + m.outcome.failure().message());
    },
    [this](heartbeat_tick) { on_tick(); },
    [this](dismiss) { self_->quit(); },
  };
}

void executor_proxy::on_dispatch(const dispatch_attempt& m) {
  book_effects out;
  book_.dispatch(m.what, deps_.time->now(), out);
  carry_out(std::move(out));
}

void executor_proxy::on_adopt(const adopt_attempts& m) {
  book_effects out;
  for (const auto& what : m.attempts)
    book_.adopt(what, deps_.time->now(), out);
  silence_.reset();
  out.reconcile = true;
  carry_out(std::move(out));
}

void executor_proxy::on_cancel(const cancel_attempts& m) {
  book_effects out;
  for (const auto& what : m.attempts)
    book_.cancel(what, deps_.time->now(), out);
  carry_out(std::move(out));
}

void executor_proxy::on_frame(const executor_frame& m) {
  silence_.heard();
  std::erase(serving_, m.via);
  serving_.push_back(m.via);
  switch (m.frame.header.kind) {
  case frame_kind::register_:
    return on_register(m.frame);
  case frame_kind::heartbeat:
  case frame_kind::credit:
    return on_credit(m.frame);
  case frame_kind::bye:
    deps_.say.info("executor " + id_.text + " left");
    return set_up(false);
  default:
    break;
  }
  if (m.frame.header.cluster != deps_.cluster)
    return; // of a store that was here before ours
  book_effects out;
  book_.on_frame(m.frame, deps_.time->now(), out);
  carry_out(std::move(out));
}

void executor_proxy::on_register(const message& frame) {
  auto body = unpack<register_body>(frame.body);
  if (!body)
    return deps_.say.warning("REGISTER of " + id_.text + ": " + body.failure().message());
  if (body->info.incarnation == info_.incarnation && body->info.session < info_.session)
    return; // an older one, late
  given_up_ = false;
  auto known = info_ == body->info;
  info_ = body->info;
  slots_ = info_.slots;
  if (!known || !up_)
    self_->send(deps_.store, save_executor{info_, deps_.time->wall()});
  set_up(true);
  // What it lists for another cluster, or for none yet, says nothing about our attempts.
  if (frame.header.cluster != deps_.cluster)
    return ask_to_register();
  book_effects out;
  book_.on_register(*body, deps_.time->now(), out);
  carry_out(std::move(out));
}

void executor_proxy::on_credit(const message& frame) {
  auto body = unpack<credit_body>(frame.body);
  if (!body || info_.id.empty())
    return ask_to_register();
  // A REGISTER was lost on the way, or it was given up as silent: what does it have?
  if (body->session != info_.session || given_up_)
    ask_to_register_soon();
  if (body->session < info_.session)
    return;
  slots_ = body->slots;
  set_up(true);
}

/// Not more often than its answer can be here: several brokers bring frames out of order.
void executor_proxy::ask_to_register_soon() {
  auto now = deps_.time->mono();
  if (asked_at_ && now - *asked_at_ < limits::link_silence_max)
    return;
  asked_at_ = now;
  ask_to_register();
}

void executor_proxy::on_granted(const shards_granted& m) {
  grants_ = m.grants;
  book_.keep_only(grants_);
  silence_.reset();
}

void executor_proxy::on_broker(broker_no broker, bool up) {
  if (up) {
    brokers_.insert(broker);
  } else {
    brokers_.erase(broker);
    std::erase(serving_, broker);
  }
}

void executor_proxy::on_tick() {
  self_->delayed_send(self_, limits::heartbeat_interval, heartbeat_tick{});
  auto now = deps_.time->now();
  // Without a grant no frame comes here: that silence is our own.
  silence_.tick(now.mono, !brokers_.empty() && !grants_.empty());
  book_effects out;
  if (silence_.exceeded(deps_.silence_max)) {
    if (up_)
      deps_.say.warning(
        "executor " + id_.text + " was silent for " + std::to_string(silence_.counted().count())
        + " ms: its attempts are LOST");
    given_up_ = true;
    set_up(false);
    book_.on_silence(now, out);
  }
  book_.on_tick(now, out);
  carry_out(std::move(out));
}

void executor_proxy::carry_out(book_effects effects) {
  for (auto& note : effects.notes)
    deps_.say.info(std::move(note));
  for (auto late : effects.lateness)
    deps_.counts->lateness(late);
  auto via = serving_.empty() ? (brokers_.empty() ? 0 : *brokers_.begin()) : serving_.back();
  for (auto& frame : effects.frames)
    self_->send(board_, send_frame{via, std::move(frame)});
  for (auto& request : effects.starts)
    self_->send(deps_.store, start_attempt{std::move(request)});
  for (auto& request : effects.give_backs)
    self_->send(deps_.store, give_back_attempt{std::move(request)});
  for (auto& request : effects.finishes)
    self_->send(deps_.store, finish_attempt{std::move(request)});
  for (auto& what : effects.back)
    self_->send(deps_.dispatcher, attempt_back{std::move(what)});
  for (auto& over : effects.over)
    self_->send(deps_.dispatcher, std::move(over));
  if (effects.reconcile)
    ask_to_register();
}

void executor_proxy::set_up(bool up) {
  if (up != up_) {
    up_ = up;
    self_->send(deps_.store, mark_executor{id_, up, deps_.time->wall()});
  }
  offer();
}

void executor_proxy::offer() {
  executor_offer now{id_, info_.incarnation, up_, slots_, info_.task_types};
  if (now == offered_)
    return;
  offered_ = now;
  self_->send(deps_.dispatcher, std::move(now));
}

void executor_proxy::ask_to_register() {
  message m;
  m.header.kind = frame_kind::reconcile;
  m.header.cluster = deps_.cluster;
  m.header.executor = id_;
  for (auto broker : brokers_)
    self_->send(board_, send_frame{broker, m});
}

} // namespace takt
