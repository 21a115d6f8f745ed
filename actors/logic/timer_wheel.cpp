#include "actors/logic/timer_wheel.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>

namespace takt {

timer_wheel::timer_wheel(int64_t now_tick)
  : now_(to_unsigned(now_tick)), late_until_(to_unsigned(now_tick)) {}

timer_id timer_wheel::schedule(int64_t at_tick, uint64_t payload) {
  uint32_t index = 0;
  if (free_indexes_.empty()) {
    assert(generations_.size() < std::numeric_limits<uint32_t>::max());
    index = static_cast<uint32_t>(generations_.size());
    generations_.push_back(0);
  } else {
    index = free_indexes_.back();
    free_indexes_.pop_back();
  }
  auto id = timer_id{++generations_[index]} << 32 | index;
  put({to_unsigned(at_tick), payload, id});
  ++size_;
  return id;
}

bool timer_wheel::cancel(timer_id id) {
  auto handed_out = (id >> 32 & 1) != 0;
  if (!handed_out || index_of(id) >= generations_.size() || !is_pending(id))
    return false;
  release(id);
  ++cancelled_;
  if (cancelled_ > size_ + cancelled_slack)
    sweep();
  return true;
}

std::optional<int64_t> timer_wheel::next_wakeup() {
  if (size_ == 0)
    return std::nullopt;
  if (trim(late_slots) || trim(late_slots + 1))
    return now();
  for (;;) {
    auto slot = first_slot();
    if (slot < slots_per_level ? trim(slot) : settle(slot))
      return to_signed(slots_[static_cast<size_t>(slot)].earliest.at);
  }
}

void timer_wheel::rebase(int64_t now_tick) {
  assert(!advancing_);
  auto target = to_unsigned(now_tick);
  if (target >= now_)
    return;
  auto old = std::exchange(slots_, {});
  occupied_.fill(0);
  occupied_levels_ = 0;
  noted_slot_ = no_slot;
  now_ = late_until_ = target;
  // Timers of one tick share a slot, so they keep their order.
  for (auto& chunks : old)
    drain(chunks, [this](const timer& t) { put(t); });
}

size_t timer_wheel::capacity_bytes() const noexcept {
  return sizeof *this + chunks_.size() * sizeof(chunk) + notes_.capacity() * sizeof(note)
    + (generations_.capacity() + free_indexes_.capacity()) * sizeof(uint32_t);
}

// -- advancing ----------------------------------------------------------------

void timer_wheel::begin_advance(int64_t now_tick) {
  assert(!advancing_);
  advancing_ = true;
  late_until_ = std::max(now_, to_unsigned(now_tick));
  late_filling_ ^= 1;
}

std::optional<std::pair<timer_id, uint64_t>> timer_wheel::pop() {
  auto take_front = [this](int slot) {
    const auto& chunks = slots_[static_cast<size_t>(slot)];
    const auto& t = chunks.head->timers[chunks.first];
    std::pair out{t.id, t.payload};
    release(t.id);
    drop_front(slot);
    return out;
  };
  if (auto late = late_slots + (late_filling_ ^ 1); trim(late))
    return take_front(late);
  while (occupied_levels_ != 0) {
    auto slot = first_slot();
    if (start_of(slot) > late_until_)
      break;
    const auto& chunks = slots_[static_cast<size_t>(slot)];
    now_ = std::min(chunks.earliest.at, late_until_);
    auto alone = chunks.head == chunks.tail && chunks.first + 1 == chunks.end;
    if (slot < slots_per_level || (alone && chunks.earliest.at <= late_until_)) {
      if (trim(slot))
        return take_front(slot);
    } else {
      auto coarse = chunks;
      mark_empty(slot);
      drain(coarse, [this](const timer& t) {
        if (t.at >= now_)
          append(wheel_slot(t.at), t);
        else // earlier than the earliest that is pending
          --cancelled_;
      });
    }
  }
  return std::nullopt;
}

void timer_wheel::end_advance() {
  // No occupied slot starts at or before this tick, so that none is entered unemptied.
  now_ = late_until_;
  advancing_ = false;
}

// -- slots --------------------------------------------------------------------

/// @pre some slot is occupied
int timer_wheel::first_slot() const {
  assert(occupied_levels_ != 0);
  auto level = std::countr_zero(occupied_levels_);
  return level * slots_per_level + std::countr_zero(occupied_[static_cast<size_t>(level)]);
}

/// The slot's first tick: the current tick's digits above, the slot's own, zeros below.
uint64_t timer_wheel::start_of(int slot) const {
  auto shift = slot / slots_per_level * digit_bits;
  auto digit = static_cast<uint64_t>(slot % slots_per_level);
  auto above = shift + digit_bits >= 64 ? 0 : now_ >> (shift + digit_bits) << (shift + digit_bits);
  return above | digit << shift;
}

/// @pre at >= now_
int timer_wheel::wheel_slot(uint64_t at) const {
  assert(at >= now_);
  auto level = at == now_ ? 0 : (63 - std::countl_zero(at ^ now_)) / digit_bits;
  auto digit = static_cast<int>(at >> (level * digit_bits)) & (slots_per_level - 1);
  return level * slots_per_level + digit;
}

void timer_wheel::put(const timer& t) {
  append(t.at <= late_until_ ? late_slots + late_filling_ : wheel_slot(t.at), t);
}

void timer_wheel::append(int slot, const timer& t) {
  auto& chunks = slots_[static_cast<size_t>(slot)];
  if (chunks.head == nullptr)
    mark_occupied(slot);
  push(chunks, t);
  if (slot == noted_slot_)
    note_if_early(t);
}

void timer_wheel::push(slot_chunks& chunks, const timer& t) {
  if (chunks.head == nullptr) {
    chunks.head = chunks.tail = new_chunk();
    chunks.first = chunks.end = 0;
    chunks.earliest = {t.at, t.id};
  } else if (chunks.end == timers_per_chunk) {
    chunks.tail = chunks.tail->next = new_chunk();
    chunks.end = 0;
  }
  chunks.tail->timers[chunks.end++] = t;
  if (t.at < chunks.earliest.at)
    chunks.earliest = {t.at, t.id};
}

void timer_wheel::drop_front(int slot) {
  auto& chunks = slots_[static_cast<size_t>(slot)];
  ++chunks.first;
  if (chunks.head == chunks.tail && chunks.first == chunks.end) {
    free_chunk(chunks.head);
    mark_empty(slot);
  } else if (chunks.first == timers_per_chunk) {
    free_chunk(std::exchange(chunks.head, chunks.head->next));
    chunks.first = 0;
  }
}

/// Drops cancelled timers at the front of a slot; false when nothing remains. Where all timers are
/// as early as each other, the front says what the slot's next tick is.
bool timer_wheel::trim(int slot) {
  const auto& chunks = slots_[static_cast<size_t>(slot)];
  while (chunks.head != nullptr && !is_pending(chunks.head->timers[chunks.first].id)) {
    --cancelled_;
    drop_front(slot);
  }
  return chunks.head != nullptr;
}

/// Sees to it that a slot's earliest timer is pending; false when nothing remains.
bool timer_wheel::settle(int slot) {
  auto& chunks = slots_[static_cast<size_t>(slot)];
  if (is_pending(chunks.earliest.id))
    return true;
  if (slot == noted_slot_) {
    while (!notes_.empty() && !is_pending(notes_.back().id))
      notes_.pop_back();
    if (!notes_.empty()) {
      chunks.earliest = notes_.back();
      return true;
    }
  }
  compact(slot);
  // A slot of one chunk is read quickly anyway, and is not worth the notes of a big one.
  if (chunks.head != chunks.tail)
    note_earliest(slot);
  return chunks.head != nullptr;
}

void timer_wheel::compact(int slot) {
  auto& chunks = slots_[static_cast<size_t>(slot)];
  drain(std::exchange(chunks, {}), [&](const timer& t) {
    if (is_pending(t.id))
      push(chunks, t);
    else
      --cancelled_;
  });
  if (chunks.head == nullptr)
    mark_empty(slot);
}

void timer_wheel::sweep() {
  for (int slot = 0; slot < all_slots; ++slot)
    if (slots_[static_cast<size_t>(slot)].head != nullptr)
      compact(slot);
  assert(cancelled_ == 0);
}

/// Calls each(timer) for every timer, cancelled or not, in order, and frees the chunks.
template <class F>
void timer_wheel::drain(slot_chunks chunks, F&& each) {
  // Memory asked for in time is there when needed: the next chunk after this one; a generation,
  // which lies anywhere in the table, when its timer fires, mostly soon after it was moved.
  while (chunks.head != nullptr) {
    const auto& timers = chunks.head->timers;
    auto end = chunks.head == chunks.tail ? chunks.end : timers_per_chunk;
    if (chunks.head != chunks.tail)
      for (const auto& t : chunks.head->next->timers)
        __builtin_prefetch(&t);
    for (auto i = chunks.first; i < end; ++i) {
      __builtin_prefetch(&generations_[index_of(timers[i].id)]);
      each(timers[i]);
    }
    chunks.first = 0;
    free_chunk(std::exchange(chunks.head, chunks.head->next));
  }
}

void timer_wheel::mark_occupied(int slot) {
  if (slot >= late_slots)
    return;
  auto level = slot / slots_per_level;
  occupied_[static_cast<size_t>(level)] |= uint64_t{1} << (slot % slots_per_level);
  occupied_levels_ |= 1u << level;
}

void timer_wheel::mark_empty(int slot) {
  slots_[static_cast<size_t>(slot)] = {};
  if (slot == noted_slot_)
    noted_slot_ = no_slot;
  if (slot >= late_slots)
    return;
  auto level = slot / slots_per_level;
  auto& word = occupied_[static_cast<size_t>(level)];
  word &= ~(uint64_t{1} << (slot % slots_per_level));
  if (word == 0)
    occupied_levels_ &= ~(1u << level);
}

// -- notes --------------------------------------------------------------------

/// @pre the slot is compact
void timer_wheel::note_earliest(int slot) {
  auto earlier = [](const note& a, const note& b) { return a.at < b.at; };
  notes_.clear();
  noted_slot_ = slot;
  const auto& chunks = slots_[static_cast<size_t>(slot)];
  for (auto* c = chunks.head; c != nullptr; c = c->next) {
    auto end = c == chunks.tail ? chunks.end : timers_per_chunk;
    for (uint32_t i = 0; i < end; ++i) {
      const auto& t = c->timers[i];
      if (notes_.size() == notes_max) {
        if (t.at >= notes_.front().at)
          continue;
        std::pop_heap(notes_.begin(), notes_.end(), earlier);
        notes_.pop_back();
      }
      notes_.push_back({t.at, t.id});
      std::push_heap(notes_.begin(), notes_.end(), earlier);
    }
  }
  std::sort_heap(notes_.begin(), notes_.end(), earlier);
  std::reverse(notes_.begin(), notes_.end());
}

void timer_wheel::note_if_early(const timer& t) {
  if (notes_.empty() || t.at >= notes_.front().at)
    return;
  auto later = [](const note& a, uint64_t at) { return a.at > at; };
  notes_.insert(std::lower_bound(notes_.begin(), notes_.end(), t.at, later), {t.at, t.id});
  if (notes_.size() > notes_max)
    notes_.erase(notes_.begin());
}

// -- timers and chunks --------------------------------------------------------

void timer_wheel::release(timer_id id) {
  ++generations_[index_of(id)];
  free_indexes_.push_back(index_of(id));
  --size_;
}

timer_wheel::chunk* timer_wheel::new_chunk() {
  if (free_chunks_ == nullptr)
    return &chunks_.emplace_back();
  auto* c = std::exchange(free_chunks_, free_chunks_->next);
  c->next = nullptr;
  return c;
}

void timer_wheel::free_chunk(chunk* c) {
  c->next = std::exchange(free_chunks_, c);
}

} // namespace takt
