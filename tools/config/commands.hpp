// commands: what the command line `takt` can be asked to do. Plain values; parse_options() fills
// them in, run_cli() carries them out (except `dev`, which is a program of its own).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  why,
  ledger,
  forecast,
  simulate,
  calendar_list,
  calendar_show,
  calendar_import,
  calendar_remove,
  blackout_list,
  blackout_add,
  blackout_remove,
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
  // When it runs, besides cron and interval. Instants and spans as parse_options() has checked
  // them: asked_instant.hpp, duration.hpp; names and words are the server's to judge.
  std::optional<int64_t> interval_ms{};
  std::optional<std::string> fixed_delay{};
  std::optional<std::string> run_at{};
  std::optional<std::string> run_after{};
  std::optional<std::string> time_zone{};
  std::optional<std::string> dst{};
  std::optional<std::string> start_at{};
  std::optional<std::string> end_at{};
  std::optional<int64_t> max_runs{};
  std::vector<std::string> calendars{};
  std::optional<std::string> on_excluded{};
  std::optional<int64_t> jitter_ms{};
  std::optional<std::string> misfire{};
  std::optional<std::string> catch_up_window{};
  std::optional<int64_t> catch_up_rate{};
  std::optional<std::string> overlap{};
};

/// Questions about time, calendars and blackouts. Instants: asked_instant.hpp.
struct time_question {
  std::string at{}; ///< why
  std::optional<std::string> from{};
  std::optional<std::string> to{};
  uint32_t last = 100;    ///< ledger: so many rows, the newest
  std::string step{"1h"}; ///< forecast
  uint32_t days = 7;      ///< simulate
  uint32_t slots = 8;     ///< simulate
  std::string file{};     ///< calendar import
  std::optional<std::string> reason{};
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
  /// A job's, run's or executor's id, a calendar's or blackout's name, or the folder of `keys new`.
  std::string target{};
  job_form form{};
  cron_question cron{};
  time_question time{};
  uint32_t page = 1;
  uint32_t page_size = 20;
  /// `job trigger --wait`: follow the run until it ends.
  bool wait = false;
};

} // namespace takt
