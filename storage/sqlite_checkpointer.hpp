// sqlite_checkpointer: folds the write-ahead log back into the database, on a thread and connection
// of its own, so that no commit waits for it (commit p99 6.3 -> 1.5 ms when it was introduced).
//
// Every limits::checkpoint_interval PASSIVE, which waits for nobody; TRUNCATE once the log has
// grown beyond wal_bytes_max: a long reader, or a writer that never pauses, keeps PASSIVE from ever
// reaching its end. Started by whoever opens the store in production. Safe from any thread; stops
// with its destructor.
#pragma once

#include "proto/result.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace takt {

/// Beyond this the log is cut, not only reused.
inline constexpr uint64_t wal_bytes_max = 64 << 20;

/// One connection that checkpoints when told to. One thread at a time.
class wal_folder {
public:
  /// The store must have been opened before. store_failed, store_schema.
  static result<std::unique_ptr<wal_folder>> open(const std::string& path);
  virtual ~wal_folder() = default;

  /// Folds what can be folded without waiting; cuts the log when it is over `bytes_max`. How long
  /// the log file is afterwards. A reader or writer in the way is no failure.
  virtual result<uint64_t> fold(uint64_t bytes_max = wal_bytes_max) = 0;
};

class sqlite_checkpointer {
public:
  /// Starts the thread. Errors as wal_folder::open.
  static result<std::unique_ptr<sqlite_checkpointer>> start(const std::string& path);
  ~sqlite_checkpointer();

  sqlite_checkpointer(const sqlite_checkpointer&) = delete;
  sqlite_checkpointer& operator=(const sqlite_checkpointer&) = delete;

  /// The log's length after the last look; for an alarm. Safe from any thread.
  uint64_t wal_bytes() const noexcept;

private:
  struct impl;
  explicit sqlite_checkpointer(std::unique_ptr<wal_folder> folder);
  std::unique_ptr<impl> impl_;
};

} // namespace takt
