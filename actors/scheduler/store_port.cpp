#include "actors/scheduler/store_port.hpp"

#include <algorithm>
#include <utility>

namespace takt {

namespace {

/// Carries out one change; which of POST and PUT may meet an existing calendar is decided in the
/// transaction.
struct almanac_change {
  store& rows;
  const grant& under;

  result<uint64_t> operator()(const ask::save_calendar& c) {
    using mode = ask::save_calendar::mode;
    if (c.how != mode::either) {
      auto stored = rows.almanac();
      if (!stored)
        return stored.failure();
      auto same = [&](const calendar& each) { return each.name == c.what.name; };
      auto exists = std::ranges::any_of(stored->calendars, same);
      if (exists && c.how == mode::create)
        return failure{errc::store_calendar_exists, c.what.name};
      if (!exists && c.how == mode::replace)
        return failure{errc::store_no_such_calendar, c.what.name};
    }
    return rows.save_calendar(under, c.what);
  }
  result<uint64_t> operator()(const ask::remove_calendar& c) {
    return rows.remove_calendar(under, c.name);
  }
  result<uint64_t> operator()(const ask::save_blackout& b) {
    return rows.save_blackout(under, b.what);
  }
  result<uint64_t> operator()(const ask::remove_blackout& b) {
    return rows.remove_blackout(under, b.name);
  }
};

} // namespace

store_port::store_port(
  interface::pointer self, std::shared_ptr<store> rows, std::shared_ptr<metrics> counts,
  const clock* time)
  : self_(self), store_(std::move(rows)), metrics_(std::move(counts)), clock_(time) {
  // nop
}

store_port::interface::behavior_type store_port::make_behavior() {
  // The exit overtakes the commit_batch of what was asked before it.
  self_->set_exit_handler([this](caf::exit_msg& m) {
    on_commit();
    self_->quit(std::move(m.reason));
  });
  return {
    [this](const store_job& m) {
      return enqueue(job_stored{m.ticket, {}}, [m](store& s) {
        return m.replace ? s.replace_job(m.under, m.definition, m.keeps_plan)
                         : s.create_job(m.under, m.definition);
      });
    },
    [this](const delete_job& m) {
      return enqueue(job_deleted{m.ticket, m.id, {}}, [m](store& s) {
        return s.remove_job(m.under, m.id, m.now);
      });
    },
    [this](const fire_runs& m) {
      return enqueue(
        runs_fired{m.ticket, m.request.job, {}}, [m](store& s) { return s.fire(m.request); });
    },
    [this](const assign_run& m) {
      return enqueue(run_assigned{m.request.run, m.request.executor, {}}, [m](store& s) {
        return s.assign(m.request);
      });
    },
    [this](const start_attempt& m) {
      return enqueue(
        attempt_started{m.request.key, {}}, [m](store& s) { return s.start(m.request); });
    },
    [this](const give_back_attempt& m) {
      return enqueue(attempt_given_back{m.request.key, m.request.not_before, {}}, [m](store& s) {
        return s.give_back(m.request);
      });
    },
    [this](const finish_attempt& m) {
      return enqueue(attempt_finished{m.request.key, m.request.event, {}}, [m](store& s) {
        return s.finish(m.request);
      });
    },
    [this](const save_executor& m) {
      return enqueue(
        executor_saved{0, m.info.id, {}}, [m](store& s) { return s.save_executor(m.info, m.now); });
    },
    [this](const mark_executor& m) {
      return enqueue(
        executor_saved{0, m.id, {}}, [m](store& s) { return s.mark_executor(m.id, m.up, m.now); });
    },
    [this](const remove_executor& m) {
      return enqueue(
        executor_saved{m.ticket, m.id, {}}, [m](store& s) { return s.remove_executor(m.id); });
    },
    [this](const replan_job& m) {
      return enqueue(
        job_replanned{m.request.job, {}}, [m](store& s) { return s.replan(m.request); });
    },
    [this](const change_almanac& m) {
      return enqueue(almanac_stored{m.ticket, {}}, [m](store& s) {
        return std::visit(almanac_change{s, m.under}, m.change);
      });
    },
    [this](const roster_here& m) { roster_ = m.handle; },
    [this](commit_batch) { on_commit(); },
  };
}

template <class Answer, class Apply>
caf::result<Answer> store_port::enqueue(Answer blank, Apply apply) {
  auto promise = self_->make_response_promise<Answer>();
  auto answer = std::make_shared<Answer>(std::move(blank));
  if (queue_.empty())
    self_->send(self_, commit_batch{});
  queue_.push_back({
    [answer, apply = std::move(apply)](store& s) { answer->outcome = apply(s); },
    [this, answer, promise](const failure* why) mutable {
      if (why)
        answer->outcome = *why;
      else
        count(*answer);
      promise.deliver(std::move(*answer));
    },
  });
  if (queue_.size() >= limits::commit_batch_max)
    on_commit();
  return promise;
}

void store_port::on_commit() {
  if (queue_.empty())
    return;
  auto batch = std::exchange(queue_, {});
  auto began = clock_->mono();
  auto outcome = store_->begin();
  if (outcome) {
    for (auto& q : batch)
      q.apply(*store_);
    outcome = store_->commit();
  }
  metrics_->committed(batch.size(), clock_->mono() - began, outcome.has_value());
  auto* why = outcome ? nullptr : &outcome.failure();
  for (auto& q : batch)
    q.answer(why);
}

void store_port::count(const runs_fired& answer) {
  if (!answer.outcome)
    return;
  for (const auto& e : answer.outcome->entries)
    if (!e.duplicate) {
      metrics_->run_entered(e.state);
      if (e.state != run_state::pending)
        metrics_->due_not_run(e.reason, e.count);
    }
}

void store_port::count(const run_assigned& answer) {
  if (answer.outcome)
    metrics_->run_entered(run_state::scheduling);
}

void store_port::count(const attempt_started& answer) {
  if (answer.outcome)
    metrics_->run_entered(run_state::running);
}

void store_port::count(const attempt_given_back& answer) {
  if (answer.outcome)
    metrics_->run_entered(*answer.outcome);
}

void store_port::count(const attempt_finished& answer) {
  if (!answer.outcome)
    return;
  if (answer.outcome->planned_next && roster_)
    self_->send(roster_, job_doubted{answer.outcome->job});
  if (!answer.outcome->changed)
    return;
  metrics_->run_entered(answer.outcome->outcome);
  if (answer.outcome->state != answer.outcome->outcome)
    metrics_->run_entered(answer.outcome->state);
}

} // namespace takt
