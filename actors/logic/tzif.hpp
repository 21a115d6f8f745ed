// tzif: the bytes of a TZif file (RFC 8536), version 2 or later, as the transitions they say.
//
// Reads the 64-bit block and hands out the footer, unread: see posix_tz.hpp. Total: the bytes may
// come from anybody, and what they make us keep is never more than they are. Leap seconds (the
// "right" files) are refused: takt's instants have none. Pure; safe from any thread. Used by zone
// alone. Errors: bad_schedule.
#pragma once

#include "proto/result.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace takt {

struct tzif_transition {
  std::chrono::sys_seconds at{};
  std::chrono::seconds offset{}; ///< local - UTC from then on
};

struct tzif {
  /// Before the first transition, and where there is none.
  std::chrono::seconds first_offset{};
  /// Strictly ascending; neighbours may have one offset (only the abbreviation changed).
  std::vector<tzif_transition> transitions{};
  /// The rule after the last transition, or empty. A part of the bytes read.
  std::string_view footer{};
};

result<tzif> read_tzif(std::string_view bytes);

} // namespace takt
