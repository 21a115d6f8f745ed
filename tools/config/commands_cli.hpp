// commands_cli: tells CLI11 what commands `takt` has. For options.cpp only.
#pragma once

#include "tools/config/commands.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace takt {

/// Adds every command to `app`. Parsing fills `out`; `add_options` is called with each command that
/// takes options of the table, and whether it is `dev` (else it speaks REST). Both must outlive it.
void add_commands(
  CLI::App& app, command& out, const std::function<void(CLI::App&, bool is_dev)>& add_options);

} // namespace takt
