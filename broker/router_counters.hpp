// router_counters: what the router did with frames, by reason. Plain values; copies independent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace takt {

enum class router_count : uint8_t {
  frames_in,       ///< everything that came, malformed or not
  effects_out,     ///< everything the router wanted sent
  forwarded,       ///< a frame that went on to its addressee (each copy counts)
  ended_here,      ///< a sign of life, HELLO, OWNS, ERROR: the broker was the addressee
  malformed,       ///< could not be read
  too_large,       ///< a frame over its limit
  version_refused, ///< another protocol version
  out_of_range,    ///< a field outside its bounds
  unknown_kind,    ///< a kind of a later version
  unknown_peer,    ///< a frame from a connection that had not said HELLO
  not_allowed,     ///< wrong side, wrong role, or another executor's name
  executor_taken,  ///< REGISTER of an executor that another process has
  too_many_peers,  ///< HELLO beyond router_config::peers_max
  stale_claim,     ///< OWNS of a shard that another connection owns
  no_owner,        ///< dropped: nobody drives the shard
  not_connected,   ///< dropped: the executor has no connection
  unroutable,      ///< the socket said that the peer is gone
  peers_forgotten, ///< silent, gone or said BYE
};

inline constexpr size_t router_count_size = static_cast<size_t>(router_count::peers_forgotten) + 1;

/// The name in metrics: "frames_in", "malformed", …
std::string_view to_string(router_count which) noexcept;

struct router_counters {
  std::array<uint64_t, router_count_size> values{};

  uint64_t operator[](router_count which) const noexcept {
    return values[static_cast<size_t>(which)];
  }
  uint64_t& operator[](router_count which) noexcept { return values[static_cast<size_t>(which)]; }

  bool operator==(const router_counters&) const = default;
};

} // namespace takt
