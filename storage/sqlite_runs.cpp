#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_writer.hpp"

namespace takt {

using namespace sqlite_rows;

result<assignment> sqlite_writer::assign(const assign_request& request) {
  return write_checked([&]() -> result<assignment> {
    // Whatever the decision needs, in one look.
    static const sqlite_text look{
      "SELECT " + columns(run_fields, "r.")
      + ", j.deleted_at_ms IS NULL, j.overlap, j.fence, j.task_type, j.payload, j.timeout_s,"
        " EXISTS (SELECT 1 FROM runs o WHERE o.job_id = r.job_id AND o.state <= 2 AND o.state >= 1)"
        " FROM runs r JOIN jobs j ON j.id = r.job_id WHERE r.id = ?"};
    static const sqlite_text mint{"UPDATE jobs SET fence = ? WHERE id = ?"};
    static const sqlite_text insert{
      "INSERT INTO attempts (run_id, attempt, " + columns(attempt_fields)
      + ", output_head, output_tail, output_bytes) VALUES (?, ?, " + marks(attempt_fields)
      + ", x'', x'', 0)"};
    if (auto current = check_epoch(request.grant); !current)
      return current.failure();
    run r;
    job j;
    bool is_live = false, is_busy = false;
    fence_no fence = 0;
    {
      auto s = db_->prepare(look);
      if (!s.bind(request.run).step())
        return run_moved({request.run, request.attempt}, "there is no such run");
      s.get_fields(run_fields, r);
      s.get(is_live, j.overlap, fence, j.task_type, j.payload, j.timeout_s, is_busy);
    }
    j.id = r.job;
    if (auto right = check_shard(request.grant, r.job); !right)
      return right.failure();
    if (!is_live)
      return no_such_job(r.job);
    if (auto may = check_assign(r, request); !may)
      return may.failure();
    if (is_busy && j.overlap != overlap_policy::allow)
      return job_busy(r.job);
    auto a = apply_assign(r, fence + 1, request);
    db_->prepare(mint).bind(a.fence, r.job).run();
    update_run(r);
    auto s = db_->prepare(insert);
    s.bind(a.key.run, a.key.attempt).bind_fields(attempt_fields, a).run();
    return make_assignment(j, r, a);
  });
}

result<void> sqlite_writer::start(const start_request& request) {
  return write_checked([&]() -> result<void> {
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
  return write_checked([&]() -> result<run_state> {
    auto rows = load_attempt(request.grant, request.key, errc::store_run_moved);
    if (!rows)
      return rows.failure();
    auto state = apply_give_back(rows->r, rows->a, request);
    if (!state)
      return state;
    update_run(rows->r);
    update_attempt(rows->a);
    plan_after_end(*rows, request.now);
    return state;
  });
}

result<finished> sqlite_writer::finish(const finish_request& request) {
  return write_checked([&]() -> result<finished> {
    auto rows = load_attempt(request.grant, request.key, errc::store_no_such_run);
    if (!rows)
      return rows.failure();
    auto effect = apply_finish(rows->r, rows->a, rows->policy, request);
    if (!effect)
      return effect.failure();
    if (effect->attempt_changed)
      update_attempt(rows->a);
    if (effect->answer.changed) {
      update_run(rows->r);
      effect->answer.planned_next = plan_after_end(*rows, request.now);
    }
    return effect->answer;
  });
}

bool sqlite_writer::plan_after_end(const run_and_attempt& rows, wall_time now) {
  static const sqlite_text others{"SELECT 1 FROM runs WHERE job_id = ? AND state <= 2 LIMIT 1"};
  static const sqlite_text sql{"UPDATE jobs SET next_due_ms = ?, zone_version = '',"
                               " calendar_revision = 0 WHERE id = ?"};
  if (is_unfinished(rows.r.state) || !rows.policy.job_is_live)
    return false;
  auto due = due_to_plan(rows.job, now);
  if (!due || db_->prepare(others).bind(rows.r.job).step())
    return false;
  db_->prepare(sql).bind(due, rows.r.job).run();
  return true;
}

void sqlite_writer::update_run(const run& r) {
  static const sqlite_text sql{
    "UPDATE runs SET " + assignments(run_moving_fields) + " WHERE id = ?"};
  db_->prepare(sql).bind_fields(run_moving_fields, r).bind(r.id).run();
}

result<sqlite_writer::run_and_attempt>
sqlite_writer::load_attempt(const takt::grant& g, const attempt_key& key, errc unknown) {
  static const sqlite_text sql{
    "SELECT " + columns(run_fields, "r.") + ", " + columns(attempt_fields, "a.") + ", "
    + columns(job_head_fields, "j.")
    + ", j.retry_times, j.deleted_at_ms IS NULL FROM runs r JOIN attempts a ON a.run_id = r.id"
      " JOIN jobs j ON j.id = r.job_id WHERE r.id = ?1 AND a.run_id = ?1 AND a.attempt = ?2"};
  if (auto current = check_epoch(g); !current)
    return current.failure();
  auto s = db_->prepare(sql);
  if (!s.bind(key.run, key.attempt).step())
    return failure{unknown, to_string(key) + ": there is no such attempt"};
  // Its output is left behind: every move that writes the attempt sets it anew.
  run_and_attempt rows;
  rows.a.key = key;
  s.get_fields(run_fields, rows.r)
    .get_fields(attempt_fields, rows.a)
    .get_fields(job_head_fields, rows.job)
    .get(rows.policy.retry_times, rows.policy.job_is_live);
  if (auto right = check_shard(g, rows.r.job); !right)
    return right.failure();
  return rows;
}

void sqlite_writer::update_attempt(const attempt& a) {
  static const sqlite_text sql{
    "UPDATE attempts SET " + assignments(attempt_moving_fields)
    + ", output_head = ?, output_tail = ?, output_bytes = ? WHERE run_id = ? AND attempt = ?"};
  auto s = db_->prepare(sql);
  s.bind_fields(attempt_moving_fields, a)
    .bind(sql_bytes{a.output.head}, sql_bytes{a.output.tail}, a.output.bytes_total)
    .bind(a.key.run, a.key.attempt)
    .run();
}

} // namespace takt
