#include "tools/logging.hpp"

#include "proto/json.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace takt {

namespace {

bool as_json = false;

spdlog::level::level_enum library_level(int level) {
  switch (level) {
  case 1:
    return spdlog::level::debug;
  case 2:
    return spdlog::level::info;
  case 3:
    return spdlog::level::warn;
  default:
    return spdlog::level::err;
  }
}

void write(int level, std::string text) {
  if (as_json)
    return spdlog::log(library_level(level), "{}", to_json(value{std::move(text)}));
  // A line of the log is one line.
  std::replace(text.begin(), text.end(), '\n', ' ');
  spdlog::log(library_level(level), "{}", text);
}

} // namespace

void set_up_logging(const std::string& level, const std::string& format) {
  auto logger = spdlog::stderr_logger_mt("takt");
  as_json = format == "json";
  if (as_json)
    logger->set_pattern(
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":%v})",
      spdlog::pattern_time_type::utc);
  else
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

log actor_log() {
  return {
    [](severity level, std::string text) { write(static_cast<int>(level), std::move(text)); }};
}

log_hook broker_log() {
  // log_level counts from debug = 0, severity from debug = 1.
  return
    [](log_level level, std::string text) { write(static_cast<int>(level) + 1, std::move(text)); };
}

} // namespace takt
