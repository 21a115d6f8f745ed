// due_walk: a schedule's dues that would fire, one after the other, and how many there are: those
// that calendars and blackouts stop are passed over. For looking ahead (forecast, rehearsal).
// Refers to the schedule; one thread at a time.
#pragma once

#include "actors/logic/schedule.hpp"

#include <algorithm>

namespace takt {

class due_walk {
public:
  /// Stands at `first`, or at the first due after it that may run.
  /// @pre first is a due, or is to be taken as one
  due_walk(const schedule& when, std::optional<wall_time> first) : when_(when), at_(first) {
    settle();
  }

  const std::optional<wall_time>& at() const noexcept { return at_; }
  /// Dues passed over so far.
  uint64_t excluded() const noexcept { return excluded_; }

  void advance() {
    at_ = when_.next(*at_);
    settle();
  }

  /// Takes all dues up to `until` at once; says how many. Cost as schedule::count().
  uint64_t take_until(wall_time until) {
    uint64_t n = 0;
    while (at_ && *at_ <= until) {
      auto s = when_.span(*at_, std::min(until, good_until_ - millis{1}));
      n += s.count;
      at_ = when_.next(s.last);
      settle();
    }
    return n;
  }

private:
  void settle() {
    // A verdict holds for a while; most dues ask nobody.
    while (at_ && *at_ >= good_until_) {
      auto v = when_.judge(*at_);
      if (v.runs) {
        good_until_ = v.until;
        return;
      }
      auto s = when_.span(*at_, v.until - millis{1});
      excluded_ += s.count;
      at_ = when_.next(s.last);
    }
  }

  const schedule& when_;
  std::optional<wall_time> at_{};
  wall_time good_until_ = wall_time::min();
  uint64_t excluded_ = 0;
};

} // namespace takt
