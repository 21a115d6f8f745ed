#include "actors/admin/desk.hpp"

#include "actors/admin/draft.hpp"
#include "actors/fire_plan.hpp"
#include "actors/logic/misfire.hpp"
#include "actors/logic/schedule.hpp"

#include <utility>

namespace takt {

namespace {

/// A definition that changes under us this often is somebody else's to change.
constexpr uint32_t moves_max = 5;

/// Firing transactions before one change; each brings the job's account forward.
constexpr uint32_t firings_max = 1000;

/// Ids are drawn until one falls into a shard that this node drives; with one shard of 64, a miss
/// every time has a chance of about 1 in 7 million.
constexpr int draws_max = 1000;

} // namespace

failure desk::standing_by() const {
  auto driver = cfg_.driver_address ? cfg_.driver_address() : std::string{};
  return {
    errc::sched_not_driver, driver.empty() ? "no driver is known" : "the driver is " + driver};
}

result<grant> desk::grant_for(const job_id& id) const {
  auto held = grants_.find(shard_of(id));
  if (held == grants_.end())
    return standing_by();
  return grant{held->first, held->second};
}

job_id desk::new_id(wall_time now) {
  auto id = make_timed_id<job_id>(now, *cfg_.random);
  for (int i = 1; i < draws_max && !grants_.contains(shard_of(id)); ++i)
    id = make_timed_id<job_id>(now, *cfg_.random);
  return id;
}

void desk::begin_writing(talk t) {
  if (stopping_)
    return answer(t, errc::sched_stopping);
  if (grants_.empty())
    return answer(t, standing_by());
  const auto& question = t->second.question;
  if (auto* q = std::get_if<ask::create_job>(&question))
    return create(t, *q);
  if (auto* q = std::get_if<ask::remove_executor>(&question)) {
    t->second.at = step::removed;
    self_->send(cfg_.store, remove_executor{t->first, q->id});
    return;
  }
  if (begin_changing_almanac(t))
    return;
  auto id = std::visit(
    []<class Question>(const Question& q) -> job_id {
      if constexpr (requires { requires std::same_as<decltype(Question::id), job_id>; })
        return q.id;
      else
        return {};
    },
    question);
  auto held = grant_for(id);
  if (!held)
    return answer(t, held.failure());
  read(t, step::subject, ask::get_job{id});
}

// -- jobs -------------------------------------------------------------------------

void desk::create(talk t, const ask::create_job& q) {
  auto now = cfg_.time->wall();
  auto made = new_job(q.draft, new_id(now), now, cfg_.almanac);
  if (!made)
    return answer(t, made.failure());
  t->second.subject = *std::move(made);
  if (q.allow_unknown_type || is_built_in(t->second.subject.task_type))
    return store_subject(t);
  read(t, step::task_types, ask::list_task_types{});
}

void desk::found_subject(talk t, const job& stored) {
  const auto& question = t->second.question;
  if (std::holds_alternative<ask::trigger_job>(question))
    return fire(t, stored);
  auto pause = std::holds_alternative<ask::pause_job>(question);
  auto resume = std::holds_alternative<ask::resume_job>(question);
  if ((pause && stored.paused) || (resume && !stored.paused))
    return answer(t, desk_reply{done{}}); // as asked already
  // One instant for both, or a due between the two would be nobody's.
  auto now = cfg_.time->wall();
  if (fires_overdue(t, stored, now))
    return; // and reads the job again
  if (std::holds_alternative<ask::remove_job>(question)) {
    auto held = grant_for(stored.id);
    if (!held)
      return answer(t, held.failure());
    t->second.at = step::deleted;
    self_->send(cfg_.store, delete_job{t->first, *held, stored.id, now});
    return;
  }
  if (auto* q = std::get_if<ask::replace_job>(&question))
    return change(t, stored, q->draft, q->allow_unknown_type, now);
  job_draft draft;
  draft.paused = pause;
  change(t, stored, draft, true, now);
}

void desk::change(talk t, const job& stored, const job_draft& draft, bool any_type, wall_time now) {
  auto changed = merged(stored, draft, now, cfg_.almanac);
  if (!changed)
    return answer(t, changed.failure());
  auto type_stays = changed->definition.task_type == stored.task_type;
  t->second.subject = std::move(changed->definition);
  t->second.keeps_plan = changed->keeps_plan;
  if (any_type || type_stays || is_built_in(t->second.subject.task_type))
    return store_subject(t);
  read(t, step::task_types, ask::list_task_types{});
}

void desk::found_task_types(talk t, const std::vector<std::string>& announced) {
  if (auto known = check_task_type(t->second.subject.task_type, announced); !known)
    return answer(t, known.failure());
  store_subject(t);
}

void desk::store_subject(talk t) {
  const auto& subject = t->second.subject;
  auto held = grant_for(subject.id); // it may have gone while the conversation read
  if (!held)
    return answer(t, held.failure());
  t->second.at = step::stored;
  auto replace = !std::holds_alternative<ask::create_job>(t->second.question);
  self_->send(cfg_.store, store_job{t->first, replace, t->second.keeps_plan, *held, subject});
}

void desk::on_stored(const job_stored& m) {
  auto t = find(m.ticket, step::stored);
  if (t == conversations_.end())
    return;
  if (m.outcome.code() == errc::store_version_moved && t->second.moved++ < moves_max)
    return read(t, step::subject, ask::get_job{t->second.subject.id});
  if (!m.outcome)
    return answer(t, m.outcome.failure());
  self_->send(cfg_.roster, job_changed{*m.outcome});
  const auto& question = t->second.question;
  if (
    std::holds_alternative<ask::pause_job>(question)
    || std::holds_alternative<ask::resume_job>(question))
    return answer(t, desk_reply{done{}});
  answer(t, desk_reply{*m.outcome});
}

void desk::on_deleted(const job_deleted& m) {
  auto t = find(m.ticket, step::deleted);
  if (t == conversations_.end())
    return;
  if (!m.outcome)
    return answer(t, m.outcome.failure());
  self_->send(cfg_.roster, job_removed{m.id});
  self_->send(cfg_.dispatcher, runs_gone{m.id});
  if (!m.outcome->attempts.empty())
    self_->send(cfg_.switchboard, cancel_attempts{m.outcome->attempts});
  answer(t, desk_reply{done{}});
}

// -- runs -------------------------------------------------------------------------

void desk::fire(talk t, const job& stored) {
  auto held = grant_for(stored.id);
  if (!held)
    return answer(t, held.failure());
  auto now = cfg_.time->wall();
  fire_entry entry;
  entry.id = make_timed_id<run_id>(now, *cfg_.random);
  entry.kind = run_kind::manual;
  entry.due = entry.due_last = now;
  fire_request request;
  request.grant = *held;
  request.job = stored.id;
  request.version = stored.version;
  request.entries = {std::move(entry)};
  request.now = now;
  t->second.subject = stored;
  t->second.at = step::fired;
  self_->send(cfg_.store, fire_runs{t->first, std::move(request)});
}

/// A change holds from now on; what was due before it belongs to the definition of before, and must
/// have its ledger rows before next_due moves on. What a pause swallowed is such a row too. Nothing
/// waits for its jitter here: afterwards it would be another definition's.
bool desk::fires_overdue(talk t, const job& stored, wall_time now) {
  if (!stored.next_due || *stored.next_due > now)
    return false;
  auto on_the_dot = stored;
  on_the_dot.jitter_ms = 0;
  auto when = schedule::of(on_the_dot, cfg_.almanac);
  auto held = grant_for(stored.id);
  if (!when || !held)
    return false; // nobody knows its dues any more; or the change is refused
  if (t->second.firings++ >= firings_max) {
    answer(t, failure{errc::store_version_moved, "it has more overdue dues than could be fired"});
    return true;
  }
  t->second.subject = stored;
  t->second.at = step::overdue;
  auto plan = stored.paused
    ? plan_paused(*when, *stored.next_due, now)
    : plan_dues(*when, stored, *stored.next_due, now, late_cause::overloaded);
  self_->send(
    cfg_.store,
    fire_runs{t->first, make_fire_request(*held, stored, *when, plan, now, *cfg_.random)});
  return true;
}

void desk::on_overdue_fired(talk t, const result<fired>& outcome) {
  if (!outcome && outcome.code() != errc::store_version_moved)
    return answer(t, outcome.failure());
  if (outcome)
    tell_of(*outcome, t->second.subject);
  else if (t->second.moved++ >= moves_max)
    return answer(t, outcome.failure());
  read(t, step::subject, ask::get_job{t->second.subject.id});
}

/// Runs that were canceled leave the queue before those that replace them come into it.
void desk::tell_of(const fired& outcome, const job& definition) {
  if (!outcome.to_cancel.empty())
    self_->send(cfg_.switchboard, cancel_attempts{outcome.to_cancel});
  if (outcome.canceled_pending)
    self_->send(cfg_.dispatcher, runs_gone{definition.id});
  if (auto ready = ready_runs_of(outcome, definition); !ready.runs.empty())
    self_->send(cfg_.dispatcher, std::move(ready));
}

void desk::on_fired(const runs_fired& m) {
  if (auto t = find(m.ticket, step::overdue); t != conversations_.end())
    return on_overdue_fired(t, m.outcome);
  auto t = find(m.ticket, step::fired);
  if (t == conversations_.end())
    return;
  if (!m.outcome)
    return answer(t, m.outcome.failure());
  if (m.outcome->entries.size() != 1)
    return answer(t, failure{errc::internal, "one run was fired, not one answered"});
  tell_of(*m.outcome, t->second.subject);
  answer(t, desk_reply{triggered{m.outcome->entries.front().id}});
}

// -- executors --------------------------------------------------------------------

void desk::on_removed(const executor_saved& m) {
  auto t = find(m.ticket, step::removed);
  if (t == conversations_.end())
    return;
  answer(t, m.outcome ? result<desk_reply>{desk_reply{done{}}} : m.outcome.failure());
}

} // namespace takt
