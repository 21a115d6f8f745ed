#include "actors/admin/calendar_json.hpp"
#include "actors/admin/route_tools.hpp"
#include "actors/admin/time_json.hpp"

#include <algorithm>

namespace takt {

namespace {

// -- one job's time -----------------------------------------------------------------

api_errand list_ledger(const route_input& in, std::string_view) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto within = stretch_in(in.target);
  if (!within)
    return refusal(within.failure());
  auto page = page_in(in.target, limits::ledger_page_size_max);
  if (!page)
    return refusal(page.failure());
  return errand<ledger_page>(
    ask::list_ledger{*id, within->from, within->to, *page}, "Failed to retrieve ledger",
    show_row<ledger_page>);
}

api_errand tell_why(const route_input& in, std::string_view) {
  auto id = job_in(in);
  if (!id)
    return refusal(id.failure());
  auto at = time_in(in.target, "at");
  if (!at)
    return refusal(at.failure());
  if (!*at)
    return refusal({errc::bad_field, "at: is missing; it is an instant, RFC 3339 or Unix ms"});
  return errand<why_answer>(ask::why{*id, **at}, "Failed to tell why", show_row<why_answer>);
}

api_errand preview_schedule(const route_input&, std::string_view body) {
  auto asked = preview_from(body);
  if (!asked)
    return refusal(asked.failure());
  return errand<preview_reply>(
    *std::move(asked), "Failed to preview schedule", show_row<preview_reply>);
}

// -- all jobs' time -----------------------------------------------------------------

api_errand forecast_fires(const route_input& in, std::string_view) {
  auto within = stretch_in(in.target);
  if (!within)
    return refusal(within.failure());
  ask::forecast asked{within->from, within->to};
  if (auto given = in.target.find("step")) {
    auto step = span_from("step", *given);
    if (!step)
      return refusal(step.failure());
    if (step->count() < 1)
      return refusal({errc::bad_field, "step: must be more than 0"});
    asked.step = *step;
  }
  return errand<forecast_report>(asked, "Failed to forecast", show_row<forecast_report>);
}

api_errand simulate(const route_input& in, std::string_view) {
  constexpr uint32_t days_max = 31;
  auto days = number_in(in.target, "days", 7, days_max);
  if (!days)
    return refusal(days.failure());
  auto slots = number_in(in.target, "slots", limits::slots_default, limits::slots_max);
  if (!slots)
    return refusal(slots.failure());
  return errand<rehearsal_report>(
    ask::rehearse{*days, *slots}, "Failed to simulate", show_row<rehearsal_report>);
}

// -- calendars ----------------------------------------------------------------------

constexpr auto save_calendar_deed = "Failed to save calendar";

api_errand list_calendars(const route_input&, std::string_view) {
  return errand<std::vector<calendar>>(
    ask::list_calendars{}, "Failed to list calendars", show_rows<calendar>);
}

api_errand create_calendar(const route_input&, std::string_view body) {
  auto made = calendar_from(body);
  if (!made)
    return refusal(made.failure());
  auto show = [](const calendar& c) { return json_response(json_of(c), 201); };
  return errand<calendar>(
    ask::save_calendar{*std::move(made), ask::save_calendar::mode::create}, save_calendar_deed,
    show);
}

api_errand get_calendar(const route_input& in, std::string_view) {
  return errand<calendar>(
    ask::get_calendar{in.parameters.at(0)}, "Failed to get calendar", show_row<calendar>);
}

api_errand replace_calendar(const route_input& in, std::string_view body) {
  const auto& name = in.parameters.at(0);
  if (!is_calendar_name(name))
    return refusal({errc::store_no_such_calendar, in_quotes(name)});
  auto made = calendar_from(body, name);
  if (!made)
    return refusal(made.failure());
  return errand<calendar>(
    ask::save_calendar{*std::move(made), ask::save_calendar::mode::replace}, save_calendar_deed,
    show_row<calendar>);
}

api_errand delete_calendar(const route_input& in, std::string_view) {
  return errand<done>(
    ask::remove_calendar{in.parameters.at(0)}, "Failed to delete calendar", show_nothing);
}

api_errand import_calendar(const route_input& in, std::string_view body) {
  auto made = calendar_from_ics(body, in.parameters.at(0));
  if (!made)
    return refusal(made.failure());
  return errand<calendar>(
    ask::save_calendar{*std::move(made), ask::save_calendar::mode::import}, save_calendar_deed,
    show_row<calendar>);
}

// -- blackouts ----------------------------------------------------------------------

constexpr auto save_blackout_deed = "Failed to save blackout";

api_errand list_blackouts(const route_input&, std::string_view) {
  return errand<std::vector<blackout>>(
    ask::list_blackouts{}, "Failed to list blackouts", show_rows<blackout>);
}

api_errand create_blackout(const route_input&, std::string_view body) {
  auto made = blackout_from(body);
  if (!made)
    return refusal(made.failure());
  auto show = [](const blackout& b) { return json_response(json_of(b), 201); };
  return errand<blackout>(ask::save_blackout{*std::move(made)}, save_blackout_deed, show);
}

api_errand get_blackout(const route_input& in, std::string_view) {
  auto show = [name = in.parameters.at(0)](const std::vector<blackout>& all) {
    auto found =
      std::find_if(all.begin(), all.end(), [&name](const blackout& b) { return b.name == name; });
    return found == all.end() ? refusal({errc::store_no_such_blackout, name})
                              : json_response(json_of(*found));
  };
  return errand<std::vector<blackout>>(ask::list_blackouts{}, "Failed to get blackout", show);
}

api_errand replace_blackout(const route_input& in, std::string_view body) {
  const auto& name = in.parameters.at(0);
  auto made = blackout_from(body, name);
  if (!made)
    return refusal(made.failure());
  return errand<blackout>(
    ask::save_blackout{*std::move(made)}, save_blackout_deed, show_row<blackout>);
}

api_errand delete_blackout(const route_input& in, std::string_view) {
  return errand<done>(
    ask::remove_blackout{in.parameters.at(0)}, "Failed to delete blackout", show_nothing);
}

constexpr route table[] = {
  {"GET", "/api/job/:id/ledger", "run:read", list_ledger},
  {"GET", "/api/job/:id/why", "run:read", tell_why},
  {"POST", "/api/schedule/preview", "job:read", preview_schedule},
  {"GET", "/api/forecast", "job:read", forecast_fires},
  {"GET", "/api/simulate", "job:read", simulate},
  {"GET", "/api/calendars", "calendar:read", list_calendars},
  {"POST", "/api/calendars", "calendar:edit", create_calendar},
  {"GET", "/api/calendars/:name", "calendar:read", get_calendar},
  {"PUT", "/api/calendars/:name", "calendar:edit", replace_calendar},
  {"DELETE", "/api/calendars/:name", "calendar:edit", delete_calendar},
  {"POST", "/api/calendars/:name/import", "calendar:edit", import_calendar},
  {"GET", "/api/blackouts", "calendar:read", list_blackouts},
  {"POST", "/api/blackouts", "calendar:edit", create_blackout},
  {"GET", "/api/blackouts/:name", "calendar:read", get_blackout},
  {"PUT", "/api/blackouts/:name", "calendar:edit", replace_blackout},
  {"DELETE", "/api/blackouts/:name", "calendar:edit", delete_blackout},
};

} // namespace

std::span<const route> time_routes() noexcept {
  return table;
}

} // namespace takt
