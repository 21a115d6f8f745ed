// commands: what the command line `takt` can be asked to do. Plain values; parse_options() fills
// them in, run_cli() carries them out (except `dev`, which is a program of its own).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace takt {

enum class verb : uint8_t {
  dev,
  job_add,
  job_list,
  job_show,
  job_trigger,
  job_pause,
  job_resume,
  job_remove,
  logs,
  runs,
  executors,
  executor_remove,
  cron_explain,
  cron_next,
  cron_import,
  keys_new,
  version,
  config_page, ///< hidden: prints docs/CONFIG.md
};

/// `takt job add`: what is not given is not sent, so that the server's defaults hold.
struct job_form {
  std::string name{};
  std::string type{};
  std::optional<std::string> cron{};
  std::optional<int64_t> interval_s{};
  std::optional<std::string> payload{};
  std::optional<std::string> payload_file{};
  std::optional<int64_t> timeout_s{};
  std::optional<int64_t> retry_times{};
  std::optional<std::string> executor{};
  std::optional<std::string> description{};
  bool paused = false;
};

/// `takt cron …` and `takt import …`.
struct cron_question {
  std::string expression{};
  std::string lang{};                ///< "en", "zh"; empty: both
  std::string zone{};                ///< IANA name; empty: UTC
  std::optional<std::string> from{}; ///< RFC 3339; now
  uint32_t count = 5;
  std::string dst{"vixie"};
  std::string source{}; ///< import: "quartz", "xxl"
};

struct command {
  verb what = verb::dev;
  /// A job's, run's or executor's id, or the folder of `keys new`.
  std::string target{};
  job_form form{};
  cron_question cron{};
  uint32_t page = 1;
  uint32_t page_size = 20;
  /// `job trigger --wait`: follow the run until it ends.
  bool wait = false;
};

} // namespace takt
