// The wheel against a sorted map that makes the same promises: random operations of several kinds
// of load, every answer compared after every step.
#include "actors/logic/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

using namespace takt;

namespace {

/// The same promises, kept by sorting.
class model {
public:
  explicit model(int64_t now) : now_(now) {}

  void schedule(int64_t at, uint64_t payload) {
    add({std::max(at, advancing_ ? target_ : now_), next_++}, at, payload);
  }
  bool cancel(uint64_t payload) {
    auto found = keys_.find(payload);
    if (found == keys_.end())
      return false;
    timers_.erase(found->second);
    keys_.erase(found);
    return true;
  }
  std::optional<int64_t> next_wakeup() const {
    return timers_.empty() ? std::nullopt : std::optional{timers_.begin()->first.first};
  }
  template <class F>
  void advance(int64_t target, F&& fire) {
    target_ = std::max(target, now_);
    advancing_ = true;
    std::vector<uint64_t> due; // what fire schedules up to the target comes later
    for (const auto& [k, timer] : timers_) {
      if (k.first > target_)
        break;
      due.push_back(timer.second);
    }
    for (auto payload : due)
      if (keys_.contains(payload)) {
        cancel(payload);
        fire(payload);
      }
    now_ = target_;
    advancing_ = false;
  }
  void rebase(int64_t now) {
    if (now >= now_)
      return;
    now_ = now;
    auto old = std::move(timers_);
    timers_.clear();
    keys_.clear();
    for (const auto& [k, timer] : old)
      add({std::max(timer.first, now_), k.second}, timer.first, timer.second);
  }
  /// @pre size() > 0
  uint64_t earliest() const { return timers_.begin()->second.second; }
  size_t size() const { return timers_.size(); }
  int64_t now() const { return now_; }

private:
  using key = std::pair<int64_t, uint64_t>; // effective tick, order of scheduling

  void add(key k, int64_t at, uint64_t payload) {
    timers_.insert({k, {at, payload}});
    keys_[payload] = k;
  }

  std::map<key, std::pair<int64_t, uint64_t>> timers_;
  std::unordered_map<uint64_t, key> keys_;
  int64_t now_;
  int64_t target_ = 0;
  bool advancing_ = false;
  uint64_t next_ = 0;
};

/// Distances of every size, negative ones too; the same ticks often.
int64_t some_distance(std::mt19937_64& random) {
  auto bits = random() % 8 == 0 ? random() % 45 : random() % 16;
  auto distance = static_cast<int64_t>(random() & ((uint64_t{1} << bits) - 1));
  return random() % 10 == 0 ? -distance % 100 : distance;
}

/// The wheel and its model, asked to do the same. Payloads are numbered from 1.
class duel {
public:
  explicit duel(uint64_t seed) : random_(seed) {}

  void schedule() { schedule_both(expected_.now() + some_distance(random_)); }

  /// Timers of one second, or all of one tick, mostly a day ahead or so.
  void schedule_crowd() {
    auto first = expected_.now() + static_cast<int64_t>(random_() & 0xfff'ffff);
    auto width = random_() % 4 == 0 ? 1 : 1000;
    for (auto n = random_() % 3000; n > 0; --n)
      schedule_both(first + static_cast<int64_t>(random_() % width));
  }

  /// One of the last 200 scheduled, pending or not; now and then any at all.
  void cancel() {
    auto among = random_() % 4 == 0 ? ids_.size() : std::min<uint64_t>(ids_.size(), 200);
    cancel_both(ids_.size() - 1 - random_() % among);
  }
  void cancel_earliest() {
    if (expected_.size() > 0)
      cancel_both(expected_.earliest());
  }

  /// From within fire, what the payload decides is scheduled and cancelled; the model repeats it.
  void advance_a_little() { advance(some_distance(random_) & 0xfff); }
  void advance_far() { advance(some_distance(random_) * 4); }

  void advance(int64_t distance) {
    auto target = expected_.now() + distance;
    auto known = ids_.size();
    std::vector<uint64_t> wheel_order, model_order;
    wheel_.advance(target, [&](timer_id id, uint64_t payload) {
      ASSERT_EQ(id, ids_[payload]);
      wheel_order.push_back(payload);
      if (payload % 5 == 0)
        ids_.push_back(wheel_.schedule(near(target, payload), ids_.size()));
      if (payload % 7 == 0 && payload + 1 < known)
        wheel_.cancel(ids_[payload + 1]);
    });
    auto next_payload = known;
    expected_.advance(target, [&](uint64_t payload) {
      model_order.push_back(payload);
      if (payload % 5 == 0)
        expected_.schedule(near(target, payload), next_payload++);
      if (payload % 7 == 0 && payload + 1 < known)
        expected_.cancel(payload + 1);
    });
    ASSERT_EQ(wheel_order, model_order);
    fired_ += wheel_order.size();
  }

  void rebase() {
    auto back = expected_.now() - some_distance(random_);
    wheel_.rebase(back);
    expected_.rebase(back);
  }

  void compare() {
    ASSERT_EQ(wheel_.next_wakeup(), expected_.next_wakeup());
    ASSERT_EQ(wheel_.size(), expected_.size());
    ASSERT_EQ(wheel_.now(), expected_.now());
  }

  size_t fired() const { return fired_; }
  size_t size() const { return expected_.size(); }

private:
  static constexpr int64_t start = 1'700'000'000'000;

  static int64_t near(int64_t target, uint64_t payload) {
    return target + static_cast<int64_t>(payload % 300) - 150;
  }
  void cancel_both(uint64_t payload) {
    ASSERT_EQ(wheel_.cancel(ids_[payload]), expected_.cancel(payload));
  }
  void schedule_both(int64_t at) {
    expected_.schedule(at, ids_.size());
    ids_.push_back(wheel_.schedule(at, ids_.size()));
  }

  std::mt19937_64 random_;
  timer_wheel wheel_{start};
  model expected_{start};
  std::vector<timer_id> ids_ = {0}; // by payload
  size_t fired_ = 0;
};

/// How often, of 10,000 operations. What is missing to 10,000 schedules a timer.
struct load {
  const char* name = "";
  uint64_t seed = 0;
  int operations = 0;
  unsigned crowds = 0, cancels = 0, cancels_of_the_earliest = 0;
  unsigned small_advances = 0, far_advances = 0, rebases = 0;
};

std::ostream& operator<<(std::ostream& out, const load& l) {
  return out << l.name;
}

class timer_wheel_load : public testing::TestWithParam<load> {};

} // namespace

TEST_P(timer_wheel_load, does_what_a_sorted_map_does) {
  const auto& p = GetParam();
  duel d{p.seed};
  std::mt19937_64 random{p.seed + 1};
  size_t largest = 0;
  for (int i = 0; i < p.operations && !HasFatalFailure(); ++i) {
    auto dice = static_cast<unsigned>(random() % 10'000);
    auto falls_to = [&](unsigned share) {
      auto hit = dice < share;
      dice -= hit ? 0 : share;
      return hit;
    };
    if (falls_to(p.crowds))
      d.schedule_crowd();
    else if (falls_to(p.cancels))
      d.cancel();
    else if (falls_to(p.cancels_of_the_earliest))
      d.cancel_earliest();
    else if (falls_to(p.small_advances))
      d.advance_a_little();
    else if (falls_to(p.far_advances))
      d.advance_far();
    else if (falls_to(p.rebases))
      d.rebase();
    else
      d.schedule();
    d.compare();
    largest = std::max(largest, d.size());
  }
  RecordProperty("largest", static_cast<int>(largest));
  EXPECT_GT(d.fired(), 1000u);
  EXPECT_GT(largest, 100u);
}

INSTANTIATE_TEST_SUITE_P(
  timer_wheel, timer_wheel_load,
  testing::Values(
    load{"everything", 4711, 600'000, 1, 3500, 100, 1800, 100, 10},
    load{"few_leave_before_their_tick", 15, 400'000, 1, 500, 0, 4000, 50, 2},
    load{"timeouts_cancelled_in_their_order", 16, 400'000, 2, 500, 6000, 100, 2, 1},
    load{"crowds_come_and_are_cancelled", 17, 300'000, 3, 5000, 3000, 300, 5, 1},
    load{"time_flies", 18, 400'000, 1, 1000, 100, 100, 2000, 300}),
  [](const auto& tested) { return std::string{tested.param.name}; });
