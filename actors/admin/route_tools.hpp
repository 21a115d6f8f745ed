// route_tools: what the handlers of routes.cpp's table are made of: reading parameters and query,
// writing answers. For routes*.cpp only.
// Pure; safe from any thread. Refusals name the parameter: bad_field.
#pragma once

#include "actors/admin/api_json.hpp"
#include "actors/admin/routes.hpp"
#include "proto/json.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace takt {

// -- reading the request ------------------------------------------------------------

/// A whole number from 1 to `max`.
result<uint32_t>
number_in(const request_target& target, std::string_view name, uint32_t otherwise, uint32_t max);
/// page and pageSize.
result<page_request>
page_in(const request_target& target, uint32_t size_max = limits::page_size_max);
/// "", 1, true; 0, false or not there.
result<bool> flag_in(const request_target& target, std::string_view name);
/// Unix milliseconds or RFC 3339; a "+" that was not escaped is one all the same.
result<std::optional<wall_time>> time_in(const request_target& target, std::string_view name);
/// from and to: refused unless from < to when both are there.
struct stretch {
  std::optional<wall_time> from{};
  std::optional<wall_time> to{};
};
result<stretch> stretch_in(const request_target& target);

/// The path's id; one that is no UUID names nothing.
template <class Id>
result<Id> id_in(const route_input& in, errc unknown) {
  auto id = uuid_from<Id>(in.parameters.at(0));
  if (!id)
    return unknown;
  return *id;
}
inline result<job_id> job_in(const route_input& in) {
  return id_in<job_id>(in, errc::store_no_such_job);
}

// -- writing the answer -------------------------------------------------------------

api_response json_response(const value& v, int status = 200);
api_response message_response(std::string_view sentence);

/// A question and how its answer is shown. `show` gets the alternative of desk_reply that it takes.
template <class Shown, class Show>
desk_errand errand(desk_question question, std::string_view deed, Show show) {
  auto render = [deed, show](const result<desk_reply>& answer) {
    if (!answer)
      return refusal(answer.failure(), deed);
    if (auto* reply = std::get_if<Shown>(&*answer))
      return show(*reply);
    return refusal({errc::internal, "an answer to another question"}, deed);
  };
  return {std::move(question), std::move(render)};
}

template <class Row>
api_response show_row(const Row& row) {
  return json_response(json_of(row));
}

template <class Row>
api_response show_rows(const std::vector<Row>& rows) {
  value_list all;
  for (const auto& row : rows)
    all.push_back(json_of(row));
  return json_response(value{std::move(all)});
}

inline api_response show_nothing(const done&) {
  return {.status = 204};
}

// -- the handlers, by file ------------------------------------------------------------

/// routes_jobs.cpp: jobs, runs, executors, the node itself.
std::span<const route> job_routes() noexcept;
/// routes_time.cpp: ledger, why, preview, forecast, simulation, calendars, blackouts.
std::span<const route> time_routes() noexcept;

} // namespace takt
