#include "actors/admin/desk.hpp"

#include <cassert>
#include <utility>

namespace takt {

namespace {

/// What only reads goes to the READ PORT as it is.
bool is_reading(const desk_question& q) {
  return std::holds_alternative<ask::get_job>(q) || std::holds_alternative<ask::list_jobs>(q)
    || std::holds_alternative<ask::list_runs>(q) || std::holds_alternative<ask::get_run>(q)
    || std::holds_alternative<ask::list_executors>(q)
    || std::holds_alternative<ask::list_task_types>(q);
}

} // namespace

desk::desk(interface::pointer self, desk_config cfg) : self_(self), cfg_(std::move(cfg)) {
  assert(cfg_.time && cfg_.random && cfg_.almanac);
}

desk::interface::behavior_type desk::make_behavior() {
  return {
    [this](const shards_granted& m) {
      grants_.clear();
      for (const auto& g : m.grants)
        grants_[g.shard] = g.epoch;
    },
    [this](const desk_ask& m) { return on_ask(m); },
    [this](const job_stored& m) { on_stored(m); },
    [this](const job_deleted& m) { on_deleted(m); },
    [this](const runs_fired& m) { on_fired(m); },
    [this](const executor_saved& m) { on_removed(m); },
    [this](const read_answer& m) { on_read(m); },
    [this](const account_found& m) { on_account(m); },
    [this](const almanac_stored& m) { on_almanac_stored(m); },
    [this](const almanac_here& m) { on_almanac(m); },
    [this](stop_working) { stopping_ = true; },
  };
}

desk::answer_promise desk::on_ask(const desk_ask& m) {
  auto promise = self_->make_response_promise<desk_answer>();
  if (conversations_.size() >= cfg_.conversations_max) {
    promise.deliver(
      desk_answer{m.ticket, failure{errc::overloaded, "too many questions wait for the store"}});
    return promise;
  }
  auto ticket = ++last_ticket_;
  conversation opened;
  opened.question = m.question;
  opened.asker_ticket = m.ticket;
  opened.promise = promise;
  begin(conversations_.emplace(ticket, std::move(opened)).first);
  return promise;
}

void desk::begin(talk t) {
  const auto& question = t->second.question;
  if (std::holds_alternative<ask::list_runs>(question))
    read(t, step::runs, question);
  else if (is_reading(question))
    read(t, step::rows, question);
  else if (std::holds_alternative<ask::health>(question))
    read(t, step::sign_of_life, ask::list_task_types{});
  else if (!begin_about_time(t))
    begin_writing(t);
}

void desk::read(talk t, step at, desk_question what) {
  t->second.at = at;
  self_->send(cfg_.reader, read_question{t->first, std::move(what)});
}

desk::talk desk::find(ticket_no ticket, step at) {
  auto t = conversations_.find(ticket);
  return t != conversations_.end() && t->second.at == at ? t : conversations_.end();
}

void desk::answer(talk t, result<desk_reply> outcome) {
  t->second.promise.deliver(desk_answer{t->second.asker_ticket, std::move(outcome)});
  conversations_.erase(t);
}

void desk::on_read(const read_answer& m) {
  auto t = conversations_.find(m.ticket);
  if (t == conversations_.end() || t->second.at > step::sign_of_life)
    return;
  auto at = t->second.at;
  if (at == step::sign_of_life)
    return found_health(t, m.outcome);
  if (!m.outcome || at == step::rows || at == step::planning)
    return answer(t, m.outcome);
  const auto& reply = *m.outcome;
  if (auto* page = std::get_if<page_of<run>>(&reply); page && at == step::runs)
    return found_runs(t, *page);
  if (std::holds_alternative<job>(reply) && at == step::runs_of)
    return answer(t, desk_reply{std::move(t->second.empty_page)});
  if (auto* stored = std::get_if<job>(&reply); stored && at == step::subject)
    return found_subject(t, *stored);
  if (auto* types = std::get_if<std::vector<std::string>>(&reply); types && at == step::task_types)
    return found_task_types(t, *types);
  // An answer to an earlier step: there is none, each step waits for its answer.
  answer(t, failure{errc::internal, "the store answered another question"});
}

/// A job without runs has an empty page, and so has a job that never was: only the first is one.
void desk::found_runs(talk t, page_of<run> page) {
  if (page.total > 0)
    return answer(t, desk_reply{std::move(page)});
  t->second.empty_page = std::move(page);
  auto id = std::get<ask::list_runs>(t->second.question).job;
  read(t, step::runs_of, ask::get_job{id});
}

void desk::found_health(talk t, const result<desk_reply>& outcome) {
  health_report report;
  report.driver = !grants_.empty();
  report.ready = outcome.has_value() && !stopping_;
  if (cfg_.driver_address)
    report.driver_address = cfg_.driver_address();
  if (stopping_)
    report.reason = text_of(errc::sched_stopping);
  else if (!outcome)
    report.reason = outcome.failure().message();
  else if (!report.driver)
    report.reason = standing_by().message();
  answer(t, desk_reply{std::move(report)});
}

} // namespace takt
