#include "actors/logic/calendar_days.hpp"

#include <algorithm>

namespace takt {

bool contains(const calendar& c, local_days day) noexcept {
  if (c.weekdays >> std::chrono::weekday{day}.c_encoding() & 1)
    return true;
  auto n = day.time_since_epoch().count();
  auto later = std::ranges::upper_bound(
    c.dates, n, {}, [](const date_range& r) { return decltype(n){r.first}; });
  return later != c.dates.begin() && n <= std::prev(later)->last;
}

const calendar* excluding(const calendar_list& all, local_days day) noexcept {
  const calendar* first_including = nullptr;
  auto included = false;
  for (const auto& c : all) {
    auto has_it = contains(*c, day);
    if (!c->including) {
      if (has_it)
        return c.get();
      continue;
    }
    included = included || has_it;
    if (!first_including)
      first_including = c.get();
  }
  return included ? nullptr : first_including;
}

std::vector<date_range> normal_ranges(std::vector<date_range> ranges) {
  std::erase_if(ranges, [](const date_range& r) { return r.last < r.first; });
  std::ranges::sort(ranges, {}, &date_range::first);
  std::vector<date_range> out;
  for (const auto& r : ranges) {
    // Days that follow each other are one range; 64 bits, so that the last of all days has a next.
    if (!out.empty() && int64_t{out.back().last} + 1 >= r.first)
      out.back().last = std::max(out.back().last, r.last);
    else
      out.push_back(r);
  }
  return out;
}

} // namespace takt
