#include "actors/logic/why_text.hpp"

#include <cstdio>
#include <cstdlib>

namespace takt {

namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

std::string clock_text(uint32_t seconds_of_day) {
  char out[32];
  auto s = seconds_of_day;
  std::snprintf(out, sizeof out, "%02u:%02u", s / 3600, s / 60 % 60);
  std::string text = out;
  if (s % 60 != 0) {
    std::snprintf(out, sizeof out, ":%02u", s % 60);
    text += out;
  }
  return text;
}

} // namespace

std::string zoned_text(wall_time t, const zone& in) {
  auto offset = in.at(t).offset;
  auto local = t + offset;
  auto day = floor<days>(local);
  year_month_day date{day};
  hh_mm_ss<millis> time{local - day};
  char out[96];
  std::snprintf(
    out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
    static_cast<int>(time.seconds().count()));
  std::string text = out;
  if (auto ms = time.subseconds().count(); ms != 0) {
    std::snprintf(out, sizeof out, ".%03d", static_cast<int>(ms));
    text += out;
  }
  if (in.is_utc())
    return text + "Z";
  // Seconds of an offset (local mean times before 1900) have no place in RFC 3339.
  auto minutes_east = static_cast<int>(floor<minutes>(offset).count());
  std::snprintf(
    out, sizeof out, "%c%02d:%02d", minutes_east < 0 ? '-' : '+', std::abs(minutes_east) / 60,
    std::abs(minutes_east) % 60);
  return text + out;
}

std::string spoken(millis span) {
  auto ms = span.count();
  if (ms < 1000)
    return std::to_string(ms) + " ms";
  if (ms < 60'000) {
    auto text = std::to_string(ms / 1000);
    if (auto rest = ms % 1000 / 100; rest != 0)
      text += "." + std::to_string(rest);
    return text + " s";
  }
  std::string text;
  auto part = [&](int64_t n, const char* unit) {
    if (n != 0)
      text += (text.empty() ? "" : " ") + std::to_string(n) + " " + unit;
  };
  part(ms / 86'400'000, ms >= 2 * 86'400'000 ? "days" : "day");
  part(ms / 3'600'000 % 24, "h");
  part(ms / 60'000 % 60, "min");
  part(ms / 1000 % 60, "s");
  return text;
}

std::string spoken(const schedule_rule& rule) {
  switch (rule.kind) {
  case rule_kind::cron:
    return "its cron_spec \"" + rule.cron + "\"";
  case rule_kind::interval:
    return "its interval of " + spoken(millis{rule.every_ms});
  case rule_kind::fixed_delay:
    return "its fixed_delay of " + spoken(millis{rule.every_ms});
  case rule_kind::once:
    return "its run_at";
  case rule_kind::calendar_interval:
    return "its calendar_interval of " + std::to_string(rule.units) + " "
      + std::string{to_string(rule.unit)};
  case rule_kind::daily_window:
    return "its daily_window from " + clock_text(rule.from_s) + " to " + clock_text(rule.until_s)
      + " every " + spoken(millis{rule.every_ms});
  }
  return "its schedule";
}

} // namespace takt
