#include "actors/logic/cron_search.hpp"

#include <bit>
#include <cassert>

namespace takt {

namespace {

/// All that a month's days depend on.
struct month_shape {
  int length = 0;
  int first_weekday = 0; ///< of day 1, Sunday is 0

  uint32_t existing() const { return static_cast<uint32_t>((uint64_t{2} << length) - 2); }
  int weekday_of(int day) const { return (first_weekday + day - 1) % 7; }
};

month_shape shape_of(int year, int month) {
  using namespace std::chrono;
  auto y = std::chrono::year{year};
  auto m = std::chrono::month{static_cast<unsigned>(month)};
  auto last = static_cast<unsigned>((y / m / std::chrono::last).day());
  auto first = weekday{local_days{y / m / 1}}.c_encoding();
  return {static_cast<int>(last), static_cast<int>(first)};
}

constexpr uint32_t bit(int day) {
  return uint32_t{1} << day;
}

/// The Monday-to-Friday day nearest to `day`, never leaving the month.
int nearest_weekday(const month_shape& m, int day) {
  constexpr int sunday = 0;
  constexpr int saturday = 6;
  if (m.weekday_of(day) == saturday)
    return day > 1 ? day - 1 : day + 2;
  if (m.weekday_of(day) == sunday)
    return day < m.length ? day + 1 : day - 2;
  return day;
}

uint32_t days_by_month(const cron_fields& f, const month_shape& m) {
  auto days = f.days & m.existing();
  for (auto rest = f.days_before_last; rest; rest &= rest - 1)
    if (auto day = m.length - std::countr_zero(rest); day >= 1)
      days |= bit(day);
  for (auto rest = f.nearest_weekdays & m.existing(); rest; rest &= rest - 1)
    days |= bit(nearest_weekday(m, std::countr_zero(rest)));
  if (f.last_weekday_of_month)
    days |= bit(nearest_weekday(m, m.length));
  return days;
}

uint32_t days_by_week(const cron_fields& f, const month_shape& m) {
  // The week's pattern, turned so that bit 0 is the 1st's weekday, laid out five times.
  uint64_t week = (f.weekdays >> m.first_weekday | f.weekdays << (7 - m.first_weekday)) & 0x7f;
  auto weeks = (week | week << 7 | week << 14 | week << 21 | week << 28) << 1;
  auto days = static_cast<uint32_t>(weeks);
  for (auto rest = f.nth_weekdays; rest; rest &= rest - 1) {
    auto n = std::countr_zero(rest);
    auto day = 1 + (n % 7 - m.first_weekday + 7) % 7 + n / 7 * 7;
    days |= day <= m.length ? bit(day) : 0;
  }
  for (auto rest = f.last_weekdays; rest; rest &= rest - 1)
    days |= bit(m.length - (m.weekday_of(m.length) - std::countr_zero(rest) + 7) % 7);
  return days & m.existing();
}

} // namespace

uint32_t cron_days_of(const cron_fields& f, int year, int month) {
  assert(month >= 1 && month <= 12);
  auto shape = shape_of(year, month);
  switch (f.day_rule) {
  case cron_day_rule::by_day:
    return days_by_month(f, shape);
  case cron_day_rule::by_weekday:
    return days_by_week(f, shape);
  case cron_day_rule::both:
    return days_by_month(f, shape) & days_by_week(f, shape);
  case cron_day_rule::either:
    break;
  }
  return days_by_month(f, shape) | days_by_week(f, shape);
}

} // namespace takt
