// effects: what the router and the worker's session want done; whoever drives them does it.
#pragma once

#include "proto/wire.hpp"

#include <string>
#include <vector>

namespace takt {

/// Which of the broker's two sockets a peer is on.
enum class broker_side : uint8_t { frontend, backend };

/// A connection as ROUTER names it. Never stable: a reconnect is another peer.
struct peer {
  broker_side side = broker_side::frontend;
  std::string routing_id{};
  auto operator<=>(const peer&) const = default;
};

/// A message for a peer.
struct send_to {
  peer to{};
  message what{};
};

} // namespace takt
