// desk_house: the DESK between doubles of its neighbours, under CAF's test coordinator: nothing
// runs unless a test says so, everything on the test's thread.
#pragma once

#include "actors/admin/desk.hpp"
#include "actors/spawn.hpp"

#include <caf/actor_companion.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace takt {

class fixed_clock : public clock {
public:
  wall_time wall() const override { return now; }
  mono_time mono() const override { return {}; }

  wall_time now = wall_from_ms(1'700'000'000'000);
};

/// What the doubles know and were told.
struct neighbourhood {
  std::map<job_id, job> jobs{};
  std::vector<std::string> task_types{};
  page_of<run> runs{};
  /// Set: every store request, or reading, fails so.
  std::optional<failure> store_broken{};
  std::optional<failure> reader_broken{};
  /// False: the STORE PORT keeps silent.
  bool store_answers = true;
  /// Before a store_job is looked at: room for somebody else's change.
  std::function<void(neighbourhood&)> meanwhile{};
  std::vector<assignment> to_cancel{};
  /// What the next fire cancels (overlap cancel_running).
  std::vector<assignment> superseded{};
  /// Calendars and blackouts as the store has them, and whether the KEEPER tells of a change.
  store_reader::almanac_rows almanac{};
  bool keeper_tells = true;
  /// What find_account finds beside the job.
  page_of<run> account{};
  store_reader::ledger_place place{};
  /// False: the PLANNER keeps silent.
  bool planner_answers = true;

  std::vector<store_job> stored{};
  std::vector<fire_request> fires{};
  std::vector<delete_job> deletes{};
  std::vector<executor_id> removed_executors{};
  std::vector<job> changed{};
  std::vector<job_id> removed{};
  std::vector<ready_run> ready{};
  std::vector<job_id> gone{};
  std::vector<assignment> canceled{};
  std::vector<find_account> accounts{};
  std::vector<change_almanac> almanac_changes{};
  std::vector<desk_question> planned{};
  int looks = 0;

  result<job> find(const job_id& id) const {
    auto found = jobs.find(id);
    return found == jobs.end() ? result<job>{errc::store_no_such_job} : result<job>{found->second};
  }

  result<job> put(const store_job& m) {
    if (meanwhile)
      meanwhile(*this);
    stored.push_back(m);
    if (store_broken)
      return *store_broken;
    auto made = m.definition;
    if (m.replace) {
      auto found = jobs.find(made.id);
      if (found == jobs.end())
        return errc::store_no_such_job;
      if (found->second.version != made.version)
        return errc::store_version_moved;
      ++made.version;
      if (m.keeps_plan)
        made.next_due = found->second.next_due;
    }
    jobs[made.id] = made;
    return made;
  }

  result<desk_reply> read(const desk_question& q) const {
    if (reader_broken)
      return *reader_broken;
    if (auto* one = std::get_if<ask::get_job>(&q)) {
      auto found = find(one->id);
      return found ? result<desk_reply>{desk_reply{*found}} : found.failure();
    }
    if (std::holds_alternative<ask::list_task_types>(q))
      return desk_reply{task_types};
    if (std::holds_alternative<ask::list_runs>(q))
      return desk_reply{runs};
    if (std::holds_alternative<ask::list_executors>(q))
      return desk_reply{std::vector<executor>(3)};
    return failure{errc::internal, "not asked in these tests"};
  }

  result<uint64_t> change(const change_almanac& m) {
    almanac_changes.push_back(m);
    if (store_broken)
      return *store_broken;
    if (auto* c = std::get_if<ask::save_calendar>(&m.change))
      almanac.calendars = {c->what};
    else if (auto* b = std::get_if<ask::save_blackout>(&m.change))
      almanac.blackouts = {b->what};
    else
      almanac.calendars.clear();
    return ++almanac.revision;
  }

  /// The edition of what the store has.
  almanac_ptr edition() const {
    auto made = std::make_shared<takt::almanac>();
    for (const auto& c : almanac.calendars)
      made->calendars[c.name] = std::make_shared<const calendar>(c);
    made->blackouts = almanac.blackouts;
    made->revision = almanac.revision;
    return made;
  }

  result<fired> fire(const fire_request& r) {
    fires.push_back(r);
    if (store_broken)
      return *store_broken;
    fired outcome;
    outcome.job = r.job;
    outcome.to_cancel = std::exchange(superseded, {});
    outcome.canceled_pending = !outcome.to_cancel.empty();
    for (const auto& e : r.entries) {
      outcome.entries.push_back({e.id, e.state, e.due, false, e.reason});
      if (e.kind == run_kind::planned)
        jobs[r.job].next_due = r.next_due;
    }
    return outcome;
  }
};

class store_double {
public:
  using interface = store_port_actor;
  static inline const char* name = "store-double";

  store_double(interface::pointer self, neighbourhood* all) : self_(self), all_(all) {}

  interface::behavior_type make_behavior() {
    return {
      [this](const store_job& m) -> caf::result<job_stored> {
        if (!all_->store_answers)
          return self_->make_response_promise<job_stored>();
        return job_stored{m.ticket, all_->put(m)};
      },
      [this](const delete_job& m) {
        all_->deletes.push_back(m);
        if (all_->jobs.erase(m.id) == 0)
          return job_deleted{m.ticket, m.id, errc::store_no_such_job};
        return job_deleted{m.ticket, m.id, attempts_to_cancel{all_->to_cancel}};
      },
      [this](const fire_runs& m) {
        return runs_fired{m.ticket, m.request.job, all_->fire(m.request)};
      },
      [](const assign_run&) { return run_assigned{}; },
      [](const start_attempt&) { return attempt_started{}; },
      [](const give_back_attempt&) { return attempt_given_back{}; },
      [](const finish_attempt&) { return attempt_finished{}; },
      [](const save_executor&) { return executor_saved{}; },
      [](const mark_executor&) { return executor_saved{}; },
      [this](const remove_executor& m) {
        all_->removed_executors.push_back(m.id);
        auto known = m.id.text == "w1";
        return executor_saved{
          m.ticket, m.id, known ? result<void>{} : result<void>{errc::store_no_such_executor}};
      },
      [](const replan_job&) { return job_replanned{}; },
      [this](const change_almanac& m) {
        return almanac_stored{m.ticket, all_->change(m)};
      },
      [](const roster_here&) {},
      [](const commit_batch&) {},
    };
  }

private:
  interface::pointer self_;
  neighbourhood* all_;
};

class reader_double {
public:
  using interface = read_port_actor;
  static inline const char* name = "reader-double";

  reader_double(interface::pointer, neighbourhood* all) : all_(all) {}

  interface::behavior_type make_behavior() {
    return {
      [](const find_jobs_due&) { return jobs_found_due{}; },
      [](const find_job&) { return job_found{}; },
      [](const find_open_runs&) { return open_runs_found{}; },
      [](const find_ready_runs&) { return ready_runs_found{}; },
      [](const find_jobs_planned_otherwise&) { return jobs_planned_otherwise_found{}; },
      [](const find_almanac&) { return almanac_found{}; },
      [this](const find_account& m) {
        all_->accounts.push_back(m);
        return account_found{m.ticket, all_->find(m.id), all_->account, all_->place};
      },
      [this](const read_question& m) {
        return read_answer{m.ticket, all_->read(m.question)};
      },
    };
  }

private:
  neighbourhood* all_;
};

class planner_double {
public:
  using interface = planner_actor;
  static inline const char* name = "planner-double";

  planner_double(interface::pointer self, neighbourhood* all) : self_(self), all_(all) {}

  interface::behavior_type make_behavior() {
    return {
      [this](const read_question& m) -> caf::result<read_answer> {
        all_->planned.push_back(m.question);
        if (!all_->planner_answers)
          return self_->make_response_promise<read_answer>();
        return read_answer{m.ticket, desk_reply{forecast_report{}}};
      },
      [](const almanac_here&) {},
    };
  }

private:
  interface::pointer self_;
  neighbourhood* all_;
};

/// Its neighbours that only listen: companions that write down what they were told.
template <class Handle>
Handle listening(caf::actor_system& system, std::function<void(caf::mailbox_element&)> hear) {
  caf::actor_config cfg;
  auto made = caf::make_actor<caf::actor_companion, caf::strong_actor_ptr>(
    system.next_actor_id(), system.node(), &system, cfg);
  auto handle = caf::actor_cast<caf::actor>(made);
  static_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(handle))
    ->on_enqueue([hear](caf::mailbox_element_ptr letter) { hear(*letter); });
  return caf::actor_cast<Handle>(made);
}

template <class Message, class F>
void hear(caf::mailbox_element& letter, F&& f) {
  if (letter.content().match_elements<Message>())
    f(letter.content().get_as<Message>(0));
}

class testing_config : public caf::actor_system_config {
public:
  testing_config() {
    set("scheduler.policy", caf::atom("testing"));
    add_scheduler_messages(*this);
  }
};

class desk_house {
public:
  desk_house() {
    desk_config cfg;
    cfg.store = spawn_state<store_double>(system, &all);
    cfg.reader = spawn_state<reader_double>(system, &all);
    cfg.roster = listening<roster_actor>(system, [this](auto& letter) {
      hear<job_changed>(letter, [this](auto& m) { all.changed.push_back(m.definition); });
      hear<job_removed>(letter, [this](auto& m) { all.removed.push_back(m.id); });
    });
    cfg.dispatcher = listening<dispatcher_actor>(system, [this](auto& letter) {
      hear<runs_ready>(letter, [this](auto& m) {
        all.ready.insert(all.ready.end(), m.runs.begin(), m.runs.end());
      });
      hear<runs_gone>(letter, [this](auto& m) { all.gone.push_back(m.job); });
    });
    cfg.switchboard = listening<switchboard_actor>(system, [this](auto& letter) {
      hear<cancel_attempts>(letter, [this](auto& m) { all.canceled = m.attempts; });
    });
    cfg.planner = spawn_state<planner_double>(system, &all);
    cfg.keeper = listening<almanac_keeper_actor>(system, [this](auto& letter) {
      hear<look_at_almanac>(letter, [this](auto&) {
        ++all.looks;
        if (all.keeper_tells)
          tell_edition();
      });
    });
    cfg.time = &time;
    cfg.random = &random;
    cfg.driver_address = [] { return std::string{"http://127.0.0.1:8081"}; };
    cfg.conversations_max = 3;
    cfg.plannings_max = 2;
    ends_ = {
      caf::actor_cast<caf::actor>(cfg.store), caf::actor_cast<caf::actor>(cfg.reader),
      caf::actor_cast<caf::actor>(cfg.planner)};
    front_ = listening<caf::actor>(system, [this](auto& letter) {
      hear<desk_answer>(letter, [this](auto& m) { answers[m.ticket] = m.outcome; });
    });
    office = spawn_state<desk>(system, cfg);
    ends_.push_back(caf::actor_cast<caf::actor>(office));
  }

  ~desk_house() {
    for (auto& a : ends_)
      caf::anon_send_exit(a, caf::exit_reason::user_shutdown);
    settle();
  }

  void drive_all() {
    shards_granted m;
    for (shard_no s = 0; s < shard_count; ++s)
      m.grants.push_back({s, 7});
    grant_these(m);
  }

  /// What the KEEPER does.
  void tell_edition() { caf::anon_send(office, almanac_here{all.edition()}); }

  void grant_these(shards_granted m) {
    caf::anon_send(office, std::move(m));
    settle();
  }

  /// Asks and runs until nothing moves any more. The answer, if there is one.
  std::optional<result<desk_reply>> ask_for(desk_question q) {
    auto ticket = ++last_ticket_;
    caf::send_as(front_, office, desk_ask{ticket, std::move(q)});
    settle();
    auto found = answers.find(ticket);
    return found == answers.end() ? std::nullopt : std::optional{found->second};
  }

  errc code_of(desk_question q) {
    auto answer = ask_for(std::move(q));
    return answer ? answer->code() : errc::sched_timeout;
  }

  /// A stored job that runs every 10 s.
  job stored_job() {
    job_draft d;
    d.name = "n";
    d.task_type = "SHELL_COMMAND";
    d.interval_s = 10;
    auto answer = ask_for(ask::create_job{d});
    return std::get<job>(**answer);
  }

  void settle() {
    auto& coordinator = dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
    while (coordinator.try_run_once())
      ;
  }

  fixed_clock time{};
  seeded_entropy random{1};
  neighbourhood all{};
  std::map<ticket_no, result<desk_reply>> answers{};
  testing_config config{};
  caf::actor_system system{config};
  desk_actor office{};

private:
  std::vector<caf::actor> ends_{};
  caf::actor front_{};
  ticket_no last_ticket_ = 0;
};

} // namespace takt
