// cli_cron: `takt cron explain`, `takt cron next` and `takt import quartz|xxl`: what the command
// line answers about cron expressions by itself, without a server. They ask the scheduler's own
// logic (actors/logic/schedule.hpp), so that they cannot say anything else than what would happen.
//
// One thread. run_cron_command() reads the clock and the host's zones; the others are pure.
#pragma once

#include "actors/logic/zone_database.hpp"
#include "proto/time.hpp"
#include "tools/config/commands.hpp"

#include <memory>
#include <string>

namespace takt {

/// What a command prints, and its exit code: 0, or 2 and one line in `err` for a question that
/// cannot be answered. Lines end with "\n".
struct cli_answer {
  int code = 0;
  std::string out{};
  std::string err{};

  bool operator==(const cli_answer&) const = default;
};

/// One sentence per language, then each lint, indented. What `H` stands for is told for one job.
cli_answer explain_cron_answer(const cron_question& asked);

/// One instant a line, as the zone's clocks show it. Fewer when the schedule ends; none at all:
/// code 0 and a line in `err` that says so.
cli_answer next_cron_answer(
  const cron_question& asked, const std::shared_ptr<const zone_database>& zones, wall_time now);

/// The translated expression, alone.
cli_answer import_cron_answer(const cron_question& asked);

/// Answers one of the three on stdout and stderr; the exit code.
/// @pre asked.what is cron_explain, cron_next or cron_import
int run_cron_command(const command& asked);

} // namespace takt
