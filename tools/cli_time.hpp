// cli_time: `takt why`, `ledger`, `forecast`, `simulate`, `calendar` and `blackout`. One thread;
// blocks until the gateway has answered. Failures carry one line for people.
#pragma once

#include "actors/logic/zone.hpp"
#include "tools/cli_session.hpp"
#include "tools/config/asked_instant.hpp"

namespace takt {

/// The instant that is meant. A clock's time without a day is the latest not after `now`; one that
/// does not exist is the end of its gap, one that exists twice its first (as `dst: vixie` has it).
wall_time instant_meant(const asked_instant& asked, const zone& in, wall_time now);

/// Carries one of these commands out; the exit code.
/// @pre asked.what is why to blackout_remove
result<int> speak_of_time(cli_session& api, const command& asked, wall_time now);

} // namespace takt
