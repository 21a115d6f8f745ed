// log: where a part says what it did; the composition root decides what becomes of it.
// Copyable; safe from any thread as far as its sink is (tools/ connects spdlog, tests a list).
#pragma once

#include <functional>
#include <string>
#include <utility>

namespace takt {

enum class severity : int { debug = 1, info = 2, warning = 3, error = 4 };

struct log {
  std::function<void(severity, std::string)> sink{};

  void debug(std::string text) const { say(severity::debug, std::move(text)); }
  void info(std::string text) const { say(severity::info, std::move(text)); }
  void warning(std::string text) const { say(severity::warning, std::move(text)); }
  void error(std::string text) const { say(severity::error, std::move(text)); }

private:
  void say(severity level, std::string text) const {
    if (sink)
      sink(level, std::move(text));
  }
};

} // namespace takt
