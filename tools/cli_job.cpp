#include "tools/cli_job.hpp"

#include "actors/logic/cron_explain.hpp"
#include "actors/logic/cron_hash.hpp"
#include "proto/duration.hpp"
#include "proto/ids.hpp"
#include "proto/rfc3339.hpp"
#include "tools/cli_print.hpp"
#include "tools/config/asked_instant.hpp"

#include <optional>

namespace takt {

namespace {

// -- the body -----------------------------------------------------------------------

/// Whole seconds as a number, others as a text.
value span_value(const std::string& text) {
  auto span = duration_from(text);
  if (!span)
    return value{text};
  return span->count() % 1000 == 0 ? value{int64_t{span->count() / 1000}}
                                   : value{duration_text(*span)};
}

value instant_value(const std::string& text, wall_time now) {
  auto asked = asked_instant_from(text);
  if (!asked || asked->is == asked_instant::kind::clock)
    return value{text};
  return value{to_rfc3339(asked->is == asked_instant::kind::now ? now : asked->at)};
}

// -- the schedule -------------------------------------------------------------------

/// "5m" of 300 or "5m"; "" where there is none.
std::string span_of(const value& object, std::string_view key) {
  if (auto n = whole_of(object, key))
    return *n > 0 ? duration_text(millis{*n * 1000}) : "";
  auto text = text_of(object, key);
  return duration_from(text) ? text : "";
}

std::string joined(const value_list& texts) {
  std::string out;
  for (const auto& each : texts)
    if (const auto* text = each.as_text())
      out += (out.empty() ? "" : " ") + *text;
  return out;
}

std::string calendar_interval_text(const value& rule) {
  auto every = whole_of(rule, "every").value_or(0);
  auto unit = text_of(rule, "unit");
  if (every < 1 || unit.empty())
    return {};
  if (every == 1 && unit.ends_with('s'))
    unit.pop_back();
  auto start = instant_of(rule, "start_at");
  return "every " + (every == 1 ? unit : std::to_string(every) + " " + unit)
    + (start.empty() ? "" : " from " + start + " UTC");
}

std::string daily_window_text(const value& rule) {
  auto every = span_of(rule, "every");
  if (every.empty())
    return {};
  auto text = "every " + every + " from " + text_of(rule, "from") + " to " + text_of(rule, "to");
  constexpr size_t days_of_a_week = 7;
  const auto* days = rule.find("days");
  if (days != nullptr && days->as_list() && days->as_list()->size() < days_of_a_week)
    text += ", " + joined(*days->as_list());
  return text;
}

/// Where cron expressions are put in words, too.
struct wording {
  bool full = false;
  uint64_t hash_seed = 0;
  std::string zone{}; ///< " (Europe/Berlin)", or nothing
};

std::string cron_text(const std::string& expression, const wording& how) {
  auto text = one_line(expression, 255) + how.zone;
  if (!how.full)
    return text;
  auto words = explain_cron(expression, language::english, how.hash_seed);
  return words ? text + ": " + *words : text;
}

/// What the rules in `object`, a job or one of its schedules, say. Empty ones say nothing.
std::vector<std::string> rules_of(const value& object, const wording& how) {
  std::vector<std::string> out;
  auto add = [&out](std::string text) {
    if (!text.empty())
      out.push_back(std::move(text));
  };
  if (auto cron = text_of(object, "cron_spec"); !cron.empty())
    add(cron_text(cron, how));
  auto ms = whole_of(object, "interval_ms").value_or(0);
  auto every = ms > 0 ? duration_text(millis{ms}) : span_of(object, "interval");
  add(every.empty() ? "" : "every " + every);
  auto delay = span_of(object, "fixed_delay");
  add(delay.empty() ? "" : delay + " after each run");
  auto once = instant_of(object, "run_at");
  add(once.empty() ? "" : "once at " + once + " UTC");
  auto in_zone = [&how](std::string text) { return text.empty() ? text : text + how.zone; };
  if (const auto* rule = object.find("calendar_interval"))
    add(in_zone(calendar_interval_text(*rule)));
  if (const auto* rule = object.find("daily_window"))
    add(in_zone(daily_window_text(*rule)));
  return out;
}

std::string schedule_text(const value& job, bool full) {
  wording how{.full = full};
  if (auto id = uuid_from<job_id>(text_of(job, "id")))
    how.hash_seed = hash_seed_of(*id);
  auto zone = text_of(job, "time_zone");
  how.zone = zone.empty() || zone == "UTC" ? "" : " (" + one_line(zone, 64) + ")";
  auto rules = rules_of(job, how);
  if (const auto* several = job.find("schedules"); several != nullptr && several->as_list())
    for (const auto& rule : *several->as_list())
      for (auto& text : rules_of(rule, how))
        rules.push_back(std::move(text));
  std::string out;
  for (const auto& rule : rules)
    out += (out.empty() ? "" : "; ") + rule;
  return out.empty() ? "manual" : one_line(out, 4096);
}

} // namespace

value job_body(const job_form& form, wall_time now) {
  value_map job{{"name", value{form.name}}, {"job_type", value{form.type}}};
  auto add = [&job](const char* key, const auto& given) {
    if (given)
      job.emplace_back(key, value{*given});
  };
  auto add_span = [&job](const char* key, const std::optional<std::string>& given) {
    if (given)
      job.emplace_back(key, span_value(*given));
  };
  auto add_instant = [&job, now](const char* key, const std::optional<std::string>& given) {
    if (given)
      job.emplace_back(key, instant_value(*given, now));
  };
  add("cron_spec", form.cron);
  add("interval", form.interval_s);
  add("interval_ms", form.interval_ms);
  add_span("fixed_delay", form.fixed_delay);
  add_instant("run_at", form.run_at);
  add_span("run_after", form.run_after);
  add("time_zone", form.time_zone);
  add("dst", form.dst);
  add_instant("start_at", form.start_at);
  add_instant("end_at", form.end_at);
  add("max_runs", form.max_runs);
  if (!form.calendars.empty()) {
    value_list names;
    for (const auto& name : form.calendars)
      names.push_back(value{name});
    job.emplace_back("calendars", value{std::move(names)});
  }
  add("on_excluded", form.on_excluded);
  add("jitter_ms", form.jitter_ms);
  add("misfire", form.misfire);
  add_span("catch_up_window", form.catch_up_window);
  add("catch_up_rate", form.catch_up_rate);
  add("overlap", form.overlap);
  add("payload", form.payload);
  add("timeout", form.timeout_s);
  add("retry_times", form.retry_times);
  add("executor_id", form.executor);
  add("description", form.description);
  if (form.paused)
    job.emplace_back("status", value{std::string{"PAUSED"}});
  return value{std::move(job)};
}

std::string schedule_line(const value& job) {
  return schedule_text(job, false);
}

std::string schedule_words(const value& job) {
  return schedule_text(job, true);
}

} // namespace takt
