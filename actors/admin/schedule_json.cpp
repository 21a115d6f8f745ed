#include "actors/admin/schedule_json.hpp"

#include "actors/admin/json_fields.hpp"

#include <array>

namespace takt {

namespace {

failure bad(std::string_view field, const std::string& why) {
  return {errc::bad_field, std::string{field} + ": " + why};
}

/// "schedules[2].daily_window" from "schedules[2]" and "daily_window".
std::string under(std::string_view of, std::string_view name) {
  return of.empty() ? std::string{name} : std::string{of} + "." + std::string{name};
}

template <class T, class U>
result<void> put(result<T> taken, U& out) {
  if (!taken)
    return taken.failure();
  out = *std::move(taken);
  return done{};
}

// -- rules --------------------------------------------------------------------------

result<schedule_rule> calendar_interval_in(std::string_view field, const value& given) {
  auto* members = given.as_map();
  if (!members)
    return not_a(field, R"(an object such as {"every": 3, "unit": "months"})", given);
  schedule_rule rule{.kind = rule_kind::calendar_interval};
  bool has_every = false, has_unit = false;
  for (const auto& [name, member] : *members) {
    auto path = under(field, name);
    result<void> ok;
    if (name == "every") {
      constexpr int64_t every_max = 10'000;
      auto every = whole_in(path, member);
      if (every && (*every < 1 || *every > every_max))
        return bad(path, std::to_string(*every) + " is out of range (1-10000)");
      ok = every ? result<void>{} : every.failure();
      rule.units = every ? static_cast<uint32_t>(*every) : 0;
      has_every = true;
    } else if (name == "unit") {
      ok = put(word_in<calendar_unit>(path, member), rule.unit);
      has_unit = true;
    } else if (name == "start_at") {
      if (!member.is_null())
        ok = put(instant_in(path, member), rule.at);
    } else {
      return unknown_member(field, name, {"every", "unit", "start_at"});
    }
    if (!ok)
      return ok.failure();
  }
  if (!has_every)
    return bad(under(field, "every"), "is missing");
  if (!has_unit)
    return bad(under(field, "unit"), "is missing");
  return rule;
}

result<schedule_rule> daily_window_in(std::string_view field, const value& given) {
  auto* members = given.as_map();
  if (!members)
    return not_a(
      field, R"(an object such as {"from": "09:30", "to": "11:30", "every": "5m"})", given);
  schedule_rule rule{.kind = rule_kind::daily_window};
  constexpr std::array<std::string_view, 3> needed = {"from", "to", "every"};
  for (auto name : needed)
    if (!given.find(name))
      return bad(under(field, name), "is missing");
  for (const auto& [name, member] : *members) {
    auto path = under(field, name);
    result<void> ok;
    if (name == "from")
      ok = put(time_of_day_in(path, member), rule.from_s);
    else if (name == "to")
      ok = put(time_of_day_in(path, member), rule.until_s);
    else if (name == "every") {
      auto every = span_in(path, member);
      if (every && every->count() == 0)
        return bad(path, "must not be 0");
      ok = every ? result<void>{} : every.failure();
      rule.every_ms = every ? every->count() : 0;
    } else if (name == "days")
      ok = put(weekdays_in(path, member), rule.weekdays);
    else
      return unknown_member(field, name, {"from", "to", "every", "days"});
    if (!ok)
      return ok.failure();
  }
  if (rule.weekdays == 0)
    return bad(under(field, "days"), "must not be empty");
  if (rule.until_s < rule.from_s)
    return bad(
      under(field, "to"),
      in_quotes(time_of_day_text(rule.until_s)) + " is before from, "
        + in_quotes(time_of_day_text(rule.from_s)) + "; a window over midnight is two");
  return rule;
}

result<int64_t> span_ms_in(std::string_view field, const value& given) {
  auto span = span_in(field, given);
  return span ? result<int64_t>{span->count()} : span.failure();
}

result<int64_t> seconds_in(std::string_view field, const value& given) {
  auto seconds = whole_in(field, given);
  if (!seconds)
    return seconds.failure();
  return span_ms_in(field, given); // and its range
}

// -- members ------------------------------------------------------------------------

/// A member that may be null, which is `none`.
template <auto Member, auto Read, class None>
result<void>
nullable(std::string_view name, const value& given, job_draft& draft, const None& none) {
  if (given.is_null()) {
    draft.*Member = none;
    return done{};
  }
  auto taken = Read(name, given);
  if (!taken)
    return taken.failure();
  draft.*Member = *std::move(taken);
  return done{};
}

template <auto Member>
result<void> take_text(std::string_view name, const value& given, job_draft& draft) {
  return nullable<Member, text_in>(name, given, draft, std::string{});
}
template <auto Member>
result<void> take_whole(std::string_view name, const value& given, job_draft& draft) {
  return nullable<Member, whole_in>(name, given, draft, int64_t{0});
}
template <auto Member>
result<void> take_span(std::string_view name, const value& given, job_draft& draft) {
  return nullable<Member, span_ms_in>(name, given, draft, int64_t{0});
}
template <auto Member>
result<void> take_instant(std::string_view name, const value& given, job_draft& draft) {
  return nullable<Member, instant_in>(name, given, draft, std::optional<wall_time>{});
}
template <auto Member, auto Read>
result<void> take_rule(std::string_view name, const value& given, job_draft& draft) {
  return nullable<Member, Read>(name, given, draft, std::optional<schedule_rule>{});
}

/// A policy: null is no word.
template <auto Member, class Enum>
result<void> take_word(std::string_view name, const value& given, job_draft& draft) {
  return put(word_in<Enum>(name, given), draft.*Member);
}
template <auto Member, auto Read>
result<void> take(std::string_view name, const value& given, job_draft& draft) {
  return put(Read(name, given), draft.*Member);
}

/// One of `schedules`: an object with exactly one of the schedule's members.
result<schedule_rule> rule_in(const std::string& field, const value& given) {
  constexpr std::string_view names =
    "cron_spec, interval, interval_ms, fixed_delay, run_at, run_after, calendar_interval, "
    "daily_window";
  auto* members = given.as_map();
  if (!members || members->size() != 1)
    return not_a(field, "an object with one of " + std::string{names}, given);
  const auto& [name, member] = members->front();
  auto path = under(field, name);
  auto every = [&](rule_kind kind, result<int64_t> ms) -> result<schedule_rule> {
    if (!ms)
      return ms.failure();
    if (*ms <= 0)
      return bad(path, "must be more than 0");
    return schedule_rule{.kind = kind, .every_ms = *ms};
  };
  if (name == "cron_spec") {
    auto text = text_in(path, member);
    if (text && text->empty())
      return bad(path, "must not be empty");
    return text ? result<schedule_rule>{cron_rule(*std::move(text))} : text.failure();
  }
  if (name == "interval")
    return every(rule_kind::interval, seconds_in(path, member));
  if (name == "interval_ms")
    return every(rule_kind::interval, whole_in(path, member));
  if (name == "fixed_delay")
    return every(rule_kind::fixed_delay, span_ms_in(path, member));
  if (name == "run_after")
    return every(rule_kind::once, span_ms_in(path, member));
  if (name == "run_at") {
    auto t = instant_in(path, member);
    return t ? result<schedule_rule>{once_rule(*t)} : t.failure();
  }
  if (name == "calendar_interval")
    return calendar_interval_in(path, member);
  if (name == "daily_window")
    return daily_window_in(path, member);
  return unknown_member(
    field, name,
    {"cron_spec", "interval", "interval_ms", "fixed_delay", "run_at", "run_after",
     "calendar_interval", "daily_window"});
}

result<void> take_schedules(std::string_view name, const value& given, job_draft& draft) {
  std::vector<schedule_rule> rules;
  auto* list = given.as_list();
  if (!list && !given.is_null())
    return not_a(name, "a list of schedules", given);
  for (size_t i = 0; list && i < list->size(); ++i) {
    auto rule = rule_in(std::string{name} + "[" + std::to_string(i) + "]", (*list)[i]);
    if (!rule)
      return rule.failure();
    rules.push_back(*std::move(rule));
  }
  draft.schedules = std::move(rules);
  return done{};
}

result<std::vector<std::string>> names_in(std::string_view field, const value& given) {
  std::vector<std::string> names;
  auto* list = given.as_list();
  if (!list && !given.is_null())
    return not_a(field, "a list of names", given);
  for (size_t i = 0; list && i < list->size(); ++i) {
    auto* text = (*list)[i].as_text();
    if (!text)
      return not_a(field, "a list of names", given);
    names.push_back(*text);
  }
  return names;
}

result<void> take_calendars(std::string_view name, const value& given, job_draft& draft) {
  if (draft.calendars)
    return bad("calendar", "name calendars instead, not both");
  return put(names_in(name, given), draft.calendars);
}

result<void> take_calendar(std::string_view name, const value& given, job_draft& draft) {
  if (draft.calendars)
    return bad(name, "name calendars instead, not both");
  if (given.is_null()) {
    draft.calendars.emplace();
    return done{};
  }
  auto text = text_in(name, given);
  if (!text)
    return text.failure();
  draft.calendars.emplace();
  if (!text->empty())
    draft.calendars->push_back(*std::move(text));
  return done{};
}

constexpr std::array members_of_when = {
  draft_field{"cron_spec", take_text<&job_draft::cron_spec>},
  draft_field{"interval", take_whole<&job_draft::interval_s>},
  draft_field{"interval_ms", take_whole<&job_draft::interval_ms>},
  draft_field{"fixed_delay", take_span<&job_draft::fixed_delay_ms>},
  draft_field{"run_at", take_instant<&job_draft::run_at>},
  draft_field{"run_after", take_span<&job_draft::run_after_ms>},
  draft_field{"calendar_interval", take_rule<&job_draft::calendar_interval, calendar_interval_in>},
  draft_field{"daily_window", take_rule<&job_draft::daily_window, daily_window_in>},
  draft_field{"schedules", take_schedules},
  draft_field{"time_zone", take<&job_draft::time_zone, text_in>},
  draft_field{"dst", take_word<&job_draft::dst, dst_policy>},
  draft_field{"start_at", take_instant<&job_draft::start_at>},
  draft_field{"end_at", take_instant<&job_draft::end_at>},
  draft_field{"max_runs", take_whole<&job_draft::max_runs>},
  draft_field{"calendars", take_calendars},
  draft_field{"calendar", take_calendar},
  draft_field{"on_excluded", take_word<&job_draft::on_excluded, excluded_policy>},
  draft_field{"jitter_ms", take<&job_draft::jitter_ms, whole_in>},
  draft_field{"misfire", take_word<&job_draft::misfire, misfire_policy>},
  draft_field{"catch_up_window", take<&job_draft::catch_up_window_ms, span_ms_in>},
  draft_field{"catch_up_rate", take<&job_draft::catch_up_rate, whole_in>},
  draft_field{"overlap", take_word<&job_draft::overlap, overlap_policy>},
};

// -- writing ------------------------------------------------------------------------

value json_of_calendar_interval(const schedule_rule& r) {
  value_map out{{"every", value{uint64_t{r.units}}}, {"unit", json_text(to_string(r.unit))}};
  if (r.at)
    out.emplace_back("start_at", json_of(*r.at));
  return value{std::move(out)};
}

value json_of_daily_window(const schedule_rule& r) {
  return value{value_map{
    {"from", value{time_of_day_text(r.from_s)}},
    {"to", value{time_of_day_text(r.until_s)}},
    {"every", json_of_span(millis{r.every_ms})},
    {"days", json_of_weekdays(r.weekdays)},
  }};
}

/// The member that says it: its name and its value.
std::pair<std::string, value> member_of(const schedule_rule& r) {
  switch (r.kind) {
  case rule_kind::cron:
    return {"cron_spec", value{r.cron}};
  case rule_kind::interval:
    if (r.every_ms % 1000 == 0)
      return {"interval", value{int64_t{r.every_ms / 1000}}};
    return {"interval_ms", value{int64_t{r.every_ms}}};
  case rule_kind::fixed_delay:
    return {"fixed_delay", json_of_span(millis{r.every_ms})};
  case rule_kind::once:
    return {"run_at", json_of(r.at)};
  case rule_kind::calendar_interval:
    return {"calendar_interval", json_of_calendar_interval(r)};
  case rule_kind::daily_window:
    return {"daily_window", json_of_daily_window(r)};
  }
  return {"", value{}};
}

const schedule_rule* only(const job& j, rule_kind kind) {
  return j.rules.size() == 1 && j.rules.front().kind == kind ? &j.rules.front() : nullptr;
}

} // namespace

std::span<const draft_field> schedule_fields() noexcept {
  return members_of_when;
}

void put_seed_schedule(value_map& out, const job& j) {
  auto* cron = only(j, rule_kind::cron);
  auto* interval = only(j, rule_kind::interval);
  auto whole = interval && interval->every_ms % 1000 == 0;
  out.emplace_back("cron_spec", value{cron ? cron->cron : std::string{}});
  out.emplace_back("interval", value{int64_t{whole ? interval->every_ms / 1000 : 0}});
}

void put_schedule(value_map& out, const job& j) {
  auto* interval = only(j, rule_kind::interval);
  out.emplace_back("interval_ms", value{int64_t{interval ? interval->every_ms : 0}});
  auto* delay = only(j, rule_kind::fixed_delay);
  out.emplace_back("fixed_delay", delay ? member_of(*delay).second : value{int64_t{0}});
  for (auto [name, kind] :
       {std::pair{"run_at", rule_kind::once},
        std::pair{"calendar_interval", rule_kind::calendar_interval},
        std::pair{"daily_window", rule_kind::daily_window}}) {
    auto* rule = only(j, kind);
    out.emplace_back(name, rule ? member_of(*rule).second : value{});
  }
  value_list several;
  if (j.rules.size() > 1)
    for (const auto& rule : j.rules)
      several.push_back(value{value_map{member_of(rule)}});
  out.emplace_back("schedules", value{std::move(several)});
  value_list calendars;
  for (const auto& name : j.calendars)
    calendars.push_back(json_text(name));
  out.emplace_back("time_zone", json_text(j.time_zone));
  out.emplace_back("dst", json_text(to_string(j.dst)));
  out.emplace_back("start_at", json_of(j.start_at));
  out.emplace_back("end_at", json_of(j.end_at));
  out.emplace_back("max_runs", value{j.max_runs});
  out.emplace_back("calendars", value{std::move(calendars)});
  out.emplace_back("on_excluded", json_text(to_string(j.on_excluded)));
  out.emplace_back("jitter_ms", value{j.jitter_ms});
  out.emplace_back("misfire", json_text(to_string(j.misfire)));
  out.emplace_back("catch_up_window", json_of_span(millis{j.catch_up_window_ms}));
  out.emplace_back("catch_up_rate", value{uint64_t{j.catch_up_rate}});
  out.emplace_back("overlap", json_text(to_string(j.overlap)));
}

} // namespace takt
