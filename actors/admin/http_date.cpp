#include "actors/admin/http_date.hpp"

#include <cstdio>

namespace takt {

std::string http_date(wall_time t) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto day = std::chrono::floor<std::chrono::days>(t);
  std::chrono::year_month_day date{day};
  std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(t - day)};
  char text[64];
  std::snprintf(
    text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
    days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
    months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
    static_cast<int>(time.seconds().count()));
  return text;
}

} // namespace takt
