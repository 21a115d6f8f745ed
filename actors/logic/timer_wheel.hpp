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
//      slot's earliest timer, before which there is nothing, or as far as advance() may, and put
//      each timer anew; they fall at least one level. A timer alone in its slot fires from there. A
//      timer moves at most ten times in its life, some three times if it is a day away. Empty time
//      costs nothing.
//   3. Two timers of one tick are always in the same slot: only the current tick decides, and when
//      it enters a slot the slot is emptied at once. Slots are appended at the tail, and moved in
//      order. So timers of a tick fire in the order in which they were scheduled, at no cost.
//
// What a timer costs is memory that is not in the cache. So a slot is no linked list of timers but
// one of chunks, 42 timers in a kilobyte, and a timer is a value of 24 bytes in it: moving a slot
// reads and writes memory in sequence, as the processor likes it. Empty chunks are kept for the
// next slot that grows; nothing is allocated once there are enough.
//
// Nobody knows where a timer lies, so cancel() does not look for it. A timer's id is an index into
// a table of generations and the generation it found there; cancelling or firing it makes the
// generation another. A cancelled timer is moved like all others, and dropped instead of fired. An
// id of a timer that fired or was cancelled is stale and cancels nothing (until 2^31 reuses of its
// index). When the cancelled timers not yet dropped are a thousand more than the pending ones, one
// pass drops them all: memory stays bounded, and O(1) holds over many cancels, not for each; a
// single one may read all timers, as one advance() may move all timers of a slot.
//
// Which tick comes next, exactly? A slot remembers its earliest timer. When just that one has been
// cancelled, the next question reads the slot, drops what is cancelled, and notes the thousand
// earliest timers that remain; the next questions of this kind are answered from the notes.
// Otherwise a crowd of timeouts, cancelled one by one in the order of their ticks, would have the
// slot read for each.
//
// Timers for the current tick or earlier go to a slot of their own that the next advance() fires
// first. So do those which fire() schedules within the running advance: a timer that schedules
// itself for "now" cannot hold it forever.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace takt {

/// Names a pending timer; 0 names none.
using timer_id = uint64_t;

class timer_wheel {
public:
  explicit timer_wheel(int64_t now_tick = 0);
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  /// `payload` comes back when the timer fires. A tick that is not after the current one fires with
  /// the next advance(), before all others.
  timer_id schedule(int64_t at_tick, uint64_t payload);

  /// False when the timer has fired, was cancelled, or never was.
  bool cancel(timer_id id);

  /// The earliest pending tick; the current tick when a timer waits at or before it; nothing when
  /// no timer is pending. Drops cancelled timers on its way, hence not const.
  std::optional<int64_t> next_wakeup();

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
  /// Memory held, used or not; it never shrinks.
  size_t capacity_bytes() const noexcept;

private:
  static constexpr int digit_bits = 6;
  static constexpr int slots_per_level = 1 << digit_bits;
  static constexpr int levels = 11;
  /// Two slots of timers that are due already: advance() fires one while the other fills.
  static constexpr int late_slots = levels * slots_per_level;
  static constexpr int all_slots = late_slots + 2;
  static constexpr int no_slot = -1;
  static constexpr uint32_t timers_per_chunk = 42;
  static constexpr size_t notes_max = 1024;
  static constexpr size_t cancelled_slack = 1000;

  struct timer {
    uint64_t at = 0;
    uint64_t payload = 0;
    timer_id id = 0;
  };

  struct chunk {
    chunk* next = nullptr;
    std::array<timer, timers_per_chunk> timers{};
  };

  struct note {
    uint64_t at = 0;
    timer_id id = 0;
  };

  /// Every chunk but the last is full.
  struct slot_chunks {
    chunk* head = nullptr;
    chunk* tail = nullptr;
    uint32_t first = 0; ///< in head
    uint32_t end = 0;   ///< in tail
    note earliest{};    ///< no pending timer is earlier; cancelled perhaps
  };

  // Ticks are kept with their sign bit turned, so that unsigned digits sort like signed ticks.
  static constexpr uint64_t sign = uint64_t{1} << 63;
  static constexpr uint64_t to_unsigned(int64_t tick) { return static_cast<uint64_t>(tick) ^ sign; }
  static constexpr int64_t to_signed(uint64_t tick) { return static_cast<int64_t>(tick ^ sign); }
  static constexpr uint32_t index_of(timer_id id) { return static_cast<uint32_t>(id); }

  void begin_advance(int64_t now_tick);
  std::optional<std::pair<timer_id, uint64_t>> pop();
  void end_advance();

  int first_slot() const;
  uint64_t start_of(int slot) const;
  int wheel_slot(uint64_t at) const;
  void put(const timer& t);
  void append(int slot, const timer& t);
  void push(slot_chunks& chunks, const timer& t);
  void drop_front(int slot);
  bool trim(int slot);
  bool settle(int slot);
  void compact(int slot);
  void sweep();
  template <class F>
  void drain(slot_chunks chunks, F&& each);
  void mark_occupied(int slot);
  void mark_empty(int slot);

  void note_earliest(int slot);
  void note_if_early(const timer& t);

  bool is_pending(timer_id id) const { return generations_[index_of(id)] == id >> 32; }
  void release(timer_id id);
  chunk* new_chunk();
  void free_chunk(chunk* c);

  uint64_t now_;
  /// Timers up to here count as late: now_, or during an advance where it goes.
  uint64_t late_until_;
  bool advancing_ = false;
  int late_filling_ = 0;
  size_t size_ = 0;
  size_t cancelled_ = 0; ///< and not yet dropped
  /// Bit L: some slot of level L is occupied. Then which.
  uint32_t occupied_levels_ = 0;
  std::array<uint64_t, levels> occupied_{};
  std::array<slot_chunks, all_slots> slots_{};
  std::deque<chunk> chunks_; ///< owns them; they are linked by their addresses
  chunk* free_chunks_ = nullptr;
  /// By index: odd while the timer is pending, even while the index is free.
  std::vector<uint32_t> generations_;
  std::vector<uint32_t> free_indexes_;
  /// The earliest timers of one slot, the earliest of all at the back, some cancelled perhaps. All
  /// others of the slot are no earlier than the front. Empty: nothing is known.
  std::vector<note> notes_;
  int noted_slot_ = no_slot;
};

} // namespace takt
