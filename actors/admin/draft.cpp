#include "actors/admin/draft.hpp"

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

/// The value as a refusal shows it.
std::string quoted(std::string_view text) {
  constexpr size_t bytes_max = 40;
  return "\"" + std::string{text.substr(0, bytes_max)} + (text.size() > bytes_max ? "…\"" : "\"");
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
    quoted(text) + " has " + std::to_string(text.size()) + " bytes; at most "
      + std::to_string(bytes_max) + " are allowed");
}

result<void> check_line(std::string_view field, std::string_view text, size_t bytes_max) {
  if (text.empty())
    return bad(field, "must not be empty");
  if (std::any_of(text.begin(), text.end(), is_control))
    return bad(field, quoted(text) + " has control characters");
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
    return bad("job_type", quoted(type) + " has blanks");
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
  if (ok && d.cron_spec)
    ok = check_length("cron_spec", *d.cron_spec, limits::cron_bytes_max);
  if (ok && d.interval_s)
    ok = check_range("interval", *d.interval_s, limits::interval_s_max, " seconds; 0 for none");
  if (ok && d.payload)
    ok = check_length("payload", *d.payload, limits::body_bytes_max);
  if (ok && d.timeout_s)
    ok = check_range("timeout", *d.timeout_s, limits::timeout_s_max, " seconds; 0 for none");
  if (ok && d.retry_times)
    ok = check_range("retry_times", *d.retry_times, limits::retry_times_max, "");
  if (ok && d.executor && !d.executor->empty() && !is_valid(executor_id{*d.executor}))
    ok = bad("executor_id", quoted(*d.executor) + " is not 1 to 64 of A-Z a-z 0-9 . _ -");
  return ok;
}

/// @pre check(d)
void put_schedule(job& j, const job_draft& d) {
  if (d.cron_spec) {
    j.cron_spec = *d.cron_spec;
    if (!j.cron_spec.empty() && !d.interval_s)
      j.interval_s = 0;
  }
  if (d.interval_s) {
    j.interval_s = *d.interval_s;
    if (j.interval_s > 0 && !d.cron_spec)
      j.cron_spec.clear();
  }
}

/// @pre check(d)
void put(job& j, const job_draft& d) {
  j.name = d.name.value_or(j.name);
  j.description = d.description.value_or(j.description);
  j.task_type = d.task_type.value_or(j.task_type);
  put_schedule(j, d);
  j.payload = d.payload.value_or(j.payload);
  if (d.executor)
    j.executor = executor_id{*d.executor};
  j.timeout_s = d.timeout_s.value_or(j.timeout_s);
  if (d.retry_times)
    j.retry_times = static_cast<uint32_t>(*d.retry_times);
  j.paused = d.paused.value_or(j.paused);
}

} // namespace

result<job> new_job(const job_draft& draft, const job_id& id, wall_time now) {
  if (!draft.name)
    return bad("name", "is missing");
  if (!draft.task_type)
    return bad("job_type", "is missing");
  if (auto ok = check(draft); !ok)
    return ok.failure();
  job j;
  j.id = id;
  put(j, draft);
  j.anchor = j.created_at = j.updated_at = now;
  auto due = first_due(j, now);
  if (!due)
    return due.failure();
  j.next_due = *due;
  return j;
}

result<job> merged(const job& stored, const job_draft& draft, wall_time now) {
  if (auto ok = check(draft); !ok)
    return ok.failure();
  job j = stored;
  put(j, draft);
  j.updated_at = now;
  if (j.interval_s != stored.interval_s)
    j.anchor = now;
  if (
    j.interval_s == stored.interval_s && j.cron_spec == stored.cron_spec
    && j.paused == stored.paused)
    return j;
  auto due = first_due(j, now);
  if (!due)
    return due.failure();
  j.next_due = *due;
  return j;
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
    "job_type: " + quoted(task_type) + " is not known; known are " + names};
}

} // namespace takt
