#include "storage/run_rules.hpp"
#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_writer.hpp"

namespace takt {

using namespace sqlite_rows;

namespace {

/// "name = excluded.name, …"
template <class Fields>
std::string excluded(const Fields& list) {
  std::string out;
  std::apply(
    [&](const auto&... f) {
      ((out += out.empty() ? "" : ", ", out += f.name, out += " = excluded.", out += f.name), ...);
    },
    list);
  return out;
}

template <class Fields>
std::string insert_or_replace(std::string_view table, const Fields& list) {
  return "INSERT INTO " + std::string{table} + " (" + columns(list) + ") VALUES (" + marks(list)
    + ") ON CONFLICT (name) DO UPDATE SET " + excluded(list);
}

} // namespace

result<uint64_t> sqlite_writer::save_calendar(const takt::grant& g, const calendar& c) {
  return write([&]() -> result<uint64_t> {
    static const sqlite_text sql{insert_or_replace("calendars", calendar_fields)};
    if (auto current = check_epoch(g); !current)
      return current.failure();
    db_->prepare(sql).bind_fields(calendar_fields, c).run();
    if (db_->get_int("SELECT count(*) FROM calendars") > int64_t{limits::calendars_max})
      return too_many(limits::calendars_max);
    return next_almanac_revision();
  });
}

result<uint64_t> sqlite_writer::remove_calendar(const takt::grant& g, const std::string& name) {
  return write([&]() -> result<uint64_t> {
    if (auto current = check_epoch(g); !current)
      return current.failure();
    if (db_->prepare("DELETE FROM calendars WHERE name = ?").bind(name).run() == 0)
      return no_such_calendar(name);
    auto user =
      db_->prepare("SELECT jobs.id FROM jobs, json_each(jobs.calendars) WHERE deleted_at_ms IS NULL"
                   " AND calendars <> '[]' AND json_each.value = ? ORDER BY jobs.id LIMIT 1");
    if (job_id id; user.bind(name).get_row(id))
      return calendar_in_use(name, id);
    return next_almanac_revision();
  });
}

result<uint64_t> sqlite_writer::save_blackout(const takt::grant& g, const blackout& b) {
  return write([&]() -> result<uint64_t> {
    static const sqlite_text sql{insert_or_replace("blackouts", blackout_fields)};
    if (auto current = check_epoch(g); !current)
      return current.failure();
    db_->prepare(sql).bind_fields(blackout_fields, b).run();
    if (db_->get_int("SELECT count(*) FROM blackouts") > int64_t{limits::blackouts_max})
      return too_many(limits::blackouts_max);
    return next_almanac_revision();
  });
}

result<uint64_t> sqlite_writer::remove_blackout(const takt::grant& g, const std::string& name) {
  return write([&]() -> result<uint64_t> {
    if (auto current = check_epoch(g); !current)
      return current.failure();
    if (db_->prepare("DELETE FROM blackouts WHERE name = ?").bind(name).run() == 0)
      return no_such_blackout(name);
    return next_almanac_revision();
  });
}

uint64_t sqlite_writer::next_almanac_revision() {
  uint64_t revision = 0;
  auto s = db_->prepare(
    "UPDATE meta SET almanac_revision = almanac_revision + 1 RETURNING almanac_revision");
  while (s.get_row(revision))
    continue;
  return revision;
}

} // namespace takt
