// dev: `takt dev`: scheduler, broker and one worker in one process; the broker over inproc.
// Called by main() on its thread; returns the exit code after SIGINT or SIGTERM.
#pragma once

#include "tools/config/options.hpp"

namespace takt {

int run_dev(const options& chosen);

} // namespace takt
