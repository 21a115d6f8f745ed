// sim_world: a scheduler node in virtual time: the production actors (STORE PORT, READ PORT,
// CLOCKWORK, ROSTER with its JOBs, DISPATCHER) on CAF's test coordinator, one thread, whose job
// queue is shuffled by the seed; a store that can be slow or fail; crashes, clock steps and pauses.
//
// The same configuration always does the same. One thread.
#pragma once

#include "actors/log.hpp"
#include "actors/metrics.hpp"
#include "storage/lease.hpp"
#include "storage/memory_store.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/sim_executor.hpp"
#include "tests/sim/sim_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace takt::sim {

struct sim_config {
  uint64_t seed = 1;
  size_t jobs = 1000;
  int days = 365;
  bool sqlite = false;
  bool faults = true;
  /// One fire in so many loses its run; 0: none.
  uint64_t canary_one_in = 0;
};

/// A stretch of wall-clock time in which dues may be missed, and the reason that they then have.
struct trouble {
  wall_time begin{};
  wall_time end{};
  late_cause cause = late_cause::no_scheduler;
};

class sim_world {
public:
  explicit sim_world(const sim_config& cfg);
  ~sim_world();

  /// Creates the jobs, then lets the days pass with their faults, then some quiet ones.
  void run();

  // -- what the oracle looks at ---------------------------------------------------
  store_reader& reader() { return *reader_; }
  const almanac_ptr& almanac_now() const { return almanac_; }
  const std::vector<job_id>& jobs() const { return jobs_; }
  const std::vector<trouble>& troubles() const { return troubles_; }
  /// From where to where the clock was set back.
  const std::vector<std::pair<wall_time, wall_time>>& set_backs() const { return set_backs_; }
  wall_time begun_at() const { return begun_at_; }
  wall_time now() const { return time_.wall(); }
  uint64_t canaries() const { return rows_->canaries(); }
  /// What was logged at error.
  const std::vector<std::string>& errors() const { return errors_; }
  uint64_t restarts() const { return restarts_; }

private:
  struct node;

  void create_jobs();
  void pass_until(wall_time end);
  void settle();
  std::optional<mono_time> next_event() const;
  void wish(std::optional<wall_time> at);
  void move_to(mono_time at, bool slept = false);
  void do_mischief();
  void crash_for(millis outage);
  void boot();
  void shut_down();

  sim_config cfg_;
  dice dice_;
  test::virtual_clock time_{};
  wall_time begun_at_{};
  almanac_ptr almanac_;
  std::unique_ptr<test::temp_folder> folder_;
  std::shared_ptr<memory_rows> memory_;
  std::unique_ptr<store> backend_;
  std::shared_ptr<sim_store> rows_;
  std::shared_ptr<store_reader> reader_;
  std::unique_ptr<lease_table> leases_;
  sim_workload load_;
  seeded_entropy ids_;
  std::unique_ptr<node> node_;
  std::optional<wall_time> wake_at_;
  std::vector<job_id> jobs_;
  std::vector<trouble> troubles_;
  std::vector<std::pair<wall_time, wall_time>> set_backs_;
  std::vector<std::string> errors_;
  uint64_t restarts_ = 0;
};

} // namespace takt::sim
