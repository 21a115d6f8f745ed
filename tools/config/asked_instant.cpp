#include "tools/config/asked_instant.hpp"

#include "proto/rfc3339.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace takt {

namespace {

using namespace std::chrono;

/// The end of the year 9999.
constexpr int64_t unix_ms_max = 253'402'300'799'999;

failure bad(std::string_view text, const std::string& why) {
  constexpr size_t shown_max = 40;
  auto shown = std::string{text.substr(0, shown_max)} + (text.size() > shown_max ? "…" : "");
  return {errc::setup_bad_option, "\"" + shown + "\" " + why};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Decimal digits alone, not beyond `max`; -1 for anything else.
int64_t number(std::string_view digits, int64_t max) {
  int64_t n = -1;
  if (!std::all_of(digits.begin(), digits.end(), is_digit))
    return -1;
  auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  return code == std::errc{} && end == digits.data() + digits.size() && n <= max ? n : -1;
}

/// "hh:mm" or "hh:mm:ss".
std::optional<seconds> time_of_day_of(std::string_view text) {
  auto shaped = (text.size() == 5 || (text.size() == 8 && text[5] == ':')) && text[2] == ':';
  if (!shaped)
    return std::nullopt;
  auto h = number(text.substr(0, 2), 23);
  auto m = number(text.substr(3, 2), 59);
  auto s = text.size() == 8 ? number(text.substr(6), 59) : 0;
  if (h < 0 || m < 0 || s < 0)
    return std::nullopt;
  return hours{h} + minutes{m} + seconds{s};
}

/// "yyyy-mm-dd".
std::optional<local_days> day_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  auto y = number(text.substr(0, 4), 9999);
  auto m = number(text.substr(5, 2), 12);
  auto d = number(text.substr(8), 31);
  if (y < 1970 || m < 0 || d < 0)
    return std::nullopt;
  year_month_day date{
    year{static_cast<int>(y)}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  return date.ok() ? std::optional{local_days{date}} : std::nullopt;
}

asked_instant exactly(wall_time t) {
  return {.is = asked_instant::kind::exact, .at = t};
}

bool has_offset(std::string_view text) {
  return text.size() > 16 && text.find_first_of("zZ+-", 16) != std::string_view::npos;
}

} // namespace

result<asked_instant> asked_instant_from(std::string_view text) {
  constexpr auto kinds = "is no instant: \"now\", RFC 3339 (2026-03-29T02:30:00+01:00), Unix "
                         "milliseconds, or what a clock shows (09:00, 2026-03-29 02:30)";
  if (text == "now")
    return asked_instant{};
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    auto ms = number(text, unix_ms_max);
    return ms < 0 ? result<asked_instant>{bad(text, "is too large for Unix milliseconds")}
                  : exactly(wall_from_ms(ms));
  }
  if (text.size() > 10 && (text[10] == 'T' || text[10] == ' ') && !has_offset(text)) {
    auto day = day_of(text.substr(0, 10));
    auto time = time_of_day_of(text.substr(11));
    if (!day || !time)
      return bad(text, "does not exist: a date of 1970 to 9999, and hh:mm or hh:mm:ss");
    return asked_instant{.is = asked_instant::kind::clock, .day = day, .time_of_day = *time};
  }
  if (auto time = time_of_day_of(text))
    return asked_instant{.is = asked_instant::kind::clock, .time_of_day = *time};
  if (text.size() < 17)
    return bad(text, kinds);
  auto t = from_rfc3339(text);
  if (!t)
    return failure{errc::setup_bad_option, t.failure().context};
  return exactly(*t);
}

result<asked_instant> zoneless_instant_from(std::string_view text) {
  auto asked = asked_instant_from(text);
  if (asked && asked->is == asked_instant::kind::clock)
    return bad(text, "needs a date and an offset, such as 2026-03-29T02:30:00+01:00");
  return asked;
}

} // namespace takt
