#include "actors/logic/zone.hpp"

#include "proto/random.hpp"
#include "tests/support/tzif_file.hpp"
#include "tests/support/zones.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace takt {

namespace {

using namespace std::chrono;
using test::at;
using test::database;
using test::tzif_file;
using test::zone_of;

// -- at ---------------------------------------------------------------------------

TEST(zone, the_clocks_are_set_when_the_database_says) {
  struct row {
    const char* name;
    wall_time at;
    seconds before;
    seconds after;
  };
  const row rows[] = {
    {"America/New_York", at(1883, 11, 18, 17h), -17762s, -5h},
    {"America/New_York", at(2026, 3, 8, 7h), -5h, -4h},
    {"America/New_York", at(2026, 11, 1, 6h), -4h, -5h},
    {"Europe/Berlin", at(2026, 3, 29, 1h), 1h, 2h},
    {"Europe/Berlin", at(2026, 10, 25, 1h), 2h, 1h},
    {"Australia/Lord_Howe", at(2026, 4, 4, 15h), 11h, 10h + 30min},
    {"Australia/Lord_Howe", at(2026, 10, 3, 15h + 30min), 10h + 30min, 11h},
    // Negative DST: +01 is Morocco's standard time, left for Ramadan.
    {"Africa/Casablanca", at(2026, 2, 15, 2h), 1h, 0h},
    {"Africa/Casablanca", at(2026, 3, 22, 2h), 0h, 1h},
    {"Africa/Casablanca", at(2087, 3, 30, 2h), 1h, 0h},
    {"Africa/Casablanca", at(2087, 5, 11, 2h), 0h, 1h},
    // Negative DST: Irish Standard Time is the summer's.
    {"Europe/Dublin", at(2026, 3, 29, 1h), 0h, 1h},
    {"Europe/Dublin", at(2026, 10, 25, 1h), 1h, 0h},
    {"Asia/Kathmandu", at(1985, 12, 31, 18h + 30min), 5h + 30min, 5h + 45min},
    {"Pacific/Apia", at(2011, 12, 30, 10h), -10h, 14h},
    {"America/Sao_Paulo", at(2018, 2, 18, 2h), -2h, -3h},
    {"America/Sao_Paulo", at(2018, 11, 4, 3h), -3h, -2h},
    // Beyond the files' transitions their footers rule.
    {"America/New_York", at(2100, 3, 14, 7h), -5h, -4h},
    {"America/New_York", at(2400, 11, 5, 6h), -4h, -5h},
    {"Europe/Berlin", at(2100, 3, 28, 1h), 1h, 2h},
    {"Europe/Berlin", at(2400, 10, 29, 1h), 2h, 1h},
    {"Australia/Lord_Howe", at(2100, 4, 3, 15h), 11h, 10h + 30min},
    {"Europe/Dublin", at(2400, 3, 26, 1h), 0h, 1h},
  };
  for (const auto& r : rows) {
    auto z = zone_of(r.name);
    auto old = z->at(r.at - 1ms), fresh = z->at(r.at);
    EXPECT_EQ(old.offset, r.before) << r.name << " " << r.at.time_since_epoch().count();
    EXPECT_EQ(fresh.offset, r.after) << r.name << " " << r.at.time_since_epoch().count();
    EXPECT_EQ(old.end, r.at) << r.name << " " << r.at.time_since_epoch().count();
    EXPECT_EQ(fresh.begin, r.at) << r.name << " " << r.at.time_since_epoch().count();
  }
}

TEST(zone, before_its_first_transition_a_zone_has_its_first_offset) {
  auto p = zone_of("America/New_York")->at(at(1, 1, 1));
  EXPECT_EQ(p, (zone_period{wall_time::min(), at(1883, 11, 18, 17h), -17762s}));
}

TEST(zone, after_its_last_transition_a_zone_without_daylight_saving_stays) {
  for (auto [name, last] :
       {std::pair{"Asia/Kathmandu", at(1985, 12, 31, 18h + 30min)},
        {"Africa/Casablanca", at(2087, 5, 11, 2h)},
        {"Pacific/Apia", at(2021, 4, 3, 14h)}}) {
    EXPECT_EQ(zone_of(name)->at(at(9999, 12, 31)).begin, last) << name;
    EXPECT_EQ(zone_of(name)->at(at(9999, 12, 31)).end, wall_time::max()) << name;
  }
}

TEST(zone, utc_has_one_period) {
  EXPECT_EQ(zone::utc()->name(), "UTC");
  EXPECT_TRUE(zone::utc()->is_utc());
  EXPECT_FALSE(zone_of("Europe/London")->is_utc());
  for (auto t : {wall_time::min(), wall_time{}, wall_time::max()})
    EXPECT_EQ(zone::utc()->at(t), (zone_period{wall_time::min(), wall_time::max(), 0s}));
}

TEST(zone, the_periods_of_every_zone_adjoin_and_differ) {
  size_t periods = 0;
  for (const auto& name : database().names()) {
    auto z = zone_of(name);
    auto p = z->at(wall_time::min());
    ASSERT_EQ(p.begin, wall_time::min()) << name;
    while (p.end < at(2200, 1, 1)) {
      ++periods;
      ASSERT_LT(p.begin, p.end) << name;
      ASSERT_EQ(z->at(p.begin), p) << name;
      ASSERT_EQ(z->at(p.end - 1ms), p) << name;
      auto next = z->at(p.end);
      ASSERT_EQ(next.begin, p.end) << name;
      ASSERT_NE(next.offset, p.offset) << name;
      p = next;
    }
  }
  EXPECT_GT(periods, 50'000u);
}

/// Sets TZ for this process's C library, and sets it back. One thread.
class c_library_zone {
public:
  c_library_zone() {
    if (auto* old = std::getenv("TZ"))
      old_ = old;
  }
  ~c_library_zone() {
    old_.empty() ? unsetenv("TZ") : setenv("TZ", old_.c_str(), 1);
    tzset();
  }
  void use(const std::string& name) {
    setenv("TZ", (":" + name).c_str(), 1);
    tzset();
  }
  seconds offset_at(wall_time t) const {
    auto s = floor<seconds>(t).time_since_epoch().count();
    std::tm parts{};
    localtime_r(&s, &parts);
    return seconds{parts.tm_gmtoff};
  }

private:
  std::string old_{};
};

TEST(zone, every_offset_is_the_c_librarys_from_1900_to_2400) {
  c_library_zone other;
  seeded_entropy random{1900};
  constexpr auto span = static_cast<uint64_t>(days{146'097 + 36'524} / 1s);
  for (const auto& name : database().names()) {
    auto z = zone_of(name);
    other.use(z->is_utc() ? "Etc/UTC" : name);
    for (int i = 0; i < 200; ++i) {
      auto t = at(1900, 1, 1, seconds{static_cast<int64_t>(random.next_u64() % span)});
      ASSERT_EQ(z->at(t).offset, other.offset_at(t)) << name << " " << to_ms(t);
    }
  }
}

TEST(zone, every_change_is_the_c_librarys_from_1900_to_2100) {
  c_library_zone other;
  for (const auto& name : database().names()) {
    auto z = zone_of(name);
    other.use(z->is_utc() ? "Etc/UTC" : name);
    for (auto p = z->at(at(1900, 1, 1)); p.end < at(2100, 1, 1); p = z->at(p.end)) {
      ASSERT_EQ(p.offset, other.offset_at(p.end - 1s)) << name << " " << to_ms(p.end);
      ASSERT_EQ(z->at(p.end).offset, other.offset_at(p.end)) << name << " " << to_ms(p.end);
    }
  }
}

// -- files made by hand -------------------------------------------------------------

zone_period hand_made(const tzif_file& f, wall_time t) {
  auto z = zone::parse("Some/Where", f.bytes());
  EXPECT_TRUE(z) << (z ? "" : z.failure().message());
  return z ? (*z)->at(t) : zone_period{};
}

constexpr int64_t y2026 = 1'767'225'600;

TEST(zone, periods_that_differ_in_their_abbreviation_are_one) {
  tzif_file f;
  f.types = {{3600, 0, 0}, {7200, 1, 0}, {7200, 0, 1}};
  f.transitions = {
    {y2026, 1}, {y2026 + 1000, 2}, {y2026 + 2000, 1}, {y2026 + 3000, 0}, {y2026 + 4000, 0}};
  f.footer = "AAA-1";
  auto begin = at(2026, 1, 1);
  EXPECT_EQ(hand_made(f, begin + 1500s), (zone_period{begin, begin + 3000s, 2h}));
  EXPECT_EQ(hand_made(f, begin + 5000s), (zone_period{begin + 3000s, wall_time::max(), 1h}));
}

TEST(zone, the_footers_first_period_joins_the_last_transitions) {
  tzif_file f;
  f.types = {{0, 0, 0}, {3600, 0, 0}};
  // Long before the footer's change of March 2026 and without one of its own that autumn.
  f.transitions = {{y2026 - 86'400 * 30, 1}, {y2026, 1}};
  f.footer = "CET-1CEST,M3.5.0,M10.5.0/3";
  auto begin = at(2025, 12, 2), march = at(2026, 3, 29, 1h);
  EXPECT_EQ(hand_made(f, at(2025, 12, 3)), (zone_period{begin, march, 1h}));
  EXPECT_EQ(hand_made(f, at(2026, 2, 1)), (zone_period{begin, march, 1h}));
  EXPECT_EQ(hand_made(f, march), (zone_period{march, at(2026, 10, 25, 1h), 2h}));
}

TEST(zone, without_transitions_the_footer_always_rules) {
  tzif_file f;
  f.footer = "AAA-3";
  EXPECT_EQ(hand_made(f, at(1, 1, 1)), (zone_period{wall_time::min(), wall_time::max(), 3h}));
  f.footer = "CET-1CEST,M3.5.0,M10.5.0/3";
  EXPECT_EQ(
    hand_made(f, at(1600, 7, 1)), (zone_period{at(1600, 3, 26, 1h), at(1600, 10, 29, 1h), 2h}));
}

TEST(zone, without_a_footer_the_last_offset_stays) {
  tzif_file f;
  f.types = {{0, 0, 0}, {3600, 0, 0}};
  EXPECT_EQ(hand_made(f, at(2400, 1, 1)), (zone_period{wall_time::min(), wall_time::max(), 0s}));
  f.transitions = {{y2026, 1}};
  EXPECT_EQ(hand_made(f, at(2400, 1, 1)), (zone_period{at(2026, 1, 1), wall_time::max(), 1h}));
  EXPECT_EQ(hand_made(f, wall_time::max()).offset, 1h);
}

TEST(zone, transitions_beyond_time_itself_are_understood) {
  tzif_file f;
  f.types = {{0, 0, 0}, {3600, 0, 0}, {7200, 0, 0}};
  f.transitions = {{-(int64_t{1} << 59), 1}, {int64_t{1} << 59, 2}};
  EXPECT_EQ(hand_made(f, at(1, 1, 1)), (zone_period{wall_time::min(), wall_time::max(), 1h}));
}

TEST(zone, what_cannot_be_a_zone_is_refused) {
  tzif_file f;
  EXPECT_EQ(zone::parse("x", "").code(), errc::bad_schedule);
  f.footer = "not a rule";
  EXPECT_EQ(zone::parse("x", f.bytes()).code(), errc::bad_schedule);
  f.footer = "AAA-2";
  f.transitions = {{y2026, 0}};
  auto refused = zone::parse("x", f.bytes());
  ASSERT_FALSE(refused);
  EXPECT_EQ(
    refused.failure().context, "time zone data: its footer contradicts its last transition");
}

} // namespace

} // namespace takt
