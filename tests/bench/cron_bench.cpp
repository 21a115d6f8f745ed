// cron::next() and cron::parse(), in UTC. Figures are printed, not asserted.
#include "actors/logic/cron.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <vector>

using namespace takt;

namespace {

constexpr wall_time start = wall_from_ms(1'700'000'000'000);

constexpr std::array<const char*, 10> ordinary = {
  "*/5 * * * *",    "0 * * * *",     "0 3 * * *",      "30 2 * * MON-FRI", "0 0 1 * *",
  "*/30 * * * * *", "15 6-20 * * *", "0 0 12 ? * SUN", "0 9,18 1-7 * *",   "0 0 1 JAN *"};

void follow(benchmark::State& state, const char* expression) {
  auto c = *cron::parse(expression);
  auto t = start;
  for (auto _ : state) {
    auto due = c.next(t);
    t = due ? *due : start;
  }
}
BENCHMARK_CAPTURE(follow, every_second, "* * * * * *");
BENCHMARK_CAPTURE(follow, every_5_minutes, "*/5 * * * *");
BENCHMARK_CAPTURE(follow, nightly, "0 3 * * *");
BENCHMARK_CAPTURE(follow, day_or_weekday, "0 0 13 * 5");
BENCHMARK_CAPTURE(follow, leap_days, "0 0 29 2 *");

void mix_of_ten(benchmark::State& state) {
  std::vector<cron> all;
  for (auto* text : ordinary)
    all.push_back(*cron::parse(text));
  std::vector<wall_time> at(all.size(), start);
  size_t i = 0;
  for (auto _ : state) {
    at[i] = *all[i].next(at[i]);
    i = i + 1 == all.size() ? 0 : i + 1;
    if (at[i] > start + std::chrono::years{100})
      at[i] = start;
  }
}
BENCHMARK(mix_of_ten);

void parse(benchmark::State& state, const char* expression) {
  for (auto _ : state)
    benchmark::DoNotOptimize(cron::parse(expression));
}
BENCHMARK_CAPTURE(parse, ordinary, "30 2 * * MON-FRI");
BENCHMARK_CAPTURE(parse, never, "0 0 30 2 *");

} // namespace
