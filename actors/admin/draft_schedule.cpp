#include "actors/admin/draft_schedule.hpp"

#include "actors/admin/json_fields.hpp"
#include "proto/limits.hpp"
#include "proto/rfc3339.hpp"

#include <algorithm>
#include <string>

namespace takt {

namespace {

failure bad_field(std::string_view field, const std::string& why) {
  return {errc::bad_field, std::string{field} + ": " + why};
}

failure bad_schedule(std::string why) {
  return {errc::bad_schedule, std::move(why)};
}

struct range {
  std::string_view field;
  const std::optional<int64_t>& given;
  int64_t min;
  int64_t max;
  std::string_view unit;
  /// 0 means that there is none.
  bool or_none;
};

result<void> check(const range& r) {
  if (!r.given || (*r.given >= r.min && *r.given <= r.max) || (r.or_none && *r.given == 0))
    return done{};
  return bad_field(
    r.field,
    std::to_string(*r.given) + " is out of range (" + std::to_string(r.min) + "-"
      + std::to_string(r.max) + std::string{r.unit} + (r.or_none ? "; 0 for none)" : ")"));
}

/// How long something may be at most, in milliseconds.
constexpr int64_t span_ms_max = limits::interval_s_max * 1000;

result<void> check_calendars(const std::vector<std::string>& names) {
  if (names.size() > limits::calendars_per_job_max)
    return bad_field(
      "calendars",
      "has " + std::to_string(names.size()) + " names; at most "
        + std::to_string(limits::calendars_per_job_max) + " are allowed");
  for (size_t i = 0; i < names.size(); ++i)
    if (
      std::find(names.begin(), names.begin() + static_cast<ptrdiff_t>(i), names[i])
      != names.begin() + static_cast<ptrdiff_t>(i))
      return bad_field("calendars", in_quotes(names[i]) + " is named twice");
  return done{};
}

/// A field of the draft that stands for one rule; no rule: it is named as empty.
struct named_rule {
  std::string_view field;
  rule_kind kind;
  std::optional<schedule_rule> rule;
};

result<named_rule> named_interval(const job_draft& d) {
  auto s = d.interval_s.value_or(0), ms = d.interval_ms.value_or(0);
  if (s > 0 && ms > 0 && s * 1000 != ms)
    return bad_schedule(
      "interval: " + std::to_string(s) + " seconds are not interval_ms, " + std::to_string(ms)
      + "; name one of them");
  named_rule out{s > 0 ? "interval" : "interval_ms", rule_kind::interval, {}};
  if (s > 0 || ms > 0)
    out.rule = interval_rule(millis{s > 0 ? s * 1000 : ms});
  return out;
}

result<std::vector<named_rule>> named_rules(const job_draft& d, wall_time now) {
  std::vector<named_rule> out;
  auto name = [&out](std::string_view field, rule_kind kind, std::optional<schedule_rule> rule) {
    out.push_back({field, kind, std::move(rule)});
  };
  using none = std::optional<schedule_rule>;
  if (d.cron_spec)
    name("cron_spec", rule_kind::cron, d.cron_spec->empty() ? none{} : cron_rule(*d.cron_spec));
  if (d.interval_s || d.interval_ms) {
    auto interval = named_interval(d);
    if (!interval)
      return interval.failure();
    out.push_back(*std::move(interval));
  }
  if (auto ms = d.fixed_delay_ms)
    name("fixed_delay", rule_kind::fixed_delay, *ms == 0 ? none{} : fixed_delay_rule(millis{*ms}));
  if (auto at = d.run_at)
    name("run_at", rule_kind::once, *at ? once_rule(**at) : none{});
  if (auto ms = d.run_after_ms)
    name("run_after", rule_kind::once, *ms == 0 ? none{} : once_rule(now + millis{*ms}));
  if (d.calendar_interval)
    name("calendar_interval", rule_kind::calendar_interval, *d.calendar_interval);
  if (d.daily_window)
    name("daily_window", rule_kind::daily_window, *d.daily_window);
  return out;
}

/// `schedules`, whose delays begin now.
std::vector<schedule_rule> begun(std::vector<schedule_rule> rules, wall_time now) {
  for (auto& r : rules)
    if (r.kind == rule_kind::once && !r.at)
      r = once_rule(now + millis{r.every_ms});
  return rules;
}

} // namespace

result<void> check_schedule(const job_draft& d) {
  constexpr int64_t runs_max = int64_t{1} << 53; // what every JSON reader can count
  auto ok = d.cron_spec && d.cron_spec->size() > limits::cron_bytes_max ? result<void>{bad_field(
              "cron_spec",
              in_quotes(*d.cron_spec) + " has " + std::to_string(d.cron_spec->size())
                + " bytes; at most " + std::to_string(limits::cron_bytes_max) + " are allowed")}
                                                                        : result<void>{};
  const range ranges[] = {
    {"interval", d.interval_s, 0, limits::interval_s_max, " seconds", true},
    {"interval_ms", d.interval_ms, limits::interval_ms_min, span_ms_max, " ms", true},
    {"fixed_delay", d.fixed_delay_ms, 1, span_ms_max, " ms", true},
    {"run_after", d.run_after_ms, 1, span_ms_max, " ms", true},
    {"max_runs", d.max_runs, 0, runs_max, "", true},
    {"jitter_ms", d.jitter_ms, 0, limits::jitter_ms_max, " ms", false},
    {"catch_up_window", d.catch_up_window_ms, 0, limits::catch_up_window_max.count(), " ms", false},
    {"catch_up_rate", d.catch_up_rate, 1, limits::catch_up_rate_max, " a second", false},
  };
  for (const auto& r : ranges)
    if (ok)
      ok = check(r);
  if (ok && d.schedules && d.schedules->size() > limits::rules_max)
    ok = bad_field(
      "schedules",
      "has " + std::to_string(d.schedules->size()) + " of them; at most "
        + std::to_string(limits::rules_max) + " are allowed");
  if (ok && d.calendars)
    ok = check_calendars(*d.calendars);
  return ok;
}

result<std::vector<schedule_rule>>
merged_rules(const std::vector<schedule_rule>& before, const job_draft& d, wall_time now) {
  auto named = named_rules(d, now);
  if (!named)
    return named.failure();
  std::vector<named_rule> filled;
  for (const auto& n : *named)
    if (n.rule)
      filled.push_back(n);
  auto several = d.schedules && !d.schedules->empty();
  if (several && !filled.empty())
    return bad_schedule(
      "schedules and " + std::string{filled[0].field}
      + ": name one of them; schedules may hold all");
  if (filled.size() > 1)
    return bad_schedule(
      std::string{filled[0].field} + " and " + std::string{filled[1].field}
      + ": one field says when; to have both, list them in schedules");
  std::vector<schedule_rule> rules;
  if (several)
    rules = begun(*d.schedules, now);
  else if (!filled.empty())
    rules = {*filled[0].rule};
  else if (!d.schedules)
    rules = before;
  auto is_ended = [&named](const schedule_rule& r) {
    return std::any_of(named->begin(), named->end(), [&r](const named_rule& n) {
      return !n.rule && n.kind == r.kind;
    });
  };
  if (!several && filled.empty())
    std::erase_if(rules, is_ended);
  for (const auto& r : rules)
    if (
      r.kind == rule_kind::once && *r.at <= now
      && std::find(before.begin(), before.end(), r) == before.end())
      return bad_schedule("run_at: " + to_rfc3339(*r.at) + " is in the past");
  return rules;
}

} // namespace takt
