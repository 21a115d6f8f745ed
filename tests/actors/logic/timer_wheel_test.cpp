#include "actors/logic/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <unordered_map>
#include <vector>

using namespace takt;

namespace {

std::vector<uint64_t> fired_by(timer_wheel& wheel, int64_t now) {
  std::vector<uint64_t> payloads;
  wheel.advance(now, [&](timer_id, uint64_t payload) { payloads.push_back(payload); });
  return payloads;
}

using list = std::vector<uint64_t>;

} // namespace

TEST(timer_wheel, an_empty_wheel_has_no_wakeup_and_advances_anywhere) {
  timer_wheel wheel{1000};
  EXPECT_EQ(wheel.next_wakeup(), std::nullopt);
  EXPECT_EQ(fired_by(wheel, std::numeric_limits<int64_t>::max()), list{});
  EXPECT_EQ(wheel.now(), std::numeric_limits<int64_t>::max());
}

TEST(timer_wheel, a_timer_fires_at_its_tick_and_not_before) {
  for (int64_t distance : {1, 2, 63, 64, 65, 4095, 4096, 262'143, 262'144, 1'000'000'007}) {
    timer_wheel wheel{1'700'000'000'123};
    wheel.schedule(wheel.now() + distance, 7);
    auto at = wheel.now() + distance;
    EXPECT_EQ(wheel.next_wakeup(), at);
    EXPECT_EQ(fired_by(wheel, at - 1), list{}) << distance;
    EXPECT_EQ(wheel.next_wakeup(), at);
    EXPECT_EQ(fired_by(wheel, at), list{7}) << distance;
    EXPECT_EQ(wheel.size(), 0u);
  }
}

TEST(timer_wheel, the_farthest_ticks_of_64_bits_are_not_too_far) {
  constexpr auto first = std::numeric_limits<int64_t>::min();
  constexpr auto last = std::numeric_limits<int64_t>::max();
  timer_wheel wheel{first};
  wheel.schedule(last, 3);
  wheel.schedule(0, 2);
  wheel.schedule(-1, 1);
  EXPECT_EQ(wheel.next_wakeup(), -1);
  EXPECT_EQ(fired_by(wheel, last), (list{1, 2, 3}));
}

TEST(timer_wheel, timers_of_one_tick_fire_in_the_order_in_which_they_were_scheduled) {
  timer_wheel wheel;
  wheel.schedule(100'000, 1); // from far away
  fired_by(wheel, 99'000);
  wheel.schedule(100'000, 2); // from nearer
  fired_by(wheel, 99'999);
  wheel.schedule(100'000, 3);
  wheel.schedule(99'999, 0); // late
  EXPECT_EQ(fired_by(wheel, 100'000), (list{0, 1, 2, 3}));
}

TEST(timer_wheel, a_late_timer_wakes_at_the_current_tick_and_fires_first) {
  timer_wheel wheel{500};
  wheel.schedule(501, 2);
  wheel.schedule(499, 1);
  EXPECT_EQ(wheel.next_wakeup(), 500);
  EXPECT_EQ(fired_by(wheel, 500), list{1});
  EXPECT_EQ(wheel.next_wakeup(), 501);
  EXPECT_EQ(fired_by(wheel, 501), list{2});
}

TEST(timer_wheel, cancelling_works_once_and_only_while_pending) {
  timer_wheel wheel;
  auto id = wheel.schedule(10, 1);
  EXPECT_NE(id, 0u);
  EXPECT_TRUE(wheel.cancel(id));
  EXPECT_FALSE(wheel.cancel(id));
  EXPECT_FALSE(wheel.cancel(0));
  EXPECT_FALSE(wheel.cancel(id + 1));
  EXPECT_EQ(wheel.next_wakeup(), std::nullopt);
  auto reused = wheel.schedule(20, 2);
  EXPECT_NE(reused, id);
  EXPECT_FALSE(wheel.cancel(id));
  EXPECT_EQ(fired_by(wheel, 20), list{2});
  EXPECT_FALSE(wheel.cancel(reused));
}

TEST(timer_wheel, the_next_wakeup_is_exact_after_the_earliest_of_a_coarse_slot_is_cancelled) {
  timer_wheel wheel;
  auto earliest = wheel.schedule(10'001, 1);
  wheel.schedule(10'003, 3);
  auto middle = wheel.schedule(10'002, 2);
  EXPECT_EQ(wheel.next_wakeup(), 10'001);
  wheel.cancel(earliest);
  EXPECT_EQ(wheel.next_wakeup(), 10'002);
  wheel.cancel(middle);
  wheel.schedule(10'002, 4);
  EXPECT_EQ(wheel.next_wakeup(), 10'002);
  EXPECT_EQ(fired_by(wheel, 20'000), (list{4, 3}));
}

TEST(timer_wheel, fire_may_cancel_timers_of_the_same_tick_and_of_later_ones) {
  timer_wheel wheel;
  std::map<uint64_t, timer_id> ids;
  for (uint64_t payload = 1; payload <= 4; ++payload)
    ids[payload] = wheel.schedule(payload <= 3 ? 10 : 5000, payload);
  list payloads;
  wheel.advance(6000, [&](timer_id id, uint64_t payload) {
    EXPECT_FALSE(wheel.cancel(id));
    payloads.push_back(payload);
    if (payload == 1) {
      EXPECT_TRUE(wheel.cancel(ids[2]));
      EXPECT_TRUE(wheel.cancel(ids[4]));
    }
  });
  EXPECT_EQ(payloads, (list{1, 3}));
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(timer_wheel, what_fire_schedules_up_to_now_waits_for_the_next_advance) {
  timer_wheel wheel;
  wheel.schedule(10, 0);
  list payloads;
  auto fire = [&](timer_id, uint64_t payload) {
    payloads.push_back(payload);
    wheel.schedule(10, payload + 1); // at the tick itself
    if (payload == 0) {
      wheel.schedule(50, 100); // between it and now
      wheel.schedule(90, 200); // after now
    }
  };
  EXPECT_EQ(wheel.advance(60, fire), 1u);
  EXPECT_EQ(wheel.next_wakeup(), 60);
  EXPECT_EQ(wheel.advance(60, fire), 2u);
  EXPECT_EQ(payloads, (list{0, 1, 100}));
  EXPECT_EQ(wheel.size(), 3u);
}

TEST(timer_wheel, an_advance_to_an_earlier_tick_fires_only_what_is_late) {
  timer_wheel wheel{100};
  wheel.schedule(90, 1);
  wheel.schedule(101, 2);
  EXPECT_EQ(fired_by(wheel, 50), list{1});
  EXPECT_EQ(wheel.now(), 100);
}

TEST(timer_wheel, rebasing_puts_timers_where_the_earlier_clock_sees_them) {
  timer_wheel wheel{1'000'000};
  wheel.schedule(999'999, 1); // late until the clock steps back
  wheel.schedule(1'000'001, 2);
  auto cancelled = wheel.schedule(1'000'001, 3);
  wheel.schedule(1'000'001, 4);
  wheel.schedule(50'000'000, 5);
  wheel.rebase(2'000'000); // not an earlier tick: ignored
  EXPECT_EQ(wheel.now(), 1'000'000);
  wheel.rebase(10);
  EXPECT_EQ(wheel.size(), 5u);
  EXPECT_EQ(wheel.next_wakeup(), 999'999);
  EXPECT_EQ(fired_by(wheel, 999'998), list{});
  EXPECT_TRUE(wheel.cancel(cancelled));
  EXPECT_EQ(fired_by(wheel, 1'000'001), (list{1, 2, 4}));
  EXPECT_EQ(fired_by(wheel, 50'000'000), list{5});
}

// -- against a sorted multimap ------------------------------------------------

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
    auto limit = next_; // what fire schedules up to the target comes later
    std::vector<uint64_t> due;
    for (const auto& [k, timer] : timers_)
      if (k.first <= target_ && k.second < limit)
        due.push_back(timer.second);
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

  /// One of the last 200 scheduled, pending or not.
  void cancel() {
    auto payload = ids_.size() - 1 - random_() % std::min<uint64_t>(ids_.size(), 200);
    ASSERT_EQ(wheel_.cancel(ids_[payload]), expected_.cancel(payload));
  }

  /// From within fire, what the payload decides is scheduled and cancelled; the model repeats it.
  void advance() {
    auto target = expected_.now() + some_distance(random_) / 4;
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
    auto back = expected_.now() - static_cast<int64_t>(random_() % 5000);
    wheel_.rebase(back);
    expected_.rebase(back);
  }

  void compare() const {
    ASSERT_EQ(wheel_.next_wakeup(), expected_.next_wakeup());
    ASSERT_EQ(wheel_.size(), expected_.size());
    ASSERT_EQ(wheel_.now(), expected_.now());
  }

  size_t fired() const { return fired_; }

private:
  static constexpr int64_t start = 1'700'000'000'000;

  static int64_t near(int64_t target, uint64_t payload) {
    return target + static_cast<int64_t>(payload % 300) - 150;
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

} // namespace

TEST(timer_wheel, a_million_random_operations_do_what_a_sorted_map_does) {
  duel d{4711};
  std::mt19937_64 random{4712};
  for (int i = 0; i < 1'000'000 && !HasFatalFailure(); ++i) {
    auto dice = random() % 1000;
    if (dice < 500)
      d.schedule();
    else if (dice < 800)
      d.cancel();
    else if (dice < 998)
      d.advance();
    else
      d.rebase();
    d.compare();
  }
  EXPECT_GT(d.fired(), 100'000u);
}
