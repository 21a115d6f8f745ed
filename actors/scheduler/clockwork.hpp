// CLOCKWORK: the timer wheel, and the alarms of all other actors.
//
// Receives  set_alarm, cancel_alarm (JOB, DISPATCHER) · clock_tick (the timer thread)
// Sends     alarm_due (to whoever asked)
// Owns      the wheel; nothing durable: everybody can work out his alarm again
// Dies when its node stops it
//
// The wheel counts wall-clock milliseconds, since dues are wall-clock instants: when the host's
// clock is set forward, what became due fires at the next tick; when it is set back, the wheel is
// laid anew and the same instants are simply further away. A due never fires twice for it: the
// store's next_due says what has fired.
//
// An alarm that comes late says why, as far as the two clocks can tell: the wall clock jumped over
// it (clock_stepped), or nobody here was running when it was due (process_paused: a suspended host,
// a stopped process). What is late without either waited for this node's own work (overloaded).
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/logic/timer_wheel.hpp"
#include "actors/metrics.hpp"
#include "proto/time.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

namespace takt {

class clockwork {
public:
  using interface = clockwork_actor;
  static inline const char* name = "takt.clockwork";

  /// `wake_at` asks the timer thread for a clock_tick at that instant, replacing what was asked
  /// before; nothing: no tick is needed. It must not block.
  using wake_at_fn = std::function<void(std::optional<wall_time>)>;

  clockwork(
    interface::pointer self, const clock* time, wake_at_fn wake_at, std::shared_ptr<metrics> counts,
    log say);

  interface::behavior_type make_behavior();

private:
  struct alarm {
    caf::actor_id asker = 0;
    uint64_t key = 0;
    wall_time at{};
    timer_id timer = 0;
    caf::typed_response_promise<alarm_due> promise{};
  };

  caf::result<alarm_due> on_set(const set_alarm& m);
  void on_cancel(const cancel_alarm& m);
  void on_tick(const clock_tick& m);
  void forget(caf::actor_id asker, uint64_t key);
  void look_for_clock_step(const instant& now);
  void look_for_pause(wall_time woke_at);
  late_cause cause_of(wall_time at) const;
  void ask_for_wake();

  interface::pointer self_;
  const clock* clock_;
  wake_at_fn wake_at_;
  std::shared_ptr<metrics> metrics_;
  log log_;
  timer_wheel wheel_;
  uint64_t next_serial_ = 1;
  std::unordered_map<uint64_t, alarm> alarms_; ///< by serial, the wheel's payload
  std::map<std::pair<caf::actor_id, uint64_t>, uint64_t> serials_;
  instant last_seen_;
  /// The last stretch of wall-clock time in which nothing could fire on time.
  struct gap {
    wall_time begin{};
    wall_time end{};
    late_cause cause = late_cause::overloaded;
  };
  std::optional<gap> gap_;
  std::optional<wall_time> asked_for_;
  /// When the tick that was asked for should come; a wish in the past wants it at once.
  wall_time expected_at_{};
};

} // namespace takt
