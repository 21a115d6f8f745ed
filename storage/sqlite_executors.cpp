#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_writer.hpp"

namespace takt {

using namespace sqlite_rows;

result<void> sqlite_writer::save_executor(const executor_info& info, wall_time now) {
  return write([&]() -> result<void> {
    static const std::string sql = "INSERT INTO executors (" + columns(executor_info_fields) + ", "
      + columns(executor_fields) + ") VALUES (" + marks(executor_info_fields) + ", "
      + marks(executor_fields)
      + ") ON CONFLICT (id) DO UPDATE SET incarnation = excluded.incarnation,"
        " session = excluded.session, slots = excluded.slots, host = excluded.host,"
        " pid = excluded.pid, version = excluded.version, up = excluded.up,"
        " heartbeat_at_ms = excluded.heartbeat_at_ms, updated_at_ms = excluded.updated_at_ms";
    executor record{info, true, now, now, now};
    db_->prepare(sql)
      .bind_fields(executor_info_fields, info)
      .bind_fields(executor_fields, record)
      .run();
    write_task_types(info);
    return done{};
  });
}

void sqlite_writer::write_task_types(const executor_info& info) {
  db_->prepare("DELETE FROM executor_task_types WHERE executor_id = ?").bind(info.id).run();
  int64_t position = 0;
  for (const auto& type : info.task_types)
    db_->prepare("INSERT INTO executor_task_types VALUES (?, ?, ?)")
      .bind(info.id, position++, type)
      .run();
}

result<void> sqlite_writer::mark_executor(const executor_id& id, bool up, wall_time now) {
  return write([&]() -> result<void> {
    auto s = db_->prepare(
      "UPDATE executors SET up = ?1, updated_at_ms = ?2,"
      " heartbeat_at_ms = CASE WHEN ?1 THEN ?2 ELSE heartbeat_at_ms END WHERE id = ?3");
    if (s.bind(up, now, id).run() == 0)
      return no_such_executor(id);
    return done{};
  });
}

result<void> sqlite_writer::remove_executor(const executor_id& id) {
  return write([&]() -> result<void> {
    if (db_->prepare("DELETE FROM executors WHERE id = ?").bind(id).run() == 0)
      return no_such_executor(id);
    return done{};
  });
}

} // namespace takt
