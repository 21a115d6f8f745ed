#include "proto/rfc3339.hpp"

#include <cstdio>

namespace takt {

namespace {

using namespace std::chrono;

failure bad(std::string_view text, std::string_view why) {
  return {errc::bad_field, "\"" + std::string{text.substr(0, 40)} + "\" " + std::string{why}};
}

/// Reads exactly `digits` decimal digits at `pos`; -1 when there are fewer.
int number_at(std::string_view text, size_t pos, size_t digits) {
  if (pos + digits > text.size())
    return -1;
  int value = 0;
  for (size_t i = pos; i < pos + digits; ++i) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::string date_time(wall_time t, bool with_millis) {
  auto day = floor<days>(t);
  year_month_day date{day};
  hh_mm_ss<millis> time{t - day};
  char out[64];
  auto size = std::snprintf(
    out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
    static_cast<int>(time.seconds().count()));
  if (with_millis)
    std::snprintf(
      out + size, sizeof out - static_cast<size_t>(size), ".%03d",
      static_cast<int>(time.subseconds().count()));
  return out;
}

/// The offset in minutes that starts at `pos` and ends the text.
result<minutes> offset_at(std::string_view text, size_t pos) {
  auto rest = text.substr(pos);
  if (rest == "Z" || rest == "z")
    return minutes{0};
  if (rest.empty())
    return bad(text, "has no offset; end it with Z or +hh:mm");
  auto h = number_at(rest, 1, 2);
  auto m = number_at(rest, 4, 2);
  if (
    rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':' || h < 0 || h > 23
    || m < 0 || m > 59)
    return bad(text, "has a malformed offset; end it with Z or +hh:mm");
  auto total = minutes{h * 60 + m};
  return rest[0] == '-' ? -total : total;
}

} // namespace

std::string to_rfc3339(wall_time t) {
  return date_time(t, true) + "Z";
}

std::string to_rfc3339(wall_time t, seconds offset) {
  auto whole = round<minutes>(offset);
  auto local = t + whole;
  auto out = date_time(local, local != floor<seconds>(local));
  hh_mm_ss<minutes> shift{whole};
  char text[32];
  std::snprintf(
    text, sizeof text, "%c%02d:%02d", shift.is_negative() ? '-' : '+',
    static_cast<int>(shift.hours().count()), static_cast<int>(shift.minutes().count()));
  return out + text;
}

result<wall_time> from_rfc3339(std::string_view text) {
  auto y = number_at(text, 0, 4), mo = number_at(text, 5, 2), d = number_at(text, 8, 2);
  auto h = number_at(text, 11, 2), mi = number_at(text, 14, 2), s = number_at(text, 17, 2);
  if (
    y < 0 || mo < 0 || d < 0 || h < 0 || mi < 0 || s < 0 || text[4] != '-' || text[7] != '-'
    || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':'
    || text[16] != ':')
    return bad(text, "is not an RFC 3339 date-time such as 2026-01-02T03:04:05Z");
  year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok())
    return bad(text, "names a date that does not exist");
  if (h == 24 && mi == 0 && s == 0)
    return bad(text, "names the hour 24; midnight is 00:00 of the next day");
  if (h < 24 && mi < 60 && s == 60)
    return bad(text, "names a leap second, which takt's clock does not have");
  if (h > 23 || mi > 59 || s > 59)
    return bad(text, "names a time that does not exist");
  size_t pos = 19;
  int64_t ms = 0;
  if (pos < text.size() && text[pos] == '.') {
    int64_t unit = 100;
    auto first = ++pos;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, unit /= 10)
      ms += unit * (text[pos] - '0');
    if (pos == first || pos - first > 9)
      return bad(text, "has a malformed fraction of a second");
  }
  auto offset = offset_at(text, pos);
  if (!offset)
    return offset.failure();
  auto local = sys_days{date} + hours{h} + minutes{mi} + seconds{s} + millis{ms};
  auto utc = time_point_cast<millis>(local) - *offset;
  if (utc < wall_time{})
    return bad(text, "is before 1970");
  if (utc >= sys_days{year{10000} / 1 / 1})
    return bad(text, "is after the year 9999");
  return utc;
}

} // namespace takt
