// sim_oracle: is the ledger the true account of every planned instant?
//
// For every job: rows in order, without gap or overlap, as many dues as the schedule has; no due
// left behind; each missed due in a stretch of trouble of the kind that it names; each skipped one
// entitled to it. For a sample: the dues recomputed second by second, from the definition of cron
// and the C library's zones, knowing nothing of takt's (tests/support/cron_oracle.hpp).
#pragma once

#include "tests/sim/sim_world.hpp"

#include <string>
#include <vector>

namespace takt::sim {

struct sim_findings {
  /// What is wrong, one sentence each; at most findings_max are kept.
  std::vector<std::string> faults{};
  uint64_t faults_in_all = 0;
  uint64_t dues = 0;
  uint64_t rows = 0;
  uint64_t ran = 0;
  uint64_t skipped = 0;
  uint64_t missed = 0;
  /// Jobs and dues of the sample that were recomputed second by second.
  uint64_t sampled_jobs = 0;
  uint64_t sampled_dues = 0;
};

inline constexpr size_t findings_max = 20;

/// Looks at one job in `sample_one_in` second by second.
sim_findings judge(sim_world& world, uint64_t sample_one_in = 20);

} // namespace takt::sim
