// router: the broker's whole logic, without I/O: who a peer is, who gets its frame, who is gone.
//
// Whoever drives it hands in what a ROUTER socket received and carries out the send_to effects that
// come back, in order. It keeps soft state only: after a restart everything is said again by the
// peers. docs/PROTOCOL.md has the rules; the table of kinds in router.cpp is their short form.
//
// Silence is counted in slices of at most one heartbeat interval per tick, so that a broker which
// was paused forgets nobody for the time in which it was not listening. Drive it so: first what the
// sockets have, then on_tick, at least a few times per heartbeat interval.
//
// THREADING: one thread at a time. Never fails: what cannot be done is counted and, where somebody
// can act on it, answered.
#pragma once

#include "broker/effects.hpp"
#include "broker/executor_table.hpp"
#include "broker/router_counters.hpp"
#include "broker/shard_table.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace takt {

struct router_config {
  millis heartbeat_interval = limits::heartbeat_interval;
  /// A peer unheard for this long is forgotten.
  millis silence_max = limits::link_silence_max;
  /// Connections that may have said HELLO at once; beyond it a HELLO is answered with overloaded.
  size_t peers_max = 10'000;
  /// For the broker's own HELLO.
  std::string name{};
  std::string program{};
};

class router {
public:
  explicit router(router_config cfg = {});

  /// One message as received from `from`, without its routing frame. Appends to `out`.
  void on_frames(
    const peer& from, const std::vector<std::string_view>& frames, std::vector<send_to>& out);

  /// Forgets the silent, sends heartbeats when they are due.
  void on_tick(mono_time now, std::vector<send_to>& out);

  /// The socket says that nobody is there any more for this effect.
  void on_unroutable(const send_to& failed, std::vector<send_to>& out);

  /// BYE to everybody; forgets everybody.
  void on_stop(std::vector<send_to>& out);

  const router_counters& counters() const noexcept { return counters_; }
  size_t peer_count(broker_side side) const noexcept;
  size_t executor_count() const noexcept { return executors_.size(); }
  size_t owned_shard_count() const noexcept { return shards_.owned_count(); }

private:
  struct peer_state {
    std::string name{};
    millis heard_at{}; ///< on attended_'s scale
    executor_id executor{};
  };
  struct incoming {
    const peer& from;
    peer_state& sender;
    message what;
    std::vector<send_to>& out;
  };
  struct route;
  static const route routes[];
  static const route* find_route(frame_kind kind) noexcept;

  // What the table of kinds names. The sender has said HELLO and may send that kind.
  void on_owns(incoming in);
  void on_register(incoming in);
  void on_heartbeat(incoming in);
  void on_bye(incoming in);
  void end_here(incoming in);
  void to_owners(incoming in);
  void to_owner(incoming in);
  void to_executor(incoming in);
  void to_executor_or_say_so(incoming in);
  void to_executor_or_all(incoming in);

  void on_hello(const peer& from, const message& m, std::vector<send_to>& out);
  void on_unreadable(const peer& from, const failure& why, std::vector<send_to>& out);
  bool may_take(const executor_id& id, const peer& by, const incarnation_id& incarnation) const;
  void forget(const peer& who);

  void count(router_count which, uint64_t by = 1) noexcept { counters_[which] += by; }
  void emit(const peer& to, message m, std::vector<send_to>& out);
  /// A frame of the broker's own.
  void say(const peer& to, message m, std::vector<send_to>& out);
  /// Somebody else's, as it came.
  void forward(const peer& to, message m, std::vector<send_to>& out);
  void say_undeliverable(const peer& to, const frame_header& about, std::vector<send_to>& out);
  void say_error(
    const peer& to, const failure& why, const frame_header& about, std::vector<send_to>& out);

  router_config cfg_;
  std::map<peer, peer_state> peers_{};
  executor_table executors_{};
  shard_table shards_{};
  router_counters counters_{};
  uint64_t sequence_ = 0;
  /// Time in which the broker was listening.
  millis attended_{};
  std::optional<mono_time> last_tick_{};
  std::optional<mono_time> last_beat_{};
};

} // namespace takt
