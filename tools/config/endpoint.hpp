// endpoint: addresses as people write them in options, taken apart and checked. Pure; safe from any
// thread. Whether an endpoint is reachable from other hosts says broker/endpoint.hpp.
#pragma once

#include "proto/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace takt {

struct tcp_address {
  /// A name or an address; IPv6 without its brackets.
  std::string host{};
  uint16_t port = 0;

  bool operator==(const tcp_address&) const = default;
};

/// "127.0.0.1:8080", "localhost:0", "[::1]:8080". Otherwise: setup_bad_option with a sentence.
result<tcp_address> tcp_address_from(std::string_view text);

/// "host:port", an IPv6 address in brackets.
std::string to_string(const tcp_address& where);

/// "tcp://host:port"; a host of "*" is allowed (all interfaces). Otherwise: setup_bad_option.
result<tcp_address> tcp_endpoint_from(std::string_view text);

struct redis_url {
  tcp_address server{};
  uint32_t database = 0;

  bool operator==(const redis_url&) const = default;
};

/// "redis://host[:port][/database]"; the port is 6379 when not given. Otherwise: setup_bad_option.
result<redis_url> redis_url_from(std::string_view text);

/// "http://…" or "https://…" with a host and nothing that would need escaping. Answers it without a
/// trailing slash. Otherwise: setup_bad_option.
result<std::string> http_url_from(std::string_view text);

} // namespace takt
