#include "actors/fire_plan.hpp"

#include <utility>

namespace takt {

fire_request make_fire_request(
  const grant& under, const job& definition, const schedule& when, const due_plan& plan,
  wall_time now, entropy& random) {
  fire_request request;
  request.grant = under;
  request.job = definition.id;
  request.version = definition.version;
  request.next_due = plan.next_due;
  request.zone_version = when.zone_version();
  request.calendar_revision = when.calendar_revision();
  request.now = now;
  for (const auto& p : plan.entries) {
    fire_entry entry;
    entry.id = make_timed_id<run_id>(now, random);
    entry.kind = run_kind::planned;
    entry.due = p.due;
    entry.due_last = p.due_last;
    entry.count = p.count;
    entry.state = p.state;
    entry.reason = p.reason;
    entry.note = p.note;
    request.entries.push_back(std::move(entry));
  }
  return request;
}

runs_ready ready_runs_of(const fired& outcome, const job& definition) {
  runs_ready ready;
  for (const auto& e : outcome.entries) {
    // A duplicate that is PENDING may be ours: a commit that was reported lost and was not.
    if (e.state != run_state::pending)
      continue;
    ready_run run;
    run.id = e.id;
    run.job = definition.id;
    run.shard = shard_of(definition.id);
    run.due = e.due;
    run.not_before = e.due;
    run.task_type = definition.task_type;
    run.pinned = definition.executor;
    run.parallel = definition.overlap == overlap_policy::allow;
    ready.runs.push_back(std::move(run));
  }
  return ready;
}

} // namespace takt
