#include "actors/worker/worker_actor.hpp"

#include "actors/spawn.hpp"

namespace takt {

namespace {

constexpr millis tick = limits::heartbeat_interval / 5;

} // namespace

worker::worker(interface::pointer self, std::shared_ptr<worker_parts> parts)
  : self_(self), parts_(std::move(parts)),
    session_(parts_->session, *parts_->log, parts_->time->now()),
    host_(spawn_state<task_host>(
      self->system(), parts_->host, caf::actor_cast<worker_actor>(self), parts_->types,
      parts_->time)) {
  self_->attach_functor(
    [host = host_] { caf::anon_send_exit(host, caf::exit_reason::user_shutdown); });
}

worker::interface::behavior_type worker::make_behavior() {
  self_->delayed_send(self_, tick, worker_tick{});
  flush_soon();
  return {
    [this](const link_made& msg) { (link_ = msg.made, flush_soon()); },
    [this](const link_raised& msg) {
      (session_.on_link_up(msg.broker, parts_->time->now()), flush_soon());
    },
    [this](const link_dropped& msg) { (session_.on_link_down(msg.broker), flush_soon()); },
    [this](const link_frame& msg) {
      (session_.on_message(msg.broker, *msg.what, parts_->time->now()), flush_soon());
    },
    [this](const task_began& msg) { (session_.on_task_started(msg.ref, msg.at), flush_soon()); },
    [this](const task_ended& msg) {
      (session_.on_task_finished(msg.ref, msg.outcome, parts_->time->now()), flush_soon());
    },
    [this](const leave& msg) { on_leave(msg); },
    [this](const worker_tick&) { on_tick(); },
    [this](const worker_flush&) { on_flush(); },
  };
}

void worker::on_tick() {
  session_.on_tick(parts_->time->now());
  flush_soon();
  self_->delayed_send(self_, tick, worker_tick{});
}

void worker::flush_soon() {
  if (!std::exchange(flush_pending_, true))
    self_->send(self_, worker_flush{});
}

void worker::on_flush() {
  flush_pending_ = false;
  // Before the link is here its events may be: their effects wait in the session.
  if (!link_)
    return;
  for (auto& effect : session_.flush())
    std::visit([this](auto& e) { perform(e); }, effect);
  parts_->gauges->running = session_.running();
  parts_->gauges->broken = parts_->log->broken().has_value();
  leave_when_done();
}

void worker::perform(send_message& effect) {
  link_->send(effect.to, std::move(effect.what));
}

void worker::perform(start_task& effect) {
  self_->send(host_, std::move(effect));
}

void worker::perform(cancel_task& effect) {
  self_->send(host_, std::move(effect));
}

void worker::perform(log_line& effect) {
  if (parts_->notes.sink)
    parts_->notes.sink(effect.level, std::move(effect.text));
}

// -- leaving --------------------------------------------------------------------------------------

void worker::on_leave(const leave& msg) {
  if (left_)
    return msg.left->set_value();
  left_ = msg.left;
  leave_at_ = parts_->time->mono() + msg.grace;
  session_.stop(parts_->time->now());
  flush_soon();
  if (!link_)
    leave_now();
}

/// First its runs end, then their results are acknowledged, as far as the grace allows; then what
/// still runs is ended and gets a moment to say so.
void worker::leave_when_done() {
  if (!left_)
    return;
  auto now = parts_->time->mono();
  auto is_quiet = session_.running() == 0 && (session_.open() == 0 || !session_.has_link());
  if (!is_quiet && now < leave_at_)
    return;
  if (session_.running() > 0 && !tasks_ended_) {
    tasks_ended_ = true;
    leave_at_ = now + 2 * parts_->host.kill_grace + parts_->host.tick;
    self_->send(host_, end_tasks{});
    return;
  }
  leave_now();
}

void worker::leave_now() {
  session_.say_bye();
  if (link_)
    for (auto& effect : session_.flush())
      if (auto* sent = std::get_if<send_message>(&effect))
        perform(*sent);
  std::exchange(left_, nullptr)->set_value();
  self_->quit(caf::exit_reason::user_shutdown);
}

} // namespace takt
