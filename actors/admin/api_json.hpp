// api_json: what REST says, as text: request bodies to drafts, rows to JSON, with the seed's words
// (job_type, cron_spec, interval, executor_id, status …) for takt's inner names.
//
// Pure; safe from any thread. Reading is exact: a wrong type, an unknown field or a value that
// makes no sense is refused with the field's name. Instants are RFC 3339 in UTC, absent ones null.
#pragma once

#include "actors/admin/json_fields.hpp"
#include "actors/questions.hpp"
#include "proto/result.hpp"
#include "proto/value.hpp"

#include <string>
#include <string_view>

namespace takt {

/// The body of POST /api/job and PUT /api/job/:id. The fields that only the server writes (id,
/// created_at, updated_at, version, next_due, fired_runs) are ignored, so that what GET gave can be
/// PUT back. bad_json, bad_field.
result<job_draft> job_draft_from(std::string_view body);
/// The same, of a body that was read already.
result<job_draft> job_draft_of(const value_map& members);

/// A body that is an object. bad_json, saying that `what` ("a job") is one.
result<value> object_from(std::string_view body, std::string_view what);

value json_of(const job& j);
value json_of(const run& r);
value json_of(const run_detail& d);
value json_of(const executor& e);

/// {"data": […], "total": n}
template <class Row>
value json_of(const page_of<Row>& page) {
  value_list rows;
  for (const auto& row : page.rows)
    rows.push_back(json_of(row));
  value_map whole;
  whole.emplace_back("data", value{std::move(rows)});
  whole.emplace_back("total", value{page.total});
  return value{std::move(whole)};
}

/// {"error": …, "code": …}
value json_of_error(std::string sentence, errc code);

} // namespace takt
