// cron_import: expressions of other schedulers, translated into takt's dialect where they come in,
// never guessed later. Quartz and XXL-JOB number the week 1 = Sunday … 7 = Saturday and demand `?`
// in one day field; Spring-style ranges that descend (Quartz wraps FRI-MON and 22-2) are written
// out. Pure; safe from any thread. Errors: bad_schedule, naming the field and column in the
// original.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <string_view>

namespace takt {

enum class cron_source : uint8_t { quartz, xxl };

/// The same instants in takt's dialect: weekdays become names (2-6 → MON-FRI, 6L → FRIL, 6#3 →
/// FRI#3, 7L → SATL, L in the day of week → SAT), `?` stays, 6 fields stay 6 and 7 stay 7.
result<std::string> import_cron(cron_source from, std::string_view expression);

} // namespace takt
