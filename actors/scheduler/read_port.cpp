#include "actors/scheduler/read_port.hpp"

#include <utility>

namespace takt {

namespace {

/// Jobs that one look into the store may bring; the rest comes with the next page.
constexpr uint32_t jobs_per_page = 1000;

template <class T>
result<desk_reply> as_reply(result<T> found) {
  if (!found)
    return found.failure();
  return desk_reply{std::move(*found)};
}

struct reading {
  store_reader& rows;

  result<desk_reply> operator()(const ask::get_job& q) { return as_reply(rows.find_job(q.id)); }
  result<desk_reply> operator()(const ask::list_jobs& q) {
    return as_reply(rows.list_jobs(q.page));
  }
  result<desk_reply> operator()(const ask::list_runs& q) {
    return as_reply(rows.list_runs(q.job, q.page));
  }
  result<desk_reply> operator()(const ask::list_executors&) {
    return as_reply(rows.list_executors());
  }
  result<desk_reply> operator()(const ask::list_task_types&) {
    return as_reply(rows.known_task_types());
  }
  result<desk_reply> operator()(const ask::get_run& q) {
    auto run = rows.find_run(q.id);
    if (!run)
      return run.failure();
    auto attempts = rows.list_attempts(q.id);
    if (!attempts)
      return attempts.failure();
    return desk_reply{run_detail{std::move(*run), std::move(*attempts)}};
  }
  template <class Writing>
  result<desk_reply> operator()(const Writing&) {
    return failure{errc::internal, "not a reading question"};
  }
};

result<std::optional<store_reader::almanac_rows>>
almanac_unless(store_reader& rows, uint64_t known) {
  auto revision = rows.almanac_revision();
  if (!revision)
    return revision.failure();
  if (*revision == known)
    return std::optional<store_reader::almanac_rows>{};
  auto found = rows.almanac();
  if (!found)
    return found.failure();
  return std::optional{*std::move(found)};
}

account_found account_from(store_reader& rows, const find_account& m) {
  account_found out{m.ticket, rows.find_job(m.id), page_of<run>{}, store_reader::ledger_place{}};
  if (!out.definition)
    return out;
  if (m.at)
    out.place = rows.find_due(m.id, *m.at);
  else
    out.rows = rows.list_ledger(m.id, m.from, m.to, m.page);
  return out;
}

} // namespace

result<desk_reply> answer_from(store_reader& rows, const desk_question& question) {
  return std::visit(reading{rows}, question);
}

read_port::read_port(interface::pointer self, std::shared_ptr<store_reader> rows)
  : self_(self), rows_(std::move(rows)) {
  // nop
}

read_port::interface::behavior_type read_port::make_behavior() {
  return {
    [this](const find_jobs_due& m) {
      return jobs_found_due{m, rows_->jobs_due(m.shards, m.until, jobs_per_page, m.after)};
    },
    [this](const find_job& m) {
      return job_found{m.id, rows_->find_job(m.id)};
    },
    [this](const find_open_runs& m) {
      std::vector<shard_no> shards;
      for (const auto& g : m.grants)
        shards.push_back(g.shard);
      return open_runs_found{
        m.grants, rows_->ready_runs(shards, limits::ready_window_max), rows_->in_flight(shards)};
    },
    [this](const find_ready_runs& m) {
      auto total = rows_->count_ready(m.shards);
      return ready_runs_found{rows_->ready_runs(m.shards, m.max), total ? *total : 0};
    },
    [this](const find_jobs_planned_otherwise& m) {
      return jobs_planned_otherwise_found{
        m,
        rows_->jobs_planned_otherwise(
          m.shards, m.by->zones->version(), m.by->revision, m.after, jobs_per_page)};
    },
    [this](const find_almanac& m) { return almanac_found{almanac_unless(*rows_, m.known)}; },
    [this](const find_account& m) { return account_from(*rows_, m); },
    [this](const read_question& m) {
      return read_answer{m.ticket, answer_from(*rows_, m.question)};
    },
  };
}

} // namespace takt
