#include "tests/sim/sim_jobs.hpp"

#include "actors/logic/schedule.hpp"

#include <cstdio>
#include <cstdlib>

namespace takt::sim {

namespace {

using namespace std::chrono_literals;

std::string number(int64_t n) {
  return std::to_string(n);
}

/// Fixed and wild ones; on average a few dues a day.
std::string random_cron(dice& d) {
  auto minute = number(d.between(0, 59));
  auto hour = number(d.between(0, 23));
  auto early = number(d.between(0, 3)); // where zones set their clocks
  switch (d.between(0, 13)) {
  case 0:
    return minute + " * * * *";
  case 1:
    return minute + " */" + number(d.between(2, 8)) + " * * *";
  case 2:
    return minute + " " + early + " * * *";
  case 3:
    return "0,30 " + early + " * * *";
  case 4:
    return number(d.between(0, 59)) + " " + minute + " " + hour + " * * MON-FRI";
  case 5:
    return minute + " " + hour + " " + number(d.between(1, 28)) + " * *";
  case 6:
    return minute + " " + hour + " L * *";
  case 7:
    return minute + " " + hour + " " + number(d.between(1, 31)) + "W * *";
  case 8:
    return minute + " " + hour + " * * FRI#" + number(d.between(1, 5));
  case 9:
    return minute + " " + hour + " 13 * +FRI";
  case 10:
    return minute + " " + early + "-4 * * SUN,6";
  case 11:
    return "*/20 " + early + " * * *";
  case 12:
    return minute + " " + hour + " 1 */3 *";
  default:
    return "0 " + minute + " " + hour + " ? * 1L";
  }
}

schedule_rule random_rule(dice& d, wall_time now, int days) {
  schedule_rule r;
  switch (d.between(0, 19)) {
  case 0:
  case 1:
    return interval_rule(1ms * d.between(1'800'000, 86'400'000));
  case 2:
    return fixed_delay_rule(1ms * d.between(3'600'000, 86'400'000));
  case 3:
    return once_rule(now + 1s * d.between(1, days * 86'400));
  case 4:
    r.kind = rule_kind::calendar_interval;
    r.unit = static_cast<calendar_unit>(d.between(0, 3));
    r.units = static_cast<uint32_t>(d.between(1, 5));
    r.at = now + 1s * d.between(0, 86'400 * 3);
    return r;
  case 5:
    r.kind = rule_kind::daily_window;
    r.from_s = static_cast<uint32_t>(d.between(0, 20) * 3600);
    r.until_s = r.from_s + static_cast<uint32_t>(d.between(0, 3) * 3600);
    r.every_ms = d.between(15, 60) * 60'000;
    r.weekdays = d.one_in(2) ? 0x7f : 0x3e;
    return r;
  default:
    return cron_rule(random_cron(d));
  }
}

template <class Enum>
Enum one_of(dice& d, int count) {
  return static_cast<Enum>(d.between(0, count - 1));
}

} // namespace

const std::vector<std::string>& sim_zones() {
  static const std::vector<std::string> zones = {
    "UTC",
    "America/New_York",
    "America/Santiago",
    "America/Havana",
    "America/Sao_Paulo",
    "Europe/Berlin",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Shanghai",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Antarctica/Troll",
    "Pacific/Apia",
    "Pacific/Chatham"};
  return zones;
}

almanac_ptr make_sim_almanac(dice& d, wall_time begin, int days) {
  auto zones = zone_database::load(system_zones_folder);
  if (!zones) {
    std::fprintf(stderr, "takt-sim: %s\n", zones.failure().message().c_str());
    std::exit(2);
  }
  almanac made;
  made.zones = *zones;
  auto first_day =
    static_cast<int32_t>(std::chrono::floor<std::chrono::days>(begin).time_since_epoch().count());
  calendar holidays;
  holidays.name = "holidays";
  for (int32_t day = first_day + 3; day < first_day + days;
       day += static_cast<int32_t>(d.between(9, 40)))
    holidays.dates.push_back({day, day + static_cast<int32_t>(d.between(0, 4))});
  calendar weekends;
  weekends.name = "weekends";
  weekends.weekdays = 0x41;
  calendar workdays;
  workdays.name = "workdays";
  workdays.including = true;
  workdays.weekdays = 0x3e;
  for (const auto& c : {holidays, weekends, workdays})
    made.calendars.emplace(c.name, std::make_shared<const calendar>(c));
  for (int n = 0; n < days / 30 + 1; ++n) {
    blackout b;
    b.name = "b" + number(n);
    b.begin = begin + 24h * (n * 30) + 1s * d.between(86'400, 86'400 * 20);
    b.end = b.begin + 1s * d.between(600, 86'400);
    b.reason = "simulated maintenance";
    made.blackouts.push_back(b);
  }
  return std::make_shared<const almanac>(std::move(made));
}

job make_sim_job(dice& d, size_t n, wall_time now, int days, const almanac_ptr& by) {
  for (;;) {
    job j;
    for (size_t i = 0; i < 8; ++i)
      j.id.bytes[i] = static_cast<uint8_t>(d.next());
    j.id.bytes[15] = static_cast<uint8_t>(n);
    j.id.bytes[14] = static_cast<uint8_t>(n >> 8);
    j.name = "job " + std::to_string(n);
    j.task_type = "SIM";
    j.rules = {random_rule(d, now, days)};
    if (d.one_in(12) && j.rules[0].kind != rule_kind::fixed_delay)
      j.rules.push_back(cron_rule(random_cron(d)));
    j.time_zone = d.pick(sim_zones());
    j.dst = one_of<dst_policy>(d, 3);
    j.misfire = one_of<misfire_policy>(d, 3);
    j.overlap = one_of<overlap_policy>(d, 5);
    j.catch_up_window_ms = d.between(1, 48) * 3'600'000;
    j.retry_times = static_cast<uint32_t>(d.between(0, 2));
    if (d.one_in(4))
      j.jitter_ms = d.between(1, 600'000);
    if (d.one_in(5)) {
      j.calendars = {d.pick(std::vector<std::string>{"holidays", "weekends", "workdays"})};
      j.on_excluded = one_of<excluded_policy>(d, 3);
    }
    if (d.one_in(20))
      j.start_at = now + 1s * d.between(0, days * 43'200);
    if (d.one_in(20))
      j.end_at = now + 1s * d.between(days * 43'200, days * 86'400);
    if (d.one_in(25))
      j.max_runs = static_cast<uint64_t>(d.between(1, 200));
    j.anchor = j.created_at = j.updated_at = now;
    auto when = schedule::of(j, by);
    if (!when)
      continue; // a 30th of February: nobody can create it
    auto first = first_due(j, now, by);
    j.next_due = first ? *first : std::nullopt;
    j.zone_version = when->zone_version();
    j.calendar_revision = when->calendar_revision();
    return j;
  }
}

} // namespace takt::sim
