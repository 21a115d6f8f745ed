#include "tests/sim/sim_oracle.hpp"

#include "actors/logic/schedule.hpp"
#include "proto/rfc3339.hpp"
#include "tests/support/cron_oracle.hpp"
#include "tests/support/glibc_zone.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace takt::sim {

namespace {

using namespace std::chrono_literals;

/// A node that drives is never this far behind when all is quiet.
constexpr millis settled = 30min;
/// Troubles begin and end while something is on its way.
constexpr millis slack = 2min;

class judgement {
public:
  judgement(sim_world& world, uint64_t one_in) : world_(world), sample_one_in_(one_in) {}

  sim_findings all() {
    for (size_t n = 0; n < world_.jobs().size(); ++n)
      judge_job(n);
    for (const auto& e : world_.errors())
      if (!e.ends_with("injected"))
        fault("logged as an error: " + e);
    return std::move(out_);
  }

private:
  void fault(const std::string& what) {
    ++out_.faults_in_all;
    if (out_.faults.size() < findings_max)
      out_.faults.push_back(what);
  }

  void judge_job(size_t n) {
    auto found = world_.reader().find_job(world_.jobs()[n]);
    if (!found)
      return fault(world_.jobs().size() > n ? found.failure().message() : "no job");
    job_ = *std::move(found);
    auto when = schedule::of(job_, world_.almanac_now());
    if (!when)
      return fault(job_.name + ": " + when.failure().message());
    when_ = *std::move(when);
    read_rows();
    if (job_.fixed_delay_ms() > 0)
      check_delays();
    else
      check_account();
    for (const auto& r : rows_)
      check_row(r);
    check_end();
    if (n % sample_one_in_ == 0)
      recompute();
  }

  std::string at(wall_time t) const { return job_.name + " at " + to_rfc3339(t); }

  void read_rows() {
    rows_.clear();
    constexpr uint32_t size = limits::ledger_page_size_max;
    for (uint32_t page = 1;; ++page) {
      auto got = world_.reader().list_ledger(
        job_.id, world_.begun_at() - 24h, world_.now() + 24h * 4000, {page, size});
      if (!got)
        return fault(job_.name + ": " + got.failure().message());
      rows_.insert(rows_.end(), got->rows.begin(), got->rows.end());
      if (rows_.size() >= got->total || got->rows.empty())
        break;
    }
    out_.rows += rows_.size();
    for (const auto& r : rows_)
      out_.dues += r.count;
  }

  /// In order, gapless, counted: by the schedule itself, which the sample checks in turn.
  void check_account() {
    auto due = first_due(job_without_end(), job_.created_at, world_.almanac_now());
    auto next = due ? *due : std::nullopt;
    for (const auto& r : rows_) {
      if (!next || r.due != *next)
        return fault(
          at(r.due) + ": the next row after the last should be of "
          + (next ? to_rfc3339(*next) : "nothing"));
      if (r.count != when_.count(r.due, r.due_last))
        fault(at(r.due) + ": a row counts " + std::to_string(r.count) + " dues wrongly");
      next = when_.next(r.due_last);
    }
    auto ended = job_.max_runs != 0 && job_.fired_runs >= job_.max_runs;
    if (ended ? job_.next_due.has_value() : job_.next_due != next)
      fault(
        job_.name + ": next_due is " + (job_.next_due ? to_rfc3339(*job_.next_due) : "none")
        + ", not " + (ended || !next ? "none" : to_rfc3339(*next)));
  }

  /// first_due() gives nothing for a job whose max_runs are used up.
  job job_without_end() const {
    auto j = job_;
    j.fired_runs = 0;
    return j;
  }

  void check_delays() {
    for (size_t i = 1; i < rows_.size(); ++i) {
      const auto& before = rows_[i - 1];
      auto delay = millis{job_.fixed_delay_ms()};
      if (before.state >= run_state::skipped || order_unknown(before.due, rows_[i].due))
        continue;
      if (before.ended_at && rows_[i].due < *before.ended_at + delay)
        fault(at(rows_[i].due) + ": sooner than its delay after the last run's end");
    }
    auto unfinished = !rows_.empty() && is_unfinished(rows_.back().state);
    auto ended = job_.max_runs != 0 && job_.fired_runs >= job_.max_runs;
    auto over = job_.end_at && *job_.end_at < world_.now() + millis{job_.fixed_delay_ms()};
    if (!job_.next_due && !unfinished && !ended && !over)
      fault(job_.name + ": a fixed delay that nobody waits for");
  }

  void check_end() {
    if (job_.next_due && *job_.next_due < world_.now() - settled)
      fault(at(*job_.next_due) + ": planned, past, and nobody accounted for it");
    uint64_t ran = 0;
    for (const auto& r : rows_)
      ran += r.state < run_state::skipped ? 1 : 0;
    if (ran != job_.fired_runs)
      fault(
        job_.name + ": fired_runs is " + std::to_string(job_.fired_runs) + ", not "
        + std::to_string(ran));
    if (job_.max_runs != 0 && ran > job_.max_runs)
      fault(job_.name + ": ran more often than max_runs");
  }

  // -- rows -----------------------------------------------------------------------

  void check_row(const run& r) {
    if (!ids_.insert(r.id).second)
      fault(at(r.due) + ": a run's id is used twice");
    if (r.created_at < r.due)
      fault(at(r.due) + ": fired before its due");
    if (r.state == run_state::missed) {
      out_.missed += r.count;
      if (!in_trouble(r))
        fault(at(r.due) + ": MISSED (" + r.reason + ") while nothing was wrong");
      return;
    }
    if (r.state != run_state::skipped) {
      ++out_.ran;
      auto verdict = when_.judge(r.due);
      if (!verdict.runs)
        fault(at(r.due) + ": ran though it is excluded by " + verdict.reason);
      return;
    }
    out_.skipped += r.count;
    if (r.reason == "calendar" || r.reason == "blackout") {
      if (when_.judge(r.due).runs || when_.judge(r.due_last).runs)
        fault(at(r.due) + ": SKIPPED (" + r.reason + ") for no reason");
    } else if (r.reason == "overlap") {
      if (!something_ran_then(r))
        fault(at(r.due) + ": SKIPPED (overlap) though nothing else was unfinished");
    } else if (r.reason != "queue_full") {
      fault(at(r.due) + ": SKIPPED with the reason \"" + r.reason + "\"");
    }
  }

  /// Where the clock was set back, the order of dues is not that in which they came about.
  bool order_unknown(wall_time first, wall_time second) const {
    return std::ranges::any_of(world_.set_backs(), [&](const auto& step) {
      return step.second <= second && first <= step.first;
    });
  }

  /// The reason is that of a trouble around the row; work piles up ("overloaded") in any.
  bool in_trouble(const run& r) const {
    auto jitter = millis{job_.jitter_ms};
    return std::ranges::any_of(world_.troubles(), [&](const trouble& t) {
      auto named = r.reason == to_string(t.cause) || r.reason == "overloaded";
      return named && t.begin - slack - jitter <= r.due && r.due_last <= t.end + slack;
    });
  }

  bool something_ran_then(const run& r) const {
    return std::ranges::any_of(rows_, [&](const run& other) {
      return other.state < run_state::skipped && other.id != r.id
        && other.created_at <= r.created_at && (!other.ended_at || *other.ended_at >= r.created_at);
    });
  }

  // -- second by second -------------------------------------------------------------

  /// Only what is defined without takt's own logic: cron expressions that no calendar moves.
  void recompute() {
    auto moved = !job_.calendars.empty() && job_.on_excluded != excluded_policy::skip;
    auto all_cron = std::ranges::all_of(
      job_.rules, [](const schedule_rule& r) { return r.kind == rule_kind::cron; });
    if (moved || !all_cron || rows_.empty())
      return;
    std::vector<int64_t> expected;
    auto from =
      to_ms(std::max(job_.created_at, job_.start_at.value_or(job_.created_at) - 1ms)) / 1000;
    auto until = to_ms(rows_.back().due_last) / 1000;
    const auto& zone = zone_of(job_.time_zone);
    for (const auto& r : job_.rules) {
      auto oracle = test::cron_oracle::parse(r.cron);
      if (!oracle)
        return fault(job_.name + ": the oracle cannot read " + r.cron);
      for (auto t = oracle->first_target(zone, job_.dst, from, until); t;
           t = oracle->first_target(zone, job_.dst, *t, until))
        expected.push_back(*t);
    }
    std::ranges::sort(expected);
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    ++out_.sampled_jobs;
    out_.sampled_dues += expected.size();
    compare(expected);
  }

  void compare(const std::vector<int64_t>& expected) {
    size_t i = 0;
    for (const auto& r : rows_) {
      for (uint32_t n = 0; n < r.count; ++n, ++i) {
        auto is_right = i < expected.size() && (n > 0 || expected[i] * 1000 == to_ms(r.due))
          && (n + 1 < r.count || expected[i] * 1000 == to_ms(r.due_last));
        if (!is_right)
          return fault(
            at(r.due) + " (" + job_.rules[0].cron + " in " + job_.time_zone
            + "): second by second it should be "
            + (i < expected.size() ? to_rfc3339(wall_from_ms(expected[i] * 1000)) : "nothing"));
      }
    }
    if (i != expected.size())
      fault(job_.name + ": " + std::to_string(expected.size() - i) + " dues have no row");
  }

  const test::glibc_zone& zone_of(const std::string& name) {
    auto found = zones_.find(name);
    if (found == zones_.end())
      found = zones_.emplace(name, test::glibc_zone{name, 2025, 2032}).first;
    return found->second;
  }

  sim_world& world_;
  uint64_t sample_one_in_;
  sim_findings out_{};
  job job_{};
  schedule when_{};
  std::vector<run> rows_{};
  std::set<run_id> ids_{};
  std::map<std::string, test::glibc_zone> zones_{};
};

} // namespace

sim_findings judge(sim_world& world, uint64_t sample_one_in) {
  return judgement{world, sample_one_in}.all();
}

} // namespace takt::sim
