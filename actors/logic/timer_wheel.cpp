#include "actors/logic/timer_wheel.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

timer_wheel::timer_wheel(int64_t now_tick)
  : now_(to_unsigned(now_tick)), late_until_(to_unsigned(now_tick)) {}

timer_id timer_wheel::schedule(int64_t at_tick, uint64_t payload) {
  auto index = free_;
  if (index == nil) {
    assert(nodes_.size() < nil);
    index = static_cast<uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[index].next;
  }
  auto& n = nodes_[index];
  n.at = to_unsigned(at_tick);
  n.payload = payload;
  put(index);
  ++size_;
  return id_of(index);
}

bool timer_wheel::cancel(timer_id id) {
  auto index = static_cast<uint32_t>(id & 0xffff'ffff);
  if (index >= nodes_.size() || nodes_[index].slot == free_slot || id_of(index) != id)
    return false;
  unlink(index);
  release(index);
  return true;
}

std::optional<int64_t> timer_wheel::next_wakeup() const {
  if (size_ == 0)
    return std::nullopt;
  if (slots_[late_slots].head != nil || slots_[late_slots + 1].head != nil)
    return now();
  auto slot = first_slot();
  auto& list = slots_[static_cast<size_t>(slot)];
  if (slot < slots_per_level)
    return to_signed(start_of(slot));
  if (list.stale) {
    list.earliest = nodes_[list.head].at;
    for (auto i = list.head; i != nil; i = nodes_[i].next)
      list.earliest = std::min(list.earliest, nodes_[i].at);
    list.stale = false;
  }
  return to_signed(list.earliest);
}

void timer_wheel::rebase(int64_t now_tick) {
  assert(!advancing_);
  auto target = to_unsigned(now_tick);
  if (target >= now_)
    return;
  // All lists are chained into one before any timer is put, late ones first; timers of one tick
  // share a list, so they keep their order.
  std::vector<uint32_t> order;
  order.reserve(size_);
  auto collect = [&](int slot) {
    auto& list = slots_[static_cast<size_t>(slot)];
    for (auto i = list.head; i != nil; i = nodes_[i].next)
      order.push_back(i);
    list = {};
  };
  collect(late_slots);
  collect(late_slots + 1);
  for (int slot = 0; slot < late_slots; ++slot)
    collect(slot);
  assert(order.size() == size_);
  occupied_.fill(0);
  occupied_levels_ = 0;
  now_ = late_until_ = target;
  for (auto i : order)
    put(i);
}

// -- advancing ----------------------------------------------------------------

void timer_wheel::begin_advance(int64_t now_tick) {
  assert(!advancing_);
  advancing_ = true;
  late_until_ = std::max(now_, to_unsigned(now_tick));
  late_filling_ ^= 1;
}

std::optional<std::pair<timer_id, uint64_t>> timer_wheel::pop() {
  if (auto head = slots_[static_cast<size_t>(late_slots + (late_filling_ ^ 1))].head; head != nil)
    return take(head);
  while (occupied_levels_ != 0) {
    auto slot = first_slot();
    auto start = start_of(slot);
    if (start > late_until_)
      break;
    now_ = start;
    if (slot < slots_per_level)
      return take(slots_[static_cast<size_t>(slot)].head);
    relink_all(slot);
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

void timer_wheel::put(uint32_t index) {
  auto at = nodes_[index].at;
  link(index, at <= late_until_ ? late_slots + late_filling_ : wheel_slot(at));
}

void timer_wheel::link(uint32_t index, int slot) {
  auto& n = nodes_[index];
  auto& list = slots_[static_cast<size_t>(slot)];
  n.slot = static_cast<uint16_t>(slot);
  n.next = nil;
  n.previous = list.tail;
  if (list.head == nil) {
    list = {index, index, n.at, false};
    if (slot < late_slots) {
      auto level = slot / slots_per_level;
      occupied_[static_cast<size_t>(level)] |= uint64_t{1} << (slot % slots_per_level);
      occupied_levels_ |= 1u << level;
    }
    return;
  }
  nodes_[list.tail].next = index;
  list.tail = index;
  list.earliest = std::min(list.earliest, n.at);
}

void timer_wheel::unlink(uint32_t index) {
  auto& n = nodes_[index];
  auto& list = slots_[n.slot];
  (n.previous == nil ? list.head : nodes_[n.previous].next) = n.next;
  (n.next == nil ? list.tail : nodes_[n.next].previous) = n.previous;
  list.stale = list.stale || n.at == list.earliest;
  if (list.head == nil && n.slot < late_slots)
    mark_empty(n.slot);
}

/// Empties a slot that the current tick has just entered into finer ones, in order.
void timer_wheel::relink_all(int slot) {
  auto index = std::exchange(slots_[static_cast<size_t>(slot)], {}).head;
  mark_empty(slot);
  while (index != nil) {
    auto next = nodes_[index].next;
    link(index, wheel_slot(nodes_[index].at));
    index = next;
  }
}

void timer_wheel::mark_empty(int slot) {
  auto level = slot / slots_per_level;
  auto& word = occupied_[static_cast<size_t>(level)];
  word &= ~(uint64_t{1} << (slot % slots_per_level));
  if (word == 0)
    occupied_levels_ &= ~(1u << level);
}

// -- nodes --------------------------------------------------------------------

std::pair<timer_id, uint64_t> timer_wheel::take(uint32_t index) {
  std::pair out{id_of(index), nodes_[index].payload};
  unlink(index);
  release(index);
  return out;
}

void timer_wheel::release(uint32_t index) {
  auto& n = nodes_[index];
  n.slot = free_slot;
  n.next = free_;
  if (++n.generation == 0)
    n.generation = 1;
  free_ = index;
  --size_;
}

timer_id timer_wheel::id_of(uint32_t index) const {
  return uint64_t{nodes_[index].generation} << 32 | index;
}

} // namespace takt
