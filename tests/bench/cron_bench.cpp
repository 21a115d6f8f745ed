// cron::next(), count(), last() and parse(), in UTC and in a zone with summer time. Figures are
// printed, not asserted.
#include "actors/logic/cron.hpp"
#include "tests/support/tzif_file.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <vector>

using namespace takt;

namespace {

constexpr wall_time start = wall_from_ms(1'700'000'000'000);

constexpr std::array<const char*, 10> ordinary = {
  "*/5 * * * *",    "0 * * * *",     "0 3 * * *",      "30 2 * * MON-FRI", "0 0 1 * *",
  "*/30 * * * * *", "15 6-20 * * *", "0 0 12 ? * SUN", "0 9,18 1-7 * *",   "0 0 1 JAN *"};

std::shared_ptr<const zone> new_york() {
  static const auto made = *zone::parse("America/New_York", test::zoneinfo("America/New_York"));
  return made;
}

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
BENCHMARK_CAPTURE(follow, fifth_mondays, "0 0 * * MON#5");
BENCHMARK_CAPTURE(follow, leap_mondays, "0 0 29 2 +MON");
BENCHMARK_CAPTURE(follow, leap_day_of_2196, "0 0 0 29 2 ? 2196");

void follow_in_new_york(benchmark::State& state, const char* expression, dst_policy dst) {
  auto c = *cron::parse(expression);
  auto in = new_york();
  auto t = start;
  for (auto _ : state) {
    auto due = c.next(t, *in, dst);
    t = due ? *due : start;
  }
}
BENCHMARK_CAPTURE(follow_in_new_york, every_second, "* * * * * *", dst_policy::vixie);
BENCHMARK_CAPTURE(follow_in_new_york, every_5_minutes, "*/5 * * * *", dst_policy::vixie);
BENCHMARK_CAPTURE(follow_in_new_york, nightly, "30 2 * * *", dst_policy::vixie);
BENCHMARK_CAPTURE(follow_in_new_york, leap_days, "0 0 29 2 *", dst_policy::vixie);
BENCHMARK_CAPTURE(follow_in_new_york, fifth_mondays, "0 0 * * MON#5", dst_policy::vixie);
BENCHMARK_CAPTURE(follow_in_new_york, leap_day_of_2196, "0 0 0 29 2 ? 2196", dst_policy::vixie);
BENCHMARK_CAPTURE(follow_in_new_york, gaps_only, "30 2 8-14 3 +SUN", dst_policy::skip);

/// next(c, t) over ten ordinary expressions in turn, for a hundred years.
template <class Next>
void mix(benchmark::State& state, Next next) {
  std::vector<cron> all;
  for (auto* text : ordinary)
    all.push_back(*cron::parse(text));
  std::vector<wall_time> at(all.size(), start);
  size_t i = 0;
  for (auto _ : state) {
    at[i] = *next(all[i], at[i]);
    i = i + 1 == all.size() ? 0 : i + 1;
    if (at[i] > start + std::chrono::years{100})
      at[i] = start;
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()));
}

void mix_of_ten(benchmark::State& state) {
  mix(state, [](const cron& c, wall_time t) { return c.next(t); });
}
BENCHMARK(mix_of_ten);

void mix_of_ten_in_new_york(benchmark::State& state) {
  auto in = new_york();
  mix(state, [&](const cron& c, wall_time t) { return c.next(t, *in, dst_policy::vixie); });
}
BENCHMARK(mix_of_ten_in_new_york);

void count_a_year(benchmark::State& state, const char* expression) {
  auto c = *cron::parse(expression);
  auto in = new_york();
  for (auto _ : state)
    benchmark::DoNotOptimize(c.count(start, start + std::chrono::years{1}, *in, dst_policy::vixie));
}
BENCHMARK_CAPTURE(count_a_year, every_second, "* * * * * *");
BENCHMARK_CAPTURE(count_a_year, nightly, "30 2 * * *");

void last_of_a_year(benchmark::State& state, const char* expression) {
  auto c = *cron::parse(expression);
  auto in = new_york();
  auto end = start + std::chrono::years{1};
  for (auto _ : state)
    benchmark::DoNotOptimize(c.last(start, end, *in, dst_policy::vixie));
}
BENCHMARK_CAPTURE(last_of_a_year, every_second, "* * * * * *");
BENCHMARK_CAPTURE(last_of_a_year, nightly, "30 2 * * *");

void parse(benchmark::State& state, const char* expression) {
  for (auto _ : state)
    benchmark::DoNotOptimize(cron::parse(expression));
}
BENCHMARK_CAPTURE(parse, ordinary, "30 2 * * MON-FRI");
BENCHMARK_CAPTURE(parse, all_constructs, "0 H/15 9-17 1,15W,L JAN-JUN +MON#2,FRIL 2030/2");
BENCHMARK_CAPTURE(parse, never, "0 0 30 2 *");
BENCHMARK_CAPTURE(parse, never_together, "0 0 1-7 * +MON#2");

} // namespace
