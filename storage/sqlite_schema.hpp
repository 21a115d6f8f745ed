// sqlite_schema: opens the database file and brings its schema to this program's.
//
// Any thread; several processes may open the same new file at once. Errors: store_failed, and
// store_schema for files that are newer than this program, or no store of takt's at all.
#pragma once

#include "storage/sqlite_connection.hpp"

namespace takt {

/// The number of the newest migration.
int sqlite_schema_version();

/// A connection that writes: file created, migrated, WAL with FULL sync, no checkpoints of its own.
result<std::unique_ptr<sqlite_connection>> open_sqlite_writer(
  const std::string& path,
  sqlite_connection::patience waits = sqlite_connection::patience::backing_off);

/// A connection that only reads a file of exactly this schema.
result<std::unique_ptr<sqlite_connection>> open_sqlite_read_only(const std::string& path);

/// @throws std::exception
cluster_id read_cluster_id(sqlite_connection& db);

} // namespace takt
