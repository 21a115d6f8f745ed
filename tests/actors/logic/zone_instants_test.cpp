#include "actors/logic/zone.hpp"

#include "proto/random.hpp"
#include "tests/support/zones.hpp"

#include <gtest/gtest.h>

#include <set>

namespace takt {

namespace {

using namespace std::chrono;
using kind = zone_instants::kind;
using test::at;
using test::database;
using test::local;
using test::zone_of;

TEST(zone_instants, a_local_time_names_one_instant_or_two_or_none) {
  struct row {
    const char* name;
    local_time t;
    kind is;
    wall_time first;
    wall_time second;
    seconds shift;
  };
  const row rows[] = {
    {"America/New_York",
     local(2026, 3, 8, 1h + 59min + 59s),
     kind::unique,
     at(2026, 3, 8, 6h + 59min + 59s),
     {},
     0s},
    {"America/New_York", local(2026, 3, 8, 2h), kind::gap, at(2026, 3, 8, 7h), {}, 1h},
    {"America/New_York", local(2026, 3, 8, 2h + 59min), kind::gap, at(2026, 3, 8, 7h), {}, 1h},
    {"America/New_York", local(2026, 3, 8, 3h), kind::unique, at(2026, 3, 8, 7h), {}, 0s},
    {"America/New_York",
     local(2026, 11, 1, 59min),
     kind::unique,
     at(2026, 11, 1, 4h + 59min),
     {},
     0s},
    {"America/New_York", local(2026, 11, 1, 1h), kind::fold, at(2026, 11, 1, 5h),
     at(2026, 11, 1, 6h), 1h},
    {"America/New_York", local(2026, 11, 1, 1h + 59min), kind::fold, at(2026, 11, 1, 5h + 59min),
     at(2026, 11, 1, 6h + 59min), 1h},
    {"America/New_York", local(2026, 11, 1, 2h), kind::unique, at(2026, 11, 1, 7h), {}, 0s},
    {"America/New_York", local(2100, 3, 14, 2h + 30min), kind::gap, at(2100, 3, 14, 7h), {}, 1h},
    {"America/New_York", local(2400, 11, 5, 1h + 30min), kind::fold, at(2400, 11, 5, 5h + 30min),
     at(2400, 11, 5, 6h + 30min), 1h},
    {"Australia/Lord_Howe",
     local(2026, 10, 4, 2h + 15min),
     kind::gap,
     at(2026, 10, 3, 15h + 30min),
     {},
     30min},
    {"Australia/Lord_Howe", local(2026, 4, 5, 1h + 45min), kind::fold, at(2026, 4, 4, 14h + 45min),
     at(2026, 4, 4, 15h + 15min), 30min},
    {"Africa/Casablanca", local(2026, 2, 15, 2h + 30min), kind::fold, at(2026, 2, 15, 1h + 30min),
     at(2026, 2, 15, 2h + 30min), 1h},
    {"Africa/Casablanca", local(2026, 3, 22, 2h + 30min), kind::gap, at(2026, 3, 22, 2h), {}, 1h},
    {"Europe/Dublin", local(2026, 3, 29, 1h + 30min), kind::gap, at(2026, 3, 29, 1h), {}, 1h},
    {"Europe/Dublin", local(2026, 10, 25, 1h + 30min), kind::fold, at(2026, 10, 25, 30min),
     at(2026, 10, 25, 1h + 30min), 1h},
    {"Asia/Kathmandu",
     local(1986, 1, 1, 10min),
     kind::gap,
     at(1985, 12, 31, 18h + 30min),
     {},
     15min},
    {"Asia/Kathmandu", local(2026, 1, 1), kind::unique, at(2025, 12, 31, 18h + 15min), {}, 0s},
    // The day that Samoa left out.
    {"Pacific/Apia",
     local(2011, 12, 29, 23h + 59min),
     kind::unique,
     at(2011, 12, 30, 9h + 59min),
     {},
     0s},
    {"Pacific/Apia", local(2011, 12, 30), kind::gap, at(2011, 12, 30, 10h), {}, 24h},
    {"Pacific/Apia", local(2011, 12, 30, 23h + 59min), kind::gap, at(2011, 12, 30, 10h), {}, 24h},
    {"Pacific/Apia", local(2011, 12, 31), kind::unique, at(2011, 12, 30, 10h), {}, 0s},
    // The day that Manila left out, and the one that Alaska had twice.
    {"Asia/Manila",
     local(1844, 12, 31, 12h),
     kind::gap,
     at(1844, 12, 31, 15h + 56min + 8s),
     {},
     24h},
    {"America/Juneau", local(1867, 10, 19), kind::fold, at(1867, 10, 18, 8h + 57min + 41s),
     at(1867, 10, 19, 8h + 57min + 41s), 24h},
    // Midnights that do not exist, and that come twice.
    {"America/Sao_Paulo", local(2018, 11, 4), kind::gap, at(2018, 11, 4, 3h), {}, 1h},
    {"America/Sao_Paulo", local(2018, 11, 4, 1h), kind::unique, at(2018, 11, 4, 3h), {}, 0s},
    {"America/Sao_Paulo", local(2018, 2, 17, 23h), kind::fold, at(2018, 2, 18, 1h),
     at(2018, 2, 18, 2h), 1h},
    {"America/Sao_Paulo", local(2018, 2, 18), kind::unique, at(2018, 2, 18, 3h), {}, 0s},
    {"UTC", local(2026, 3, 8, 2h), kind::unique, at(2026, 3, 8, 2h), {}, 0s},
  };
  for (const auto& r : rows) {
    auto found = zone_of(r.name)->instants_of(r.t);
    auto where = std::string{r.name} + " " + std::to_string(r.t.time_since_epoch() / 1s);
    EXPECT_EQ(found.is, r.is) << where;
    EXPECT_EQ(found.first, r.first) << where;
    EXPECT_EQ(found.second, r.is == kind::fold ? r.second : r.first) << where;
    EXPECT_EQ(found.shift, r.shift) << where;
  }
}

/// Every instant that reads `t` on the zone's clocks: of all offsets met within 26 hours around it.
std::set<wall_time> instants_by_search(const zone& z, local_time t) {
  auto utc = wall_time{t.time_since_epoch()};
  std::set<wall_time> found;
  for (auto p = z.at(utc - 26h); p.begin <= utc + 26h; p = z.at(p.end)) {
    if (to_local(utc - p.offset, z) == t)
      found.insert(utc - p.offset);
    if (p.end == wall_time::max())
      break;
  }
  return found;
}

void check_against_search(const zone& z, local_time t) {
  auto found = z.instants_of(t);
  auto all = instants_by_search(z, t);
  auto where = z.name() + " " + std::to_string(t.time_since_epoch().count());
  switch (found.is) {
  case kind::gap:
    ASSERT_TRUE(all.empty()) << where;
    ASSERT_EQ(z.at(found.first).begin, found.first) << where;
    ASSERT_LT(to_local(found.first - 1ms, z), t) << where;
    ASSERT_GT(to_local(found.first, z), t) << where;
    ASSERT_EQ(found.shift, z.at(found.first).offset - z.at(found.first - 1ms).offset) << where;
    break;
  case kind::unique:
    ASSERT_EQ(all, (std::set{found.first})) << where;
    ASSERT_EQ(found.shift, 0s) << where;
    break;
  case kind::fold:
    ASSERT_EQ(all, (std::set{found.first, found.second})) << where;
    ASSERT_LT(found.first, found.second) << where;
    ASSERT_EQ(found.second - found.first, found.shift) << where;
    break;
  }
}

TEST(zone_instants, local_times_name_what_a_search_finds) {
  seeded_entropy random{26};
  for (const auto& name : database().names()) {
    auto z = zone_of(name);
    for (int i = 0; i < 10; ++i) {
      auto ms =
        static_cast<int64_t>(random.next_u64() % static_cast<uint64_t>(days{182'621} / 1ms));
      check_against_search(*z, local(1900, 1, 1) + millis{ms});
    }
  }
}

TEST(zone_instants, local_times_near_a_change_name_what_a_search_finds) {
  seeded_entropy random{27};
  for (const auto& name : database().names()) {
    auto z = zone_of(name);
    for (auto p = z->at(at(1840, 1, 1)); p.end < at(2045, 1, 1); p = z->at(p.end)) {
      auto edge = local_time{p.end.time_since_epoch()} + p.offset;
      auto far = static_cast<int64_t>(random.next_u64() % 172'800'000) - 86'400'000;
      auto near = static_cast<int64_t>(random.next_u64() % 7'200'000) - 3'600'000;
      for (auto d : {far, near, int64_t{-1}, int64_t{0}})
        check_against_search(*z, edge + millis{d});
      if (HasFatalFailure())
        return;
    }
  }
}

TEST(zone_instants, no_local_time_is_too_far_away) {
  for (auto name : {"UTC", "Europe/Berlin", "Pacific/Apia", "America/Adak"}) {
    auto z = zone_of(name);
    for (auto t : {local_time::min(), local_time::max()}) {
      EXPECT_EQ(z->instants_of(t).is, kind::unique) << name;
      EXPECT_LT(abs(z->instants_of(t).first - wall_time{t.time_since_epoch()}), 26h) << name;
    }
    EXPECT_EQ(z->at(wall_time::min()).begin, wall_time::min()) << name;
    EXPECT_EQ(z->at(wall_time::max()).end, wall_time::max()) << name;
  }
}

} // namespace

} // namespace takt
