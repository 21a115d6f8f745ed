// fire_plan: from a plan of dues to a firing request, and from its outcome to what the DISPATCHER
// is told. Used by whoever fires: the JOB when its due comes, the DESK before it changes a
// definition. Pure but for the ids that are drawn; safe from any thread.
#pragma once

#include "actors/logic/misfire.hpp"
#include "actors/messages.hpp"
#include "proto/random.hpp"

namespace takt {

/// The request that carries out a plan of `definition`, whose schedule is `when`.
fire_request make_fire_request(
  const grant& under, const job& definition, const schedule& when, const due_plan& plan,
  wall_time now, entropy& random);

/// The runs of `outcome` that wait for an executor.
runs_ready ready_runs_of(const fired& outcome, const job& definition);

} // namespace takt
