#include "storage/memory_reader.hpp"

#include "storage/memory_store.hpp"
#include "storage/run_rules.hpp"

#include <algorithm>
#include <ranges>
#include <set>

namespace takt {

namespace {

bool holds(const std::vector<shard_no>& shards, const job_id& job) {
  return std::ranges::find(shards, shard_of(job)) != shards.end();
}

/// Calls see(key) for the keys of a page.
template <class Keys, class F>
void visit_page(const Keys& keys, const page_request& page, F&& see) {
  uint64_t first = uint64_t{std::max(page.page, 1U) - 1} * page.size;
  uint64_t n = 0;
  for (const auto& key : keys) {
    if (n >= first + page.size)
      break;
    if (n++ >= first)
      see(key);
  }
}

} // namespace

template <class Base>
cluster_id memory_reads<Base>::cluster() const {
  return rows_->cluster;
}

template <class Base>
result<job> memory_reads<Base>::find_job(const job_id& id) {
  auto* row = rows_->find_live_job(id);
  return row ? result<job>{row->definition} : no_such_job(id);
}

template <class Base>
result<page_of<job>> memory_reads<Base>::list_jobs(const page_request& page) {
  page_of<job> out;
  out.total = rows_->jobs_by_age().size();
  visit_page(rows_->jobs_by_age(), page, [&](const auto& key) {
    out.rows.push_back(rows_->find_job(key.id)->definition);
  });
  return out;
}

template <class Base>
result<std::vector<job>> memory_reads<Base>::jobs_due(
  const std::vector<shard_no>& shards, wall_time until, uint32_t max,
  const std::optional<store_reader::due_cursor>& after) {
  std::vector<job> out;
  const auto& dues = rows_->jobs_by_due();
  auto at = after ? dues.upper_bound({after->due, after->id}) : dues.begin();
  for (; at != dues.end() && at->when <= until && out.size() < max; ++at)
    if (holds(shards, at->id))
      out.push_back(rows_->find_job(at->id)->definition);
  return out;
}

template <class Base>
result<run> memory_reads<Base>::find_run(const run_id& id) {
  auto* row = rows_->find_run(id);
  return row ? result<run>{rows_->view_of(*row)} : no_such_run(id);
}

template <class Base>
result<page_of<run>> memory_reads<Base>::list_runs(const job_id& job, const page_request& page) {
  page_of<run> out;
  const auto& oldest_first = rows_->runs_of(job);
  out.total = oldest_first.size();
  visit_page(std::views::reverse(oldest_first), page, [&](const auto& key) {
    out.rows.push_back(rows_->view_of(*rows_->find_run(key.id)));
  });
  return out;
}

template <class Base>
result<std::vector<attempt>> memory_reads<Base>::list_attempts(const run_id& run) {
  auto* row = rows_->find_run(run);
  return row ? row->attempts : std::vector<attempt>{};
}

template <class Base>
result<std::vector<ready_run>>
memory_reads<Base>::ready_runs(const std::vector<shard_no>& shards, uint32_t max) {
  std::vector<ready_run> out;
  for (const auto& key : rows_->pending()) {
    if (out.size() >= max)
      break;
    const auto& r = rows_->find_run(key.id)->row;
    if (!holds(shards, r.job))
      continue;
    const auto& j = rows_->find_job(r.job)->definition;
    out.push_back(
      {r.id, r.job, shard_of(r.job), r.attempt, r.due, r.not_before, j.task_type, j.executor});
  }
  return out;
}

template <class Base>
result<std::vector<assignment>> memory_reads<Base>::in_flight(const std::vector<shard_no>& shards) {
  std::vector<assignment> out;
  for (const auto& key : rows_->in_flight()) {
    const auto* found = rows_->find_run(key.id);
    if (holds(shards, found->row.job))
      out.push_back(make_assignment(
        rows_->find_job(found->row.job)->definition, found->row,
        found->attempts[found->row.attempt - 1]));
  }
  return out;
}

template <class Base>
result<uint64_t> memory_reads<Base>::count_ready(const std::vector<shard_no>& shards) {
  return static_cast<uint64_t>(std::ranges::count_if(rows_->pending(), [&](const auto& key) {
    return holds(shards, rows_->find_run(key.id)->row.job);
  }));
}

template <class Base>
result<std::vector<executor>> memory_reads<Base>::list_executors() {
  std::vector<executor> out;
  for (const auto& [id, row] : rows_->executors)
    out.push_back(row);
  return out;
}

template <class Base>
result<std::vector<std::string>> memory_reads<Base>::known_task_types() {
  std::set<std::string> types;
  for (const auto& [id, row] : rows_->executors)
    types.insert(row.info.task_types.begin(), row.info.task_types.end());
  return std::vector<std::string>{types.begin(), types.end()};
}

template class memory_reads<store_reader>;
template class memory_reads<store>;

std::unique_ptr<store_reader> make_memory_reader(std::shared_ptr<memory_rows> rows) {
  return std::make_unique<memory_reads<store_reader>>(std::move(rows));
}

} // namespace takt
