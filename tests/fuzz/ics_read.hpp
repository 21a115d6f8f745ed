// ics_read: an iCalendar file of anybody's bytes: read without a fault, and within its bounds.
#pragma once

#include "actors/logic/ics.hpp"

#include <cstdlib>
#include <string_view>

namespace takt::fuzz {

inline void read_anything_as_ics(std::string_view data) {
  auto read = read_ics(data);
  auto well = true;
  if (read) {
    well = read->size() <= limits::calendar_ranges_max;
    for (const auto& e : *read)
      well = well && e.first.ok() && e.last.ok() && e.first <= e.last && e.summary.size() <= 255;
  } else {
    well = read.code() == errc::bad_field && read.failure().context.starts_with("ics: ")
      && read.failure().context.size() < 200;
  }
  if (!well)
    std::abort();
}

} // namespace takt::fuzz
