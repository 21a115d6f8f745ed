#include "actors/logic/cron.hpp"

#include "actors/logic/civil.hpp"
#include "actors/logic/cron_item.hpp"
#include "actors/logic/cron_search.hpp"

#include <bit>
#include <cassert>

namespace takt {

namespace {

using std::chrono::local_days;
using std::chrono::local_seconds;

/// One whole cycle of the calendar, or all years that can be named.
bool can_fire(const cron_fields& f) {
  int first = f.any_year ? 2000 : cron_first_year;
  int last = f.any_year ? 2399 : cron_last_year;
  return cron_first(f, local_days{std::chrono::year{first} / 1 / 1}, last).has_value();
}

std::string placed(const cron_piece& piece) {
  return shown(piece.text) + " at column " + std::to_string(piece.column);
}

/// "day of month: 30 at column 5 never comes in month 2 at column 8"
std::string never(const cron_expression& e) {
  const auto& day = e.pieces[cron_day];
  const auto& weekday = e.pieces[cron_weekday];
  std::string text = "cron_spec: ";
  switch (e.fields.day_rule) {
  case cron_day_rule::by_day:
    text += "day of month: " + placed(day);
    break;
  case cron_day_rule::by_weekday:
    text += "day of week: " + placed(weekday);
    break;
  case cron_day_rule::either:
    text += "day of month: " + placed(day) + " or day of week " + placed(weekday);
    break;
  case cron_day_rule::both:
    text += "day of month: " + placed(day) + " together with day of week " + placed(weekday);
    break;
  }
  text += " never comes in month " + placed(e.pieces[cron_month]);
  if (!e.fields.any_year)
    text += ", year " + placed(e.pieces[cron_year]);
  return text;
}

struct cycle_words {
  cron_field_no field;
  uint64_t bits;
  std::string_view unit;
};

/// The distance of the two lowest values.
int step_of(uint64_t bits) {
  auto rest = bits & (bits - 1);
  return std::countr_zero(rest) - std::countr_zero(bits);
}

void add_short_cycles(const cron_fields& f, std::vector<cron_lint>& to) {
  const cycle_words all[] = {
    {cron_second, f.seconds, "seconds of a minute"}, {cron_minute, f.minutes, "minutes of an hour"},
    {cron_hour, f.hours, "hours of a day"},          {cron_day, f.days, "days of a month"},
    {cron_month, f.months, "months of a year"},      {cron_weekday, f.weekdays, "days of a week"}};
  for (const auto& [field, bits, unit] : all)
    if (f.short_cycles >> field & 1)
      to.push_back(
        {"short_cycle",
         std::string{spec_of(field).name} + ": a step of " + std::to_string(step_of(bits))
           + " does not divide the " + std::string{unit}
           + ", so that the last stretch before they begin again is shorter than the others"});
}

} // namespace

result<cron> cron::parse(std::string_view text, uint64_t hash_seed) {
  auto expression = parse_cron_expression(text, hash_seed);
  if (!expression)
    return expression.failure();
  if (!can_fire(expression->fields))
    return failure{errc::bad_schedule, never(*expression)};
  return cron{expression->fields};
}

std::optional<local_seconds> cron::first_match(local_seconds from) const {
  return cron_first(fields_, from);
}

std::optional<wall_time> cron::next(wall_time after) const {
  using namespace std::chrono;
  if (after >= calendar_end - 1s)
    return std::nullopt;
  auto from = after < calendar_begin ? floor<seconds>(calendar_begin) : floor<seconds>(after) + 1s;
  auto match = cron_first(fields_, local_seconds{from.time_since_epoch()});
  if (!match)
    return std::nullopt;
  wall_time due{match->time_since_epoch()};
  assert(due > after);
  return due;
}

std::vector<cron_lint> cron::lints() const {
  constexpr uint64_t every_second = (uint64_t{1} << 60) - 1;
  std::vector<cron_lint> out;
  if (fields_.day_rule == cron_day_rule::either && fields_.stepped_star_day)
    out.push_back(
      {"step_and_or",
       "a day of month and a day of week are given, one of them with a step from *: "
       "a day that either of them names fires, where Vixie's cron asks for both; "
       "write + before the day of week for both"});
  else if (fields_.day_rule == cron_day_rule::either)
    out.push_back(
      {"dom_and_dow",
       "a day of month and a day of week are given: a day that either of them "
       "names fires; write + before the day of week for days that both name"});
  add_short_cycles(fields_, out);
  if (fields_.seconds == every_second)
    out.push_back({"seconds_every", "fires every second of each minute that matches"});
  return out;
}

} // namespace takt
