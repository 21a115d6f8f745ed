// options: what the four programs can be told, read from flags, environment, file and defaults by
// the one table options.def. Called once from main(), before any thread is started.
//
// Failures are setup_bad_option with one line for people; main() prints it and exits 2.
#pragma once

#include "proto/limits.hpp"
#include "proto/result.hpp"
#include "tools/config/commands.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace takt {

enum class program : uint8_t { takt, scheduler, broker, worker };

/// "takt", "takt-scheduler", …
std::string_view to_string(program p) noexcept;

struct options {
#define TAKT_OPTION(field, key, type, text, bounds, parts, effect, help) type field{};
#define TAKT_DEFAULT(field, part, text)
#include "tools/config/options.def"
#undef TAKT_DEFAULT
#undef TAKT_OPTION

  /// Not a row of its own: the Redis lock's TTL, set together with lease_ttl.
  millis lock_ttl = limits::redis_lease_ttl;
};

struct parsed {
  takt::options options{};
  /// What `takt` is to do; the daemons have no commands.
  takt::command command{};
  /// Help or version was asked for: print this and exit 0.
  std::string print{};
};

/// Looks a variable of the environment up; nullptr when it is not set.
using environment = const char* (*)(const char* name);

/// Reads the program's arguments, `TAKT_*` of the environment and the file named by --config.
result<parsed> parse_options(program which, int argc, const char* const* argv);
/// The same with an environment of the caller's, for tests.
result<parsed> parse_options(program which, int argc, const char* const* argv, environment env);

} // namespace takt
