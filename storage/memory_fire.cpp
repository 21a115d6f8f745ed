#include "storage/memory_fire.hpp"

#include "storage/fire_rules.hpp"
#include "storage/run_rules.hpp"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

namespace takt {

namespace {

/// One fire: drafts all rows first and writes last, so that a refusal leaves nothing behind.
class drafted_fire {
public:
  drafted_fire(memory_rows& rows, const fire_request& request) : rows_(rows), request_(request) {}

  result<fired> run_it() {
    auto* stored = rows_.find_live_job(request_.job);
    if (!stored)
      return no_such_job(request_.job);
    auto head = head_of(stored->definition);
    if (auto may = check_fire(head, request_); !may)
      return may.failure();
    fire_course course{head, request_, rows_.count_unfinished_of(request_.job)};
    for (const auto& entry : request_.entries) {
      if (course.is_over())
        break;
      if (auto* old = find_row(entry)) {
        out_.entries.push_back(answer_of(*old, true));
        continue;
      }
      auto as = course.admit(entry);
      if (!as)
        return as.failure();
      if (as->names_blocker)
        as->note = to_string(oldest_unfinished());
      course.wrote(entry, *as);
      if (as->supersedes)
        supersede(entry.id, course);
      added_.push_back(new_run(request_, entry, *as));
      added_ids_.insert(entry.id);
      added_dues_.insert({entry.kind, entry.due});
      out_.entries.push_back(answer_of(added_.back(), false));
    }
    write(course);
    return std::move(out_);
  }

private:
  /// The row that an entry would repeat: stored, or among those about to be.
  const run* find_row(const fire_entry& entry) const {
    auto among_added = [&](auto&& is_it) -> const run* {
      auto found = std::ranges::find_if(added_, is_it);
      return found == added_.end() ? nullptr : &*found;
    };
    // Scanned only when it is there: a request may have a thousand entries.
    if (is_unique_by_due(entry.kind)) {
      if (auto* row = rows_.find_due(request_.job, entry.due, entry.kind))
        return &row->row;
      auto same_due = [&](const run& r) { return r.due == entry.due && r.kind == entry.kind; };
      if (added_dues_.contains({entry.kind, entry.due}))
        return among_added(same_due);
    }
    if (auto* row = rows_.find_run(entry.id))
      return &row->row;
    if (!added_ids_.contains(entry.id))
      return nullptr;
    return among_added([&](const run& r) { return r.id == entry.id; });
  }

  /// @pre there is one
  run_id oldest_unfinished() const {
    std::optional<memory_rows::at<run_id>> oldest;
    auto look = [&](const run& r) {
      memory_rows::at<run_id> place{r.due, r.id};
      if (is_unfinished(r.state) && (!oldest || place < *oldest))
        oldest = place;
    };
    for (const auto* each : rows_.unfinished_of(request_.job))
      look(each->row);
    std::ranges::for_each(added_, look);
    assert(oldest);
    return oldest->id;
  }

  void supersede(const run_id& by, fire_course& course) {
    if (called_off_.empty())
      for (const auto* each : rows_.unfinished_of(request_.job)) {
        if (each->row.state != run_state::pending && !each->row.cancel_requested)
          asked_to_cancel_.push_back(each->row.id);
        called_off_.push_back(each->row);
      }
    uint64_t pending = 0;
    auto call_off = [&](run& r) {
      if (!is_unfinished(r.state))
        return;
      pending += r.state == run_state::pending;
      apply_superseded(r, by, request_.now);
    };
    std::ranges::for_each(called_off_, call_off);
    std::ranges::for_each(added_, call_off);
    course.called_off(pending, out_);
  }

  void write(const fire_course& course) {
    for (const auto& r : called_off_)
      rows_.put(r);
    for (const auto& r : added_)
      rows_.put(r);
    auto job_row = *rows_.find_job(request_.job);
    auto& j = job_row.definition;
    if (follows_schedule(request_)) {
      j.next_due = course.next_due();
      j.zone_version = request_.zone_version;
      j.calendar_revision = request_.calendar_revision;
      j.fired_runs = course.fired_runs();
      rows_.put(job_row);
    }
    out_.job = j.id;
    out_.next_due = j.next_due;
    out_.fired_runs = j.fired_runs;
    for (const auto& id : asked_to_cancel_) {
      const auto* row = rows_.find_run(id);
      out_.to_cancel.push_back(make_assignment(j, row->row, row->attempts[row->row.attempt - 1]));
    }
  }

  memory_rows& rows_;
  const fire_request& request_;
  std::vector<run> added_{};
  std::set<run_id> added_ids_{};
  std::set<std::pair<run_kind, wall_time>> added_dues_{};
  /// Runs that were unfinished before.
  std::vector<run> called_off_{};
  std::vector<run_id> asked_to_cancel_{};
  fired out_{};
};

} // namespace

result<fired> fire_in_memory(memory_rows& rows, const fire_request& request) {
  return drafted_fire{rows, request}.run_it();
}

bool plan_after_end(memory_rows& rows, const run& r, wall_time now) {
  const auto* found = rows.find_live_job(r.job);
  if (is_unfinished(r.state) || !found || rows.count_unfinished_of(r.job) > 0)
    return false;
  auto due = due_to_plan(head_of(found->definition), now);
  if (!due)
    return false;
  auto row = *found;
  row.definition.next_due = due;
  row.definition.zone_version.clear();
  row.definition.calendar_revision = 0;
  rows.put(row);
  return true;
}

} // namespace takt
