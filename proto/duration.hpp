// duration: spans of time as people write them in options. Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"

#include <string>
#include <string_view>

namespace takt {

/// "500ms", "3s", "10m", "1h", "2d" or plain seconds ("3", "0.5"); at most ten years. Anything
/// else, and anything below zero: setup_bad_option with a sentence.
result<millis> duration_from(std::string_view text);

/// The shortest text that duration_from() reads back: "1500ms", "3s", "10m", "1h".
std::string duration_text(millis span);

} // namespace takt
