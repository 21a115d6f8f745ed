// Definitions that schedule::of refuses, each with its exact error: tests/golden/schedule/bad.tsv.

#include "actors/logic/civil.hpp"
#include "tests/support/schedule_samples.hpp"
#include "tests/support/tsv.hpp"

#include <algorithm>
#include <cstdio>
#include <sstream>

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;

namespace {

/// "year10000", "year9999" (its last second), "year-1", "min", "max" or RFC 3339 text.
wall_time instant_of(const std::string& word) {
  if (word == "year10000")
    return calendar_end;
  if (word == "year9999")
    return calendar_end - 1s;
  if (word == "year-1")
    return calendar_begin - 1ms;
  if (word == "min")
    return wall_time::min();
  return word == "max" ? wall_time::max() : at(word);
}

/// Splits "text<mark>rest".
std::pair<std::string, std::string> cut(const std::string& text, char mark) {
  auto at = text.find(mark);
  return at == std::string::npos ? std::pair{text, std::string{}}
                                 : std::pair{text.substr(0, at), text.substr(at + 1)};
}

schedule_rule rule_of(const std::string& key, const std::string& value) {
  schedule_rule r;
  auto [what, from] = cut(value, '@');
  if (key == "cron") {
    r = cron_rule(value);
    std::ranges::replace(r.cron, '_', ' ');
    return r;
  } else if (key == "interval" || key == "delay") {
    r.kind = key == "delay" ? rule_kind::fixed_delay : rule_kind::interval;
    r.every_ms = std::stoll(what);
  } else if (key == "once") {
    r.kind = rule_kind::once;
    from = value == "none" ? "" : value;
  } else if (key == "cal") {
    size_t end = 0;
    r.kind = rule_kind::calendar_interval;
    r.units = static_cast<uint32_t>(std::stoul(what, &end));
    r.unit = enum_from<calendar_unit>(what.substr(end)).value_or(static_cast<calendar_unit>(9));
  } else {
    long long until = 0, step = 0, from_s = 0, days = 0x7f;
    EXPECT_GE(std::sscanf(value.c_str(), "%lld-%lld/%lld/%lld", &from_s, &until, &step, &days), 3);
    r.kind = rule_kind::daily_window;
    r.from_s = static_cast<uint32_t>(from_s);
    r.until_s = static_cast<uint32_t>(until);
    r.every_ms = step;
    r.weekdays = static_cast<uint32_t>(days);
  }
  if (!from.empty())
    r.at = instant_of(from);
  return r;
}

/// Words such as "interval=60000" and "zone=Europe/Berlin"; "17x" repeats the next one.
job definition_of(const std::string& words) {
  job j = job_of(std::vector<schedule_rule>{}, at("2026-01-01T00:00:00Z"));
  std::istringstream in{words};
  int times = 1;
  for (std::string word; in >> word;) {
    if (word == "17x") {
      times = 17;
      continue;
    }
    auto [key, value] = cut(word, '=');
    for (; times > 0; --times) {
      if (key == "zone")
        j.time_zone = value;
      else if (key == "anchor")
        j.anchor = instant_of(value);
      else if (key == "start")
        j.start_at = instant_of(value);
      else if (key == "end")
        j.end_at = instant_of(value);
      else if (key == "calendar")
        j.calendars.push_back(value);
      else if (key == "jitter")
        j.jitter_ms = std::stoll(value);
      else
        j.rules.push_back(rule_of(key, value));
    }
    times = 1;
  }
  return j;
}

} // namespace

TEST(schedule_bad, every_bad_definition_has_its_exact_error) {
  auto by = new_almanac();
  by->calendars["holidays"] = calendar_of("holidays", {{0, 1}});
  auto rows = read_tsv("schedule/bad.tsv", 2);
  EXPECT_GE(rows.size(), 90u);
  for (const auto& row : rows) {
    auto s = schedule::of(definition_of(row[0]), by);
    ASSERT_FALSE(s) << row[0];
    EXPECT_EQ(s.code(), errc::bad_schedule) << row[0];
    EXPECT_EQ(s.failure().context, row[1]) << row[0];
  }
}
