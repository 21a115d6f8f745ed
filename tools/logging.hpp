// logging: connects the parts' hooks to spdlog: one line to stderr each, as text or JSON.
// Set up once by main() before any thread starts; the hooks are safe from any thread.
#pragma once

#include "actors/log.hpp"
#include "broker/log_hook.hpp"

#include <string>

namespace takt {

/// `level`: trace|debug|info|warning|error. `format`: text|json.
void set_up_logging(const std::string& level, const std::string& format);

/// What actors and workers are given.
log actor_log();
/// What brokers and links are given.
log_hook broker_log();

} // namespace takt
