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
result<std::vector<job>> memory_reads<Base>::jobs_planned_otherwise(
  const std::vector<shard_no>& shards, const std::string& zones, uint64_t calendars,
  const std::optional<job_id>& after, uint32_t max) {
  std::vector<job> out;
  const auto& jobs = rows_->jobs_by_id();
  auto at = after ? jobs.upper_bound(*after) : jobs.begin();
  for (; at != jobs.end() && out.size() < max; ++at) {
    const auto& j = at->second.definition;
    auto other_zones = !j.zone_version.empty() && j.zone_version != zones;
    auto other_calendars = j.calendar_revision != 0 && j.calendar_revision != calendars;
    if (!at->second.deleted_at && (other_zones || other_calendars) && holds(shards, j.id))
      out.push_back(j);
  }
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
result<page_of<run>> memory_reads<Base>::list_ledger(
  const job_id& job, wall_time from, wall_time to, const page_request& page) {
  std::vector<const memory_rows::run_row*> rows;
  if (from >= to)
    return page_of<run>{};
  // Planned rows do not overlap: only the last one before `from` can reach into the range.
  auto* row = rows_->planned_until(job, from);
  if (!row || !covers(row->row, from))
    row = rows_->planned_after(job, from);
  for (; row && row->row.due < to; row = rows_->planned_after(job, row->row.due))
    rows.push_back(row);
  page_of<run> out;
  out.total = rows.size();
  visit_page(rows, page, [&](const auto* each) { out.rows.push_back(rows_->view_of(*each)); });
  return out;
}

template <class Base>
result<store_reader::ledger_place> memory_reads<Base>::find_due(const job_id& job, wall_time at) {
  store_reader::ledger_place out;
  auto* row = rows_->planned_until(job, at);
  if (row && covers(row->row, at)) {
    out.covering = rows_->view_of(*row);
    row = rows_->planned_until(job, row->row.due - millis{1});
  }
  if (row)
    out.before = rows_->view_of(*row);
  if (auto* next = rows_->planned_after(job, at))
    out.after = rows_->view_of(*next);
  return out;
}

template <class Base>
result<std::vector<millis>> memory_reads<Base>::recent_durations(const job_id& job, uint32_t max) {
  std::vector<millis> out;
  auto newest_first = rows_->runs_of(job) | std::views::reverse;
  for (const auto& key : newest_first | std::views::take(durations_looked_at_max)) {
    if (out.size() >= max)
      break;
    if (auto took = duration_of(rows_->find_run(key.id)->row))
      out.push_back(*took);
  }
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
      {r.id, r.job, shard_of(r.job), r.attempt, r.due, r.not_before, j.task_type, j.executor,
       j.overlap == overlap_policy::allow});
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

template <class Base>
result<store_reader::almanac_rows> memory_reads<Base>::almanac() {
  store_reader::almanac_rows out;
  out.revision = rows_->almanac_revision;
  for (const auto& [name, row] : rows_->calendars)
    out.calendars.push_back(row);
  for (const auto& [name, row] : rows_->blackouts)
    out.blackouts.push_back(row);
  std::ranges::stable_sort(out.blackouts, {}, &blackout::begin);
  return out;
}

template <class Base>
result<uint64_t> memory_reads<Base>::almanac_revision() {
  return rows_->almanac_revision;
}

template class memory_reads<store_reader>;
template class memory_reads<store>;

std::unique_ptr<store_reader> make_memory_reader(std::shared_ptr<memory_rows> rows) {
  return std::make_unique<memory_reads<store_reader>>(std::move(rows));
}

} // namespace takt
