// endpoint: what can be said of a ZeroMQ endpoint by reading it. Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <string_view>

namespace takt {

/// Whether only this host can reach it: tcp on 127.0.0.0/8, [::1] or localhost, inproc, ipc.
/// Everything else, and everything that cannot be read, is not.
bool is_loopback_endpoint(std::string_view endpoint) noexcept;

/// Whether it can be an endpoint at all: tcp://HOST:PORT, inproc://NAME or ipc://PATH. Otherwise
/// setup_bad_option naming it. libzmq takes a port modulo 65536, so nobody else would say it.
result<void> check_endpoint(std::string_view endpoint);

} // namespace takt
