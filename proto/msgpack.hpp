// msgpack: value <-> bytes. Decoding is total: never throws, never allocates beyond its limits.
// Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/value.hpp"

#include <string>
#include <string_view>

namespace takt {

std::string to_msgpack(const value& v);

/// One value that takes up all of `data`. Otherwise, or beyond a limit: frame_malformed. Extension
/// types, map keys that are not text and keys given twice are malformed too.
result<value> from_msgpack(std::string_view data, const decode_limits& limits = {});

} // namespace takt
