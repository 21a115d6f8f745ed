// sim_executor: stands where the SWITCHBOARD stands, and behind it one executor with many slots
// that never loses a frame: an attempt that is dispatched starts at once and ends after a while.
// (The network and its troubles are another simulation's.) What runs outlives the scheduler node.
//
// One thread. Durations and outcomes are drawn from the world's seed.
#pragma once

#include "actors/interfaces.hpp"
#include "tests/sim/dice.hpp"
#include "tests/support/virtual_clock.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace takt::sim {

/// What the executor is doing, and what it will be done with when.
class sim_workload {
public:
  explicit sim_workload(uint64_t seed) : random_(seed) {}

  struct work {
    assignment what{};
    wall_time started_at{};
    run_event event = run_event::succeed;
  };

  /// Begins it unless it is under way; by the clock that never steps.
  void begin(const assignment& what, const instant& now);
  /// It is to end now, as CANCELED.
  void cancel(const attempt_key& key, mono_time now);
  /// When the next attempt ends.
  std::optional<mono_time> next_end() const;
  /// Those that have ended; they are told again until forget().
  std::vector<work> ended(mono_time now);
  void forget(const attempt_key& key);
  bool has(const attempt_key& key) const { return open_.contains(key); }

private:
  struct place {
    work w{};
    mono_time ends_at{};
  };
  void put_end(const attempt_key& key, mono_time at);

  dice random_;
  std::unordered_map<attempt_key, place> open_;
  std::multimap<mono_time, attempt_key> ends_;
};

/// Takes the SWITCHBOARD's part, and the answers of the store.
using sim_executor_actor = switchboard_actor::extend<
  caf::reacts_to<attempt_started>, caf::reacts_to<attempt_finished>,
  // The world: time has passed.
  caf::reacts_to<clock_tick>>;

class sim_executor {
public:
  using interface = sim_executor_actor;
  static inline const char* name = "sim.executor";

  sim_executor(
    interface::pointer self, store_port_actor rows, dispatcher_actor runs, sim_workload* load,
    const clock* time);

  interface::behavior_type make_behavior();

private:
  void on_granted(const shards_granted& m);
  void take_on(const assignment& what);
  void tell_ended();
  void on_finished(const attempt_finished& m);
  std::optional<grant> held(const job_id& of) const;

  interface::pointer self_;
  store_port_actor store_;
  dispatcher_actor dispatcher_;
  sim_workload* load_;
  const clock* clock_;
  std::map<shard_no, epoch_no> grants_;
  std::unordered_map<attempt_key, assignment> told_;
};

} // namespace takt::sim
