// JOB: one live job. Waits for its next due, decides with pure logic what becomes of it, and fires.
//
// Receives  job_changed, dismiss (ROSTER) · alarm_due (CLOCKWORK) · runs_fired (STORE PORT)
// Sends     set_alarm (CLOCKWORK) · fire_runs (STORE PORT) · runs_ready (DISPATCHER) ·
//           job_at_rest, job_doubted (ROSTER)
// Owns      nothing durable: next_due lives in the store and moves there, in the firing transaction
// Dies when the ROSTER dismisses it
//
// One fire is out at a time. What the store refuses decides what is next: a moved version or a
// deleted job is looked up again by the ROSTER; a stale epoch ends with a dismissal; anything else
// is tried again a second later.
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
    interface::pointer self, job_runner_deps deps, roster_actor parent, grant under,
    job definition);

  interface::behavior_type make_behavior();

private:
  void on_changed(const job_changed& m);
  void on_alarm();
  void on_fired(const runs_fired& m);
  void on_dismiss();
  void adopt(const job& definition);
  void wait_for_next_due();
  void fire(wall_time now);
  void announce(const fired& outcome);

  interface::pointer self_;
  job_runner_deps deps_;
  roster_actor roster_;
  grant grant_;
  job job_;
  std::optional<schedule> schedule_;

  /// The fire under way: which definition decided, and what it makes of next_due.
  struct pending_fire {
    uint64_t version = 0;
    std::optional<wall_time> next_due{};
  };
  std::optional<pending_fire> firing_;
};

} // namespace takt
