#include "broker/router.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

namespace {

enum sides : uint8_t { nobody = 0, frontend = 1, backend = 2, both = 3 };

/// Whose name the header's executor must be.
enum class names : uint8_t { anyone, sender };

uint8_t bit_of(broker_side side) noexcept {
  return side == broker_side::frontend ? frontend : backend;
}

peer_role role_of(broker_side side) noexcept {
  return side == broker_side::frontend ? peer_role::scheduler : peer_role::worker;
}

router_count count_of(errc code) noexcept {
  switch (code) {
  case errc::frame_too_large:
    return router_count::too_large;
  case errc::frame_version:
    return router_count::version_refused;
  case errc::frame_out_of_range:
    return router_count::out_of_range;
  default:
    return router_count::malformed;
  }
}

} // namespace

// -- the table of kinds -------------------------------------------------------

struct router::route {
  frame_kind kind;
  uint8_t from;
  names executor;
  void (router::*handle)(incoming);
};

// HELLO is not here: it is what makes a connection a peer.
const router::route router::routes[] = {
  {frame_kind::owns, frontend, names::anyone, &router::on_owns},
  {frame_kind::register_, backend, names::anyone, &router::on_register},
  {frame_kind::reconcile, frontend, names::anyone, &router::to_executor_or_all},
  {frame_kind::heartbeat, both, names::anyone, &router::on_heartbeat},
  {frame_kind::credit, backend, names::sender, &router::to_owners},
  {frame_kind::dispatch, frontend, names::anyone, &router::to_executor_or_say_so},
  {frame_kind::accepted, backend, names::sender, &router::to_owner},
  {frame_kind::refused, backend, names::sender, &router::to_owner},
  {frame_kind::not_started, backend, names::sender, &router::to_owner},
  {frame_kind::started, backend, names::sender, &router::to_owner},
  {frame_kind::cancel, frontend, names::anyone, &router::to_executor_or_say_so},
  {frame_kind::output, backend, names::sender, &router::to_owner},
  {frame_kind::output_ack, frontend, names::anyone, &router::to_executor},
  {frame_kind::result, backend, names::sender, &router::to_owner},
  {frame_kind::result_ack, frontend, names::anyone, &router::to_executor},
  {frame_kind::undeliverable, nobody, names::anyone, &router::end_here},
  {frame_kind::error, both, names::anyone, &router::end_here},
  {frame_kind::bye, both, names::anyone, &router::on_bye},
};

const router::route* router::find_route(frame_kind kind) noexcept {
  auto it = std::find_if(
    std::begin(routes), std::end(routes), [kind](const auto& r) { return r.kind == kind; });
  return it == std::end(routes) ? nullptr : it;
}

// -- what the socket thread calls ---------------------------------------------

router::router(router_config cfg) : cfg_(std::move(cfg)) {}

void router::on_frames(
  const peer& from, const std::vector<std::string_view>& frames, std::vector<send_to>& out) {
  count(router_count::frames_in);
  auto known = peers_.find(from);
  if (known != peers_.end())
    known->second.heard_at = attended_;
  auto m = from_frames(frames);
  if (!m)
    return on_unreadable(from, m.failure(), out);
  const auto header = m->header;
  if (header.kind == frame_kind::hello)
    return on_hello(from, *m, out);
  if (known == peers_.end()) {
    count(router_count::unknown_peer);
    // ERROR is never answered with ERROR, and who says BYE wants no answer.
    if (header.kind != frame_kind::error && header.kind != frame_kind::bye)
      say_error(from, {errc::broker_unknown_peer, {}}, header, out);
    return;
  }
  auto* r = find_route(header.kind);
  if (!r) {
    count(router_count::unknown_kind);
    auto number = std::to_string(static_cast<unsigned>(header.kind));
    return say_error(from, {errc::frame_unknown_kind, "kind " + number}, header, out);
  }
  if (!(r->from & bit_of(from.side))) {
    count(router_count::not_allowed);
    failure why{errc::broker_not_allowed, std::string{to_string(header.kind)} + " on this side"};
    return say_error(from, why, header, out);
  }
  if (r->executor == names::sender && header.executor != known->second.executor) {
    count(router_count::not_allowed);
    failure why{errc::broker_not_allowed, "REGISTER as \"" + header.executor.text + "\" first"};
    return say_error(from, why, header, out);
  }
  (this->*r->handle)({from, known->second, std::move(*m), out});
}

void router::on_tick(mono_time now, std::vector<send_to>& out) {
  if (last_tick_)
    attended_ += std::clamp(now - *last_tick_, millis{0}, cfg_.heartbeat_interval);
  last_tick_ = now;
  std::vector<peer> silent;
  for (const auto& [who, state] : peers_)
    if (attended_ - state.heard_at >= cfg_.silence_max)
      silent.push_back(who);
  for (const auto& who : silent)
    forget(who);
  if (last_beat_ && now - *last_beat_ < cfg_.heartbeat_interval)
    return;
  last_beat_ = now;
  for (const auto& [who, state] : peers_)
    say(who, {.header = {.kind = frame_kind::heartbeat}}, out);
}

void router::on_unroutable(const send_to& failed, std::vector<send_to>& out) {
  count(router_count::unroutable);
  forget(failed.to);
  const auto& header = failed.what.header;
  if (header.kind != frame_kind::dispatch && header.kind != frame_kind::cancel)
    return;
  if (auto* owner = shards_.owner_of(header.shard))
    say_undeliverable(*owner, header, out);
}

void router::on_stop(std::vector<send_to>& out) {
  for (const auto& [who, state] : peers_)
    say(who, {.header = {.kind = frame_kind::bye}}, out);
  while (!peers_.empty())
    forget(peer{peers_.begin()->first});
}

size_t router::peer_count(broker_side side) const noexcept {
  return static_cast<size_t>(std::count_if(
    peers_.begin(), peers_.end(), [side](const auto& p) { return p.first.side == side; }));
}

// -- who a peer is ------------------------------------------------------------

void router::on_hello(const peer& from, const message& m, std::vector<send_to>& out) {
  auto body = unpack<hello_body>(m.body);
  if (!body) {
    count(count_of(body.code()));
    return say_error(from, body.failure(), m.header, out);
  }
  if (body->role != role_of(from.side)) {
    count(router_count::not_allowed);
    auto side = from.side == broker_side::frontend ? "schedulers" : "workers";
    failure why{errc::broker_not_allowed, std::string{"this endpoint is for "} + side};
    return say_error(from, why, m.header, out);
  }
  if (body->version_min > protocol_version || body->version_max < protocol_version) {
    count(router_count::version_refused);
    failure why{
      errc::frame_version, "this broker speaks version " + std::to_string(protocol_version)};
    return say_error(from, why, m.header, out);
  }
  if (!peers_.contains(from) && peers_.size() >= cfg_.peers_max) {
    count(router_count::too_many_peers);
    return say_error(from, {errc::overloaded, "too many connections"}, m.header, out);
  }
  auto& state = peers_[from];
  state.name = body->name;
  state.heard_at = attended_;
  count(router_count::ended_here);
  hello_body answer{.role = peer_role::broker, .name = cfg_.name, .program = cfg_.program};
  say(from, {.header = {.kind = frame_kind::hello}, .body = pack(answer)}, out);
}

void router::on_unreadable(const peer& from, const failure& why, std::vector<send_to>& out) {
  count(count_of(why.code));
  // A stranger that does not speak takt gets no answer; the frame named is none that could be read.
  if (peers_.contains(from))
    say_error(from, why, {.kind = frame_kind::error}, out);
}

void router::on_owns(incoming in) {
  auto body = unpack<owns_body>(in.what.body);
  if (!body) {
    count(count_of(body.code()));
    return say_error(in.from, body.failure(), in.what.header, in.out);
  }
  count(router_count::ended_here);
  count(router_count::stale_claim, shards_.replace(in.from, in.sender.name, body->shards));
}

void router::on_register(incoming in) {
  const auto& header = in.what.header;
  auto body = unpack<register_body>(in.what.body);
  if (!body) {
    count(count_of(body.code()));
    return say_error(in.from, body.failure(), header, in.out);
  }
  const auto& id = header.executor;
  bool other_name = !in.sender.executor.empty() && in.sender.executor != id;
  if (!is_valid(id) || body->info.id != id || other_name) {
    count(router_count::not_allowed);
    failure why{errc::broker_not_allowed, "one connection is one executor, by its own name"};
    return say_error(in.from, why, header, in.out);
  }
  if (!may_take(id, in.from, body->info.incarnation)) {
    count(router_count::executor_taken);
    return say_error(in.from, {errc::broker_executor_taken, id.text}, header, in.out);
  }
  if (auto* held = executors_.find(id); held && held->at != in.from)
    if (auto old = peers_.find(held->at); old != peers_.end())
      old->second.executor = {};
  executors_.bind(id, in.from, body->info.incarnation);
  in.sender.executor = id;
  to_owners(std::move(in));
}

bool router::may_take(
  const executor_id& id, const peer& by, const incarnation_id& incarnation) const {
  auto* held = executors_.find(id);
  return !held || held->at == by || held->incarnation == incarnation;
}

void router::forget(const peer& who) {
  auto it = peers_.find(who);
  if (it == peers_.end())
    return;
  count(router_count::peers_forgotten);
  if (!it->second.executor.empty())
    executors_.unbind(it->second.executor, who);
  shards_.forget(who);
  peers_.erase(it);
}

// -- who gets a frame ---------------------------------------------------------

void router::on_heartbeat(incoming in) {
  if (in.from.side == broker_side::frontend || in.what.body.empty())
    return end_here(std::move(in));
  if (in.what.header.executor.empty() || in.what.header.executor != in.sender.executor) {
    count(router_count::not_allowed);
    failure why{errc::broker_not_allowed, "REGISTER first"};
    return say_error(in.from, why, in.what.header, in.out);
  }
  to_owners(std::move(in));
}

void router::on_bye(incoming in) {
  in.what.header.executor = in.sender.executor;
  if (in.what.header.executor.empty())
    count(router_count::ended_here);
  else
    for (const auto& owner : shards_.owners())
      forward(owner, in.what, in.out);
  forget(in.from);
}

void router::end_here(incoming) {
  count(router_count::ended_here);
}

void router::to_owners(incoming in) {
  if (shards_.owners().empty())
    count(router_count::no_owner);
  for (const auto& owner : shards_.owners())
    forward(owner, in.what, in.out);
}

void router::to_owner(incoming in) {
  auto* owner = shards_.owner_of(in.what.header.shard);
  if (!owner)
    return count(router_count::no_owner);
  forward(*owner, std::move(in.what), in.out);
}

void router::to_executor(incoming in) {
  auto* entry = executors_.find(in.what.header.executor);
  if (!entry)
    return count(router_count::not_connected);
  forward(entry->at, std::move(in.what), in.out);
}

void router::to_executor_or_say_so(incoming in) {
  if (!executors_.find(in.what.header.executor))
    say_undeliverable(in.from, in.what.header, in.out);
  to_executor(std::move(in));
}

void router::to_executor_or_all(incoming in) {
  if (!in.what.header.executor.empty())
    return to_executor_or_say_so(std::move(in));
  for (const auto& [who, state] : peers_)
    if (who.side == broker_side::backend)
      forward(who, in.what, in.out);
}

// -- effects ------------------------------------------------------------------

void router::emit(const peer& to, message m, std::vector<send_to>& out) {
  count(router_count::effects_out);
  out.push_back({to, std::move(m)});
}

void router::say(const peer& to, message m, std::vector<send_to>& out) {
  m.header.sequence = ++sequence_;
  emit(to, std::move(m), out);
}

void router::forward(const peer& to, message m, std::vector<send_to>& out) {
  count(router_count::forwarded);
  emit(to, std::move(m), out);
}

void router::say_undeliverable(
  const peer& to, const frame_header& about, std::vector<send_to>& out) {
  frame_header header{
    .kind = frame_kind::undeliverable,
    .shard = about.shard,
    .epoch = about.epoch,
    .executor = about.executor};
  undeliverable_body body{about.kind, about.sequence};
  say(to, {.header = header, .body = pack(body)}, out);
}

void router::say_error(
  const peer& to, const failure& why, const frame_header& about, std::vector<send_to>& out) {
  error_body body{why.code, why.message().substr(0, 1000), about.kind, about.sequence};
  say(to, {.header = {.kind = frame_kind::error}, .body = pack(body)}, out);
}

} // namespace takt
