// The timer wheel with a million timers pending. Figures are printed, not asserted.
#include "actors/logic/timer_wheel.hpp"

#include <benchmark/benchmark.h>

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

void next_wakeup(benchmark::State& state) {
  crowd c{state.range(0)};
  for (auto _ : state)
    benchmark::DoNotOptimize(c.wheel.next_wakeup());
}
BENCHMARK(next_wakeup)->Arg(1'000'000);

} // namespace
