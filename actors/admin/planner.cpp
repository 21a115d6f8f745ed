#include "actors/admin/planner.hpp"

#include "actors/logic/forecast.hpp"
#include "actors/logic/rehearsal.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace takt {

namespace {

using namespace std::chrono_literals;

/// Jobs of one reading transaction.
constexpr uint32_t jobs_per_page = 1000;

/// Past runs that a job's duration is taken from, and what it is without any.
constexpr uint32_t past_runs_max = 20;
constexpr millis duration_default = 1s;

/// What ask::forecast means when nothing is said.
constexpr millis forecast_stretch = 24h;

failure bad(std::string why) {
  return {errc::bad_field, std::move(why)};
}

/// Calls f(job, schedule) for each job that will be due.
template <class F>
result<void> for_each_due_job(store_reader& rows, const almanac_ptr& by, F&& f) {
  page_request page{1, jobs_per_page};
  for (;; ++page.page) {
    auto jobs = rows.list_jobs(page);
    if (!jobs)
      return jobs.failure();
    for (const auto& j : jobs->rows) {
      if (j.paused || !j.next_due)
        continue;
      if (auto when = schedule::of(j, by))
        if (auto ok = f(j, *when); !ok)
          return ok;
    }
    if (jobs->rows.size() < page.size)
      return done{};
  }
}

result<millis> usual_duration(store_reader& rows, const job_id& id) {
  auto past = rows.recent_durations(id, past_runs_max);
  if (!past)
    return past.failure();
  if (past->empty())
    return duration_default;
  auto middle = past->begin() + static_cast<ptrdiff_t>(past->size() / 2);
  std::nth_element(past->begin(), middle, past->end());
  return *middle;
}

template <class Report>
result<desk_reply> as_reply(result<Report> report) {
  if (!report)
    return report.failure();
  return desk_reply{*std::move(report)};
}

} // namespace

planner::planner(
  interface::pointer self, std::shared_ptr<store_reader> rows, almanac_ptr edition,
  const clock* time)
  : self_(self), rows_(std::move(rows)), almanac_(std::move(edition)), time_(time) {
  assert(rows_ && almanac_ && time_);
}

planner::interface::behavior_type planner::make_behavior() {
  return {
    [this](const read_question& m) {
      auto now = time_->wall();
      result<desk_reply> outcome = failure{errc::internal, "not a question for the planner"};
      if (auto* f = std::get_if<ask::forecast>(&m.question))
        outcome = as_reply(forecast_of(*rows_, almanac_, *f, now));
      else if (auto* r = std::get_if<ask::rehearse>(&m.question))
        outcome = as_reply(rehearsal_of(*rows_, almanac_, *r, now));
      return read_answer{m.ticket, std::move(outcome)};
    },
    [this](const almanac_here& m) { almanac_ = m.edition; },
  };
}

result<forecast_report>
forecast_of(store_reader& rows, const almanac_ptr& by, const ask::forecast& q, wall_time now) {
  auto from = q.from ? *q.from : q.to && *q.to <= now ? *q.to - forecast_stretch : now;
  auto to = q.to.value_or(from + forecast_stretch);
  if (to <= from)
    return bad("to: must be later than from");
  if (to - from > forecast_stretch_max)
    return bad(
      "to: is more than " + std::to_string(forecast_stretch_max.count()) + " days after from");
  if (q.step < 1ms)
    return bad("step: must be more than 0");
  auto steps = (to - from + q.step - 1ms) / q.step;
  if (steps > limits::forecast_steps_max)
    return bad(
      "step: is so short that there are " + std::to_string(steps) + " of them; at most "
      + std::to_string(limits::forecast_steps_max) + " are counted");
  forecast sum{from, to, q.step};
  auto add = [&sum](const job& j, const schedule& when) {
    sum.add(j, when);
    return result<void>{};
  };
  if (auto ok = for_each_due_job(rows, by, add); !ok)
    return ok.failure();
  return sum.report();
}

result<rehearsal_report>
rehearsal_of(store_reader& rows, const almanac_ptr& by, const ask::rehearse& q, wall_time now) {
  if (q.days < 1 || q.slots < 1)
    return bad("days and slots: must be more than 0");
  auto to = now + std::chrono::days{q.days};
  std::vector<rehearsed_job> jobs;
  auto add = [&](const job& j, const schedule& when) -> result<void> {
    if (*j.next_due >= to)
      return {};
    auto duration = usual_duration(rows, j.id);
    if (!duration)
      return duration.failure();
    jobs.push_back({j.name, when, *j.next_due, j.overlap, *duration});
    return {};
  };
  if (auto ok = for_each_due_job(rows, by, add); !ok)
    return ok.failure();
  return rehearse(std::move(jobs), now, to, q.slots);
}

} // namespace takt
