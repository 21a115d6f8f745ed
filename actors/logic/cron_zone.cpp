// The instants of an expression in a zone. Local time is monotone within a period of one offset, so
// a period's instants are its civil matches, minus the offset; only its beginning needs thought:
//   after a fold  its first local times were there before, and do not count again;
//   after a gap   its first instant stands for the local times that never were.
#include "actors/logic/civil.hpp"
#include "actors/logic/cron.hpp"
#include "actors/logic/cron_search.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

namespace {

using namespace std::chrono_literals;
using std::chrono::local_seconds;
using std::chrono::seconds;
using second_time = std::chrono::sys_seconds;

/// Offset changes from here on are corrections of the calendar, not summer time.
constexpr seconds correction = 3h;
/// More than any offset, and any difference of two: beyond it, local times keep the instants'
/// order.
constexpr seconds reach = 48h;

struct period {
  second_time begin{};
  second_time end{};
  seconds offset{};

  local_seconds local(second_time t) const {
    return local_seconds{(t + offset).time_since_epoch()};
  }
  second_time instant(local_seconds t) const { return second_time{t.time_since_epoch()} - offset; }
};

class zone_walk {
public:
  zone_walk(const cron_fields& fields, const zone& in, dst_policy dst)
    : fields_(fields), zone_(in), dst_(dst) {}

  /// The period that holds t, no longer than the calendar and a little more. Whatever the zone says
  /// it has t in it, so that every step on from it is one.
  period at(second_time t) const {
    using std::chrono::floor;
    auto p = zone_.at(t);
    assert(p.begin <= t && t < p.end);
    auto begin = floor<seconds>(std::max(p.begin, calendar_begin - reach));
    auto end = floor<seconds>(std::min(p.end, calendar_end + reach));
    return {std::min(begin, t), std::max(end, t + 1s), p.offset};
  }

  /// The first local time from instant t of its period on that counts: after a fold, not what was
  /// there before.
  local_seconds counted_from(const period& p, second_time t) const {
    if (fields_.wild || dst_ == dst_policy::all || t - p.begin >= correction)
      return p.local(t);
    auto set_back = offset_before(p) - p.offset;
    if (set_back <= 0s || set_back >= correction)
      return p.local(t);
    return std::max(p.local(t), p.local(p.begin + set_back));
  }

  /// The period's beginning stands for at least one match in the gap before it.
  bool begins_with_gap_match(const period& p) const {
    if (fields_.wild || dst_ == dst_policy::skip)
      return false;
    auto set_forward = p.offset - offset_before(p);
    if (set_forward <= 0s || set_forward >= correction)
      return false;
    auto match = cron_first(fields_, p.local(p.begin) - set_forward);
    return match && *match < p.local(p.begin);
  }

private:
  seconds offset_before(const period& p) const {
    return p.begin > calendar_begin - reach ? zone_.at(p.begin - 1s).offset : p.offset;
  }

  const cron_fields& fields_;
  const zone& zone_;
  dst_policy dst_;
};

/// The whole seconds of [from, until] within the calendar.
struct second_span {
  second_time first{};
  second_time last{};

  second_span(wall_time from, wall_time until)
    : first(std::chrono::ceil<seconds>(std::max(from, calendar_begin))),
      last(std::chrono::floor<seconds>(std::min(until, calendar_end - 1s))) {}
};

} // namespace

std::optional<wall_time> cron::next(wall_time after, const zone& in, dst_policy dst) const {
  if (after >= calendar_end - 1s)
    return std::nullopt;
  zone_walk walk{fields_, in, dst};
  second_time t = std::chrono::floor<seconds>(std::max(after, calendar_begin - 1s)) + 1s;
  while (t < calendar_end) {
    auto p = walk.at(t);
    if (t == p.begin && walk.begins_with_gap_match(p))
      return t;
    auto match = cron_first(fields_, walk.counted_from(p, t));
    if (match && *match < p.local(p.end)) {
      auto due = p.instant(*match);
      assert(due > after);
      return due < calendar_end ? std::optional<wall_time>{due} : std::nullopt;
    }
    // Nothing in this period. Near its end local times may come again that are before t's; from
    // further away the next match, whatever its offset, says where to look on.
    if (p.end - t < reach)
      t = p.end;
    else if (match)
      t = std::max(p.end, second_time{match->time_since_epoch()} - reach);
    else
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<wall_time>
cron::last(wall_time from, wall_time until, const zone& in, dst_policy dst) const {
  if (from > until || until < calendar_begin || from >= calendar_end)
    return std::nullopt;
  zone_walk walk{fields_, in, dst};
  second_span span{from, until};
  for (auto t = span.last; t >= span.first;) {
    auto p = walk.at(t);
    auto match = cron_last(fields_, p.local(t));
    if (match && *match >= p.local(p.begin)) {
      auto due = p.instant(*match);
      if (walk.counted_from(p, due) == *match)
        return due >= span.first ? std::optional<wall_time>{due} : std::nullopt;
    }
    if (walk.begins_with_gap_match(p))
      return p.begin >= span.first ? std::optional<wall_time>{p.begin} : std::nullopt;
    // The mirror of next().
    if (t - p.begin < reach)
      t = p.begin - 1s;
    else if (match)
      t = std::min(p.begin - 1s, second_time{match->time_since_epoch()} + reach);
    else
      return std::nullopt;
  }
  return std::nullopt;
}

uint64_t cron::count(wall_time from, wall_time until, const zone& in, dst_policy dst) const {
  if (from > until || until < calendar_begin || from >= calendar_end)
    return 0;
  zone_walk walk{fields_, in, dst};
  second_span span{from, until};
  uint64_t total = 0;
  for (auto t = span.first; t <= span.last;) {
    auto p = walk.at(t);
    auto begin = walk.counted_from(p, t);
    auto end = p.local(std::min(p.end, span.last + 1s));
    total += cron_count(fields_, begin, end);
    if (t == p.begin && walk.begins_with_gap_match(p)) {
      // Unless it is a match of its own, counted already.
      auto own = cron_first(fields_, begin);
      total += own && *own == begin ? 0 : 1;
    }
    t = p.end;
  }
  return total;
}

} // namespace takt
