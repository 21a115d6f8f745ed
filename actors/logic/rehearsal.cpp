#include "actors/logic/rehearsal.hpp"

#include "actors/logic/due_walk.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <deque>
#include <functional>
#include <queue>

namespace takt {

namespace {

using namespace std::chrono_literals;

constexpr size_t overlapping_max = 100;

/// Counts of spans to within 2 %: 64 steps between a power of two and the next.
class span_histogram {
public:
  void add(millis span) {
    auto ms = static_cast<uint64_t>(std::max<int64_t>(span.count(), 0));
    ++counts_[place_of(ms)];
    ++total_;
    max_ = std::max(max_, ms);
  }

  millis max() const { return millis{max_}; }

  /// The smallest step that so many hundredths of all spans do not pass.
  millis percentile(uint64_t hundredths) const {
    auto wanted = (total_ * hundredths + 99) / 100;
    uint64_t seen = 0;
    for (size_t i = 0; i < counts_.size() && total_ > 0; ++i)
      if (seen += counts_[i]; seen >= wanted)
        return millis{std::min(end_of(i), max_)};
    return millis{0};
  }

private:
  static size_t place_of(uint64_t ms) {
    if (ms < 64)
      return ms;
    auto shift = std::bit_width(ms) - 7; // leaves 64 … 127
    return static_cast<size_t>(shift) * 64 + (ms >> shift);
  }
  static uint64_t end_of(size_t place) {
    if (place < 128)
      return place;
    auto shift = place / 64 - 1;
    return ((place - shift * 64 + 1) << shift) - 1;
  }

  std::array<uint64_t, 64 * 60> counts_{};
  uint64_t total_ = 0;
  uint64_t max_ = 0;
};

/// A run that waits.
struct waiting_run {
  wall_time fired{};
  uint64_t number = 0; ///< in firing order
  uint32_t job = 0;

  bool operator>(const waiting_run& o) const { return number > o.number; }
};

/// A run in a slot.
struct running_run {
  uint64_t number = 0;
  wall_time ends{};
};

struct fire_event {
  wall_time at{};
  uint32_t job = 0;

  bool operator>(const fire_event& o) const { return at != o.at ? at > o.at : job > o.job; }
};

struct end_event {
  wall_time at{};
  uint64_t number = 0;
  uint32_t job = 0;

  bool operator>(const end_event& o) const { return at != o.at ? at > o.at : number > o.number; }
};

template <class T>
using earliest_first = std::priority_queue<T, std::vector<T>, std::greater<>>;

/// Where a job stands.
struct played_job {
  explicit played_job(due_walk w) : walk(std::move(w)) {}

  due_walk walk;
  std::vector<running_run> running{};
  /// Waiting for runs of their own job to end.
  std::deque<waiting_run> behind{};
  /// Waiting for a slot; the stage has them. Those numbered below first_valid are canceled.
  uint32_t ready = 0;
  uint64_t first_valid = 0;
  uint64_t overlaps = 0;

  size_t unfinished() const { return running.size() + behind.size() + ready; }
};

class stage {
public:
  stage(std::vector<rehearsed_job> jobs, wall_time from, wall_time to, uint32_t slots)
    : jobs_(std::move(jobs)), from_(from), until_(to), free_(slots) {
    out_.from = from;
    out_.to = to;
    out_.slots = slots;
    played_.reserve(jobs_.size());
    for (uint32_t i = 0; i < jobs_.size(); ++i) {
      const auto& j = jobs_[i];
      if (j.when.fixed_delay() != 0ms) {
        played_.emplace_back(due_walk{j.when, std::nullopt});
        plan_delayed(i, std::max(j.next_due, from));
        continue;
      }
      // What is late when the play begins is not part of it.
      played_.emplace_back(
        due_walk{j.when, j.next_due < from ? j.when.next(from - 1ms) : std::optional{j.next_due}});
      plan_fire(i);
    }
  }

  rehearsal_report play() {
    while (!fires_.empty() || !ends_.empty()) {
      // At one instant ends come first: their slots are free for what fires then.
      if (fires_.empty() || (!ends_.empty() && ends_.top().at <= fires_.top().at))
        on_end();
      else
        on_fire();
      start_what_can();
      if (ready_count_ > out_.peak_queue) {
        out_.peak_queue = ready_count_;
        out_.peak_at = now_;
      }
    }
    return report();
  }

private:
  void plan_fire(uint32_t i) {
    const auto& due = played_[i].walk.at();
    if (due && *due < until_)
      fires_.push({jobs_[i].when.fires_at(*due), i});
  }

  /// A fixed delay's due; one that may not run comes again after the delay.
  void plan_delayed(uint32_t i, std::optional<wall_time> due) {
    const auto& when = jobs_[i].when;
    while (due && *due < until_) {
      auto v = when.judge(*due);
      if (v.runs) {
        fires_.push({when.fires_at(*due), i});
        return;
      }
      auto times = (std::min(v.until, until_) - *due - 1ms) / when.fixed_delay() + 1;
      out_.skipped += static_cast<uint64_t>(times);
      due = when.delayed(*due + (times - 1) * when.fixed_delay());
    }
  }

  void on_fire() {
    auto event = fires_.top();
    now_ = event.at;
    if (fired_ == limits::rehearsed_fires_max)
      return cut(event.at);
    fires_.pop();
    arrive(event.job, event.at);
    // A fixed delay is planned when its run ends.
    if (jobs_[event.job].when.fixed_delay() == 0ms) {
      played_[event.job].walk.advance();
      plan_fire(event.job);
    }
  }

  /// Nothing fires from here on; what waits and runs is played to its end.
  void cut(wall_time at) {
    out_.cut_at = at;
    fires_ = {};
    for (const auto& p : played_)
      for (const auto& r : p.running)
        busy_ -= within(at, r.ends);
    until_ = at;
  }

  /// store.hpp, fire: what becomes of a due that comes while the job has unfinished runs.
  void arrive(uint32_t i, wall_time at) {
    auto& p = played_[i];
    waiting_run run{at, fired_++, i};
    auto unfinished = p.unfinished();
    p.overlaps += unfinished > 0;
    auto overlap = jobs_[i].overlap;
    auto most = overlap == overlap_policy::skip ? 1
      : overlap == overlap_policy::buffer_one   ? 2
                                                : limits::queued_runs_per_job_max;
    if (overlap == overlap_policy::cancel_running) {
      cancel_all(p, at);
    } else if (unfinished >= most) {
      ++out_.skipped;
      return;
    }
    if (overlap != overlap_policy::allow && p.unfinished() > 0)
      p.behind.push_back(run);
    else
      make_ready(p, run);
  }

  void make_ready(played_job& p, const waiting_run& run) {
    ready_.push(run);
    ++p.ready;
    ++ready_count_;
  }

  /// Those that wait are gone at once, and those that run give their slots back at once.
  void cancel_all(played_job& p, wall_time at) {
    p.behind.clear();
    ready_count_ -= p.ready;
    p.ready = 0;
    p.first_valid = fired_ - 1;
    for (const auto& r : p.running) {
      busy_ -= within(at, r.ends);
      ++free_;
    }
    p.running.clear();
  }

  void on_end() {
    auto event = ends_.top();
    ends_.pop();
    auto& p = played_[event.job];
    auto it = std::ranges::find(p.running, event.number, &running_run::number);
    if (it == p.running.end())
      return; // canceled before
    now_ = event.at;
    p.running.erase(it);
    ++free_;
    if (!p.behind.empty()) {
      make_ready(p, p.behind.front());
      p.behind.pop_front();
    }
    const auto& when = jobs_[event.job].when;
    if (when.fixed_delay() != 0ms)
      plan_delayed(event.job, when.delayed(event.at));
  }

  void start_what_can() {
    while (free_ > 0 && !ready_.empty()) {
      auto run = ready_.top();
      ready_.pop();
      auto& p = played_[run.job];
      if (run.number < p.first_valid)
        continue;
      --p.ready;
      --ready_count_;
      --free_;
      auto ends = now_ + std::max(jobs_[run.job].duration, 0ms);
      busy_ += within(now_, ends);
      p.running.push_back({run.number, ends});
      ends_.push({ends, run.number, run.job});
      lateness_.add(now_ - run.fired);
      ++out_.runs;
    }
  }

  /// How much of [begin, end) lies in the rehearsed stretch.
  millis within(wall_time begin, wall_time end) const {
    return std::max(std::min(end, until_) - std::max(begin, from_), 0ms);
  }

  rehearsal_report report() {
    out_.lateness_p50 = lateness_.percentile(50);
    out_.lateness_p99 = lateness_.percentile(99);
    out_.lateness_max = lateness_.max();
    auto slot_time = static_cast<double>((until_ - from_).count()) * out_.slots;
    if (slot_time > 0)
      out_.busy_percent = 100 * static_cast<double>(busy_.count()) / slot_time;
    for (size_t i = 0; i < jobs_.size(); ++i) {
      out_.skipped += played_[i].walk.excluded();
      if (played_[i].overlaps > 0)
        out_.overlapping.push_back({jobs_[i].name, played_[i].overlaps, jobs_[i].duration});
    }
    std::ranges::sort(out_.overlapping, [](const auto& a, const auto& b) {
      return a.times != b.times ? a.times > b.times : a.name < b.name;
    });
    if (out_.overlapping.size() > overlapping_max)
      out_.overlapping.resize(overlapping_max);
    return std::move(out_);
  }

  std::vector<rehearsed_job> jobs_;
  wall_time from_;
  wall_time until_;
  uint64_t free_; ///< slots
  wall_time now_{};
  std::vector<played_job> played_{}; ///< one per job
  earliest_first<fire_event> fires_{};
  earliest_first<end_event> ends_{};
  earliest_first<waiting_run> ready_{};
  uint64_t ready_count_ = 0;
  uint64_t fired_ = 0;
  millis busy_{};
  span_histogram lateness_{};
  rehearsal_report out_{};
};

} // namespace

rehearsal_report
rehearse(std::vector<rehearsed_job> jobs, wall_time from, wall_time to, uint32_t slots) {
  assert(from < to && slots > 0);
  return stage{std::move(jobs), from, to, slots}.play();
}

} // namespace takt
