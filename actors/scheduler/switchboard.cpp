#include "actors/scheduler/switchboard.hpp"

#include "actors/spawn.hpp"

#include <caf/send.hpp>

#include <utility>

namespace takt {

namespace {

/// How often OWNS is repeated.
constexpr uint64_t owns_every_ticks = 5;

} // namespace

switchboard::switchboard(interface::pointer self, executor_proxy_deps deps, link_opener open)
  : self_(self), deps_(std::move(deps)) {
  open_link(open);
  self_->send(deps_.dispatcher, switchboard_here{switchboard_actor{self_}});
}

switchboard::interface::behavior_type switchboard::make_behavior() {
  self_->delayed_send(self_, limits::heartbeat_interval, heartbeat_tick{});
  return {
    [this](const shards_granted& m) { on_granted(m); },
    [this](const broker_up& m) { on_broker_up(m.broker); },
    [this](const broker_down& m) { on_broker_down(m.broker); },
    [this](const frame_arrived& m) { on_frame(m); },
    [this](const send_frame& m) { send(m.via, m.frame); },
    [this](const dispatch_attempt& m) { on_dispatch(m); },
    [this](const adopt_attempts& m) { on_adopt(m); },
    [this](const cancel_attempts& m) { on_cancel(m); },
    [this](heartbeat_tick) { on_tick(); },
    [this](stop_working) { on_stop(); },
  };
}

void switchboard::open_link(const link_opener& open) {
  switchboard_actor me{self_};
  link_listener listener;
  listener.on_up = [me](broker_no b) { caf::anon_send(me, broker_up{b}); };
  listener.on_down = [me](broker_no b) { caf::anon_send(me, broker_down{b}); };
  listener.on_message = [me](broker_no b, message m) {
    caf::anon_send(me, frame_arrived{b, std::move(m)});
  };
  auto opened = open(std::move(listener));
  if (opened)
    link_ = std::move(*opened);
  else
    deps_.say.error("brokers: " + opened.failure().message());
}

void switchboard::on_granted(const shards_granted& m) {
  auto changed = grants_ != m.grants;
  grants_ = m.grants;
  for (auto& [id, proxy] : proxies_)
    self_->send(proxy, m);
  if (changed)
    for (auto broker : up_)
      introduce(broker);
}

void switchboard::on_broker_up(broker_no broker) {
  up_.insert(broker);
  deps_.say.info("broker " + std::to_string(broker) + " answers");
  for (auto& [id, proxy] : proxies_)
    self_->send(proxy, broker_up{broker});
  introduce(broker);
}

void switchboard::on_broker_down(broker_no broker) {
  up_.erase(broker);
  deps_.say.warning("broker " + std::to_string(broker) + " is silent; trying again");
  for (auto& [id, proxy] : proxies_)
    self_->send(proxy, broker_down{broker});
}

/// OWNS, and where we drive anything, RECONCILE to all workers of that broker.
void switchboard::introduce(broker_no broker) {
  send_owns(broker);
  if (grants_.empty())
    return;
  message ask;
  ask.header.kind = frame_kind::reconcile;
  ask.header.cluster = deps_.cluster;
  send(broker, std::move(ask));
}

void switchboard::send_owns(broker_no broker) {
  owns_body owns;
  for (const auto& g : grants_)
    owns.shards.push_back({g.shard, g.epoch});
  message m;
  m.header.kind = frame_kind::owns;
  m.header.cluster = deps_.cluster;
  m.body = pack(owns);
  send(broker, std::move(m));
}

void switchboard::on_frame(const frame_arrived& m) {
  const auto& header = m.frame.header;
  deps_.counts->frame("in", to_string(header.kind));
  if (header.kind == frame_kind::error) {
    auto body = unpack<error_body>(m.frame.body);
    deps_.say.warning(
      "broker " + std::to_string(m.via) + ": "
      + (body ? std::string{text_of(body->code)} + ": " + body->text : "unreadable ERROR"));
    return;
  }
  if (header.kind == frame_kind::undeliverable)
    return deps_.counts->frame_dropped("undeliverable"); // proves nothing; what matters is resent
  if (header.executor.empty() || grants_.empty() || stopped_)
    return;
  self_->send(proxy_of(header.executor), executor_frame{m.via, m.frame});
}

// A proxy that is spawned after the stop would be dismissed by nobody and keep the process alive.

void switchboard::on_dispatch(const dispatch_attempt& m) {
  if (!stopped_)
    self_->send(proxy_of(m.what.executor), m);
}

void switchboard::on_adopt(const adopt_attempts& m) {
  if (stopped_)
    return;
  std::unordered_map<executor_id, adopt_attempts> by_executor;
  for (const auto& a : m.attempts)
    by_executor[a.executor].attempts.push_back(a);
  for (auto& [id, part] : by_executor)
    self_->send(proxy_of(id), std::move(part));
}

void switchboard::on_cancel(const cancel_attempts& m) {
  if (stopped_)
    return;
  for (const auto& a : m.attempts)
    self_->send(proxy_of(a.executor), cancel_attempts{{a}});
}

void switchboard::on_tick() {
  self_->delayed_send(self_, limits::heartbeat_interval, heartbeat_tick{});
  // A broker that missed OWNS would drop every worker's frames for as long as the session lasts.
  auto again = !grants_.empty() && ++ticks_ % owns_every_ticks == 0;
  for (auto broker : up_) {
    message m;
    m.header.kind = frame_kind::heartbeat;
    m.header.cluster = deps_.cluster;
    send(broker, std::move(m));
    if (again)
      send_owns(broker);
  }
}

void switchboard::on_stop() {
  stopped_ = true;
  for (auto& [id, proxy] : proxies_)
    self_->send(proxy, dismiss{});
  proxies_.clear();
  for (auto broker : up_) {
    message m;
    m.header.kind = frame_kind::bye;
    m.header.cluster = deps_.cluster;
    send(broker, std::move(m));
  }
  if (link_)
    link_->close();
  link_.reset();
}

executor_proxy_actor& switchboard::proxy_of(const executor_id& id) {
  auto found = proxies_.find(id);
  if (found == proxies_.end())
    found = proxies_
              .emplace(
                id,
                spawn_state<executor_proxy>(
                  self_->system(), deps_, switchboard_actor{self_}, id, grants_, up_))
              .first;
  return found->second;
}

void switchboard::send(broker_no to, message m) {
  if (!link_)
    return;
  deps_.counts->frame("out", to_string(m.header.kind));
  link_->send(to, std::move(m));
}

} // namespace takt
