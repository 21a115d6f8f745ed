// time_json: answers about time as REST writes them: ledger, why, preview, forecast, simulation.
// Pure; safe from any thread.
#pragma once

#include "actors/questions.hpp"
#include "proto/result.hpp"
#include "proto/value.hpp"

#include <string_view>

namespace takt {

/// The body of POST /api/schedule/preview: a job's members, and `from` and `count`. bad_json,
/// bad_field.
result<ask::preview> preview_from(std::string_view body);

value json_of(const ledger_page& page);
value json_of(const why_answer& answer);
value json_of(const preview_reply& reply);
value json_of(const forecast_report& report);
value json_of(const rehearsal_report& report);

} // namespace takt
