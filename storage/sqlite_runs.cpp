#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_writer.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

using namespace sqlite_rows;

result<fired> sqlite_writer::fire(const fire_request& request) {
  return write([&]() -> result<fired> {
    if (auto may = check(request.grant, request.job); !may)
      return may.failure();
    auto j = find_job(request.job);
    if (!j)
      return j.failure();
    if (follows_schedule(request) && (j->version != request.version || j->paused))
      return version_moved(*j);
    auto count = db_->prepare("SELECT count(*) FROM runs WHERE job_id = ? AND state <= 2");
    count.bind(request.job).step();
    auto unfinished = count.get_one<uint64_t>();
    fired out{request.job, {}};
    for (const auto& entry : request.entries) {
      auto state = admit(entry, unfinished);
      if (!state) {
        // A trigger sent again is answered with its row, however full the queue.
        auto row = find_row(request.job, entry);
        if (!row)
          return state.failure();
        out.entries.push_back(*row);
      } else if (insert_run(new_run(request, entry, *state))) {
        unfinished += *state == run_state::pending;
        out.entries.push_back({entry.id, *state, entry.due, false});
      } else {
        auto row = find_row(request.job, entry);
        assert(row);
        out.entries.push_back(*row);
      }
    }
    if (follows_schedule(request))
      db_->prepare("UPDATE jobs SET next_due_ms = ? WHERE id = ?")
        .bind(request.next_due, request.job)
        .run();
    return out;
  });
}

std::optional<fired_entry> sqlite_writer::find_row(const job_id& j, const fire_entry& entry) {
  fired_entry row{{}, {}, {}, true};
  if (is_unique_by_due(entry.kind)) {
    auto s =
      db_->prepare("SELECT id, state, due_ms FROM runs"
                   " WHERE job_id = ? AND due_ms = ? AND kind = ? AND part = 0 AND kind IN (0, 3)");
    if (s.bind(j, entry.due, entry.kind).step())
      return (s.get(row.id, row.state, row.due), row);
  }
  auto s = db_->prepare("SELECT id, state, due_ms FROM runs WHERE id = ?");
  if (s.bind(entry.id).step())
    return (s.get(row.id, row.state, row.due), row);
  return std::nullopt;
}

bool sqlite_writer::insert_run(const run& r) {
  static const std::string sql = "INSERT INTO runs (" + columns(run_fields) + ", shard) VALUES ("
    + marks(run_fields) + ", ?) ON CONFLICT DO NOTHING";
  auto s = db_->prepare(sql);
  return s.bind_fields(run_fields, r).bind(shard_of(r.job)).run() == 1;
}

result<assignment> sqlite_writer::assign(const assign_request& request) {
  return write([&]() -> result<assignment> {
    static const std::string insert = "INSERT INTO attempts (run_id, attempt, "
      + columns(attempt_fields) + ", output_head, output_tail, output_bytes) VALUES (?, ?, "
      + marks(attempt_fields) + ", x'', x'', 0)";
    if (auto current = check_epoch(request.grant); !current)
      return current.failure();
    auto r = load_run(request.run);
    if (!r)
      return run_moved({request.run, request.attempt}, "there is no such run");
    if (auto right = check_shard(request.grant, r->job); !right)
      return right.failure();
    auto j = find_job(r->job);
    if (!j)
      return j.failure();
    if (auto may = check_assign(*r, request); !may)
      return may.failure();
    auto busy =
      db_->prepare("SELECT 1 FROM runs WHERE job_id = ? AND state <= 2 AND state >= 1 LIMIT 1");
    if (busy.bind(r->job).step())
      return job_busy(r->job);
    auto mint = db_->prepare("UPDATE jobs SET fence = fence + 1 WHERE id = ? RETURNING fence");
    mint.bind(r->job).step();
    auto a = apply_assign(*r, mint.get_one<fence_no>(), request);
    mint.step(); // a statement that has not ended would keep the savepoint
    update_run(*r);
    auto s = db_->prepare(insert);
    s.bind(a.key.run, a.key.attempt).bind_fields(attempt_fields, a).run();
    return make_assignment(*j, *r, a);
  });
}

result<void> sqlite_writer::start(const start_request& request) {
  return write([&]() -> result<void> {
    auto rows = load_attempt(request.grant, request.key, errc::store_run_moved);
    if (!rows)
      return rows.failure();
    auto moved = apply_start(rows->r, rows->a, request);
    if (!moved)
      return moved.failure();
    if (*moved) {
      update_run(rows->r);
      update_attempt(rows->a);
    }
    return done{};
  });
}

result<run_state> sqlite_writer::give_back(const give_back_request& request) {
  return write([&]() -> result<run_state> {
    auto rows = load_attempt(request.grant, request.key, errc::store_run_moved);
    if (!rows)
      return rows.failure();
    auto state = apply_give_back(rows->r, rows->a, request);
    if (state) {
      update_run(rows->r);
      update_attempt(rows->a);
    }
    return state;
  });
}

result<finished> sqlite_writer::finish(const finish_request& request) {
  return write([&]() -> result<finished> {
    auto rows = load_attempt(request.grant, request.key, errc::store_no_such_run);
    if (!rows)
      return rows.failure();
    retry_policy policy;
    auto job_row = db_->prepare("SELECT retry_times, deleted_at_ms IS NULL FROM jobs WHERE id = ?");
    job_row.bind(rows->r.job).step();
    job_row.get(policy.retry_times, policy.job_is_live);
    auto effect = apply_finish(rows->r, rows->a, policy, request);
    if (!effect)
      return effect.failure();
    if (effect->answer.changed)
      update_run(rows->r);
    if (effect->attempt_changed)
      update_attempt(rows->a);
    return effect->answer;
  });
}

std::optional<run> sqlite_writer::load_run(const run_id& id) {
  static const std::string sql = "SELECT " + columns(run_fields) + " FROM runs WHERE id = ?";
  auto s = db_->prepare(sql);
  if (!s.bind(id).step())
    return std::nullopt;
  run r;
  s.get_fields(run_fields, r);
  return r;
}

void sqlite_writer::update_run(const run& r) {
  static const std::string sql =
    "UPDATE runs SET " + assignments(run_moving_fields) + " WHERE id = ?";
  db_->prepare(sql).bind_fields(run_moving_fields, r).bind(r.id).run();
}

result<sqlite_writer::run_and_attempt>
sqlite_writer::load_attempt(const takt::grant& g, const attempt_key& key, errc unknown) {
  static const std::string sql =
    "SELECT " + columns(attempt_fields) + " FROM attempts WHERE run_id = ? AND attempt = ?";
  if (auto current = check_epoch(g); !current)
    return current.failure();
  auto r = load_run(key.run);
  auto s = db_->prepare(sql);
  if (!r || !s.bind(key.run, key.attempt).step())
    return failure{unknown, to_string(key) + ": there is no such attempt"};
  if (auto right = check_shard(g, r->job); !right)
    return right.failure();
  // Its output is left behind: every move that writes the attempt sets it anew.
  run_and_attempt rows{*r, {}};
  rows.a.key = key;
  s.get_fields(attempt_fields, rows.a);
  return rows;
}

void sqlite_writer::update_attempt(const attempt& a) {
  static const std::string sql = "UPDATE attempts SET " + assignments(attempt_moving_fields)
    + ", output_head = ?, output_tail = ?, output_bytes = ? WHERE run_id = ? AND attempt = ?";
  auto s = db_->prepare(sql);
  s.bind_fields(attempt_moving_fields, a)
    .bind(sql_bytes{a.output.head}, sql_bytes{a.output.tail}, a.output.bytes_total)
    .bind(a.key.run, a.key.attempt)
    .run();
}

} // namespace takt
