// memory_rows: the tables and indices behind the memory store, its readers and its lease table.
// Included by those only; everybody else holds it through memory_store.hpp.
//
// THREADING: all objects on the same rows together are used by one thread.
#pragma once

#include "storage/lease_rules.hpp"
#include "storage/store.hpp"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace takt {

class memory_rows {
public:
  struct job_row {
    job definition{};
    fence_no fence = 0;
    std::optional<wall_time> deleted_at{};
  };

  struct run_row {
    run row{}; ///< without output and error: those are the newest attempt's
    std::vector<attempt> attempts{};
  };

  /// An instant, then an id: the order of most listings.
  template <class Id>
  struct at {
    wall_time when{};
    Id id{};
    auto operator<=>(const at&) const = default;
  };

  explicit memory_rows(cluster_id id);

  cluster_id cluster{};
  std::optional<lease_kind> kind{};
  lease_rows leases{};
  std::map<executor_id, executor> executors{};
  std::map<std::string, calendar> calendars{};
  std::map<std::string, blackout> blackouts{};
  uint64_t almanac_revision = 1;

  // -- found by id; nullptr when there is none --------------------------------
  const job_row* find_job(const job_id& id) const;
  const job_row* find_live_job(const job_id& id) const;
  const run_row* find_run(const run_id& id) const;
  /// The row that a planned or child due has already.
  const run_row* find_due(const job_id& job, wall_time due, run_kind of) const;
  /// The planned due next to an instant: the last one before or at it, the first one after it.
  const run_row* planned_until(const job_id& job, wall_time when) const;
  const run_row* planned_after(const job_id& job, wall_time when) const;

  // -- indices ----------------------------------------------------------------
  const std::set<at<job_id>>& jobs_by_age() const { return by_age_; }
  const std::set<at<job_id>>& jobs_by_due() const { return by_due_; }
  const std::map<job_id, job_row>& jobs_by_id() const { return jobs_; }
  const std::set<at<run_id>>& pending() const { return pending_; }
  const std::set<at<run_id>>& in_flight() const { return in_flight_; }
  /// A job's runs, oldest first.
  const std::set<at<run_id>>& runs_of(const job_id& job) const;
  /// Those of a job's runs that are unfinished, oldest first.
  std::vector<const run_row*> unfinished_of(const job_id& job) const;
  size_t count_unfinished_of(const job_id& job) const;
  /// The run with the newest attempt's output and error.
  run view_of(const run_row& row) const;

  // -- changes: rows replaced whole, indices kept -----------------------------
  void put(const job_row& row);
  void put(const run& row);
  /// Replaces the attempt, or adds it when it is the run's next.
  void put(const attempt& row);

private:
  void unlist(const job_row& row);
  void list(const job_row& row);

  std::map<job_id, job_row> jobs_{};
  std::map<run_id, run_row> runs_{};
  std::map<std::tuple<job_id, run_kind, wall_time>, run_id> dues_{};
  std::map<job_id, std::set<at<run_id>>> runs_of_{};
  std::map<job_id, std::set<at<run_id>>> unfinished_of_{}; ///< no empty ones
  std::set<at<job_id>> by_age_{};
  std::set<at<job_id>> by_due_{};
  std::set<at<run_id>> pending_{};
  std::set<at<run_id>> in_flight_{};
};

} // namespace takt
