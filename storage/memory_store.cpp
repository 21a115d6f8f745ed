#include "storage/memory_store.hpp"

#include "storage/fire_rules.hpp"
#include "storage/memory_fire.hpp"
#include "storage/memory_reader.hpp"
#include "storage/run_rules.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

namespace {

// Every request looks at everything first and writes last, so that a refusal leaves nothing behind.
class memory_store : public memory_reads<store> {
public:
  memory_store(std::shared_ptr<memory_rows> rows, memory_options options)
    : memory_reads(std::move(rows)), options_(std::move(options)) {}

  // -- batches ----------------------------------------------------------------

  result<void> begin() override {
    assert(!batch_open_);
    batch_open_ = true;
    if (options_.on_commit)
      before_.emplace(*rows_);
    return done{};
  }

  result<void> commit() override {
    assert(batch_open_);
    batch_open_ = false;
    if (!options_.on_commit)
      return done{};
    auto answer = options_.on_commit();
    if (!answer)
      *rows_ = std::move(*before_);
    before_.reset();
    return answer;
  }

  // -- jobs -------------------------------------------------------------------

  result<job> create_job(const takt::grant& g, const job& j) override {
    if (auto may = check(g, j.id); !may)
      return may.failure();
    if (rows_->find_job(j.id))
      return failure{errc::store_job_exists, to_string(j.id)};
    rows_->put(memory_rows::job_row{j, 0, {}});
    return j;
  }

  result<job> replace_job(const takt::grant& g, const job& j, bool keeps_plan) override {
    if (auto may = check(g, j.id); !may)
      return may.failure();
    auto* old = rows_->find_live_job(j.id);
    if (!old)
      return no_such_job(j.id);
    const auto& stored = old->definition;
    if (stored.version != j.version)
      return version_moved(j.id, stored.version, stored.paused);
    auto row = *old;
    row.definition = replacement_of(stored, j, keeps_plan);
    rows_->put(row);
    return row.definition;
  }

  result<void> replan(const replan_request& request) override {
    if (auto may = check(request.grant, request.job); !may)
      return may.failure();
    auto* found = rows_->find_live_job(request.job);
    if (!found)
      return no_such_job(request.job);
    if (auto may = check_replan(head_of(found->definition), request); !may)
      return may.failure();
    auto row = *found;
    row.definition.next_due = request.next_due;
    row.definition.zone_version = request.zone_version;
    row.definition.calendar_revision = request.calendar_revision;
    rows_->put(row);
    return done{};
  }

  result<attempts_to_cancel>
  remove_job(const takt::grant& g, const job_id& id, wall_time now) override {
    if (auto may = check(g, id); !may)
      return may.failure();
    auto* found = rows_->find_live_job(id);
    if (!found)
      return no_such_job(id);
    auto row = *found;
    row.deleted_at = now;
    rows_->put(row);
    attempts_to_cancel out;
    for (const auto* each : rows_->unfinished_of(id)) {
      auto r = each->row;
      apply_job_deleted(r, now);
      rows_->put(r);
      if (is_unfinished(r.state))
        out.attempts.push_back(make_assignment(row.definition, r, each->attempts[r.attempt - 1]));
    }
    return out;
  }

  // -- runs -------------------------------------------------------------------

  result<fired> fire(const fire_request& request) override {
    if (auto may = check(request.grant, request.job); !may)
      return may.failure();
    return fire_in_memory(*rows_, request);
  }

  result<assignment> assign(const assign_request& request) override {
    if (auto current = check_epoch(request.grant); !current)
      return current.failure();
    auto* found = rows_->find_run(request.run);
    if (!found)
      return run_moved({request.run, request.attempt}, "there is no such run");
    auto r = found->row;
    if (auto right = check_shard(request.grant, r.job); !right)
      return right.failure();
    auto* j = rows_->find_live_job(r.job);
    if (!j)
      return no_such_job(r.job);
    if (auto may = check_assign(r, request); !may)
      return may.failure();
    if (j->definition.overlap != overlap_policy::allow)
      for (const auto* other : rows_->unfinished_of(r.job))
        if (other->row.state != run_state::pending)
          return job_busy(r.job);
    auto job_row = *j;
    auto a = apply_assign(r, ++job_row.fence, request);
    rows_->put(job_row);
    rows_->put(r);
    rows_->put(a);
    return make_assignment(job_row.definition, r, a);
  }

  result<void> start(const start_request& request) override {
    auto rows = find_attempt(request.grant, request.key, errc::store_run_moved);
    if (!rows)
      return rows.failure();
    auto moved = apply_start(rows->r, rows->a, request);
    if (!moved)
      return moved.failure();
    if (*moved)
      write(*rows);
    return done{};
  }

  result<run_state> give_back(const give_back_request& request) override {
    auto rows = find_attempt(request.grant, request.key, errc::store_run_moved);
    if (!rows)
      return rows.failure();
    auto state = apply_give_back(rows->r, rows->a, request);
    if (!state)
      return state;
    write(*rows);
    plan_after_end(*rows_, rows->r, request.now);
    return state;
  }

  result<finished> finish(const finish_request& request) override {
    auto rows = find_attempt(request.grant, request.key, errc::store_no_such_run);
    if (!rows)
      return rows.failure();
    auto* j = rows_->find_job(rows->r.job);
    retry_policy policy{j->definition.retry_times, !j->deleted_at};
    auto effect = apply_finish(rows->r, rows->a, policy, request);
    if (!effect)
      return effect.failure();
    write(*rows);
    effect->answer.planned_next =
      effect->answer.changed && plan_after_end(*rows_, rows->r, request.now);
    return effect->answer;
  }

  // -- executors --------------------------------------------------------------

  result<void> save_executor(const executor_info& info, wall_time now) override {
    auto [at, is_new] = rows_->executors.try_emplace(info.id);
    auto& row = at->second;
    if (is_new)
      row.created_at = now;
    row.info = info;
    row.up = true;
    row.heartbeat_at = row.updated_at = now;
    return done{};
  }

  result<void> mark_executor(const executor_id& id, bool up, wall_time now) override {
    auto found = rows_->executors.find(id);
    if (found == rows_->executors.end())
      return no_such_executor(id);
    found->second.up = up;
    found->second.updated_at = now;
    if (up)
      found->second.heartbeat_at = now;
    return done{};
  }

  result<void> remove_executor(const executor_id& id) override {
    if (rows_->executors.erase(id) == 0)
      return no_such_executor(id);
    return done{};
  }

  // -- calendars and blackouts ------------------------------------------------

  result<uint64_t> save_calendar(const takt::grant& g, const calendar& c) override {
    return save(g, rows_->calendars, c, limits::calendars_max);
  }

  result<uint64_t> remove_calendar(const takt::grant& g, const std::string& name) override {
    if (auto current = check_epoch(g); !current)
      return current.failure();
    if (!rows_->calendars.contains(name))
      return no_such_calendar(name);
    for (const auto& [id, row] : rows_->jobs_by_id())
      if (!row.deleted_at && std::ranges::count(row.definition.calendars, name) > 0)
        return calendar_in_use(name, id);
    rows_->calendars.erase(name);
    return ++rows_->almanac_revision;
  }

  result<uint64_t> save_blackout(const takt::grant& g, const blackout& b) override {
    return save(g, rows_->blackouts, b, limits::blackouts_max);
  }

  result<uint64_t> remove_blackout(const takt::grant& g, const std::string& name) override {
    if (auto current = check_epoch(g); !current)
      return current.failure();
    if (rows_->blackouts.erase(name) == 0)
      return no_such_blackout(name);
    return ++rows_->almanac_revision;
  }

private:
  struct run_and_attempt {
    run r{};
    attempt a{};
  };

  template <class Row>
  result<uint64_t>
  save(const takt::grant& g, std::map<std::string, Row>& rows, const Row& row, size_t most) {
    if (auto current = check_epoch(g); !current)
      return current.failure();
    if (rows.size() >= most && !rows.contains(row.name))
      return too_many(most);
    rows[row.name] = row;
    return ++rows_->almanac_revision;
  }

  result<void> check_epoch(const takt::grant& g) const {
    return takt::check_epoch(g, g.shard < shard_count ? rows_->leases[g.shard].epoch : 0);
  }

  result<void> check(const takt::grant& g, const job_id& id) const {
    auto current = check_epoch(g);
    return current ? check_shard(g, id) : current;
  }

  result<run_and_attempt>
  find_attempt(const takt::grant& g, const attempt_key& key, errc unknown) const {
    if (auto current = check_epoch(g); !current)
      return current.failure();
    auto* found = rows_->find_run(key.run);
    if (!found || key.attempt == 0 || key.attempt > found->attempts.size())
      return failure{unknown, to_string(key) + ": there is no such attempt"};
    if (auto right = check_shard(g, found->row.job); !right)
      return right.failure();
    return run_and_attempt{found->row, found->attempts[key.attempt - 1]};
  }

  void write(const run_and_attempt& rows) {
    rows_->put(rows.r);
    rows_->put(rows.a);
  }

  memory_options options_;
  std::optional<memory_rows> before_{};
  bool batch_open_ = false;
};

} // namespace

std::shared_ptr<memory_rows> make_memory_rows(const cluster_id& id) {
  return std::make_shared<memory_rows>(id);
}

std::unique_ptr<store>
make_memory_store(std::shared_ptr<memory_rows> rows, memory_options options) {
  return std::make_unique<memory_store>(std::move(rows), std::move(options));
}

} // namespace takt
