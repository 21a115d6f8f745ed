// guard: who may talk to the gateway at all: the token, and where there is none, no web page.
//
// A gateway without a token listens on loopback only. That keeps other hosts out, but not the web
// pages in this host's browsers: one may send writing requests anywhere (CSRF), and by a name of
// its own that resolves to 127.0.0.1 read the answers too (DNS rebinding). Browsers always say
// which name they asked (Host) and which page sent a writing request (Origin), so those are
// checked.
//
// Immutable; safe from any thread.
#pragma once

#include "proto/result.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace takt {

class token_guard {
public:
  /// An empty token: nobody needs one.
  explicit token_guard(std::string_view token);

  bool is_needed() const noexcept { return needed_; }

  /// Whether an Authorization header ("Bearer …") carries the token. Takes the same time for every
  /// wrong one.
  bool admits(std::string_view authorization) const;

private:
  using digest = std::array<uint8_t, 32>;
  static digest digest_of(std::string_view text);

  bool needed_ = false;
  digest wanted_{};
};

/// Host header of a request to a gateway without a token: an address, "localhost" or the host it
/// was told to listen on, each with or without a port.
bool is_own_host(std::string_view host_header, std::string_view listen_host);

/// Whether a page that sent `origin` came from this very gateway, as `host_header` names it.
bool is_own_origin(std::string_view origin, std::string_view host_header);

/// "HOST:PORT" taken apart; IPv6 addresses stand in brackets, which are not part of `host`.
struct host_port {
  std::string host{};
  uint16_t port = 0;
};

/// setup_bad_option: no port, a port beyond 65535, no host, an IPv6 address without brackets.
result<host_port> parse_listen(std::string_view text);

} // namespace takt
