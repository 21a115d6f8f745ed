#include "actors/logic/ready_queue.hpp"

#include <cassert>

namespace takt {

void ready_queue::add(queued_run run) {
  erase(run.id);
  auto [at, is_new] = lines_.try_emplace(line_of(run));
  auto& l = at->second;
  l.shard = run.shard;
  hide(l);
  l.runs.insert({run.due, run.id});
  auto id = run.id;
  runs_.emplace(id, std::move(run));
  show(l);
}

bool ready_queue::erase(const run_id& id) {
  auto at = runs_.find(id);
  if (at == runs_.end())
    return false;
  auto key = line_of(at->second);
  auto& l = lines_.at(key);
  hide(l);
  l.runs.erase({at->second.due, at->first});
  runs_.erase(at);
  show(l);
  forget_if_idle(key);
  return true;
}

void ready_queue::erase_job(const job_id& job) {
  for (auto at = lines_.begin(); at != lines_.end();) {
    auto& l = at->second;
    if (at->first.job != job) {
      ++at;
      continue;
    }
    hide(l);
    for (const auto& p : l.runs)
      runs_.erase(p.run);
    l.runs.clear();
    at = l.busy ? std::next(at) : lines_.erase(at);
  }
}

void ready_queue::set_busy(const job_id& job, bool busy) {
  auto [at, is_new] = lines_.try_emplace(line_key{job, {}});
  auto& l = at->second;
  if (is_new)
    l.shard = shard_of(job);
  hide(l);
  l.busy = busy;
  show(l);
  forget_if_idle({job, {}});
}

void ready_queue::drop_shard(shard_no shard) {
  for (auto at = lines_.begin(); at != lines_.end();) {
    auto& l = at->second;
    if (l.shard != shard) {
      ++at;
      continue;
    }
    hide(l);
    for (const auto& p : l.runs)
      runs_.erase(p.run);
    at = lines_.erase(at);
  }
  forget_empty_kinds();
}

std::optional<wall_time> ready_queue::next_instant() const {
  return waiting_.empty() ? std::nullopt : std::optional{waiting_.begin()->first};
}

// -- offering -----------------------------------------------------------------

/// Afterwards exactly the heads that may go at `now` stand in kinds_.
void ready_queue::advance_to(wall_time now) {
  auto stepped_back = now < now_;
  now_ = now;
  if (stepped_back) {
    for (auto& [key, l] : lines_) {
      hide(l);
      show(l);
    }
    forget_empty_kinds();
  }
  while (!waiting_.empty() && waiting_.begin()->first <= now_) {
    auto& l = lines_.at(line_of(runs_.at(waiting_.begin()->second)));
    hide(l);
    show(l);
  }
}

std::vector<ready_queue::heads*> ready_queue::kinds_in_order() {
  forget_empty_kinds();
  std::vector<heads*> kinds;
  kinds.reserve(kinds_.size());
  for (auto& [key, each] : kinds_)
    kinds.push_back(&each);
  std::make_heap(kinds.begin(), kinds.end(), later_head);
  return kinds;
}

void ready_queue::take(run_id id) {
  const auto& run = runs_.at(id);
  if (!run.parallel)
    lines_.at(line_of(run)).busy = true;
  erase(id);
}

/// Not earlier: offer() holds pointers to the kinds while it empties them.
void ready_queue::forget_empty_kinds() {
  std::erase_if(kinds_, [](const auto& kind) { return kind.second.empty(); });
}

// -- lines --------------------------------------------------------------------

void ready_queue::show(line& l) {
  assert(!l.shown);
  if (l.busy || l.runs.empty())
    return;
  const auto& head = *l.runs.begin();
  const auto& run = runs_.at(head.run);
  if (run.not_before > now_)
    waiting_.insert({run.not_before, run.id});
  else
    kinds_[{run.task_type, run.pinned}].insert(head);
  l.shown = run.id;
}

void ready_queue::hide(line& l) {
  if (!l.shown)
    return;
  const auto& run = runs_.at(*l.shown);
  if (waiting_.erase({run.not_before, run.id}) == 0)
    if (auto kind = kinds_.find({run.task_type, run.pinned}); kind != kinds_.end())
      kind->second.erase({run.due, run.id});
  l.shown.reset();
}

void ready_queue::forget_if_idle(const line_key& key) {
  auto at = lines_.find(key);
  if (at != lines_.end() && at->second.runs.empty() && !at->second.busy)
    lines_.erase(at);
}

} // namespace takt
