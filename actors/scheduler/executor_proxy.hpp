// EXECUTOR PROXY: one executor as this node sees it: its session, its attempts, its silence.
//
// Receives  dispatch_attempt, adopt_attempts, cancel_attempts, executor_frame, broker_up,
//           broker_down, shards_granted (SWITCHBOARD) · attempt_started, attempt_given_back,
//           attempt_finished, executor_saved (STORE PORT) · heartbeat_tick (itself)
// Sends     send_frame (SWITCHBOARD) · executor_offer, attempt_over, attempt_back (DISPATCHER) ·
//           start_attempt, give_back_attempt, finish_attempt, save_executor, mark_executor
//           (STORE PORT)
// Owns      the attempt_book; nothing durable
// Dies when the SWITCHBOARD dismisses it
//
// The rules are in attempt_book.hpp; this actor unpacks, asks the book, and carries out.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/logic/liveness.hpp"
#include "actors/metrics.hpp"
#include "actors/scheduler/attempt_book.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace takt {

/// What every EXECUTOR PROXY shares. The pointers outlive the actors.
struct executor_proxy_deps {
  store_port_actor store{};
  dispatcher_actor dispatcher{};
  const clock* time = nullptr;
  cluster_id cluster{};
  /// Silence after which its attempts are LOST.
  millis silence_max = limits::executor_silence_max;
  std::shared_ptr<metrics> counts{};
  log say{};
};

class executor_proxy {
public:
  using interface = executor_proxy_actor;
  static inline const char* name = "takt.executor-proxy";

  executor_proxy(
    interface::pointer self, executor_proxy_deps deps, switchboard_actor board, executor_id id,
    std::vector<grant> grants, std::set<broker_no> brokers);

  interface::behavior_type make_behavior();

private:
  void on_dispatch(const dispatch_attempt& m);
  void on_adopt(const adopt_attempts& m);
  void on_cancel(const cancel_attempts& m);
  void on_frame(const executor_frame& m);
  void on_register(const message& frame);
  void on_credit(const message& frame);
  void on_granted(const shards_granted& m);
  void on_broker(broker_no broker, bool up);
  void on_tick();
  void carry_out(book_effects effects);
  void set_up(bool up);
  void offer();
  void ask_to_register();
  void ask_to_register_soon();

  interface::pointer self_;
  executor_proxy_deps deps_;
  switchboard_actor board_;
  executor_id id_;
  std::vector<grant> grants_;
  std::set<broker_no> brokers_;
  /// The brokers that brought a frame of this executor in their present session, newest last.
  std::vector<broker_no> serving_;
  attempt_book book_;
  silence silence_;
  executor_info info_;
  bool up_ = false;
  /// It was silent for too long and has not said REGISTER since.
  bool given_up_ = false;
  std::optional<mono_time> asked_at_{};
  uint32_t slots_ = 0;
  executor_offer offered_;
};

} // namespace takt
