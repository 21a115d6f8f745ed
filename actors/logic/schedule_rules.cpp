#include "actors/logic/schedule_rules.hpp"

#include "actors/logic/civil.hpp"
#include "actors/logic/cron_hash.hpp"
#include "actors/logic/wall_rule.hpp"
#include "proto/duration.hpp"

#include <algorithm>
#include <array>

namespace takt {

namespace {

using namespace std::chrono_literals;

constexpr int64_t interval_ms_max = limits::interval_s_max * 1000;
/// A window's step, and its end.
constexpr int64_t day_ms = 86'400'000;
constexpr uint32_t day_s = 86'400;

failure bad(std::string_view field, std::string why) {
  return {errc::bad_schedule, std::string{field} + ": " + why};
}

std::string out_of_range(int64_t value, int64_t low, int64_t high, std::string_view unit) {
  return std::to_string(value) + " is out of range (" + std::to_string(low) + "-"
    + std::to_string(high) + (unit.empty() ? "" : " ") + std::string{unit} + ")";
}

bool in_calendar(wall_time t) {
  return calendar_begin <= t && t < calendar_end;
}

class cron_dues : public schedule::rule {
public:
  cron_dues(cron expression, const rule_setting& s)
    : expression_(std::move(expression)), zone_(s.in), dst_(s.dst), is_utc_(s.in->is_utc()) {}

  std::optional<wall_time> next(wall_time after) const override {
    return is_utc_ ? expression_.next(after) : expression_.next(after, *zone_, dst_);
  }
  uint64_t count(wall_time from, wall_time until) const override {
    return expression_.count(from, until, *zone_, dst_);
  }
  std::optional<wall_time> last(wall_time from, wall_time until) const override {
    return expression_.last(from, until, *zone_, dst_);
  }
  std::vector<cron_lint> lints() const override { return expression_.lints(); }

private:
  cron expression_;
  std::shared_ptr<const zone> zone_;
  dst_policy dst_;
  bool is_utc_;
};

class single_due : public schedule::rule {
public:
  explicit single_due(wall_time at) : at_(at) {}

  std::optional<wall_time> next(wall_time after) const override {
    return after < at_ ? std::optional{at_} : std::nullopt;
  }
  uint64_t count(wall_time from, wall_time until) const override {
    return from <= at_ && at_ <= until;
  }
  std::optional<wall_time> last(wall_time from, wall_time until) const override {
    return count(from, until) != 0 ? std::optional{at_} : std::nullopt;
  }

private:
  wall_time at_;
};

/// Where an interval starts, and the number of its first due.
struct interval_start {
  wall_time at{};
  int64_t first = 0;
};

result<interval_start>
start_of(std::string_view field, const std::optional<wall_time>& at, const rule_setting& s) {
  auto start = at ? at : s.start_at;
  interval_start out{start.value_or(s.anchor), start ? 0 : 1};
  if (!in_calendar(out.at))
    return bad(
      field, std::string{start ? "its start" : "its anchor"} + " is outside the years 0000-9999");
  return out;
}

/// Dues of several rules are counted one by one, so there must not be too many.
result<void> check_shared(std::string_view field, millis step, const rule_setting& s) {
  constexpr millis least{limits::shared_interval_ms_min};
  if (s.alone || step >= least)
    return {};
  return bad(
    field,
    duration_text(step) + " is too short beside other schedules (at least " + duration_text(least)
      + ")");
}

result<rule_ptr> every(
  std::string_view field, millis length, const std::optional<wall_time>& at,
  const rule_setting& s) {
  if (auto fits = check_shared(field, length, s); !fits)
    return fits.failure();
  auto start = start_of(field, at, s);
  if (!start)
    return start.failure();
  auto pattern = every_pattern(local_time{start->at.time_since_epoch()}, length, start->first);
  return rule_ptr{std::make_shared<wall_rule>(
    std::move(pattern), zone::utc(), s.dst, start->at, start->first == 0)};
}

result<rule_ptr> make_interval(const schedule_rule& r, const rule_setting& s) {
  auto field = field_of(r);
  if (r.every_ms < limits::interval_ms_min || r.every_ms > interval_ms_max) {
    if (field == "interval")
      return bad(field, out_of_range(r.every_ms / 1000, 1, limits::interval_s_max, "seconds"));
    return bad(
      field, out_of_range(r.every_ms, limits::interval_ms_min, interval_ms_max, "milliseconds"));
  }
  return every(field, millis{r.every_ms}, r.at, s);
}

result<rule_ptr> make_fixed_delay(const schedule_rule& r, const rule_setting& s) {
  if (r.every_ms < limits::interval_ms_min || r.every_ms > interval_ms_max)
    return bad(
      "fixed_delay",
      out_of_range(r.every_ms, limits::interval_ms_min, interval_ms_max, "milliseconds"));
  if (!in_calendar(s.anchor))
    return bad("fixed_delay", "its anchor is outside the years 0000-9999");
  // A start that is over when the job is made would be a due that nobody ever sees.
  auto first = s.start_at && *s.start_at >= s.anchor ? *s.start_at : s.anchor + millis{r.every_ms};
  if (!in_calendar(first))
    return bad("fixed_delay", "never fires before the year 10000");
  return rule_ptr{std::make_shared<single_due>(first)};
}

/// `@every 90s`, and nothing else that begins with `@`.
result<rule_ptr> make_every(std::string_view text, const rule_setting& s) {
  auto words = text.substr(std::string_view{"@every"}.size());
  words.remove_prefix(std::min(words.find_first_not_of(" \t"), words.size()));
  words = words.substr(0, words.find_last_not_of(" \t") + 1);
  auto span = duration_from(words);
  if (!span)
    return bad("cron_spec", "@every: " + span.failure().context);
  if (span->count() < limits::interval_ms_min)
    return bad(
      "cron_spec",
      "@every: " + std::string{words} + " is shorter than "
        + duration_text(millis{limits::interval_ms_min}));
  return every("cron_spec", *span, std::nullopt, s);
}

result<rule_ptr> make_cron(const schedule_rule& r, const rule_setting& s) {
  std::string_view text = r.cron;
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  if (
    text.starts_with("@every") && (text.size() == 6 || text[6] == ' ' || text[6] == '\t')
    && r.cron.size() <= limits::cron_bytes_max)
    return make_every(text, s);
  auto parsed = cron::parse(r.cron, hash_seed_of(s.job));
  if (!parsed)
    return parsed.failure();
  return rule_ptr{std::make_shared<cron_dues>(*std::move(parsed), s)};
}

result<rule_ptr> make_once(const schedule_rule& r) {
  if (!r.at)
    return bad("run_at", "is missing");
  if (!in_calendar(*r.at))
    return bad("run_at", "is outside the years 0000-9999");
  return rule_ptr{std::make_shared<single_due>(*r.at)};
}

result<rule_ptr> make_calendar_interval(const schedule_rule& r, const rule_setting& s) {
  // Ten years each.
  static constexpr std::array<int64_t, 4> units_max = {3660, 522, 120, 10};
  auto unit = static_cast<size_t>(r.unit);
  if (unit >= units_max.size())
    return bad("calendar_interval", "unit is none of days, weeks, months, years");
  if (r.units < 1 || r.units > units_max[unit])
    return bad("calendar_interval", out_of_range(r.units, 1, units_max[unit], to_string(r.unit)));
  auto start = start_of("calendar_interval", r.at, s);
  if (!start)
    return start.failure();
  auto pattern = calendar_pattern(to_local(start->at, *s.in), r.units, r.unit, start->first);
  return rule_ptr{
    std::make_shared<wall_rule>(std::move(pattern), s.in, s.dst, start->at, start->first == 0)};
}

result<rule_ptr> make_daily_window(const schedule_rule& r, const rule_setting& s) {
  constexpr auto field = "daily_window";
  if (r.from_s >= day_s || r.until_s >= day_s)
    return bad(field, "ends at 23:59:59; 24:00 is the next day's 00:00");
  if (r.until_s < r.from_s)
    return bad(field, "ends before it begins; make two windows of one that passes midnight");
  if (r.every_ms < limits::interval_ms_min || r.every_ms > day_ms)
    return bad(
      field, "step " + out_of_range(r.every_ms, limits::interval_ms_min, day_ms, "milliseconds"));
  if (auto fits = check_shared(field, millis{r.every_ms}, s); !fits)
    return fits.failure();
  if ((r.weekdays & 0x7f) == 0 || r.weekdays > 0x7f)
    return bad(field, "needs a weekday or more, of the seven that there are");
  auto pattern = window_pattern(r.from_s, r.until_s, millis{r.every_ms}, r.weekdays);
  return rule_ptr{
    std::make_shared<wall_rule>(std::move(pattern), s.in, s.dst, calendar_begin - 1ms, false)};
}

} // namespace

std::string_view field_of(const schedule_rule& what) noexcept {
  switch (what.kind) {
  case rule_kind::cron:
    return "cron_spec";
  case rule_kind::interval:
    return what.every_ms % 1000 == 0 ? "interval" : "interval_ms";
  case rule_kind::once:
    return "run_at";
  default:
    return to_string(what.kind);
  }
}

result<rule_ptr> make_rule(const schedule_rule& what, const rule_setting& setting) {
  switch (what.kind) {
  case rule_kind::cron:
    return make_cron(what, setting);
  case rule_kind::interval:
    return make_interval(what, setting);
  case rule_kind::fixed_delay:
    return make_fixed_delay(what, setting);
  case rule_kind::once:
    return make_once(what);
  case rule_kind::calendar_interval:
    return make_calendar_interval(what, setting);
  case rule_kind::daily_window:
    return make_daily_window(what, setting);
  }
  return bad("schedules", "a rule of an unknown kind");
}

std::optional<wall_time> rule_union::next(wall_time after) const {
  after = std::max(after, begin_ - 1ms);
  std::optional<wall_time> first;
  for (const auto& r : rules_)
    if (auto due = r->next(after); due && (!first || *due < *first))
      first = due;
  return first && *first <= end_ ? first : std::nullopt;
}

uint64_t rule_union::count(wall_time from, wall_time until) const {
  from = std::max(from, begin_);
  until = std::min(until, end_);
  if (until < from || rules_.empty())
    return 0;
  if (rules_.size() == 1)
    return rules_.front()->count(from, until);
  // Each rule's next due is kept: only those that are due now are asked again.
  std::vector<std::optional<wall_time>> heads;
  for (const auto& r : rules_)
    heads.push_back(r->next(from - 1ms));
  for (uint64_t n = 0;; ++n) {
    std::optional<wall_time> first;
    for (const auto& head : heads)
      if (head && (!first || *head < *first))
        first = head;
    if (!first || *first > until)
      return n;
    for (size_t i = 0; i < heads.size(); ++i)
      if (heads[i] == first)
        heads[i] = rules_[i]->next(*first);
  }
}

std::optional<wall_time> rule_union::last(wall_time from, wall_time until) const {
  from = std::max(from, begin_);
  until = std::min(until, end_);
  std::optional<wall_time> latest;
  if (until < from)
    return latest;
  for (const auto& r : rules_)
    if (auto due = r->last(from, until); due && (!latest || *due > *latest))
      latest = due;
  return latest;
}

} // namespace takt
