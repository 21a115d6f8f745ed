#include "actors/admin/draft.hpp"

#include "actors/admin/draft_schedule.hpp"
#include "actors/admin/json_fields.hpp"
#include "actors/logic/schedule.hpp"
#include "proto/limits.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace takt {

namespace {

constexpr std::array<std::string_view, 2> built_in = {"HTTP_CALLBACK", "SHELL_COMMAND"};

/// More known types than this are not listed in a refusal.
constexpr size_t types_named_max = 50;

failure bad(std::string_view field, const std::string& why) {
  return {errc::bad_field, std::string{field} + ": " + why};
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_control_or_blank(char c) noexcept {
  return is_control(c) || c == ' ';
}

result<void> check_length(std::string_view field, std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max)
    return done{};
  return bad(
    field,
    in_quotes(text) + " has " + std::to_string(text.size()) + " bytes; at most "
      + std::to_string(bytes_max) + " are allowed");
}

result<void> check_line(std::string_view field, std::string_view text, size_t bytes_max) {
  if (text.empty())
    return bad(field, "must not be empty");
  if (std::any_of(text.begin(), text.end(), is_control))
    return bad(field, in_quotes(text) + " has control characters");
  return check_length(field, text, bytes_max);
}

result<void>
check_range(std::string_view field, int64_t given, int64_t max, std::string_view meaning) {
  if (given >= 0 && given <= max)
    return done{};
  return bad(
    field,
    std::to_string(given) + " is out of range (0-" + std::to_string(max) + std::string{meaning}
      + ")");
}

result<void> check_type_name(std::string_view type) {
  if (auto ok = check_line("job_type", type, limits::task_type_bytes_max); !ok)
    return ok;
  if (std::any_of(type.begin(), type.end(), is_control_or_blank))
    return bad("job_type", in_quotes(type) + " has blanks");
  return done{};
}

/// What the draft mentions, each by itself. That the schedule holds together is schedule::of's.
result<void> check(const job_draft& d) {
  result<void> ok;
  if (d.name)
    ok = check_line("name", *d.name, limits::job_name_bytes_max);
  if (ok && d.description)
    ok = check_length("description", *d.description, limits::job_description_bytes_max);
  if (ok && d.task_type)
    ok = check_type_name(*d.task_type);
  if (ok)
    ok = check_schedule(d);
  if (ok && d.payload)
    ok = check_length("payload", *d.payload, limits::body_bytes_max);
  if (ok && d.timeout_s)
    ok = check_range("timeout", *d.timeout_s, limits::timeout_s_max, " seconds; 0 for none");
  if (ok && d.retry_times)
    ok = check_range("retry_times", *d.retry_times, limits::retry_times_max, "");
  if (ok && d.executor && !d.executor->empty() && !is_valid(executor_id{*d.executor}))
    ok = bad("executor_id", in_quotes(*d.executor) + " is not 1 to 64 of A-Z a-z 0-9 . _ -");
  return ok;
}

/// What decides when the job is due, but for its rules. The zone must be known: its name is made
/// canonical.
result<void> put_when(job& j, const job_draft& d, const almanac& by) {
  if (d.time_zone) {
    auto zone = by.zones->find(*d.time_zone);
    if (!zone)
      return zone.failure();
    j.time_zone = (*zone)->name();
  }
  j.dst = d.dst.value_or(j.dst);
  j.start_at = d.start_at.value_or(j.start_at);
  j.end_at = d.end_at.value_or(j.end_at);
  if (d.max_runs)
    j.max_runs = static_cast<uint64_t>(*d.max_runs);
  j.calendars = d.calendars.value_or(j.calendars);
  j.on_excluded = d.on_excluded.value_or(j.on_excluded);
  j.paused = d.paused.value_or(j.paused);
  return done{};
}

/// All that does not.
/// @pre check(d)
void put(job& j, const job_draft& d) {
  j.name = d.name.value_or(j.name);
  j.description = d.description.value_or(j.description);
  j.task_type = d.task_type.value_or(j.task_type);
  j.jitter_ms = d.jitter_ms.value_or(j.jitter_ms);
  j.misfire = d.misfire.value_or(j.misfire);
  j.catch_up_window_ms = d.catch_up_window_ms.value_or(j.catch_up_window_ms);
  if (d.catch_up_rate)
    j.catch_up_rate = static_cast<uint32_t>(*d.catch_up_rate);
  j.overlap = d.overlap.value_or(j.overlap);
  j.payload = d.payload.value_or(j.payload);
  if (d.executor)
    j.executor = executor_id{*d.executor};
  j.timeout_s = d.timeout_s.value_or(j.timeout_s);
  if (d.retry_times)
    j.retry_times = static_cast<uint32_t>(*d.retry_times);
}

bool same_limits(const job& a, const job& b) {
  return a.start_at == b.start_at && a.end_at == b.end_at && a.max_runs == b.max_runs;
}

bool same_dues(const job& a, const job& b) {
  return a.rules == b.rules && a.time_zone == b.time_zone && a.dst == b.dst && same_limits(a, b)
    && a.calendars == b.calendars && a.on_excluded == b.on_excluded;
}

/// A schedule without a next due that may come to life again: one stored when a pause still took
/// the next due away. A fixed delay waits for its run.
bool lost_its_place(const job& stored) {
  return !stored.next_due && stored.fixed_delay_ms() == 0;
}

result<void> plan(job& j, wall_time now, const almanac_ptr& by) {
  auto when = schedule::of(j, by);
  if (!when)
    return when.failure();
  auto due = first_due(j, now, by);
  if (!due)
    return due.failure();
  j.next_due = *due;
  j.zone_version = when->zone_version();
  j.calendar_revision = when->calendar_revision();
  return done{};
}

} // namespace

result<job>
new_job(const job_draft& draft, const job_id& id, wall_time now, const almanac_ptr& by) {
  if (!draft.name)
    return bad("name", "is missing");
  if (!draft.task_type)
    return bad("job_type", "is missing");
  if (auto ok = check(draft); !ok)
    return ok.failure();
  auto rules = merged_rules({}, draft, now);
  if (!rules)
    return rules.failure();
  job j;
  j.id = id;
  j.rules = *std::move(rules);
  put(j, draft);
  if (auto ok = put_when(j, draft, *by); !ok)
    return ok.failure();
  j.anchor = j.created_at = j.updated_at = now;
  if (auto ok = plan(j, now, by); !ok)
    return ok.failure();
  return j;
}

result<merged_job>
merged(const job& stored, const job_draft& draft, wall_time now, const almanac_ptr& by) {
  if (auto ok = check(draft); !ok)
    return ok.failure();
  auto rules = merged_rules(stored.rules, draft, now);
  if (!rules)
    return rules.failure();
  job j = stored;
  j.rules = *std::move(rules);
  put(j, draft);
  if (auto ok = put_when(j, draft, *by); !ok)
    return ok.failure();
  j.updated_at = now;
  auto resumes = stored.paused && !j.paused;
  auto keeps = same_dues(j, stored);
  // Where a fixed delay is in its cycle, only the store knows: nothing but its own rule and limits
  // decides, and then it starts afresh.
  if (j.rules == stored.rules && j.fixed_delay_ms() > 0)
    keeps = same_limits(j, stored);
  if (keeps && resumes && lost_its_place(stored))
    keeps = false;
  if (j.rules != stored.rules || (!keeps && j.fixed_delay_ms() > 0))
    j.anchor = now;
  auto planned = j;
  if (!keeps || resumes || !same_dues(j, stored))
    if (auto ok = plan(planned, now, by); !ok)
      return ok.failure();
  return merged_job{keeps ? std::move(j) : std::move(planned), keeps};
}

result<job> imagined_job(job_draft draft, wall_time now, const almanac_ptr& by) {
  if (!draft.name)
    draft.name = "preview";
  if (!draft.task_type)
    draft.task_type = built_in[0];
  return new_job(draft, {}, now, by);
}

bool is_built_in(std::string_view task_type) noexcept {
  return std::find(built_in.begin(), built_in.end(), task_type) != built_in.end();
}

result<void>
check_task_type(std::string_view task_type, const std::vector<std::string>& announced) {
  std::set<std::string_view> known{built_in.begin(), built_in.end()};
  known.insert(announced.begin(), announced.end());
  if (known.contains(task_type))
    return done{};
  std::string names;
  size_t named = 0;
  for (auto type : known) {
    if (named++ == types_named_max) {
      names += ", …";
      break;
    }
    names += (names.empty() ? "" : ", ") + std::string{type};
  }
  return failure{
    errc::unknown_task_type,
    "job_type: " + in_quotes(task_type) + " is not known; known are " + names};
}

} // namespace takt
