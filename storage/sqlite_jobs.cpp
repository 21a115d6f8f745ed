#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_writer.hpp"

namespace takt {

using namespace sqlite_rows;

result<job> sqlite_writer::create_job(const takt::grant& g, const job& j) {
  return write([&]() -> result<job> {
    static const std::string sql = "INSERT INTO jobs (" + columns(job_fields) + ", shard) VALUES ("
      + marks(job_fields) + ", ?) ON CONFLICT (id) DO NOTHING";
    if (auto may = check(g, j.id); !may)
      return may.failure();
    auto s = db_->prepare(sql);
    if (s.bind_fields(job_fields, j).bind(g.shard).run() == 0)
      return failure{errc::store_job_exists, to_string(j.id)};
    return j;
  });
}

result<job> sqlite_writer::replace_job(const takt::grant& g, const job& j) {
  return write([&]() -> result<job> {
    static const std::string sql = "UPDATE jobs SET " + assignments(job_fields) + " WHERE id = ?";
    if (auto may = check(g, j.id); !may)
      return may.failure();
    auto stored = find_job(j.id);
    if (!stored)
      return stored;
    if (stored->version != j.version)
      return version_moved(*stored);
    auto replaced = j;
    ++replaced.version;
    replaced.created_at = stored->created_at;
    db_->prepare(sql).bind_fields(job_fields, replaced).bind(j.id).run();
    return replaced;
  });
}

result<attempts_to_cancel>
sqlite_writer::remove_job(const takt::grant& g, const job_id& id, wall_time now) {
  return write([&]() -> result<attempts_to_cancel> {
    static const std::string select_attempts = select_assignments("r.job_id = ?");
    if (auto may = check(g, id); !may)
      return may.failure();
    auto removed =
      db_->prepare("UPDATE jobs SET deleted_at_ms = ? WHERE id = ? AND deleted_at_ms IS NULL")
        .bind(now, id)
        .run();
    if (removed == 0)
      return no_such_job(id);
    std::vector<run_id> unfinished;
    {
      auto s = db_->prepare("SELECT id FROM runs WHERE job_id = ? AND state <= 2");
      s.bind(id);
      while (s.step())
        unfinished.push_back(s.get_one<run_id>());
    }
    for (const auto& each : unfinished) {
      auto r = load_run(each);
      apply_job_deleted(*r, now);
      update_run(*r);
    }
    attempts_to_cancel out;
    auto s = db_->prepare(select_attempts);
    s.bind(id);
    while (s.step())
      out.attempts.push_back(get_assignment(s));
    return out;
  });
}

} // namespace takt
