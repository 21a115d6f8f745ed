#include "actors/logic/wall_rule.hpp"

#include "actors/logic/civil.hpp"

#include <algorithm>

namespace takt {

namespace {

using namespace std::chrono_literals;

/// From here on a change of offset is a correction, not summer time (cron.hpp).
constexpr std::chrono::seconds correction = 3h;
/// More than any two offsets differ.
constexpr millis offsets_apart = 72h;

} // namespace

/// One period of the zone, with what the policy says about its begin.
struct wall_rule::stretch {
  wall_time begin{};
  wall_time end{};
  std::chrono::seconds offset{};
  /// Whether elements in the gap before it are a due at its begin.
  bool gap_counts = false;
  /// From here on elements count: after what a fold repeats, and after a due of the gap.
  wall_time from{};

  local_time local(wall_time t) const { return local_time{t.time_since_epoch() + offset}; }
  wall_time utc(local_time t) const { return wall_time{t.time_since_epoch() - offset}; }
};

wall_rule::wall_rule(
  std::unique_ptr<const wall_pattern> pattern, std::shared_ptr<const zone> in, dst_policy dst,
  wall_time start, bool with_start)
  : pattern_(std::move(pattern)), zone_(std::move(in)), dst_(dst), start_(start),
    with_start_(with_start) {
  // nop
}

wall_rule::stretch wall_rule::stretch_at(wall_time t) const {
  auto period = zone_->at(t);
  stretch s{period.begin, period.end, period.offset, false, period.begin};
  if (s.begin <= calendar_begin)
    return s;
  auto shift = s.offset - zone_->at(s.begin - 1ms).offset;
  if (shift > 0s && shift < correction && dst_ != dst_policy::skip) {
    auto gap_begin = s.local(s.begin) - shift;
    s.gap_counts = pattern_->rank(gap_begin) < pattern_->rank(s.local(s.begin));
    if (s.gap_counts)
      s.from = s.begin + 1ms; // an element at the gap's very end is that same due
  }
  if (shift < 0s && -shift < correction && dst_ != dst_policy::all)
    s.from = s.begin - shift;
  return s;
}

std::optional<wall_time> wall_rule::next(wall_time after) const {
  if (after < start_) {
    if (with_start_)
      return start_;
    after = start_;
  }
  return next_after_start(after);
}

std::optional<wall_time> wall_rule::next_after_start(wall_time after) const {
  if (after >= calendar_end - 1ms)
    return std::nullopt;
  for (auto t = after + 1ms; t < calendar_end;) {
    auto s = stretch_at(t);
    if (s.gap_counts && t == s.begin)
      return t;
    auto from = std::max(t, s.from);
    auto due = s.utc(pattern_->nth(pattern_->rank(s.local(from))));
    if (due < s.end)
      return due < calendar_end ? std::optional{due} : std::nullopt;
    t = s.end;
    // Sparse patterns pass over the periods in which they have nothing; but not over what may
    // repeat a local time before `from`.
    if (s.end - from > offsets_apart)
      t = std::max(t, due - offsets_apart);
  }
  return std::nullopt;
}

uint64_t wall_rule::count(wall_time from, wall_time until) const {
  uint64_t n = with_start_ && from <= start_ && start_ <= until;
  from = std::max(from, start_ + 1ms);
  until = std::min(until, calendar_end - 1ms);
  for (auto t = from; t <= until;) {
    auto s = stretch_at(t);
    n += s.gap_counts && t == s.begin;
    auto end = std::min(s.end, until + 1ms);
    if (auto begin = std::max(t, s.from); begin < end)
      n += static_cast<uint64_t>(pattern_->rank(s.local(end)) - pattern_->rank(s.local(begin)));
    t = s.end;
  }
  return n;
}

std::optional<wall_time> wall_rule::last(wall_time from, wall_time until) const {
  auto begin = std::max(from, start_ + 1ms);
  until = std::min(until, calendar_end - 1ms);
  for (auto t = until; t >= begin;) {
    auto s = stretch_at(t);
    if (auto first = std::max(begin, s.from); first <= t) {
      auto number = pattern_->rank(s.local(t + 1ms));
      if (number > pattern_->rank(s.local(first)))
        return s.utc(pattern_->nth(number - 1));
    }
    if (s.gap_counts && s.begin >= begin)
      return s.begin;
    if (s.begin <= begin)
      break;
    t = s.begin - 1ms;
  }
  return with_start_ && from <= start_ && start_ <= until ? std::optional{start_} : std::nullopt;
}

} // namespace takt
