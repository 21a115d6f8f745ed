// DISPATCHER: which PENDING run goes to which executor.
//
// Receives  shards_granted (LEASE KEEPER) · runs_ready (JOB, DESK) · runs_gone (DESK) ·
//           executor_offer, attempt_over, attempt_back (EXECUTOR PROXY) · run_assigned (STORE PORT)
//           · open_runs_found, ready_runs_found (READ PORT) · alarm_due (CLOCKWORK)
// Sends     assign_run (STORE PORT) · dispatch_attempt, adopt_attempts (SWITCHBOARD) ·
//           find_open_runs, find_ready_runs (READ PORT) · set_alarm (CLOCKWORK)
// Owns      the queue of PENDING runs (a window on the store's) and the account of who has what;
//           nothing durable
// Dies when its node stops it
//
// Runs wait in the store, not in sockets: an executor is never given more than its slots. An
// executor's credit is its slots less the attempts that this actor gave it and has not heard the
// end of; since it alone assigns, it needs nobody's count.
//
// Nothing of a shard is assigned before what was under way there is known. Where the store refuses
// an assignment because the run moved, the account was wrong: the shard is looked up again.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/logic/ready_queue.hpp"
#include "actors/logic/routing.hpp"
#include "actors/metrics.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <memory>
#include <set>
#include <unordered_map>

namespace takt {

struct dispatcher_deps {
  store_port_actor store{};
  read_port_actor reader{};
  clockwork_actor clockwork{};
  const clock* time = nullptr;
  std::shared_ptr<metrics> counts{};
  log say{};
};

class dispatcher {
public:
  using interface = dispatcher_actor;
  static inline const char* name = "takt.dispatcher";

  dispatcher(interface::pointer self, dispatcher_deps deps);

  interface::behavior_type make_behavior();

private:
  /// A run that was assigned, or is being assigned, and has not come back.
  struct out_run {
    queued_run what{};
    executor_id executor{};
    /// Found in flight: its task type and pinned executor are not known here.
    bool adopted = false;
  };
  using out_runs = std::unordered_map<run_id, out_run>;

  void on_granted(const shards_granted& m);
  void on_ready(const std::vector<ready_run>& runs);
  void on_offer(const executor_offer& m);
  void on_assigned(const run_assigned& m);
  void on_over(const attempt_over& m);
  void on_back(const attempt_back& m);
  void on_open_found(const open_runs_found& m);
  void on_ready_found(const ready_runs_found& m);
  void on_tick();
  void pump();
  offered try_assign(const queued_run& run, wall_time now);
  void take_out(const queued_run& run, const executor_id& executor, bool adopted);
  out_run take_back(out_runs::iterator found);
  void requeue(queued_run run, wall_time not_before);
  void forget_shard(shard_no shard);
  void wake_for_retries(wall_time now);
  void look_for_more();
  void look_up_doubted();
  bool drives(const grant& g) const;

  interface::pointer self_;
  dispatcher_deps deps_;
  switchboard_actor board_;
  std::map<shard_no, epoch_no> grants_;
  ready_queue queue_;
  std::map<executor_id, executor_offer> offers_;
  std::unordered_map<executor_id, uint32_t> open_; ///< attempts per executor
  out_runs out_;
  /// Shards whose open runs are not known yet, and those where they must be looked up again.
  std::set<shard_no> taking_over_;
  std::set<shard_no> doubted_;
  uint64_t turn_ = 0;
  /// PENDING runs exist that the queue does not hold.
  bool more_in_store_ = false;
  bool looking_ = false;
  uint64_t ticks_ = 0;
  bool stopped_ = false;
};

} // namespace takt
