#include "storage/memory_rows.hpp"

#include "storage/fire_rules.hpp"

#include <cassert>

namespace takt {

memory_rows::memory_rows(cluster_id id) : cluster(id) {
  for (shard_no s = 0; s < shard_count; ++s)
    leases[s].shard = s;
}

const memory_rows::job_row* memory_rows::find_job(const job_id& id) const {
  auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

const memory_rows::job_row* memory_rows::find_live_job(const job_id& id) const {
  auto* row = find_job(id);
  return row && !row->deleted_at ? row : nullptr;
}

const memory_rows::run_row* memory_rows::find_run(const run_id& id) const {
  auto found = runs_.find(id);
  return found == runs_.end() ? nullptr : &found->second;
}

const memory_rows::run_row*
memory_rows::find_due(const job_id& job, wall_time due, run_kind of) const {
  auto found = dues_.find({job, of, due});
  return found == dues_.end() ? nullptr : find_run(found->second);
}

const memory_rows::run_row* memory_rows::planned_until(const job_id& job, wall_time when) const {
  auto beyond = dues_.upper_bound({job, run_kind::planned, when});
  if (beyond == dues_.begin())
    return nullptr;
  const auto& [key, id] = *std::prev(beyond);
  auto is_one = std::get<0>(key) == job && std::get<1>(key) == run_kind::planned;
  return is_one ? find_run(id) : nullptr;
}

const memory_rows::run_row* memory_rows::planned_after(const job_id& job, wall_time when) const {
  auto found = dues_.upper_bound({job, run_kind::planned, when});
  if (found == dues_.end())
    return nullptr;
  const auto& [key, id] = *found;
  auto is_one = std::get<0>(key) == job && std::get<1>(key) == run_kind::planned;
  return is_one ? find_run(id) : nullptr;
}

const std::set<memory_rows::at<run_id>>& memory_rows::runs_of(const job_id& job) const {
  static const std::set<at<run_id>> none;
  auto found = runs_of_.find(job);
  return found == runs_of_.end() ? none : found->second;
}

std::vector<const memory_rows::run_row*> memory_rows::unfinished_of(const job_id& job) const {
  std::vector<const run_row*> out;
  if (auto found = unfinished_of_.find(job); found != unfinished_of_.end())
    for (const auto& key : found->second)
      out.push_back(find_run(key.id));
  return out;
}

size_t memory_rows::count_unfinished_of(const job_id& job) const {
  auto found = unfinished_of_.find(job);
  return found == unfinished_of_.end() ? 0 : found->second.size();
}

run memory_rows::view_of(const run_row& row) const {
  run out = row.row;
  if (out.attempt > 0) {
    const auto& newest = row.attempts[out.attempt - 1];
    out.output = newest.output;
    out.error = newest.error;
  }
  return out;
}

void memory_rows::put(const job_row& row) {
  const auto& id = row.definition.id;
  if (auto* old = find_job(id))
    unlist(*old);
  jobs_[id] = row;
  list(row);
}

void memory_rows::list(const job_row& row) {
  const auto& j = row.definition;
  if (row.deleted_at)
    return;
  by_age_.insert({j.created_at, j.id});
  if (j.next_due && !j.paused)
    by_due_.insert({*j.next_due, j.id});
}

void memory_rows::unlist(const job_row& row) {
  const auto& j = row.definition;
  by_age_.erase({j.created_at, j.id});
  if (j.next_due)
    by_due_.erase({*j.next_due, j.id});
}

void memory_rows::put(const run& row) {
  at<run_id> key{row.due, row.id};
  auto [stored, is_new] = runs_.try_emplace(row.id);
  if (is_new) {
    runs_of_[row.job].insert(key);
    if (is_unique_by_due(row.kind))
      dues_[{row.job, row.kind, row.due}] = row.id;
  }
  auto list = [&](run_state s) -> auto& {
    return s == run_state::pending ? pending_ : in_flight_;
  };
  auto was_open = !is_new && is_unfinished(stored->second.row.state);
  auto is_open = is_unfinished(row.state);
  if (was_open)
    list(stored->second.row.state).erase(key);
  if (is_open)
    list(row.state).insert(key);
  if (is_open && !was_open)
    unfinished_of_[row.job].insert(key);
  if (auto open = unfinished_of_.find(row.job); was_open && !is_open) {
    open->second.erase(key);
    if (open->second.empty())
      unfinished_of_.erase(open);
  }
  stored->second.row = row;
}

void memory_rows::put(const attempt& row) {
  auto& all = runs_[row.key.run].attempts;
  assert(row.key.attempt >= 1 && row.key.attempt <= all.size() + 1);
  if (row.key.attempt > all.size())
    all.push_back(row);
  else
    all[row.key.attempt - 1] = row;
}

} // namespace takt
