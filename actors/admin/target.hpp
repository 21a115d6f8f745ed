// target: a request line's target, taken apart: path segments and query, percent-decoded.
// Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace takt {

struct request_target {
  /// "/api/job/x" is {"api", "job", "x"}; one slash at the end says nothing.
  std::vector<std::string> segments{};
  std::vector<std::pair<std::string, std::string>> query{};

  /// The first one with this name.
  std::optional<std::string_view> find(std::string_view name) const;
};

/// Reads origin form ("/path?query") and absolute form ("http://host/path"). bad_request: anything
/// else, a "%" without two hex digits after it, NUL, or text that is not UTF-8.
result<request_target> parse_target(std::string_view text);

/// Whether these bytes are UTF-8 (RFC 3629: no surrogates, nothing overlong).
bool is_utf8(std::string_view bytes) noexcept;

} // namespace takt
