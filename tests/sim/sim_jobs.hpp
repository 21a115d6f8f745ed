// sim_jobs: jobs as varied as people's, from a seed: every kind of rule, many zones, every policy,
// on average due less than once an hour each.
#pragma once

#include "actors/logic/almanac.hpp"
#include "proto/job.hpp"
#include "tests/sim/dice.hpp"

#include <vector>

namespace takt::sim {

/// The zones that the jobs live in.
const std::vector<std::string>& sim_zones();

/// Holidays and blackouts of the simulated time, over the host's zones.
almanac_ptr make_sim_almanac(dice& d, wall_time begin, int days);

/// Job number `n`, as if created at `now`; its next_due is worked out.
job make_sim_job(dice& d, size_t n, wall_time now, int days, const almanac_ptr& by);

} // namespace takt::sim
