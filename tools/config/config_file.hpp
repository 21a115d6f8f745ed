// config_file: the file given with --config. TOML or INI: `key = value`, keys as in options.def; a
// section named dev, scheduler, broker, worker or cli holds for that program only, so that one file
// serves a whole host. Called once, before any thread is started.
#pragma once

#include "tools/config/option_table.hpp"

#include <map>

namespace takt {

using option_texts = std::map<std::string, std::vector<std::string>, std::less<>>;

/// What `path` says for program `p`. A file that cannot be read, a key of no option, an unknown
/// section: setup_bad_option. Keys of other programs' options are passed over.
result<option_texts> read_config_file(const std::string& path, part p);

} // namespace takt
