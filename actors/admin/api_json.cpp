#include "actors/admin/api_json.hpp"

#include "actors/admin/schedule_json.hpp"
#include "proto/json.hpp"

#include <algorithm>
#include <array>

namespace takt {

namespace {

// -- reading ----------------------------------------------------------------------

template <auto Member>
result<void> take_text(std::string_view name, const value& given, job_draft& draft) {
  auto text = text_in(name, given);
  if (!text)
    return text.failure();
  draft.*Member = *std::move(text);
  return done{};
}

template <auto Member>
result<void> take_whole(std::string_view name, const value& given, job_draft& draft) {
  auto whole = whole_in(name, given);
  if (!whole)
    return whole.failure();
  draft.*Member = *whole;
  return done{};
}

/// "status" of a definition says whether it is paused; everything else is the server's to say.
result<void> take_status(std::string_view name, const value& given, job_draft& draft) {
  auto* text = given.as_text();
  if (!text || (*text != "PENDING" && *text != "PAUSED"))
    return not_a(name, "\"PENDING\" or \"PAUSED\"", given);
  draft.paused = *text == "PAUSED";
  return done{};
}

result<void> ignored(std::string_view, const value&, job_draft&) {
  return done{};
}

constexpr std::array other_fields = {
  draft_field{"name", take_text<&job_draft::name>},
  draft_field{"description", take_text<&job_draft::description>},
  draft_field{"job_type", take_text<&job_draft::task_type>},
  draft_field{"payload", take_text<&job_draft::payload>},
  draft_field{"executor_id", take_text<&job_draft::executor>},
  draft_field{"timeout", take_whole<&job_draft::timeout_s>},
  draft_field{"retry_times", take_whole<&job_draft::retry_times>},
  draft_field{"status", take_status},
  draft_field{"id", ignored},
  draft_field{"created_at", ignored},
  draft_field{"updated_at", ignored},
  draft_field{"version", ignored},
  draft_field{"next_due", ignored},
  draft_field{"fired_runs", ignored},
};

result<void> take_member(const std::string& name, const value& given, job_draft& draft) {
  std::vector<std::string_view> known;
  for (auto all : {std::span<const draft_field>{other_fields}, schedule_fields()})
    for (const auto& f : all) {
      if (f.name == name)
        return f.take(name, given, draft);
      known.push_back(f.name);
    }
  return unknown_member({}, name, known);
}

// -- writing ----------------------------------------------------------------------

int64_t
duration_ms(const std::optional<wall_time>& started, const std::optional<wall_time>& ended) {
  return started && ended ? std::max<int64_t>(0, (*ended - *started).count()) : 0;
}

value_map map_of(const run& r) {
  return {
    {"id", json_text(to_string(r.id))},
    {"job_id", json_text(to_string(r.job))},
    {"executor_id", json_text(r.executor.text)},
    {"start_time", json_of(r.started_at)},
    {"end_time", json_of(r.ended_at)},
    {"status", json_text(to_string(r.state))},
    {"output", value{r.output.text()}},
    {"error", json_text(r.error)},
    {"duration", value{duration_ms(r.started_at, r.ended_at)}},
    {"created_at", json_of(r.created_at)},
    {"kind", json_text(to_string(r.kind))},
    {"due", json_of(r.due)},
    {"due_last", json_of(r.due_last)},
    {"count", value{uint64_t{r.count}}},
    {"reason", json_text(r.reason)},
    {"note", json_text(r.note)},
    {"attempt", value{uint64_t{r.attempt}}},
  };
}

value json_of_attempt(const attempt& a) {
  // An attempt that is "pending" was handed back unrun: its run waits, it does not.
  auto status = a.state == run_state::pending ? "GIVEN_BACK" : to_string(a.state);
  return value{value_map{
    {"attempt", value{uint64_t{a.key.attempt}}},
    {"executor_id", json_text(a.executor.text)},
    {"status", json_text(status)},
    {"reason", json_text(a.reason)},
    {"fence", value{uint64_t{a.fence}}},
    {"assigned_at", json_of(a.assigned_at)},
    {"start_time", json_of(a.started_at)},
    {"end_time", json_of(a.ended_at)},
    {"duration", value{duration_ms(a.started_at, a.ended_at)}},
    {"output", value{a.output.text()}},
    {"error", json_text(a.error)},
  }};
}

} // namespace

result<value> object_from(std::string_view body, std::string_view what) {
  auto an_object = std::string{what} + " is an object";
  if (body.empty())
    return failure{errc::bad_json, "the body is empty; " + an_object};
  auto parsed = from_json(body);
  if (parsed && !parsed->as_map())
    return failure{errc::bad_json, an_object + ", not " + std::string{parsed->kind()}};
  return parsed;
}

result<job_draft> job_draft_from(std::string_view body) {
  auto parsed = object_from(body, "a job");
  if (!parsed)
    return parsed.failure();
  return job_draft_of(*parsed->as_map());
}

result<job_draft> job_draft_of(const value_map& members) {
  job_draft draft;
  for (const auto& [name, given] : members)
    if (auto ok = take_member(name, given, draft); !ok)
      return ok.failure();
  return draft;
}

value json_of(const job& j) {
  value_map out{
    {"id", json_text(to_string(j.id))},
    {"name", json_text(j.name)},
    {"description", json_text(j.description)},
    {"job_type", json_text(j.task_type)},
  };
  put_seed_schedule(out, j);
  value_map more{
    {"payload", json_text(j.payload)},
    {"executor_id", json_text(j.executor.text)},
    {"timeout", value{j.timeout_s}},
    {"retry_times", value{uint64_t{j.retry_times}}},
    {"status", json_text(j.paused ? "PAUSED" : "PENDING")},
    {"created_at", json_of(j.created_at)},
    {"updated_at", json_of(j.updated_at)},
    {"version", value{uint64_t{j.version}}},
    // Of a paused job it is where its account goes on, not when it runs.
    {"next_due", j.paused ? value{} : json_of(j.next_due)},
  };
  out.insert(out.end(), more.begin(), more.end());
  put_schedule(out, j);
  out.emplace_back("fired_runs", value{j.fired_runs});
  return value{std::move(out)};
}

value json_of(const run& r) {
  return value{map_of(r)};
}

value json_of(const run_detail& d) {
  auto whole = map_of(d.what);
  value_list attempts;
  for (const auto& a : d.attempts)
    attempts.push_back(json_of_attempt(a));
  whole.emplace_back("attempts", value{std::move(attempts)});
  return value{std::move(whole)};
}

value json_of(const executor& e) {
  value_list types;
  for (const auto& type : e.info.task_types)
    types.push_back(json_text(type));
  return value{value_map{
    {"id", json_text(e.info.id.text)},
    {"address", json_text(e.info.host + ":" + std::to_string(e.info.pid))},
    {"heartbeat", json_of(e.heartbeat_at)},
    {"status", json_text(e.up ? "UP" : "DOWN")},
    {"created_at", json_of(e.created_at)},
    {"updated_at", json_of(e.updated_at)},
    {"task_types", value{std::move(types)}},
    {"slots", value{uint64_t{e.info.slots}}},
    {"version", json_text(e.info.version)},
    {"host", json_text(e.info.host)},
    {"incarnation", json_text(to_string(e.info.incarnation))},
  }};
}

value json_of_error(std::string sentence, errc code) {
  return value{
    value_map{{"error", value{std::move(sentence)}}, {"code", json_text(to_string(code))}}};
}

} // namespace takt
