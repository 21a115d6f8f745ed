#include "actors/logic/posix_tz.hpp"

#include <algorithm>
#include <optional>

namespace takt {

namespace {

using namespace std::chrono;

/// The Gregorian calendar, weekdays included, repeats itself after 400 years.
constexpr int64_t cycle_years = 400;
constexpr seconds cycle = days{146'097};
constexpr seconds dst_default = 1h;

failure bad(std::string_view text, std::string_view why) {
  std::string shown{text.substr(0, 60)};
  std::replace_if(
    shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return {errc::bad_schedule, "time zone rule \"" + shown + "\": " + std::string{why}};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_of_number(char c) {
  return is_digit(c) || c == '+' || c == '-';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Walks over the rule's text; what a step cannot read is nullopt, and the walk is over.
class reader {
public:
  explicit reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool skip(char c) {
    if (!rest_.starts_with(c))
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// Letters, or anything that a number may have between < and >.
  bool name() {
    auto quoted = skip('<');
    size_t n = 0;
    while (n < rest_.size() && (is_letter(rest_[n]) || (quoted && is_of_number(rest_[n]))))
      ++n;
    rest_.remove_prefix(n);
    return n >= 3 && (!quoted || skip('>'));
  }

  std::optional<unsigned> number(unsigned min, unsigned max) {
    unsigned value = 0;
    size_t n = 0;
    for (; n < rest_.size() && n < 3 && is_digit(rest_[n]); ++n)
      value = value * 10 + static_cast<unsigned>(rest_[n] - '0');
    rest_.remove_prefix(n);
    if (n == 0 || value < min || value > max || (!rest_.empty() && is_digit(rest_[0])))
      return std::nullopt;
    return value;
  }

  /// [+-]hh[:mm[:ss]]
  std::optional<seconds> time(unsigned hours_max) {
    auto negative = skip('-');
    if (!negative)
      skip('+');
    auto h = number(0, hours_max);
    std::optional<unsigned> m = 0, s = 0;
    if (h && skip(':')) {
      m = number(0, 59);
      if (m && skip(':'))
        s = number(0, 59);
    }
    if (!h || !m || !s)
      return std::nullopt;
    seconds value = hours{*h} + minutes{*m} + seconds{*s};
    return negative ? -value : value;
  }

  /// A day and, behind a slash, its time: 2 o'clock if nothing is said.
  std::optional<posix_tz_change> change() {
    using form = posix_tz_change::form;
    posix_tz_change out;
    std::optional<unsigned> day = 0, month = 1, week = 1, weekday = 0;
    if (skip('M')) {
      out.is = form::weekday;
      month = number(1, 12);
      week = month && skip('.') ? number(1, 5) : std::nullopt;
      weekday = week && skip('.') ? number(0, 6) : std::nullopt;
    } else if (skip('J')) {
      out.is = form::julian;
      day = number(1, 365);
    } else {
      out.is = form::zero_based;
      day = number(0, 365);
    }
    if (!day || !month || !week || !weekday)
      return std::nullopt;
    out.day = *day;
    out.month = *month;
    out.week = *week;
    out.weekday = *weekday;
    std::optional<seconds> at = 2h;
    if (skip('/'))
      at = time(167);
    if (!at)
      return std::nullopt;
    out.time = *at;
    return out;
  }

private:
  std::string_view rest_;
};

sys_days day_in(const posix_tz_change& c, year y) {
  switch (c.is) {
  case posix_tz_change::form::julian:
    return sys_days{y / January / 1} + days{c.day - (c.day < 60 || !y.is_leap() ? 1 : 0)};
  case posix_tz_change::form::zero_based:
    return sys_days{y / January / 1} + days{c.day};
  case posix_tz_change::form::weekday:
    break;
  }
  auto m = y / month{c.month};
  sys_days first = m / 1;
  auto day = first + (weekday{c.weekday} - weekday{first}) + weeks{c.week - 1};
  return day < first + (sys_days{m / last} - first) + days{1} ? day : day - weeks{1};
}

wall_time saturated(sys_seconds t) {
  constexpr auto least = ceil<seconds>(wall_time::min());
  constexpr auto most = floor<seconds>(wall_time::max());
  return t < least ? wall_time::min() : t > most ? wall_time::max() : wall_time{t};
}

} // namespace

/// Changes are numbered: twice the year, and the second of a year is one more.
sys_seconds posix_tz::change(int64_t number) const {
  const auto& c = in_a_year_[static_cast<size_t>(number & 1)];
  return day_in(c, year{static_cast<int>(number >> 1)}) + c.time - c.before;
}

/// Over one cycle, hence for ever.
bool posix_tz::take_turns() const {
  for (int64_t n = 2 * 2000; n < 2 * (2000 + cycle_years); ++n)
    if (change(n) >= change(n + 1))
      return false;
  return true;
}

/// What the second of a year ends, the first of the next has begun by then.
bool posix_tz::touch() const {
  for (int64_t n = 2 * 2000; n < 2 * (2000 + cycle_years); n += 2)
    if (change(n) >= change(n + 1) || change(n + 1) < change(n + 2))
      return false;
  return true;
}

result<posix_tz> posix_tz::parse(std::string_view text) {
  reader in{text};
  if (!in.name())
    return bad(text, "it begins with a name of three letters or more, or one in < >");
  auto west = in.time(24);
  if (!west)
    return bad(text, "after the name comes an offset of 0 to 24 hours");
  auto standard = -*west, dst = standard + dst_default;
  if (in.at_end())
    return posix_tz{standard};
  if (!in.name())
    return bad(text, "malformed name of its daylight saving time");
  if (!in.skip(',')) {
    west = in.time(24);
    if (!west || !in.skip(','))
      return bad(text, "after daylight saving time come its offset, a comma and its beginning");
    dst = -*west;
  }
  auto begin = in.change();
  auto end = begin && in.skip(',') ? in.change() : std::nullopt;
  if (!begin || !end || !in.at_end())
    return bad(text, "two days are needed, each Jn, n or Mm.w.d, with /time or without");
  if (dst == standard)
    return posix_tz{standard};
  begin->before = end->after = standard;
  begin->after = end->before = dst;
  posix_tz northern{*begin, *end}, southern{*end, *begin};
  if (northern.take_turns())
    return northern;
  if (southern.take_turns())
    return southern;
  if (northern.touch())
    return posix_tz{dst};
  return bad(text, "its two days do not take turns");
}

zone_period posix_tz::at(wall_time t) const {
  if (!changes_)
    return {wall_time::min(), wall_time::max(), offset_};
  auto s = floor<seconds>(t);
  // To the cycle that began in 1970, and back, so that every wall_time has its year.
  auto cycles = s.time_since_epoch() / cycle - (s.time_since_epoch() % cycle < 0s ? 1 : 0);
  s -= cycles * cycle;
  auto y = year_month_day{floor<days>(s)}.year();
  // A change may lie some days outside of its year.
  auto n = 2 * int64_t{static_cast<int>(y)} + 1;
  auto begin = change(n), end = begin;
  if (s < begin) {
    do {
      end = begin;
      begin = change(--n);
    } while (s < begin);
  } else {
    for (end = change(n + 1); s >= end; end = change(n + 1)) {
      begin = end;
      ++n;
    }
  }
  return {
    saturated(begin + cycles * cycle), saturated(end + cycles * cycle),
    in_a_year_[static_cast<size_t>(n & 1)].after};
}

} // namespace takt
