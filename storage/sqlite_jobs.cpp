#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_writer.hpp"

namespace takt {

using namespace sqlite_rows;

result<job> sqlite_writer::create_job(const takt::grant& g, const job& j) {
  return write([&]() -> result<job> {
    static const sqlite_text sql{
      "INSERT INTO jobs (" + columns(job_fields) + ", fixed_delay_ms, shard) VALUES ("
      + marks(job_fields) + ", ?, ?) ON CONFLICT (id) DO NOTHING"};
    if (auto may = check(g, j.id); !may)
      return may.failure();
    auto s = db_->prepare(sql);
    if (s.bind_fields(job_fields, j).bind(j.fixed_delay_ms(), g.shard).run() == 0)
      return failure{errc::store_job_exists, to_string(j.id)};
    return j;
  });
}

result<job> sqlite_writer::replace_job(const takt::grant& g, const job& j, bool keeps_plan) {
  return write([&]() -> result<job> {
    static const sqlite_text sql{
      "UPDATE jobs SET " + assignments(job_fields) + ", fixed_delay_ms = ? WHERE id = ?"};
    if (auto may = check(g, j.id); !may)
      return may.failure();
    auto stored = find_job(j.id);
    if (!stored)
      return stored;
    if (stored->version != j.version)
      return version_moved(j.id, stored->version, stored->paused);
    auto replaced = replacement_of(*stored, j, keeps_plan);
    db_->prepare(sql).bind_fields(job_fields, replaced).bind(replaced.fixed_delay_ms(), j.id).run();
    return replaced;
  });
}

result<void> sqlite_writer::replan(const replan_request& request) {
  return write_checked([&]() -> result<void> {
    static const sqlite_text sql{"UPDATE jobs SET next_due_ms = ?, zone_version = ?,"
                                 " calendar_revision = ? WHERE id = ?"};
    if (auto may = check(request.grant, request.job); !may)
      return may.failure();
    auto stored = find_head(request.job);
    if (!stored)
      return no_such_job(request.job);
    if (auto may = check_replan(stored->head, request); !may)
      return may.failure();
    db_->prepare(sql)
      .bind(request.next_due, request.zone_version, request.calendar_revision, request.job)
      .run();
    return done{};
  });
}

result<attempts_to_cancel>
sqlite_writer::remove_job(const takt::grant& g, const job_id& id, wall_time now) {
  return write([&]() -> result<attempts_to_cancel> {
    if (auto may = check(g, id); !may)
      return may.failure();
    auto removed =
      db_->prepare("UPDATE jobs SET deleted_at_ms = ? WHERE id = ? AND deleted_at_ms IS NULL")
        .bind(now, id)
        .run();
    if (removed == 0)
      return no_such_job(id);
    for (auto& r : unfinished_of(id)) {
      apply_job_deleted(r, now);
      update_run(r);
    }
    return attempts_to_cancel{in_flight_of(id)};
  });
}

std::vector<run> sqlite_writer::unfinished_of(const job_id& job) {
  static const sqlite_text sql{
    "SELECT " + columns(run_fields) + " FROM runs WHERE job_id = ? AND state <= 2"};
  std::vector<run> out;
  auto s = db_->prepare(sql);
  s.bind(job);
  while (s.step())
    s.get_fields(run_fields, out.emplace_back());
  return out;
}

std::vector<assignment> sqlite_writer::in_flight_of(const job_id& job) {
  static const sqlite_text sql{select_assignments("r.job_id = ?")};
  std::vector<assignment> out;
  auto s = db_->prepare(sql);
  s.bind(job);
  while (s.step())
    out.push_back(get_assignment(s));
  return out;
}

} // namespace takt
