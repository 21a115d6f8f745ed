#include "actors/logic/forecast.hpp"

#include "actors/logic/due_walk.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace takt {

namespace {

using namespace std::chrono_literals;

/// Beyond these the search for the herd gives up the end of the stretch: seconds of work, and some
/// 50 MB.
constexpr uint64_t seen_fires_max = 4'000'000;
constexpr size_t seconds_max = 400'000;

constexpr std::array<millis, 9> jitters = {1s, 5s, 10s, 30s, 1min, 5min, 15min, 30min, 1h};

/// How many more dues may become runs.
uint64_t runs_left(const job& j) {
  if (j.max_runs == 0)
    return std::numeric_limits<uint64_t>::max();
  return j.max_runs - std::min(j.max_runs, j.fired_runs);
}

/// A job's fires from an instant on, and how many of them may become runs.
struct fires {
  due_walk walk;
  uint64_t left;

  bool goes_on(wall_time until) const { return left > 0 && walk.at() && *walk.at() < until; }
};

/// Those before `from` that jitter may carry into it included.
fires fires_of(const job& j, const schedule& when, wall_time from) {
  from -= millis{j.jitter_ms};
  if (*j.next_due >= from || when.fixed_delay() != 0ms)
    return {{when, j.next_due}, runs_left(j)};
  if (j.max_runs == 0)
    return {{when, when.next(from - 1ms)}, runs_left(j)};
  // What runs until then counts.
  fires out{{when, j.next_due}, runs_left(j)};
  out.left -= std::min(out.left, out.walk.take_until(from - 1ms));
  return out;
}

int64_t flattening_jitter(uint64_t fires, double average_per_second) {
  auto bearable = std::max(average_per_second * 2, 10.0);
  if (static_cast<double>(fires) <= bearable)
    return 0;
  for (auto jitter : jitters)
    if (static_cast<double>(fires) / (static_cast<double>(jitter.count()) / 1000) <= bearable)
      return jitter.count();
  return jitters.back().count();
}

} // namespace

forecast::forecast(wall_time from, wall_time to, millis step)
  : from_(from), to_(to), seen_until_(to) {
  assert(step > 0ms && from < to);
  sum_.from = from;
  sum_.step = step;
  sum_.counts.resize(static_cast<size_t>((to - from - 1ms) / step + 1));
}

void forecast::add(const job& j, const schedule& when) {
  if (j.paused || !j.next_due || runs_left(j) == 0)
    return;
  ++sum_.jobs;
  count_in_steps(j, when);
  look_for_herd(j, when);
}

void forecast::count_in_steps(const job& j, const schedule& when) {
  auto [walk, left] = fires_of(j, when, from_);
  // By a name of its own: clang 14 captures no structured binding.
  auto take = [&runs = left, this](wall_time at, uint64_t n) {
    n = std::min(n, runs);
    runs -= n;
    if (at < from_ || at >= to_)
      return;
    sum_.counts[static_cast<size_t>((at - from_) / sum_.step)] += n;
    sum_.total += n;
  };
  auto is_delay = when.fixed_delay() != 0ms;
  while (walk.at() && *walk.at() < to_ && left > 0) {
    auto due = *walk.at();
    if (j.jitter_ms != 0 || is_delay || due < from_) {
      take(when.fires_at(due), 1);
      if (is_delay)
        return;
      walk.advance();
      continue;
    }
    // Without jitter a step's dues are counted at once, and steps without any passed over.
    auto end = std::min(from_ + ((due - from_) / sum_.step + 1) * sum_.step, to_);
    take(due, walk.take_until(end - 1ms));
  }
}

void forecast::look_for_herd(const job& j, const schedule& when) {
  auto name = static_cast<uint32_t>(names_.size());
  for (auto f = fires_of(j, when, from_); f.goes_on(seen_until_); f.walk.advance()) {
    --f.left;
    auto at = when.fires_at(*f.walk.at());
    if (from_ <= at && at < seen_until_) {
      auto& s = seconds_[std::chrono::floor<std::chrono::seconds>(at)];
      ++s.count;
      if (s.named < s.jobs.size() && (s.named == 0 || s.jobs[s.named - 1] != name))
        s.jobs[s.named++] = name;
      if (name == names_.size())
        names_.push_back(j.name);
      if (++seen_fires_ > seen_fires_max || seconds_.size() > seconds_max)
        give_up_the_end();
    }
    if (when.fixed_delay() != 0ms)
      return;
  }
}

/// The second half of what was seen is forgotten, but never all of it.
void forecast::give_up_the_end() {
  wall_time half = std::chrono::floor<std::chrono::seconds>(from_ + (seen_until_ - from_) / 2);
  if (half <= from_) {
    seen_fires_ = 0; // a second is left: it is counted to its end
    return;
  }
  seen_until_ = half;
  seconds_.erase(seconds_.lower_bound(half), seconds_.end());
  seen_fires_ = 0;
  for (const auto& entry : seconds_)
    seen_fires_ += entry.second.count;
}

forecast_report forecast::report() const {
  auto out = sum_;
  out.worst.seen_until = seen_until_;
  auto worst = std::ranges::max_element(
    seconds_, [](const auto& a, const auto& b) { return a.second.count < b.second.count; });
  if (worst == seconds_.end())
    return out;
  const auto& [at, s] = *worst;
  out.worst.at = at;
  out.worst.count = s.count;
  for (size_t i = 0; i < s.named; ++i)
    out.worst.jobs.push_back(names_[s.jobs[i]]);
  auto seconds = static_cast<double>((to_ - from_).count()) / 1000;
  out.worst.suggested_jitter_ms =
    flattening_jitter(s.count, static_cast<double>(out.total) / seconds);
  return out;
}

} // namespace takt
