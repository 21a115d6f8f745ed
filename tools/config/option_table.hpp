// option_table: the rows of options.def as data, and how a row's text becomes a field. For
// options.cpp and option_page.cpp only. Immutable; safe from any thread.
#pragma once

#include "tools/config/options.hpp"

#include <optional>
#include <span>

namespace takt {

/// Who has an option: the three daemons, `takt dev`, and the commands that speak REST.
enum class part : uint8_t { dev = 1, scheduler = 2, broker = 4, worker = 8, cli = 16 };

struct part_set {
  uint8_t bits = 0;

  constexpr part_set() = default;
  constexpr part_set(part p) : bits(static_cast<uint8_t>(p)) {}
  constexpr bool has(part p) const { return (bits & static_cast<uint8_t>(p)) != 0; }
};

constexpr part_set operator|(part_set a, part_set b) {
  part_set both;
  both.bits = static_cast<uint8_t>(a.bits | b.bits);
  return both;
}
constexpr part_set operator|(part a, part b) {
  return part_set{a} | part_set{b};
}

/// "takt dev", "takt-worker", …
std::string_view to_string(part p) noexcept;

/// What a value must be, beyond its type.
struct option_bounds {
  enum class rule : uint8_t {
    any,
    not_empty,
    range,
    choice,
    name,
    tcp_endpoint,
    host_and_port,
    redis_url,
    http_url
  };
  rule what = rule::any;
  int64_t low = 0; ///< range: of a number, or of milliseconds
  int64_t high = 0;
  std::string_view choices{}; ///< "text|json"
};

struct option_row {
  std::string_view key{};
  /// "text", "number", "duration", "flag" or "list".
  std::string_view kind{};
  std::string_view default_text{};
  option_bounds bounds{};
  part_set parts{};
  bool needs_restart = true;
  std::string_view help{};
  /// Checks and sets the field. A list takes all texts, the others the last.
  result<void> (*assign)(
    options& out, const std::vector<std::string>& texts, const option_row& row);
};

std::span<const option_row> option_rows();
const option_row* find_option(std::string_view key);

std::string_view default_of(const option_row& row, part p);
/// "TAKT_LEASE_TTL" of "lease-ttl".
std::string variable_of(std::string_view key);
/// "1s to 1h", "text or json", or nothing.
std::string bounds_text(const option_row& row);

} // namespace takt
