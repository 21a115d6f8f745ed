// JOB: one live job. Waits for its next due, decides with pure logic what becomes of it, and fires.
//
// Receives  job_changed, almanac_here, dismiss (ROSTER) · alarm_due (CLOCKWORK) · runs_fired (STORE
//           PORT)
// Sends     set_alarm (CLOCKWORK) · fire_runs (STORE PORT) · runs_gone, runs_ready (DISPATCHER) ·
//           cancel_attempts (SWITCHBOARD) · job_at_rest, job_doubted (ROSTER)
// Owns      nothing durable: next_due lives in the store and moves there, in the firing transaction
// Dies when the ROSTER dismisses it
//
// One fire is out at a time. What the store refuses decides what is next: a moved version or a
// deleted job is looked up again by the ROSTER; a stale epoch ends with a dismissal. After any
// other failure nobody knows whether the fire was stored, so a second later the job is looked up as
// well: what is planned next begins where the store's next_due stands, and no due falls between a
// plan that was stored and another that is grouped otherwise.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/logic/misfire.hpp"
#include "actors/logic/schedule.hpp"
#include "actors/metrics.hpp"
#include "proto/random.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <optional>

namespace takt {

/// What every JOB shares. The pointers outlive the actors.
struct job_runner_deps {
  store_port_actor store{};
  clockwork_actor clockwork{};
  dispatcher_actor dispatcher{};
  switchboard_actor switchboard{};
  const clock* time = nullptr;
  entropy* random = nullptr;
  std::shared_ptr<metrics> counts{};
  log say{};
};

class job_runner {
public:
  using interface = job_actor;
  static inline const char* name = "takt.job";

  job_runner(
    interface::pointer self, job_runner_deps deps, roster_actor parent, grant under, job definition,
    almanac_ptr edition);

  interface::behavior_type make_behavior();

private:
  void on_changed(const job_changed& m);
  void on_alarm(const alarm_due& m);
  void on_almanac(const almanac_here& m);
  void on_fired(const runs_fired& m);
  void on_dismiss();
  void adopt(const job& definition);
  void read_schedule();
  void wait_for_next_due();
  void fire(wall_time now);
  void announce(const fired& outcome);

  interface::pointer self_;
  job_runner_deps deps_;
  roster_actor roster_;
  grant grant_;
  job job_;
  almanac_ptr almanac_;
  std::optional<schedule> schedule_;
  /// Why the dues looked at next are late, where they are. It holds until all of them are planned.
  late_cause cause_ = late_cause::no_scheduler;
  bool behind_ = false;
  /// Its next_due had passed before this actor was there: nobody drove it, unless the clock says
  /// otherwise.
  bool born_late_ = false;
  /// The next alarm asks the ROSTER to look the job up.
  bool in_doubt_ = false;
  /// Not to look at next_due before this, though its time has come (catch_up_rate).
  std::optional<wall_time> look_again_at_;

  /// The fire under way: which definition decided, and when to look at what it left.
  struct pending_fire {
    uint64_t version = 0;
    wall_time planned_at{};
    std::optional<wall_time> next_due{};
    std::optional<wall_time> look_again_at{};
  };
  std::optional<pending_fire> firing_;
};

} // namespace takt
