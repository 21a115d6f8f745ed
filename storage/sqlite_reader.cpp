#include "storage/sqlite_reader.hpp"

#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_schema.hpp"
#include "storage/sqlite_store.hpp"

#include <algorithm>

namespace takt {

using namespace sqlite_rows;

namespace {

const std::string select_job = "SELECT " + columns(job_fields) + " FROM jobs ";

const std::string select_run = "SELECT " + columns(run_fields, "r.")
  + ", coalesce(a.output_head, x''), coalesce(a.output_tail, x''), coalesce(a.output_bytes, 0),"
    " coalesce(a.error, '')"
    " FROM runs r LEFT JOIN attempts a ON a.run_id = r.id AND a.attempt = r.attempt ";

job get_job(sqlite_statement& row) {
  job j;
  row.get_fields(job_fields, j);
  return j;
}

run get_run(sqlite_statement& row) {
  run r;
  row.get_fields(run_fields, r);
  row.get(r.output.head, r.output.tail, r.output.bytes_total, r.error);
  return r;
}

int64_t offset_of(const page_request& page) {
  return int64_t{std::max(page.page, 1U) - 1} * page.size;
}

} // namespace

template <class Base>
result<job> sqlite_reads<Base>::find_job(const job_id& id) {
  return read([&]() -> result<job> {
    static const std::string sql = select_job + "WHERE id = ? AND deleted_at_ms IS NULL";
    auto s = db_->prepare(sql);
    return s.bind(id).step() ? result<job>{get_job(s)} : no_such_job(id);
  });
}

template <class Base>
result<page_of<job>> sqlite_reads<Base>::list_jobs(const page_request& page) {
  return read([&]() -> result<page_of<job>> {
    static const std::string sql =
      select_job + "WHERE deleted_at_ms IS NULL ORDER BY created_at_ms, id LIMIT ? OFFSET ?";
    page_of<job> out;
    auto s = db_->prepare(sql);
    s.bind(page.size, offset_of(page));
    while (s.step())
      out.rows.push_back(get_job(s));
    out.total =
      static_cast<uint64_t>(db_->get_int("SELECT count(*) FROM jobs WHERE deleted_at_ms IS NULL"));
    return out;
  });
}

template <class Base>
result<std::vector<job>> sqlite_reads<Base>::jobs_due(
  const std::vector<shard_no>& shards, wall_time until, uint32_t max,
  const std::optional<store_reader::due_cursor>& after) {
  return read([&]() -> result<std::vector<job>> {
    static const std::string sql = select_job
      + "WHERE deleted_at_ms IS NULL AND paused = 0 AND next_due_ms IS NOT NULL"
        " AND next_due_ms <= ?1 AND (next_due_ms, id) > (?2, ?3) AND (?4 >> shard) & 1"
        " ORDER BY next_due_ms, id LIMIT ?5";
    // Below every row when there is no cursor: no id is shorter than a none.
    auto from = after.value_or(store_reader::due_cursor{wall_from_ms(INT64_MIN), {}});
    std::vector<job> out;
    auto s = db_->prepare(sql);
    s.bind(until, from.due, from.id, mask_of(shards), max);
    while (s.step())
      out.push_back(get_job(s));
    return out;
  });
}

template <class Base>
result<run> sqlite_reads<Base>::find_run(const run_id& id) {
  return read([&]() -> result<run> {
    static const std::string sql = select_run + "WHERE r.id = ?";
    auto s = db_->prepare(sql);
    return s.bind(id).step() ? result<run>{get_run(s)} : no_such_run(id);
  });
}

template <class Base>
result<page_of<run>> sqlite_reads<Base>::list_runs(const job_id& job, const page_request& page) {
  return read([&]() -> result<page_of<run>> {
    static const std::string sql =
      select_run + "WHERE r.job_id = ? ORDER BY r.due_ms DESC, r.id DESC LIMIT ? OFFSET ?";
    page_of<run> out;
    auto s = db_->prepare(sql);
    s.bind(job, page.size, offset_of(page));
    while (s.step())
      out.rows.push_back(get_run(s));
    auto count = db_->prepare("SELECT count(*) FROM runs WHERE job_id = ?");
    count.bind(job).step();
    count.get(out.total);
    return out;
  });
}

template <class Base>
result<std::vector<attempt>> sqlite_reads<Base>::list_attempts(const run_id& run) {
  return read([&]() -> result<std::vector<attempt>> {
    static const std::string sql = "SELECT run_id, attempt, " + columns(attempt_fields)
      + ", output_head, output_tail, output_bytes"
        " FROM attempts WHERE run_id = ? ORDER BY attempt";
    std::vector<attempt> out;
    auto s = db_->prepare(sql);
    s.bind(run);
    while (s.step()) {
      auto& a = out.emplace_back();
      s.get(a.key.run, a.key.attempt).get_fields(attempt_fields, a);
      s.get(a.output.head, a.output.tail, a.output.bytes_total);
    }
    return out;
  });
}

template <class Base>
result<std::vector<ready_run>>
sqlite_reads<Base>::ready_runs(const std::vector<shard_no>& shards, uint32_t max) {
  return read([&]() -> result<std::vector<ready_run>> {
    std::vector<ready_run> out;
    auto s = db_->prepare(
      "SELECT r.id, r.job_id, r.shard, r.attempt, r.due_ms, r.not_before_ms, j.task_type,"
      " j.executor FROM runs r JOIN jobs j ON j.id = r.job_id"
      " WHERE r.state = 0 AND (?1 >> r.shard) & 1 ORDER BY r.due_ms, r.id LIMIT ?2");
    s.bind(mask_of(shards), max);
    while (s.step()) {
      auto& r = out.emplace_back();
      s.get(r.id, r.job, r.shard, r.attempt, r.due, r.not_before, r.task_type, r.pinned);
    }
    return out;
  });
}

template <class Base>
result<std::vector<assignment>> sqlite_reads<Base>::in_flight(const std::vector<shard_no>& shards) {
  return read([&]() -> result<std::vector<assignment>> {
    static const std::string sql = select_assignments("(? >> r.shard) & 1");
    std::vector<assignment> out;
    auto s = db_->prepare(sql);
    s.bind(mask_of(shards));
    while (s.step())
      out.push_back(get_assignment(s));
    return out;
  });
}

template <class Base>
result<uint64_t> sqlite_reads<Base>::count_ready(const std::vector<shard_no>& shards) {
  return read([&]() -> result<uint64_t> {
    auto s = db_->prepare("SELECT count(*) FROM runs WHERE state = 0 AND (? >> shard) & 1");
    s.bind(mask_of(shards)).step();
    return s.get_one<uint64_t>();
  });
}

template <class Base>
result<std::vector<executor>> sqlite_reads<Base>::list_executors() {
  return read([&]() -> result<std::vector<executor>> {
    static const std::string sql = "SELECT " + columns(executor_info_fields) + ", "
      + columns(executor_fields) + " FROM executors ORDER BY id";
    std::vector<executor> out;
    auto s = db_->prepare(sql);
    while (s.step()) {
      auto& e = out.emplace_back();
      s.get_fields(executor_info_fields, e.info).get_fields(executor_fields, e);
      auto types = db_->prepare(
        "SELECT task_type FROM executor_task_types WHERE executor_id = ? ORDER BY position");
      types.bind(e.info.id);
      while (types.step())
        e.info.task_types.push_back(types.template get_one<std::string>());
    }
    return out;
  });
}

template <class Base>
result<std::vector<std::string>> sqlite_reads<Base>::known_task_types() {
  return read([&]() -> result<std::vector<std::string>> {
    std::vector<std::string> out;
    auto s = db_->prepare("SELECT DISTINCT task_type FROM executor_task_types ORDER BY task_type");
    while (s.step())
      out.push_back(s.get_one<std::string>());
    return out;
  });
}

template class sqlite_reads<store_reader>;
template class sqlite_reads<store>;

std::string select_assignments(std::string_view where) {
  return "SELECT r.id, r.attempt, a.fence, r.shard, a.epoch, a.executor, a.incarnation, r.job_id,"
         " j.task_type, j.payload, j.timeout_s, r.kind, r.due_ms, r.state, r.cancel_requested"
         " FROM runs r JOIN jobs j ON j.id = r.job_id"
         " JOIN attempts a ON a.run_id = r.id AND a.attempt = r.attempt"
         " WHERE r.state IN (1, 2) AND "
    + std::string{where} + " ORDER BY r.due_ms, r.id";
}

assignment get_assignment(sqlite_statement& row) {
  assignment a;
  row.get(
    a.key.run, a.key.attempt, a.fence, a.grant.shard, a.grant.epoch, a.executor, a.incarnation,
    a.job, a.task_type, a.payload, a.timeout_s, a.kind, a.due, a.state, a.cancel_requested);
  return a;
}

result<std::unique_ptr<store_reader>> open_sqlite_reader(const std::string& path) {
  auto db = open_sqlite_read_only(path);
  if (!db)
    return db.failure();
  try {
    auto id = read_cluster_id(**db);
    return std::unique_ptr<store_reader>{
      std::make_unique<sqlite_reads<store_reader>>(std::move(*db), id)};
  } catch (const std::exception& e) {
    return sqlite_connection::explain(e, path);
  }
}

} // namespace takt
