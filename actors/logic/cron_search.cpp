#include "actors/logic/cron_search.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace takt {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;

constexpr int none = 64;
constexpr int first_year = 0;
constexpr int last_year = 9999;
constexpr int no_year = std::numeric_limits<int>::max();

constexpr local_days day_of(int year, int month, int day) {
  using namespace std::chrono;
  return local_days{std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)} / 1}
  + days{day - 1};
}

constexpr local_seconds first_second = day_of(first_year, 1, 1);
constexpr local_seconds end_second = day_of(last_year + 1, 1, 1);

// -- bits ----------------------------------------------------------------------

/// The bits below n.
constexpr uint64_t below(int n) {
  return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1;
}

/// The lowest set bit from `n` up, or none.
constexpr int first_from(uint64_t bits, int n) {
  return n >= 64 ? none : std::countr_zero(bits >> n << n);
}

/// The highest set bit below `n`, or -1.
constexpr int last_below(uint64_t bits, int n) {
  return 63 - std::countl_zero(bits & below(n));
}

constexpr int lowest(uint64_t bits) {
  return std::countr_zero(bits);
}

constexpr int highest(uint64_t bits) {
  return 63 - std::countl_zero(bits);
}

// -- within a day, in seconds since its midnight -------------------------------

int earliest(const cron_fields& f) {
  return lowest(f.hours) * 3600 + lowest(f.minutes) * 60 + lowest(f.seconds);
}

int latest(const cron_fields& f) {
  return highest(f.hours) * 3600 + highest(f.minutes) * 60 + highest(f.seconds);
}

/// The day's first match at or after `from`; -1 when the day has no more.
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

/// The day's last match at or before `from`; -1 when there is none.
int last_of_day(const cron_fields& f, int from) {
  auto hour = from / 3600;
  auto minute = from / 60 % 60;
  if (f.hours >> hour & 1) {
    if (f.minutes >> minute & 1)
      if (auto s = last_below(f.seconds, from % 60 + 1); s >= 0)
        return hour * 3600 + minute * 60 + s;
    if (auto m = last_below(f.minutes, minute); m >= 0)
      return hour * 3600 + m * 60 + highest(f.seconds);
  }
  if (auto h = last_below(f.hours, hour); h >= 0)
    return h * 3600 + highest(f.minutes) * 60 + highest(f.seconds);
  return -1;
}

/// How many matches the day has before `end`, 0..86400.
uint64_t count_of_day(const cron_fields& f, int end) {
  auto count = [](uint64_t bits, int n) {
    return static_cast<uint64_t>(std::popcount(bits & below(n)));
  };
  auto hour = end / 3600;
  auto minute = end / 60 % 60;
  auto per_minute = count(f.seconds, none);
  auto total = count(f.hours, hour) * count(f.minutes, none) * per_minute;
  if (f.hours >> hour & 1) {
    total += count(f.minutes, minute) * per_minute;
    if (f.minutes >> minute & 1)
      total += count(f.seconds, end % 60);
  }
  return total;
}

// -- months and years ----------------------------------------------------------

bool has_year(const cron_fields& f, int year) {
  if (f.any_year)
    return true;
  auto n = static_cast<unsigned>(year - cron_first_year);
  return year >= cron_first_year && year <= cron_last_year && (f.years[n / 64] >> (n % 64) & 1);
}

/// The first year of the expression from `year` up, or no_year.
int year_from(const cron_fields& f, int year) {
  if (f.any_year)
    return year;
  for (auto y = std::max(year, cron_first_year); y <= cron_last_year;) {
    auto n = y - cron_first_year;
    auto word = f.years[static_cast<size_t>(n / 64)];
    if (auto next = first_from(word, n % 64); next != none)
      return cron_first_year + n / 64 * 64 + next;
    y += 64 - n % 64;
  }
  return no_year;
}

/// The last year of the expression from `year` down, or -1.
int year_back_from(const cron_fields& f, int year) {
  if (f.any_year)
    return year;
  year = std::min(year, cron_last_year);
  while (year >= cron_first_year && !has_year(f, year))
    --year;
  return year >= cron_first_year ? year : -1;
}

struct year_month_number {
  int year = 0;
  int month = 0;
};

/// On to the expression's next month; false beyond `until`.
bool advance(const cron_fields& f, year_month_number& at, int until) {
  if (has_year(f, at.year))
    if (auto m = first_from(f.months, at.month + 1); m != none) {
      at.month = m;
      return true;
    }
  at = {year_from(f, at.year + 1), lowest(f.months)};
  return at.year <= until;
}

bool retreat(const cron_fields& f, year_month_number& at) {
  if (has_year(f, at.year))
    if (auto m = last_below(f.months, at.month); m >= 0) {
      at.month = m;
      return true;
    }
  at = {year_back_from(f, at.year - 1), highest(f.months)};
  return at.year >= first_year;
}

struct civil_second {
  year_month_number month{};
  int day = 1;
  int second = 0; ///< since midnight

  explicit civil_second(local_seconds t) {
    auto today = std::chrono::floor<days>(t);
    std::chrono::year_month_day date{today};
    month = {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month()))};
    day = static_cast<int>(static_cast<unsigned>(date.day()));
    second = static_cast<int>((t - today).count());
  }
};

bool names(const cron_fields& f, const year_month_number& at) {
  return (f.months >> at.month & 1) && has_year(f, at.year);
}

} // namespace

std::optional<local_seconds> cron_first(const cron_fields& f, local_seconds from, int until) {
  if (from >= end_second)
    return std::nullopt;
  civil_second start{std::max(from, first_second)};
  auto at = start.month;
  if (at.year > until)
    return std::nullopt;
  if (names(f, at)) {
    auto matching = cron_days_of(f, at.year, at.month);
    if (matching >> start.day & 1)
      if (auto s = first_of_day(f, start.second); s >= 0)
        return day_of(at.year, at.month, start.day) + seconds{s};
    if (auto later = first_from(matching, start.day + 1); later != none)
      return day_of(at.year, at.month, later) + seconds{earliest(f)};
  }
  while (advance(f, at, until))
    if (auto matching = cron_days_of(f, at.year, at.month))
      return day_of(at.year, at.month, lowest(matching)) + seconds{earliest(f)};
  return std::nullopt;
}

std::optional<local_seconds> cron_last(const cron_fields& f, local_seconds from) {
  if (from < first_second)
    return std::nullopt;
  civil_second start{std::min(from, end_second - seconds{1})};
  auto at = start.month;
  if (names(f, at)) {
    auto matching = cron_days_of(f, at.year, at.month);
    if (matching >> start.day & 1)
      if (auto s = last_of_day(f, start.second); s >= 0)
        return day_of(at.year, at.month, start.day) + seconds{s};
    if (auto earlier = last_below(matching, start.day); earlier >= 0)
      return day_of(at.year, at.month, earlier) + seconds{latest(f)};
  }
  while (retreat(f, at))
    if (auto matching = cron_days_of(f, at.year, at.month))
      return day_of(at.year, at.month, highest(matching)) + seconds{latest(f)};
  return std::nullopt;
}

uint64_t cron_count(const cron_fields& f, local_seconds begin, local_seconds end) {
  begin = std::max(begin, first_second);
  end = std::min(end, end_second);
  if (begin >= end)
    return 0;
  // The last second counted, so that no month beyond the calendar is looked at.
  civil_second first{begin};
  civil_second last{end - seconds{1}};
  uint64_t days_counted = 0;
  uint64_t outside = 0; // of the first day before begin, of the last day from end on
  auto per_day = count_of_day(f, 86'400);
  auto at = first.month;
  for (auto more = names(f, at) || advance(f, at, last.month.year); more;
       more = advance(f, at, last.month.year)) {
    auto in_first = at.year == first.month.year && at.month == first.month.month;
    auto in_last = at.year == last.month.year && at.month == last.month.month;
    if (at.year == last.month.year && at.month > last.month.month)
      break;
    auto matching = cron_days_of(f, at.year, at.month);
    if (in_first) {
      matching &= ~static_cast<uint32_t>(below(first.day));
      if (matching >> first.day & 1)
        outside += count_of_day(f, first.second);
    }
    if (in_last) {
      matching &= static_cast<uint32_t>(below(last.day + 1));
      if (matching >> last.day & 1)
        outside += per_day - count_of_day(f, last.second + 1);
    }
    days_counted += static_cast<uint64_t>(std::popcount(matching));
  }
  return days_counted * per_day - outside;
}

} // namespace takt
