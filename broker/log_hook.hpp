// log_hook: how this floor speaks to whoever runs it, without knowing a logging library.
//
// The composition root connects the hook to its log. Hooks are called from the thread that has
// something to say (one of router_thread's, zap_handler's or the link's own): they must be safe
// from any thread and must not block.
#pragma once

#include "proto/time.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace takt {

enum class log_level : uint8_t { debug, info, warning, error };

using log_hook = std::function<void(log_level, std::string)>;

/// Lets `burst` lines through per interval, so that a peer which knocks all day cannot fill a disk.
/// One thread at a time.
class log_limiter {
public:
  log_limiter(uint32_t burst, millis interval) : burst_(burst), interval_(interval) {}

  /// Whether a line may be written now. `suppressed` becomes the number of lines held back since
  /// the last one that was let through.
  bool allow(mono_time now, uint64_t& suppressed) {
    if (!started_ || now - window_ >= interval_) {
      started_ = true;
      window_ = now;
      written_ = 0;
    }
    if (written_ >= burst_) {
      ++held_back_;
      return false;
    }
    ++written_;
    suppressed = held_back_;
    held_back_ = 0;
    return true;
  }

private:
  uint32_t burst_;
  millis interval_;
  bool started_ = false;
  mono_time window_{};
  uint32_t written_ = 0;
  uint64_t held_back_ = 0;
};

} // namespace takt
