#include "storage/sqlite_reader.hpp"

#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_schema.hpp"
#include "storage/sqlite_store.hpp"

#include <algorithm>
#include <set>

namespace takt {

using namespace sqlite_rows;

namespace {

const std::string select_job = "SELECT " + columns(job_fields) + " FROM jobs ";

const std::string select_run = "SELECT " + columns(run_fields, "r.")
  + ", coalesce(a.output_head, x''), coalesce(a.output_tail, x''), coalesce(a.output_bytes, 0),"
    " coalesce(a.error, '')"
    " FROM runs r LEFT JOIN attempts a ON a.run_id = r.id AND a.attempt = r.attempt ";

constexpr const char* select_almanac_revision = "SELECT almanac_revision FROM meta";

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
    static const sqlite_text sql{select_job + "WHERE id = ? AND deleted_at_ms IS NULL"};
    auto s = db_->prepare(sql);
    return s.bind(id).step() ? result<job>{get_job(s)} : no_such_job(id);
  });
}

template <class Base>
result<page_of<job>> sqlite_reads<Base>::list_jobs(const page_request& page) {
  return read([&]() -> result<page_of<job>> {
    static const sqlite_text sql{
      select_job + "WHERE deleted_at_ms IS NULL ORDER BY created_at_ms, id LIMIT ? OFFSET ?"};
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
    static const sqlite_text sql{
      select_job
      + "WHERE deleted_at_ms IS NULL AND paused = 0 AND next_due_ms IS NOT NULL"
        " AND next_due_ms <= ?1 AND (next_due_ms, id) > (?2, ?3) AND (?4 >> shard) & 1"
        " ORDER BY next_due_ms, id LIMIT ?5"};
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
result<std::vector<job>> sqlite_reads<Base>::jobs_planned_otherwise(
  const std::vector<shard_no>& shards, const std::string& zones, uint64_t calendars,
  const std::optional<job_id>& after, uint32_t max) {
  return read([&]() -> result<std::vector<job>> {
    // From each other value its first jobs: the values are few, and most jobs have the right one.
    static const sqlite_text next_zones{"SELECT min(zone_version) FROM jobs WHERE deleted_at_ms IS"
                                        " NULL AND zone_version <> '' AND zone_version > ?"};
    static const sqlite_text next_calendars{
      "SELECT min(calendar_revision) FROM jobs WHERE deleted_at_ms IS NULL"
      " AND calendar_revision <> 0 AND calendar_revision > ?"};
    static const sqlite_text of_zones{
      "SELECT id FROM jobs WHERE deleted_at_ms IS NULL AND zone_version <> '' AND zone_version = ?"
      " AND id > ? AND (? >> shard) & 1 ORDER BY id LIMIT ?"};
    static const sqlite_text of_calendars{
      "SELECT id FROM jobs WHERE deleted_at_ms IS NULL AND calendar_revision <> 0"
      " AND calendar_revision = ? AND id > ? AND (? >> shard) & 1 ORDER BY id LIMIT ?"};
    // No bytes sort before every id.
    sql_bytes beyond;
    if (after)
      beyond.data = {reinterpret_cast<const char*>(after->bytes.data()), after->bytes.size()};
    std::set<job_id> ids;
    auto gather = [&](const auto& next, const auto& of, const auto& right, auto value) {
      for (;;) {
        std::optional<decltype(value)> found;
        db_->prepare(next).bind(value).get_row(found);
        if (!found)
          return;
        value = *found;
        if (value == right)
          continue;
        auto s = db_->prepare(of);
        s.bind(value, beyond, mask_of(shards), max);
        while (s.step())
          ids.insert(s.template get_one<job_id>());
      }
    };
    gather(next_zones, of_zones, zones, std::string{});
    gather(next_calendars, of_calendars, calendars, uint64_t{0});
    std::vector<job> out;
    for (const auto& id : ids) {
      if (out.size() == max)
        break;
      if (auto j = find_job(id))
        out.push_back(std::move(*j));
    }
    return out;
  });
}

template <class Base>
result<run> sqlite_reads<Base>::find_run(const run_id& id) {
  return read([&]() -> result<run> {
    static const sqlite_text sql{select_run + "WHERE r.id = ?"};
    auto s = db_->prepare(sql);
    return s.bind(id).step() ? result<run>{get_run(s)} : no_such_run(id);
  });
}

template <class Base>
result<page_of<run>> sqlite_reads<Base>::list_runs(const job_id& job, const page_request& page) {
  return read([&]() -> result<page_of<run>> {
    static const sqlite_text sql{
      select_run + "WHERE r.job_id = ? ORDER BY r.due_ms DESC, r.id DESC LIMIT ? OFFSET ?"};
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
wall_time sqlite_reads<Base>::ledger_start(const job_id& job, wall_time from) {
  static const sqlite_text sql{"SELECT due_ms, due_last_ms FROM runs WHERE job_id = ? AND kind = 0"
                               " AND due_ms <= ? ORDER BY due_ms DESC LIMIT 1"};
  auto s = db_->prepare(sql);
  run last;
  if (s.bind(job, from).step())
    s.get(last.due, last.due_last);
  return covers(last, from) ? last.due : from;
}

template <class Base>
result<page_of<run>> sqlite_reads<Base>::list_ledger(
  const job_id& job, wall_time from, wall_time to, const page_request& page) {
  return read([&]() -> result<page_of<run>> {
    static const sqlite_text count{"SELECT count(*) FROM runs WHERE job_id = ? AND due_ms >= ?"
                                   " AND due_ms < ? AND kind = 0"};
    static const sqlite_text sql{
      select_run
      + "WHERE r.job_id = ? AND r.due_ms >= ? AND r.due_ms < ? AND r.kind = 0"
        " ORDER BY r.due_ms LIMIT ? OFFSET ?"};
    page_of<run> out;
    if (from >= to)
      return out;
    auto start = ledger_start(job, from);
    auto s = db_->prepare(sql);
    s.bind(job, start, to, page.size, offset_of(page));
    while (s.step())
      out.rows.push_back(get_run(s));
    db_->prepare(count).bind(job, start, to).get_row(out.total);
    return out;
  });
}

template <class Base>
result<store_reader::ledger_place> sqlite_reads<Base>::find_due(const job_id& job, wall_time at) {
  return read([&]() -> result<store_reader::ledger_place> {
    static const sqlite_text until{
      select_run
      + "WHERE r.job_id = ? AND r.due_ms <= ? AND r.kind = 0"
        " ORDER BY r.due_ms DESC LIMIT 2"};
    static const sqlite_text beyond{
      select_run + "WHERE r.job_id = ? AND r.due_ms > ? AND r.kind = 0 ORDER BY r.due_ms LIMIT 1"};
    store_reader::ledger_place out;
    auto s = db_->prepare(until);
    for (s.bind(job, at); !out.before && s.step();) {
      auto row = get_run(s);
      (covers(row, at) && !out.covering ? out.covering : out.before) = std::move(row);
    }
    auto next = db_->prepare(beyond);
    if (next.bind(job, at).step())
      out.after = get_run(next);
    return out;
  });
}

template <class Base>
result<std::vector<millis>> sqlite_reads<Base>::recent_durations(const job_id& job, uint32_t max) {
  return read([&]() -> result<std::vector<millis>> {
    static const sqlite_text sql{"SELECT state, started_at_ms, ended_at_ms FROM runs WHERE job_id"
                                 " = ? ORDER BY due_ms DESC, id DESC LIMIT ?"};
    std::vector<millis> out;
    auto s = db_->prepare(sql);
    s.bind(job, durations_looked_at_max);
    while (out.size() < max && s.step()) {
      run r;
      s.get(r.state, r.started_at, r.ended_at);
      if (auto took = duration_of(r))
        out.push_back(*took);
    }
    return out;
  });
}

template <class Base>
result<std::vector<attempt>> sqlite_reads<Base>::list_attempts(const run_id& run) {
  return read([&]() -> result<std::vector<attempt>> {
    static const sqlite_text sql{
      "SELECT run_id, attempt, " + columns(attempt_fields)
      + ", output_head, output_tail, output_bytes"
        " FROM attempts WHERE run_id = ? ORDER BY attempt"};
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
      " j.executor, j.overlap = 2 FROM runs r JOIN jobs j ON j.id = r.job_id"
      " WHERE r.state = 0 AND (?1 >> r.shard) & 1 ORDER BY r.due_ms, r.id LIMIT ?2");
    s.bind(mask_of(shards), max);
    while (s.step()) {
      auto& r = out.emplace_back();
      s.get(
        r.id, r.job, r.shard, r.attempt, r.due, r.not_before, r.task_type, r.pinned, r.parallel);
    }
    return out;
  });
}

template <class Base>
result<std::vector<assignment>> sqlite_reads<Base>::in_flight(const std::vector<shard_no>& shards) {
  return read([&]() -> result<std::vector<assignment>> {
    static const sqlite_text sql{select_assignments("(? >> r.shard) & 1")};
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
    static const sqlite_text sql{
      "SELECT " + columns(executor_info_fields) + ", " + columns(executor_fields)
      + " FROM executors ORDER BY id"};
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

template <class Base>
result<store_reader::almanac_rows> sqlite_reads<Base>::almanac() {
  return read([&]() -> result<store_reader::almanac_rows> {
    static const sqlite_text all_calendars{
      "SELECT " + columns(calendar_fields) + " FROM calendars ORDER BY name"};
    static const sqlite_text all_blackouts{
      "SELECT " + columns(blackout_fields) + " FROM blackouts ORDER BY begin_ms, name"};
    store_reader::almanac_rows out;
    // Revision first: rows that are newer than it say are read again, older ones never would be.
    out.revision = static_cast<uint64_t>(db_->get_int(select_almanac_revision));
    auto calendars = db_->prepare(all_calendars);
    while (calendars.step())
      calendars.get_fields(calendar_fields, out.calendars.emplace_back());
    auto blackouts = db_->prepare(all_blackouts);
    while (blackouts.step())
      blackouts.get_fields(blackout_fields, out.blackouts.emplace_back());
    return out;
  });
}

template <class Base>
result<uint64_t> sqlite_reads<Base>::almanac_revision() {
  return read([&]() -> result<uint64_t> {
    return static_cast<uint64_t>(db_->get_int(select_almanac_revision));
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
