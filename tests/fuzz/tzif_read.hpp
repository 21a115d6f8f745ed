// tzif_read: a zone made from anybody's bytes, and what every zone promises, asked around its
// changes. The bytes are a whole file, and once more the footer of an otherwise empty one.
#pragma once

#include "actors/logic/posix_tz.hpp"
#include "actors/logic/zone.hpp"

#include <cstdlib>
#include <string_view>

namespace takt::fuzz {

inline void require(bool holds) {
  if (!holds)
    std::abort();
}

/// Works for a zone and for a rule.
template <class Zone>
zone_period check_period(const Zone& z, wall_time t) {
  auto p = z.at(t);
  require(p.begin <= t && (t < p.end || t == wall_time::max()));
  if (p.end != wall_time::max()) {
    auto next = z.at(p.end);
    require(next.begin == p.end && next.offset != p.offset);
  }
  return p;
}

inline void check_instants(const zone& z, local_time t) {
  using kind = zone_instants::kind;
  auto found = z.instants_of(t);
  auto is_an_instant = [&](wall_time u) { return to_local(u, z) == t; };
  switch (found.is) {
  case kind::unique:
    require(is_an_instant(found.first) && found.second == found.first);
    break;
  case kind::gap:
    require(found.shift.count() > 0 && z.at(found.first).begin == found.first);
    require(to_local(found.first - millis{1}, z) < t && t < to_local(found.first, z));
    break;
  case kind::fold:
    require(is_an_instant(found.first) && is_an_instant(found.second));
    require(found.second - found.first == found.shift && found.shift.count() > 0);
    break;
  }
}

inline void read_anything(std::string_view data) {
  // The years 1 to 9999, near the ends of the table, and where wall_time ends.
  constexpr int64_t some_ms[] = {-62'135'596'800'000, -2'208'988'800'001, 0,
                                 1'774'746'000'000,   4'110'372'000'000,  253'402'300'799'999};
  if (auto z = zone::parse("Some/Where", data)) {
    for (auto ms : some_ms) {
      auto t = wall_from_ms(ms);
      for (int i = 0; i < 4; ++i) {
        auto p = check_period(**z, t);
        for (auto d : {-3'600'000, -1, 0, 1, 3'600'000})
          if (p.end < wall_time::max() - std::chrono::years{1})
            check_instants(**z, local_time{p.end.time_since_epoch()} + p.offset + millis{d});
        check_instants(**z, local_time{t.time_since_epoch()});
        if (p.end == wall_time::max())
          break;
        t = p.end;
      }
    }
    for (auto t : {wall_time::min(), wall_time::max()}) {
      check_period(**z, t);
      (void)(*z)->instants_of(local_time{t.time_since_epoch()});
    }
  }
  if (auto rule = posix_tz::parse(data))
    for (auto ms : some_ms)
      check_period(*rule, wall_from_ms(ms));
}

} // namespace takt::fuzz
