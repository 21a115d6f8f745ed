// cli: carries out a command of `takt` (all but `dev`): speaks REST, prints a table for people or
// the API's own JSON for scripts. One thread; blocks until the command is done.
#pragma once

#include "tools/config/options.hpp"

namespace takt {

/// The process's exit code: 0, or 1 after one line on stderr. Usage (2) ends in parse_options(),
/// but for cron expressions that cannot be read (cli_cron.hpp).
int run_cli(const parsed& asked);

} // namespace takt
