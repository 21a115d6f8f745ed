#include "actors/admin/api_json.hpp"

#include "actors/logic/closest.hpp"
#include "proto/json.hpp"
#include "proto/rfc3339.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace takt {

namespace {

// -- reading ----------------------------------------------------------------------

failure not_a(std::string_view field, std::string_view wanted, const value& given) {
  constexpr size_t bytes_max = 40;
  auto text = to_json(given);
  if (text.size() > bytes_max) {
    text.resize(bytes_max);
    text += "…";
  }
  return {
    errc::bad_field, std::string{field} + ": must be " + std::string{wanted} + ", not " + text};
}

result<void> read(std::string_view name, const value& given, std::optional<std::string>& out) {
  auto* text = given.as_text();
  if (!text)
    return not_a(name, "a string", given);
  out = *text;
  return done{};
}

result<void> read(std::string_view name, const value& given, std::optional<int64_t>& out) {
  if (auto* x = std::get_if<int64_t>(&given.data)) {
    out = *x;
    return done{};
  }
  auto* x = std::get_if<uint64_t>(&given.data);
  if (!x)
    return not_a(name, "a whole number", given);
  // Beyond int64 is beyond every limit; the check of the draft names the range.
  out = static_cast<int64_t>(
    std::min<uint64_t>(*x, static_cast<uint64_t>(std::numeric_limits<int64_t>::max())));
  return done{};
}

/// "status" of a definition says whether it is paused; everything else is the server's to say.
result<void> read(std::string_view name, const value& given, std::optional<bool>& paused) {
  auto* text = given.as_text();
  if (!text || (*text != "PENDING" && *text != "PAUSED"))
    return not_a(name, "\"PENDING\" or \"PAUSED\"", given);
  paused = *text == "PAUSED";
  return done{};
}

struct draft_field {
  std::string_view name;
  result<void> (*take)(std::string_view, const value&, job_draft&);
};

template <auto Member>
result<void> into(std::string_view name, const value& given, job_draft& draft) {
  return read(name, given, draft.*Member);
}

result<void> ignored(std::string_view, const value&, job_draft&) {
  return done{};
}

constexpr std::array draft_fields = {
  draft_field{"name", into<&job_draft::name>},
  draft_field{"description", into<&job_draft::description>},
  draft_field{"job_type", into<&job_draft::task_type>},
  draft_field{"cron_spec", into<&job_draft::cron_spec>},
  draft_field{"interval", into<&job_draft::interval_s>},
  draft_field{"payload", into<&job_draft::payload>},
  draft_field{"executor_id", into<&job_draft::executor>},
  draft_field{"timeout", into<&job_draft::timeout_s>},
  draft_field{"retry_times", into<&job_draft::retry_times>},
  draft_field{"status", into<&job_draft::paused>},
  draft_field{"id", ignored},
  draft_field{"created_at", ignored},
  draft_field{"updated_at", ignored},
  draft_field{"version", ignored},
  draft_field{"next_due", ignored},
};

failure unknown_field(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& f : draft_fields)
    names.push_back(f.name);
  auto why = "there is no field \"" + std::string{name.substr(0, 40)} + "\"";
  if (auto meant = closest(name, names); !meant.empty())
    why += "; did you mean \"" + std::string{meant} + "\"?";
  return {errc::bad_field, why};
}

// -- writing ----------------------------------------------------------------------

value at(wall_time t) {
  return value{to_rfc3339(t)};
}

value at(const std::optional<wall_time>& t) {
  return t ? at(*t) : value{};
}

value text(std::string_view s) {
  return value{std::string{s}};
}

int64_t
duration_ms(const std::optional<wall_time>& started, const std::optional<wall_time>& ended) {
  return started && ended ? std::max<int64_t>(0, (*ended - *started).count()) : 0;
}

value_map map_of(const run& r) {
  return {
    {"id", text(to_string(r.id))},
    {"job_id", text(to_string(r.job))},
    {"executor_id", text(r.executor.text)},
    {"start_time", at(r.started_at)},
    {"end_time", at(r.ended_at)},
    {"status", text(to_string(r.state))},
    {"output", value{r.output.text()}},
    {"error", text(r.error)},
    {"duration", value{duration_ms(r.started_at, r.ended_at)}},
    {"created_at", at(r.created_at)},
    {"kind", text(to_string(r.kind))},
    {"due", at(r.due)},
    {"due_last", at(r.due_last)},
    {"count", value{uint64_t{r.count}}},
    {"reason", text(r.reason)},
    {"attempt", value{uint64_t{r.attempt}}},
  };
}

value json_of(const attempt& a) {
  // An attempt that is "pending" was handed back unrun: its run waits, it does not.
  auto status = a.state == run_state::pending ? "GIVEN_BACK" : to_string(a.state);
  return value{value_map{
    {"attempt", value{uint64_t{a.key.attempt}}},
    {"executor_id", text(a.executor.text)},
    {"status", text(status)},
    {"reason", text(a.reason)},
    {"fence", value{uint64_t{a.fence}}},
    {"assigned_at", at(a.assigned_at)},
    {"start_time", at(a.started_at)},
    {"end_time", at(a.ended_at)},
    {"duration", value{duration_ms(a.started_at, a.ended_at)}},
    {"output", value{a.output.text()}},
    {"error", text(a.error)},
  }};
}

} // namespace

result<job_draft> job_draft_from(std::string_view body) {
  if (body.empty())
    return failure{errc::bad_json, "the body is empty; a job is an object"};
  auto parsed = from_json(body);
  if (!parsed)
    return parsed.failure();
  auto* members = parsed->as_map();
  if (!members)
    return failure{errc::bad_json, "a job is an object, not " + std::string{parsed->kind()}};
  job_draft draft;
  for (const auto& [name, given] : *members) {
    auto same_name = [&n = name](const draft_field& f) { return f.name == n; };
    auto found = std::find_if(draft_fields.begin(), draft_fields.end(), same_name);
    if (found == draft_fields.end())
      return unknown_field(name);
    if (auto ok = found->take(name, given, draft); !ok)
      return ok.failure();
  }
  return draft;
}

value json_of(const job& j) {
  return value{value_map{
    {"id", text(to_string(j.id))},
    {"name", text(j.name)},
    {"description", text(j.description)},
    {"job_type", text(j.task_type)},
    {"cron_spec", text(j.cron_spec)},
    {"interval", value{j.interval_s}},
    {"payload", text(j.payload)},
    {"executor_id", text(j.executor.text)},
    {"timeout", value{j.timeout_s}},
    {"retry_times", value{uint64_t{j.retry_times}}},
    {"status", text(j.paused ? "PAUSED" : "PENDING")},
    {"created_at", at(j.created_at)},
    {"updated_at", at(j.updated_at)},
    {"version", value{uint64_t{j.version}}},
    {"next_due", at(j.next_due)},
  }};
}

value json_of(const run& r) {
  return value{map_of(r)};
}

value json_of(const run_detail& d) {
  auto whole = map_of(d.what);
  value_list attempts;
  for (const auto& a : d.attempts)
    attempts.push_back(json_of(a));
  whole.emplace_back("attempts", value{std::move(attempts)});
  return value{std::move(whole)};
}

value json_of(const executor& e) {
  value_list types;
  for (const auto& type : e.info.task_types)
    types.push_back(text(type));
  return value{value_map{
    {"id", text(e.info.id.text)},
    {"address", text(e.info.host + ":" + std::to_string(e.info.pid))},
    {"heartbeat", at(e.heartbeat_at)},
    {"status", text(e.up ? "UP" : "DOWN")},
    {"created_at", at(e.created_at)},
    {"updated_at", at(e.updated_at)},
    {"task_types", value{std::move(types)}},
    {"slots", value{uint64_t{e.info.slots}}},
    {"version", text(e.info.version)},
    {"host", text(e.info.host)},
    {"incarnation", text(to_string(e.info.incarnation))},
  }};
}

value json_of_error(std::string sentence, errc code) {
  return value{value_map{{"error", value{std::move(sentence)}}, {"code", text(to_string(code))}}};
}

} // namespace takt
