// endpoint: what can be said of a ZeroMQ endpoint by reading it. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace takt {

/// Whether only this host can reach it: tcp on 127.0.0.0/8, [::1] or localhost, inproc, ipc.
/// Everything else, and everything that cannot be read, is not.
bool is_loopback_endpoint(std::string_view endpoint) noexcept;

} // namespace takt
