// ready_queue: the PENDING runs that the DISPATCHER keeps, and whose turn it is.
//
// A job's runs stand in a line by (due, id); only the head of a line is offered, and none while a
// run of the job is in flight. A head that must wait (a retry's backoff) holds its line. Runs that
// may be in flight side by side (overlap "allow") have a line each. The heads of all lines are
// offered in order of (due, id).
//
// Heads that ask for the same (task type, pinned executor) are one kind: when one is declined, so
// would be the others, and they are passed over until the next offer. So 10,000 runs pinned to an
// executor that is away cost one refusal per offer, not 10,000.
//
// Owned by one actor. Wall-clock instants; `now` is an argument. Every method is O(log n) in runs
// unless it says otherwise. Cannot fail.
#pragma once

#include "proto/ids.hpp"
#include "proto/time.hpp"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace takt {

struct queued_run {
  run_id id{};
  job_id job{};
  shard_no shard = 0;
  attempt_no attempt = 0;
  wall_time due{};
  wall_time not_before{};
  std::string task_type{};
  executor_id pinned{};
  /// May be in flight beside other runs of its job.
  bool parallel = false;

  bool operator==(const queued_run&) const = default;
};

/// What became of an offered run.
enum class offered : uint8_t {
  taken,    ///< it leaves the queue and its job is busy
  declined, ///< nobody takes runs of its kind now; it stays
  stop,     ///< it stays, and no more are wanted in this offer
};

class ready_queue {
public:
  /// A run that is there already is replaced.
  void add(queued_run run);
  /// False when it was not there.
  bool erase(const run_id& id);
  /// Forgets the queued runs of a job. O(n).
  void erase_job(const job_id& job);
  /// A busy job's runs stay queued but are not offered.
  void set_busy(const job_id& job, bool busy);
  /// Forgets the shard's runs and busy jobs. O(n).
  void drop_shard(shard_no shard);

  size_t size() const noexcept { return runs_.size(); }

  /// Calls f(const queued_run&) -> offered for the heads of lines that may go at `now`, in order.
  /// Returns how many were taken. O((kinds + offered) log n). f must not change the queue. A `now`
  /// before the last one (the clock stepped) costs O(n).
  template <class F>
  size_t offer(wall_time now, F&& f) {
    advance_to(now);
    auto kinds = kinds_in_order();
    size_t taken = 0;
    while (!kinds.empty()) {
      std::pop_heap(kinds.begin(), kinds.end(), later_head);
      auto answer = f(runs_.at(kinds.back()->begin()->run));
      if (answer == offered::stop)
        break;
      if (answer == offered::taken) {
        take(kinds.back()->begin()->run);
        ++taken;
      }
      if (answer == offered::declined || kinds.back()->empty())
        kinds.pop_back();
      else
        std::push_heap(kinds.begin(), kinds.end(), later_head);
    }
    forget_empty_kinds();
    return taken;
  }

  /// The earliest instant after the last offer's `now` at which a head that waits may go; nothing
  /// when none waits.
  std::optional<wall_time> next_instant() const;

private:
  /// By due, then id.
  struct place {
    wall_time due{};
    run_id run{};

    auto operator<=>(const place&) const = default;
  };
  struct kind_key {
    std::string task_type{};
    executor_id pinned{};

    auto operator<=>(const kind_key&) const = default;
  };
  /// A job's line, or that of one parallel run.
  struct line_key {
    job_id job{};
    run_id run{}; ///< nil: the job's

    bool operator==(const line_key&) const = default;
  };
  struct line_hash {
    size_t operator()(const line_key& k) const noexcept {
      return std::hash<job_id>{}(k.job) ^ std::hash<run_id>{}(k.run);
    }
  };
  struct line {
    std::set<place> runs{};
    shard_no shard = 0;
    bool busy = false;
    /// The head as it stands in kinds_ or waiting_; none: in neither.
    std::optional<run_id> shown{};
  };
  using heads = std::set<place>;

  static bool later_head(const heads* a, const heads* b) { return *b->begin() < *a->begin(); }

  void advance_to(wall_time now);
  std::vector<heads*> kinds_in_order();
  void take(run_id id);
  void forget_empty_kinds();
  void show(line& l);
  void hide(line& l);
  void forget_if_idle(const line_key& key);
  static line_key line_of(const queued_run& run) {
    return {run.job, run.parallel ? run.id : run_id{}};
  }

  std::unordered_map<run_id, queued_run> runs_;
  std::unordered_map<line_key, line, line_hash> lines_;
  std::map<kind_key, heads> kinds_;
  /// Heads whose not_before lies after now_.
  std::set<std::pair<wall_time, run_id>> waiting_;
  wall_time now_ = wall_time::min();
};

} // namespace takt
