// store_walk: a random sequence of requests to one backend, the same for the same seed. A few jobs
// and few instants make every kind of collision happen. One thread.
#pragma once

#include "proto/random.hpp"
#include "tests/storage/store_words.hpp"
#include "tests/support/store_backends.hpp"

namespace takt::test {

/// Makes the same choices for every backend: it sees only the seed.
class random_walk {
public:
  random_walk(uint64_t seed, backend which) : random_(seed), world_(which) {
    auto held = store_world::unwrap(world_.leases().take(first_node, boot_start, ttl, false));
    for (const auto& g : held)
      epochs_[g.shard] = g.epoch;
  }

  std::string step() {
    now_ += millis{pick(400)};
    switch (pick(16)) {
    case 0:
      return create();
    case 1:
      return replace();
    case 14:
      return replan();
    case 15:
      return almanac();
    case 2:
      return pick(25) == 0 ? remove() : fire();
    case 3:
    case 4:
    case 5:
      return fire();
    case 6:
    case 7:
    case 8:
      return assign();
    case 9:
      return start();
    case 10:
      return give_back();
    case 11:
      return executors();
    default:
      return finish();
    }
  }

  /// Begins a batch; sometimes after the shards have changed hands.
  std::string begin() {
    size_t taken = 0;
    if (pick(3) == 0) {
      auto held = store_world::unwrap(world_.leases().take(
        pick(2) == 0 ? first_node : second_node, boot_start, ttl, pick(2) == 0));
      for (const auto& g : held)
        epochs_[g.shard] = g.epoch;
      taken = held.size();
    }
    return "take " + std::to_string(taken) + " begin " + answer_text(world_.db().begin());
  }

  std::string commit() { return "commit " + answer_text(world_.db().commit()); }

  /// Everything that can be read.
  std::string dump() {
    std::string out;
    auto& db = world_.reader();
    auto jobs = *db.list_jobs({1, 1000});
    out += "jobs " + std::to_string(jobs.total) + "\n";
    for (const auto& j : jobs.rows)
      out += to_string(j.id) + " " + text_of(j) + "\n";
    for (uint64_t n = 0; n < job_count; ++n) {
      auto runs = *db.list_runs(id_of<job_id>(n), {1, 1000});
      out += "runs of " + std::to_string(n) + ": " + std::to_string(runs.total) + "\n";
      for (const auto& r : runs.rows) {
        out += text_of(r) + " [" + r.output.text() + "] " + r.error + "\n";
        for (const auto& a : store_world::unwrap(db.list_attempts(r.id)))
          out += "  " + to_string(a.key) + " " + text_of(a.state) + " " + text_of(a.started_at)
            + " " + text_of(a.ended_at) + " " + a.reason + " " + a.output.text() + "\n";
      }
    }
    out += dump_ledgers();
    out += "ready " + std::to_string(*db.count_ready(shards())) + "\n";
    for (const auto& r : store_world::unwrap(db.ready_runs(shards(), 50)))
      out +=
        to_string(r.id) + " " + text_of(r.not_before) + (r.parallel ? " side by side\n" : "\n");
    for (const auto& a : store_world::unwrap(db.in_flight(shards())))
      out += "in flight " + text_of(a) + "\n";
    for (const auto& j : store_world::unwrap(db.jobs_due(shards(), now_, 50, {})))
      out += "due " + to_string(j.id) + "\n";
    for (const auto& e : store_world::unwrap(db.list_executors()))
      out += e.info.id.text + " " + (e.up ? "up " : "down ") + text_of(e.heartbeat_at) + "\n";
    for (const auto& type : store_world::unwrap(db.known_task_types()))
      out += type + " ";
    return out;
  }

private:
  /// Accounts from and to instants of everywhere.
  std::string dump_ledgers() {
    std::string out;
    auto& db = world_.reader();
    for (uint64_t n = 0; n < job_count; ++n) {
      auto job = id_of<job_id>(n);
      auto from = wall_from_ms(int64_t(pick(200)) * 100);
      auto to = from + millis{pick(9'000)};
      auto ledger = *db.list_ledger(job, from, to, {uint32_t(1 + pick(2)), 20});
      out += "ledger " + std::to_string(ledger.total) + "\n";
      for (const auto& r : ledger.rows)
        out += text_of(r) + "\n";
      auto place = *db.find_due(job, from);
      for (const auto* r : {&place.before, &place.covering, &place.after})
        out += *r ? text_of(**r) + "\n" : "none\n";
      for (auto took : store_world::unwrap(db.recent_durations(job, 3)))
        out += std::to_string(took.count()) + " ";
    }
    std::optional<job_id> after;
    if (pick(2) == 0)
      after = id_of<job_id>(pick(job_count));
    auto zones = "z" + std::to_string(pick(3));
    auto planned = db.jobs_planned_otherwise(shards(), zones, pick(3), after, uint32_t(pick(9)));
    for (const auto& j : store_world::unwrap(planned))
      out += "planned otherwise " + to_string(j.id) + "\n";
    auto all = *db.almanac();
    out += "almanac " + std::to_string(all.revision);
    for (const auto& c : all.calendars)
      out += " " + c.name;
    for (const auto& b : all.blackouts)
      out += " " + b.name + "@" + text_of(b.begin);
    return out + "\n";
  }

  static constexpr uint64_t job_count = 16;
  static constexpr uint64_t run_count = 500;

  uint64_t pick(uint64_t below) { return random_.next_u64() % below; }
  job_id any_job() { return job_ = id_of<job_id>(pick(job_count)); }
  run_id any_run() { return id_of<run_id>(pick(run_count)); }

  takt::grant grant() {
    // Mostly the right one for the job that was picked last, sometimes any, sometimes stale.
    auto shard = pick(20) == 0 ? shard_no(pick(shard_count + 1)) : shard_of(job_);
    auto epoch = shard < shard_count ? epochs_[shard] : 1;
    return {shard, pick(20) == 0 ? pick(4) : epoch};
  }

  static std::vector<shard_no> shards() {
    std::vector<shard_no> out;
    for (shard_no s = 0; s < shard_count; s = static_cast<shard_no>(s + 1))
      if (s % 7 != 3)
        out.push_back(s);
    return out;
  }

  job make_job() {
    job j;
    j.id = any_job();
    j.version = 1 + pick(3);
    j.name = "n" + std::to_string(pick(100));
    j.retry_times = uint32_t(pick(3));
    j.paused = pick(5) == 0;
    j.overlap = overlap_policy(pick(5));
    if (pick(4) == 0)
      j.max_runs = 1 + pick(12);
    if (pick(3) == 0)
      j.rules = {fixed_delay_rule(millis{50 + pick(400)})};
    if (pick(4) == 0)
      j.end_at = now_ + millis{pick(20'000)};
    if (pick(4) == 0)
      j.calendars = {"c" + std::to_string(pick(3))};
    j.zone_version = pick(3) == 0 ? "z" + std::to_string(pick(3)) : "";
    j.calendar_revision = pick(3);
    j.fired_runs = pick(3);
    if (pick(4) > 0)
      j.next_due = now_ + millis{pick(1'000)};
    j.created_at = j.updated_at = now_;
    return j;
  }

  std::string create() {
    auto j = make_job();
    return "create " + answer_text(world_.db().create_job(grant(), j));
  }

  std::string replace() {
    auto j = make_job();
    auto stored = world_.db().find_job(j.id);
    if (stored && pick(3) > 0)
      j.version = stored->version;
    return "replace " + answer_text(world_.db().replace_job(grant(), j, pick(2) == 0));
  }

  std::string replan() {
    store::replan_request r;
    r.job = any_job();
    r.grant = grant();
    if (auto stored = world_.db().find_job(r.job); stored && pick(5) > 0) {
      r.version = stored->version;
      r.expected = stored->next_due;
    }
    if (pick(4) > 0)
      r.next_due = now_ + millis{pick(1'000)};
    r.zone_version = pick(2) == 0 ? "z" + std::to_string(pick(3)) : "";
    r.calendar_revision = pick(3);
    return "replan " + answer_text(world_.db().replan(r));
  }

  std::string almanac() {
    any_job();
    auto n = std::to_string(pick(3));
    switch (pick(4)) {
    case 0: {
      calendar c;
      c.name = "c" + n;
      c.weekdays = uint32_t(pick(9));
      return "save calendar " + answer_text(world_.db().save_calendar(grant(), c));
    }
    case 1:
      return "remove calendar " + answer_text(world_.db().remove_calendar(grant(), "c" + n));
    case 2: {
      blackout b;
      b.name = "b" + n;
      b.begin = wall_from_ms(int64_t(pick(3)));
      return "save blackout " + answer_text(world_.db().save_blackout(grant(), b));
    }
    default:
      return "remove blackout " + answer_text(world_.db().remove_blackout(grant(), "b" + n));
    }
  }

  std::string remove() {
    auto id = any_job();
    return "remove " + answer_text(world_.db().remove_job(grant(), id, now_));
  }

  std::string fire() {
    fire_request f;
    f.job = any_job();
    f.grant = grant();
    auto stored = world_.db().find_job(f.job);
    f.version = stored && pick(5) > 0 ? stored->version : pick(4);
    f.now = now_;
    if (pick(5) > 0)
      f.next_due = now_ + millis{pick(1'000)};
    f.zone_version = pick(3) == 0 ? "z" + std::to_string(pick(3)) : "";
    f.calendar_revision = pick(3);
    for (uint64_t n = pick(4); n > 0; --n) {
      fire_entry e;
      e.id = any_run();
      e.kind = pick(2) == 0 ? run_kind::planned : run_kind(pick(4));
      e.due = wall_from_ms(int64_t(pick(200)) * 100);
      e.count = uint32_t(1 + pick(3));
      e.due_last = e.due + millis{pick(300)};
      e.state =
        pick(4) > 0 ? run_state::pending : (pick(2) == 0 ? run_state::skipped : run_state::missed);
      e.reason = e.state == run_state::pending ? "" : "why";
      e.note = pick(2) == 0 ? "note" : "";
      f.entries.push_back(e);
    }
    return "fire " + answer_text(world_.db().fire(f));
  }

  /// Picks a run that exists, mostly; its job becomes the one whose grant is shown.
  void pick_run() {
    run_ = any_run();
    for (int tries = 0; tries < 20 && !world_.db().find_run(run_); ++tries)
      run_ = any_run();
    // Runs in flight are few, and the ones that things happen to.
    auto flying = store_world::unwrap(world_.db().in_flight(shards()));
    if (!flying.empty() && pick(3) > 0)
      run_ = flying[pick(flying.size())].key.run;
    if (auto r = world_.db().find_run(run_))
      job_ = r->job;
  }

  std::string assign() {
    pick_run();
    auto r = world_.db().find_run(run_);
    attempt_no known = r && pick(6) > 0 ? r->attempt : attempt_no(pick(3));
    assign_request a{grant(), run_, known, {"w1"}, id_of<incarnation_id>(1), now_};
    return "assign " + answer_text(world_.db().assign(a));
  }

  /// Mostly the newest attempt of the run that was picked.
  attempt_key key() {
    auto r = world_.db().find_run(run_);
    return {run_, r && pick(4) > 0 ? r->attempt : attempt_no(pick(4))};
  }

  std::string start() {
    pick_run();
    start_request request{grant(), key(), now_};
    return "start " + answer_text(world_.db().start(request));
  }

  std::string give_back() {
    pick_run();
    give_back_request request{grant(), key(), "busy", now_, now_ + millis{pick(500)}};
    return "give back " + answer_text(world_.db().give_back(request));
  }

  std::string finish() {
    pick_run();
    finish_request f;
    f.grant = grant();
    f.key = key();
    constexpr run_event events[] = {run_event::succeed, run_event::fail, run_event::time_out,
                                    run_event::cancel,  run_event::lose, run_event::lose};
    f.event = events[pick(6)];
    f.reason = "r" + std::to_string(pick(9));
    f.error = pick(2) == 0 ? "" : "e";
    if (pick(2) == 0)
      f.started_at = now_ - millis{5};
    f.ended_at = f.now = now_;
    f.output = {std::string(pick(9), 'h'), std::string(pick(9), '\0'), pick(30)};
    f.retry_at = now_ + millis{pick(600)};
    return "finish " + answer_text(world_.db().finish(f));
  }

  std::string executors() {
    executor_id id{"w" + std::to_string(pick(4))};
    switch (pick(3)) {
    case 0: {
      executor_info info;
      info.id = id;
      info.session = pick(9);
      info.task_types = {"T" + std::to_string(pick(4)), "T" + std::to_string(pick(4))};
      return "save " + answer_text(world_.db().save_executor(info, now_));
    }
    case 1:
      return "mark " + answer_text(world_.db().mark_executor(id, pick(2) == 0, now_));
    default:
      return "remove " + answer_text(world_.db().remove_executor(id));
    }
  }

  static constexpr millis ttl{10'000};

  seeded_entropy random_;
  store_world world_;
  std::array<epoch_no, shard_count> epochs_{};
  wall_time now_ = wall_from_ms(1'000);
  job_id job_{};
  run_id run_{};
};

} // namespace takt::test
