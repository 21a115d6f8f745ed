#include "storage/sqlite_schema.hpp"

#include "proto/random.hpp"
#include "storage/migrations.hpp"

#include <stdexcept>

namespace takt {

namespace {

/// In the file's header, so that `file` and we know whose it is: "takt".
constexpr int64_t application_id = 0x74616b74;

struct schema_stamp {
  int64_t application = 0;
  int64_t version = 0;
  int64_t objects = 0; ///< tables and the like
};

/// In one statement, so that it is of one moment: whoever creates the file writes all three at
/// once.
schema_stamp read_stamp(sqlite_connection& db) {
  schema_stamp stamp;
  db.prepare("SELECT (SELECT count(*) FROM sqlite_schema),"
             " (SELECT application_id FROM pragma_application_id),"
             " (SELECT user_version FROM pragma_user_version)")
    .get_row(stamp.objects, stamp.application, stamp.version);
  return stamp;
}

result<void> check_stamp(sqlite_connection& db, const schema_stamp& stamp) {
  bool is_new = stamp.application == 0 && stamp.version == 0 && stamp.objects == 0;
  if (!is_new && stamp.application != application_id)
    return failure{errc::store_schema, db.path() + " is a database, but not one of takt's"};
  if (stamp.version > sqlite_schema_version())
    return failure{
      errc::store_schema,
      db.path() + " has schema " + std::to_string(stamp.version) + ", this program knows up to "
        + std::to_string(sqlite_schema_version()) + "; use a newer takt"};
  return done{};
}

/// Two processes that create the file together: one of them is told BUSY without any wait (SQLite
/// sees a deadlock in it), and finds the work done once it has had the write lock.
void switch_to_wal(sqlite_connection& db) {
  for (int tries = 0;; ++tries) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (const std::exception& e) {
      if (tries == 10 || !sqlite_connection::is_busy(e))
        throw;
      db.begin_immediate();
      db.commit();
    }
  }
}

void migrate_one(sqlite_connection& db, const migrations::migration& m) {
  db.begin_immediate();
  // Another process may have been quicker.
  if (read_stamp(db).version < m.number) {
    db.exec(std::string{m.sql});
    if (db.prepare("PRAGMA foreign_key_check").step())
      throw std::runtime_error{"migration " + std::string{m.name} + " left rows without their own"};
    db.exec("PRAGMA application_id = " + std::to_string(application_id));
    db.exec("PRAGMA user_version = " + std::to_string(m.number));
    auto id = make_random_id<cluster_id>(os_entropy());
    db.prepare("INSERT INTO meta (one, cluster_id) VALUES (1, ?) ON CONFLICT DO NOTHING")
      .bind(id)
      .run();
  }
  db.commit();
}

void set_up(sqlite_connection& db) {
  switch_to_wal(db);
  // FULL: what commit() acknowledges is on disk. Checkpoints are sqlite_checkpointer's. Small
  // temporary things need no file.
  db.exec("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY");
  // A table is rebuilt by dropping it, which would take its children along.
  db.exec("PRAGMA foreign_keys = OFF");
  for (const auto& m : migrations::sqlite())
    if (read_stamp(db).version < m.number)
      migrate_one(db, m);
  db.exec("PRAGMA foreign_keys = ON");
}

template <class F>
result<std::unique_ptr<sqlite_connection>> guarded(const std::string& path, F&& open) {
  try {
    return open();
  } catch (const std::exception& e) {
    return sqlite_connection::explain(e, path);
  }
}

} // namespace

int sqlite_schema_version() {
  return migrations::sqlite().empty() ? 0 : migrations::sqlite().back().number;
}

result<std::unique_ptr<sqlite_connection>>
open_sqlite_writer(const std::string& path, sqlite_connection::patience waits) {
  return guarded(path, [&]() -> result<std::unique_ptr<sqlite_connection>> {
    auto db =
      std::make_unique<sqlite_connection>(path, sqlite_connection::access::read_write, waits);
    if (auto ours = check_stamp(*db, read_stamp(*db)); !ours)
      return ours.failure();
    set_up(*db);
    return db;
  });
}

result<std::unique_ptr<sqlite_connection>> open_sqlite_read_only(const std::string& path) {
  return guarded(path, [&]() -> result<std::unique_ptr<sqlite_connection>> {
    auto db = std::make_unique<sqlite_connection>(path, sqlite_connection::access::read_only);
    auto stamp = read_stamp(*db);
    if (auto ours = check_stamp(*db, stamp); !ours)
      return ours.failure();
    if (stamp.version < sqlite_schema_version())
      return failure{errc::store_schema, path + " has not been brought up to date yet"};
    return db;
  });
}

cluster_id read_cluster_id(sqlite_connection& db) {
  auto s = db.prepare("SELECT cluster_id FROM meta");
  if (!s.step())
    throw std::runtime_error("the store has no cluster id");
  return s.get_one<cluster_id>();
}

} // namespace takt
