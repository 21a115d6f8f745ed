// duration: spans of time as people write them in options, expressions and requests. Pure; safe
// from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"

#include <string>
#include <string_view>

namespace takt {

/// "500ms", "3s", "10m", "1h", "2d", several of them from the longest unit to the shortest
/// ("1h30m", "2d12h"), or plain seconds ("3", "0.5"), which is also how JSON numbers are read. A
/// fraction may only stand in the last part ("1.5h", "1m0.5s"). At most ten years. Anything else,
/// and anything below zero: `code` with a sentence.
result<millis> duration_from(std::string_view text, errc code = errc::setup_bad_option);

/// The shortest text that duration_from() reads back: "1500ms", "3s", "10m", "1h".
std::string duration_text(millis span);

} // namespace takt
