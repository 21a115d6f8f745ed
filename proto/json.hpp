// JSON: value <-> text. Decoding is total: never throws, never allocates beyond its limits.
// Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/value.hpp"

#include <string>
#include <string_view>

namespace takt {

/// Compact, or with `indent` spaces. Text that is not UTF-8 is written with U+FFFD in its place.
/// @pre no `blob` inside
std::string to_json(const value& v, int indent = -1);

/// One JSON text (RFC 8259). Otherwise, beyond a limit, or with a key given twice: bad_json with
/// the position.
result<value> from_json(std::string_view text, const decode_limits& limits = {});

} // namespace takt
