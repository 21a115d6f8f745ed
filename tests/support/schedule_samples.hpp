// schedule_samples: jobs, calendars and almanacs as tests of schedules make them.
#pragma once

#include "actors/logic/calendar_days.hpp"
#include "actors/logic/schedule.hpp"
#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace takt::test {

/// "2026-01-02T03:04:05+01:00"; also years before 1970, which RFC 3339 text in REST may not have.
inline wall_time at(std::string_view text) {
  auto t = from_rfc3339(text);
  EXPECT_TRUE(t) << t.failure().message();
  return t ? *t : wall_time{};
}

inline std::chrono::local_days day(int y, unsigned m, unsigned d) {
  return std::chrono::local_days{
    std::chrono::year{y} / std::chrono::month{m} / std::chrono::day{d}};
}

inline int32_t day_number(int y, unsigned m, unsigned d) {
  return static_cast<int32_t>(day(y, m, d).time_since_epoch().count());
}

/// The system's zones, read once.
inline std::shared_ptr<const zone_database> system_zones() {
  static const auto zones = zone_database::load(system_zones_folder);
  EXPECT_TRUE(zones) << zones.failure().message();
  return zones ? *zones : zone_database::utc_only();
}

/// An almanac to put things into.
inline std::shared_ptr<almanac> new_almanac() {
  auto a = std::make_shared<almanac>();
  a->zones = system_zones();
  return a;
}

inline std::shared_ptr<const calendar>
calendar_of(std::string name, std::vector<date_range> dates, uint32_t weekdays = 0) {
  auto c = std::make_shared<calendar>();
  c->name = std::move(name);
  c->dates = normal_ranges(std::move(dates));
  c->weekdays = weekdays;
  return c;
}

inline constexpr uint32_t weekends = 1 | 1 << 6;

inline job job_of(std::vector<schedule_rule> rules, wall_time anchor = {}) {
  job j;
  j.id.bytes[0] = 7;
  j.rules = std::move(rules);
  j.anchor = anchor;
  return j;
}

inline job job_of(schedule_rule rule, wall_time anchor = {}) {
  return job_of(std::vector{std::move(rule)}, anchor);
}

inline schedule read(const job& j, const almanac_ptr& by = new_almanac()) {
  auto s = schedule::of(j, by);
  EXPECT_TRUE(s) << s.failure().message();
  return s ? *s : schedule{};
}

/// The next few dues, in UTC, seconds only where they are whole: "2026-01-02T03:04:05.000Z …".
inline std::vector<std::string> dues_after(const schedule& s, wall_time after, int n) {
  std::vector<std::string> out;
  for (auto due = s.next(after); due && n > 0; due = s.next(*due), --n)
    out.push_back(to_rfc3339(*due));
  return out;
}

} // namespace takt::test
