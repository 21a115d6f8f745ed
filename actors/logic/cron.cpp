#include "actors/logic/cron.hpp"

#include "actors/logic/civil.hpp"

#include <bit>
#include <cassert>

namespace takt {

namespace {

using std::chrono::local_days;
using std::chrono::local_seconds;

constexpr int none = 64;
constexpr int last_year = 9999;

/// The lowest set bit from `n` up, or none.
constexpr int first_from(uint64_t bits, int n) {
  return n >= 64 ? none : std::countr_zero(bits >> n << n);
}

constexpr int lowest(uint64_t bits) {
  return std::countr_zero(bits);
}

int earliest_of_day(const cron_fields& f) {
  return lowest(f.hours) * 3600 + lowest(f.minutes) * 60 + lowest(f.seconds);
}

/// Seconds since midnight of the day's first match at or after `from`; -1 when the day has no more.
int first_of_day(const cron_fields& f, int from) {
  auto hour = from / 3600;
  auto minute = from / 60 % 60;
  if (f.hours >> hour & 1) {
    if (f.minutes >> minute & 1)
      if (auto s = first_from(f.seconds, from % 60); s != none)
        return hour * 3600 + minute * 60 + s;
    if (auto m = first_from(f.minutes, minute + 1); m != none)
      return hour * 3600 + m * 60 + lowest(f.seconds);
  }
  if (auto h = first_from(f.hours, hour + 1); h != none)
    return h * 3600 + lowest(f.minutes) * 60 + lowest(f.seconds);
  return -1;
}

local_days first_day(int year, int month) {
  using namespace std::chrono;
  return local_days{std::chrono::year{year} / static_cast<int>(month) / 1};
}

int length_of(int year, int month) {
  using namespace std::chrono;
  auto last =
    std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)} / std::chrono::last;
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

/// The days of a month on which the expression fires, as bits 1..31: where rules that depend on the
/// month (last day, nearest weekday, nth weekday) are resolved.
uint32_t matching_days(const cron_fields& f, int year, int month) {
  auto existing = static_cast<uint32_t>((uint64_t{2} << length_of(year, month)) - 2);
  if (f.day_rule == cron_day_rule::by_day)
    return f.days & existing;
  // The week's pattern, turned so that bit 0 is the 1st's weekday, laid out five times.
  auto first = std::chrono::weekday{first_day(year, month)}.c_encoding();
  uint64_t week = (f.weekdays >> first | f.weekdays << (7 - first)) & 0x7f;
  auto weeks = (week | week << 7 | week << 14 | week << 21 | week << 28) << 1;
  auto by_weekday = static_cast<uint32_t>(weeks) & existing;
  return f.day_rule == cron_day_rule::by_weekday ? by_weekday : by_weekday | (f.days & existing);
}

/// The first match at or after `from`, up to the end of year `until`.
std::optional<local_seconds> first_match(const cron_fields& f, local_seconds from, int until) {
  using namespace std::chrono;
  auto today = floor<days>(from);
  year_month_day date{today};
  auto y = static_cast<int>(date.year());
  auto m = static_cast<int>(static_cast<unsigned>(date.month()));
  auto d = static_cast<int>(static_cast<unsigned>(date.day()));
  if (f.months >> m & 1) {
    auto matching = matching_days(f, y, m);
    if (matching >> d & 1)
      if (auto s = first_of_day(f, static_cast<int>((from - today).count())); s >= 0)
        return today + seconds{s};
    if (auto later = first_from(matching, d + 1); later != none)
      return first_day(y, m) + days{later - 1} + seconds{earliest_of_day(f)};
  }
  while (true) {
    m = first_from(f.months, m + 1);
    if (m == none) {
      m = lowest(f.months);
      if (++y > until)
        return std::nullopt;
    }
    if (auto matching = matching_days(f, y, m))
      return first_day(y, m) + days{lowest(matching) - 1} + seconds{earliest_of_day(f)};
  }
}

bool can_fire(const cron_fields& f) {
  return first_match(f, local_seconds{first_day(2000, 1)}, 2399).has_value();
}

} // namespace

result<cron> cron::parse(std::string_view text) {
  auto expression = parse_cron_expression(text);
  if (!expression)
    return expression.failure();
  if (!can_fire(expression->fields)) {
    const auto& day = expression->pieces[3];
    const auto& month = expression->pieces[4];
    return failure{
      errc::bad_schedule,
      "cron_spec: day of month: " + shown(day.text) + " at column " + std::to_string(day.column)
        + " never comes in month " + shown(month.text) + " at column "
        + std::to_string(month.column)};
  }
  return cron{expression->fields};
}

std::optional<wall_time> cron::next(wall_time after) const {
  using namespace std::chrono;
  if (after >= calendar_end - 1s)
    return std::nullopt;
  auto from = after < calendar_begin ? floor<seconds>(calendar_begin) : floor<seconds>(after) + 1s;
  auto match = first_match(fields_, local_seconds{from.time_since_epoch()}, last_year);
  if (!match)
    return std::nullopt;
  wall_time due{match->time_since_epoch()};
  assert(due > after);
  return due;
}

} // namespace takt
