// memory_fire: fire() and the end of a run, on the memory store's rows. Included by the memory_*
// files only. THREADING: as memory_rows.
#pragma once

#include "storage/memory_rows.hpp"

namespace takt {

/// store.hpp's fire(), without the check of the grant.
result<fired> fire_in_memory(memory_rows& rows, const fire_request& request);

/// When `r`, as stored, has ended and its job waits for that to be planned (a fixed delay): plans
/// it. Whether it did.
bool plan_after_end(memory_rows& rows, const run& r, wall_time now);

} // namespace takt
