// The timer wheel with a million timers pending. Figures are printed, not asserted.
#include "actors/logic/timer_wheel.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace takt;

namespace {

constexpr int64_t start = 1'700'000'000'000;
constexpr int64_t day = 86'400'000;

/// Pending timers spread over a day, and ticks to draw from.
struct crowd {
  explicit crowd(int64_t size) : wheel(start) {
    for (int64_t i = 0; i < size; ++i)
      wheel.schedule(start + 1 + some() % day, static_cast<uint64_t>(i));
    for (auto& tick : ticks)
      tick = start + 1 + some() % day;
  }
  int64_t some() { return static_cast<int64_t>(random() >> 1); }

  std::mt19937_64 random{1};
  timer_wheel wheel;
  std::vector<int64_t> ticks = std::vector<int64_t>(1 << 16);
};

void schedule_and_cancel_at_once(benchmark::State& state) {
  crowd c{state.range(0)};
  size_t i = 0;
  for (auto _ : state) {
    auto id = c.wheel.schedule(c.ticks[i++ & 0xffff], 1);
    benchmark::DoNotOptimize(c.wheel.cancel(id));
  }
}
BENCHMARK(schedule_and_cancel_at_once)->Arg(1000)->Arg(1'000'000);

/// A timer is cancelled 65,536 others later: the memory it lies in has cooled.
void schedule_and_cancel_later(benchmark::State& state) {
  crowd c{state.range(0)};
  std::vector<timer_id> ids(1 << 16, 0);
  size_t i = 0;
  for (auto _ : state) {
    auto& id = ids[i & 0xffff];
    benchmark::DoNotOptimize(c.wheel.cancel(id));
    id = c.wheel.schedule(c.ticks[i++ & 0xffff], 1);
  }
}
BENCHMARK(schedule_and_cancel_later)->Arg(1000)->Arg(1'000'000);

/// Time per timer fired and scheduled anew a day ahead, while a million stay pending.
void fire_and_schedule_again(benchmark::State& state) {
  crowd c{state.range(0)};
  size_t fired = 0;
  for (auto _ : state) {
    auto now = *c.wheel.next_wakeup();
    fired += c.wheel.advance(
      now, [&](timer_id, uint64_t payload) { c.wheel.schedule(now + day, payload); });
  }
  state.SetItemsProcessed(static_cast<int64_t>(fired));
}
BENCHMARK(fire_and_schedule_again)->Arg(1000)->Arg(1'000'000);

/// Time per timer fired, from a full wheel to an empty one, a second at a time.
void fire_all(benchmark::State& state) {
  int64_t fired = 0;
  for (auto _ : state) {
    state.PauseTiming();
    crowd c{state.range(0)};
    state.ResumeTiming();
    for (auto now = start; now <= start + day; now += 1000)
      c.wheel.advance(now, [&](timer_id, uint64_t) { ++fired; });
  }
  state.SetItemsProcessed(fired);
}
BENCHMARK(fire_all)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK(fire_all)->Arg(20'000'000)->Unit(benchmark::kMillisecond)->Iterations(1);

/// Time per timer of a million that are due in one tick, far away when they were scheduled.
void fire_one_tick(benchmark::State& state) {
  int64_t fired = 0;
  timer_wheel wheel{start};
  auto at = start;
  for (auto _ : state) {
    state.PauseTiming();
    at += day;
    for (int64_t i = 0; i < state.range(0); ++i)
      wheel.schedule(at, static_cast<uint64_t>(i));
    state.ResumeTiming();
    wheel.advance(at, [&](timer_id, uint64_t) { ++fired; });
  }
  state.SetItemsProcessed(fired);
}
BENCHMARK(fire_one_tick)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// Time per timer fired, when each comes back every 10 ms.
void fire_every_10_ms(benchmark::State& state) {
  timer_wheel wheel{start};
  for (int64_t i = 0; i < state.range(0); ++i)
    wheel.schedule(start + 1 + i % 10, static_cast<uint64_t>(i));
  size_t fired = 0;
  for (auto _ : state) {
    auto now = *wheel.next_wakeup();
    fired +=
      wheel.advance(now, [&](timer_id, uint64_t payload) { wheel.schedule(now + 10, payload); });
  }
  state.SetItemsProcessed(static_cast<int64_t>(fired));
}
BENCHMARK(fire_every_10_ms)->Arg(5000)->Arg(1'000'000);

void next_wakeup(benchmark::State& state) {
  crowd c{state.range(0)};
  for (auto _ : state)
    benchmark::DoNotOptimize(c.wheel.next_wakeup());
}
BENCHMARK(next_wakeup)->Arg(1'000'000);

/// Timeouts that never fire: the earliest is cancelled, one is scheduled anew, and each time the
/// question is which tick comes next. `range` of them are pending, over 30 seconds.
void timeouts_cancelled_in_their_order(benchmark::State& state) {
  constexpr int64_t timeout = 30'000;
  timer_wheel wheel{start};
  std::vector<timer_id> ids(static_cast<size_t>(state.range(0)));
  auto per_ms = std::max<int64_t>(state.range(0) / timeout, 1);
  int64_t step = 0;
  auto schedule = [&] {
    auto& id = ids[static_cast<size_t>(step % state.range(0))];
    wheel.cancel(id);
    id = wheel.schedule(start + step++ / per_ms + timeout, 0);
  };
  while (step < state.range(0))
    schedule();
  for (auto _ : state) {
    schedule();
    benchmark::DoNotOptimize(wheel.next_wakeup());
    if (step % per_ms == 0)
      wheel.advance(start + step / per_ms - timeout, [](timer_id, uint64_t) {});
  }
}
BENCHMARK(timeouts_cancelled_in_their_order)->Arg(1000)->Arg(1'000'000);

} // namespace
