// timer_wheel: a million timers in 1 ms ticks; schedule and cancel are O(1), the next wake-up is
// exact, and nothing ticks while nothing is due.
//
// Knows no clock: ticks are numbers (limits::wheel_tick each) that the caller makes from one. One
// thread at a time. Cannot fail but by running out of memory.
//
// HOW IT WORKS (an essay, here once)
//
// The idea is Varghese & Lauck's (SOSP 1987): do not sort timers, put them into the slot of a wheel
// by their digits, coarse wheels for the far future, and move a coarse slot's timers to finer ones
// when time reaches it. folly's HHWheelTimer shows the layout. Here a wheel has 64 slots, so that
// one 64-bit word is its map of occupied slots, and there are 11 of them: 6 bits each, all of a
// 64-bit tick. Nothing is too far away; there is no overflow list and no special case.
//
//   A timer's level is the highest 6-bit digit in which its tick differs from the current tick;
//   its slot there is that digit of its own tick.
//
// From this everything follows:
//
//   1. Every occupied slot lies ahead of the current tick, and all of level L comes before all of
//      level L + 1: the earliest timers are in the first slot of the lowest level in use. Two
//      count-trailing-zeros find it. At level 0 a slot is one tick.
//   2. advance() looks at that slot only. At level 0: go to its tick and fire it. Above: go to the
//      slot's start and put each of its timers anew; they fall at least one level. A timer moves at
//      most ten times in its life, most never: they are cancelled before. Empty time costs nothing.
//   3. Two timers of one tick are always in the same slot: only the current tick decides, and when
//      it enters a slot the slot is emptied at once. Lists are appended at the tail, and moved in
//      order. So timers of a tick fire in the order in which they were scheduled, at no cost.
//   4. Which tick comes next, exactly? At level 0 the slot says so; above, the slot remembers the
//      earliest tick put into it. Cancelling just that timer makes the memory stale, and only then
//      the next question reads the slot's list.
//
// Timers for the current tick or earlier go to a list of their own that the next advance() fires
// first. So do those which fire() schedules within the running advance: a timer that schedules
// itself for "now" cannot hold it forever.
//
// Nodes lie in one vector and are linked by index, the free ones in a list; nothing is allocated
// once the vector has grown. An id is the node's index and its generation; an id of a timer that
// fired or was cancelled is stale and cancels nothing (until 2^32 reuses of the same node).
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace takt {

/// Names a pending timer; 0 names none.
using timer_id = uint64_t;

class timer_wheel {
public:
  explicit timer_wheel(int64_t now_tick = 0);

  /// `payload` comes back when the timer fires. A tick that is not after the current one fires with
  /// the next advance(), before all others.
  timer_id schedule(int64_t at_tick, uint64_t payload);

  /// False when the timer has fired, was cancelled, or never was.
  bool cancel(timer_id id);

  /// The earliest pending tick; the current tick when a timer waits at or before it; nothing when
  /// no timer is pending.
  std::optional<int64_t> next_wakeup() const;

  /// Goes to `now_tick` and calls fire(timer_id, uint64_t payload) for each timer at or before it,
  /// in tick order, first scheduled first within a tick. Returns how many. An id is stale before
  /// its fire() is called. fire() may schedule and cancel; what it schedules at or before
  /// `now_tick` waits for the next advance. It may not advance or rebase.
  /// An earlier `now_tick` than the current one is taken as the current one: see rebase().
  template <class F>
  size_t advance(int64_t now_tick, F&& fire) {
    begin_advance(now_tick);
    size_t count = 0;
    while (auto fired = pop()) {
      fire(fired->first, fired->second);
      ++count;
    }
    end_advance();
    return count;
  }

  /// The clock stepped back: goes to the earlier `now_tick` and puts every timer anew. O(size).
  /// Later ticks are ignored; going forward is advance()'s work.
  void rebase(int64_t now_tick);

  size_t size() const noexcept { return size_; }
  /// The current tick.
  int64_t now() const noexcept { return to_signed(now_); }

private:
  static constexpr uint32_t nil = 0xffff'ffff;
  static constexpr int digit_bits = 6;
  static constexpr int slots_per_level = 1 << digit_bits;
  static constexpr int levels = 11;
  /// Two lists of timers that are due already: advance() fires one while the other fills.
  static constexpr int late_slots = levels * slots_per_level;
  static constexpr uint16_t free_slot = 0xffff;

  struct node {
    uint64_t at = 0;
    uint64_t payload = 0;
    uint32_t next = nil;
    uint32_t previous = nil;
    uint32_t generation = 1;
    uint16_t slot = free_slot;
  };

  struct slot_list {
    uint32_t head = nil;
    uint32_t tail = nil;
    /// The earliest tick in the list, unless stale. Unused at level 0 and for late timers.
    uint64_t earliest = 0;
    bool stale = false;
  };

  // Ticks are kept with their sign bit turned, so that unsigned digits sort like signed ticks.
  static constexpr uint64_t sign = uint64_t{1} << 63;
  static constexpr uint64_t to_unsigned(int64_t tick) { return static_cast<uint64_t>(tick) ^ sign; }
  static constexpr int64_t to_signed(uint64_t tick) { return static_cast<int64_t>(tick ^ sign); }

  void begin_advance(int64_t now_tick);
  std::optional<std::pair<timer_id, uint64_t>> pop();
  void end_advance();

  int first_slot() const;
  uint64_t start_of(int slot) const;
  int wheel_slot(uint64_t at) const;
  void put(uint32_t index);
  void link(uint32_t index, int slot);
  void unlink(uint32_t index);
  void relink_all(int slot);
  void mark_empty(int slot);
  std::pair<timer_id, uint64_t> take(uint32_t index);
  void release(uint32_t index);
  timer_id id_of(uint32_t index) const;

  uint64_t now_;
  /// Timers up to here count as late: now_, or during an advance where it goes.
  uint64_t late_until_;
  bool advancing_ = false;
  int late_filling_ = 0;
  uint32_t free_ = nil;
  size_t size_ = 0;
  /// Bit L: some slot of level L is occupied. Then which.
  uint32_t occupied_levels_ = 0;
  std::array<uint64_t, levels> occupied_{};
  mutable std::array<slot_list, late_slots + 2> slots_{};
  std::vector<node> nodes_;
};

} // namespace takt
