#include "broker/router_counters.hpp"

namespace takt {

namespace {

constexpr std::array<std::string_view, router_count_size> names = {
  "frames_in",     "effects_out",     "forwarded",      "ended_here",   "malformed",
  "too_large",     "version_refused", "out_of_range",   "unknown_kind", "unknown_peer",
  "not_allowed",   "executor_taken",  "too_many_peers", "stale_claim",  "no_owner",
  "not_connected", "unroutable",      "peers_forgotten"};

} // namespace

std::string_view to_string(router_count which) noexcept {
  auto i = static_cast<size_t>(which);
  return i < names.size() ? names[i] : "unknown";
}

} // namespace takt
