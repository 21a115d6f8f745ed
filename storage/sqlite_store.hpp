// sqlite_store: the store in one file, for one host. WAL with FULL sync: what a commit acknowledged
// is on disk. Several processes may open the same file; SQLite serialises their writes.
//
// THREADING: one thread at a time per object; each has a connection of its own, so that different
// objects on the same file may be used by different threads. Readers never wait for writers.
// ERRORS of opening: store_failed; store_schema for a file that is newer than this program or not
// takt's.
#pragma once

#include "storage/lease.hpp"
#include "storage/store.hpp"

#include <memory>
#include <string>

namespace takt {

struct sqlite_options {
  /// The file never grows beyond so many 4 KiB pages; 0: as far as the disk goes.
  uint32_t pages_max = 0;
  /// How long to wait for another process's write.
  millis busy_timeout = limits::sqlite_busy_timeout;
};

/// Creates the file if need be and brings its schema up to date. Folds nothing back from the
/// write-ahead log: run a sqlite_checkpointer beside it.
result<std::unique_ptr<store>>
open_sqlite_store(const std::string& path, const sqlite_options& options = {});

/// The file must have been opened by open_sqlite_store before.
result<std::unique_ptr<store_reader>> open_sqlite_reader(const std::string& path);

/// Creates and migrates like open_sqlite_store. Waits for writers more pressingly than they do for
/// each other, so that full load does not cost the lease.
result<std::unique_ptr<lease_table>> open_sqlite_lease_table(const std::string& path);

} // namespace takt
