// fire_rules: what becomes of a due that meets other runs of its job, when a schedule has had its
// runs, and where a fixed delay goes. A backend counts and writes rows; what to write is asked
// here, so that no two backends can decide differently.
//
// Pure; safe from any thread. Failures are those that store.hpp lists for fire().
#pragma once

#include "storage/store.hpp"

namespace takt {

/// What deciding needs of a job, without its texts: reading it is cheap.
struct job_head {
  uint64_t version = 1;
  bool paused = false;
  overlap_policy overlap = overlap_policy::queue;
  uint64_t max_runs = 0;
  uint64_t fired_runs = 0;
  int64_t fixed_delay_ms = 0;
  std::optional<wall_time> end_at{};
  std::optional<wall_time> next_due{};
};

job_head head_of(const job& j);

/// What replace_job() makes of the stored job.
job replacement_of(const job& stored, const job& by, bool keeps_plan);
/// store_version_moved.
result<void> check_replan(const job_head& head, const store::replan_request& request);

/// Where next_due of a job with a fixed delay goes when its last unfinished run ends at `now`.
/// Nothing when the schedule is over, or the job is no such job.
std::optional<wall_time> due_after_end(const job_head& head, wall_time now);
/// The same, when the job still has to be planned: nothing when it has a next_due already.
std::optional<wall_time> due_to_plan(const job_head& head, wall_time now);

/// Whether version, next_due and the like of the request count: some entry is not manual.
bool follows_schedule(const fire_request& request) noexcept;
/// Whether a run of this kind is unique by its due; the others are by their id.
bool is_unique_by_due(run_kind kind) noexcept;
/// store_version_moved.
result<void> check_fire(const job_head& head, const fire_request& request);

/// What a due does that meets unfinished runs of its job.
enum class overlap_decision : uint8_t {
  waits,      ///< or has nothing to wait for
  overlaps,   ///< SKIPPED (overlap)
  queue_full, ///< SKIPPED (queue_full)
  supersedes  ///< waits, and the others are called off
};

/// @param unfinished how many there are; beyond limits::queued_runs_per_job_max the same as that
overlap_decision decide_overlap(overlap_policy policy, uint64_t unfinished) noexcept;

/// Goes through the entries of a request one by one: a backend asks before each and tells what it
/// wrote.
class fire_course {
public:
  /// @param unfinished runs of the job before the request, as for decide_overlap
  fire_course(const job_head& head, const fire_request& request, uint64_t unfinished);

  /// max_runs was reached: this entry and those that follow are not written.
  bool is_over() const noexcept;

  /// What to write for an entry that has no row yet.
  struct admission {
    run_state state = run_state::pending;
    std::string reason{};
    std::string note{};
    bool supersedes = false;    ///< once it is written, call the job's other unfinished runs off
    bool names_blocker = false; ///< the note shall be the id of the oldest unfinished run
  };
  /// sched_queue_full, for manual entries: write nothing of the request, unless the entry has a
  /// row.
  result<admission> admit(const fire_entry& entry) const;

  void wrote(const fire_entry& entry, const admission& as);
  /// The job's other runs were called off for the entry written last: so many of them were PENDING.
  void called_off(uint64_t pending, fired& answer) noexcept;

  uint64_t fired_runs() const noexcept { return head_.fired_runs; }
  /// Where the job's next_due goes, when all entries were gone through.
  std::optional<wall_time> next_due() const;

private:
  bool has_had_its_runs() const noexcept;

  job_head head_;
  const fire_request& request_;
  bool follows_schedule_;
  uint64_t unfinished_;
};

/// The ledger row of an entry.
run new_run(const fire_request& request, const fire_entry& entry, const fire_course::admission& as);
/// The answer for an entry, from its row; `duplicate`: the row was there before.
fired_entry answer_of(const run& r, bool duplicate);

} // namespace takt
