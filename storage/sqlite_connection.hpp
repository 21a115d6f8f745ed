// sqlite_connection: one connection to the database file, with its prepared statements.
//
// One thread at a time. Throws std::exception; explain() makes one line of it. Used by the sqlite_*
// files only.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"
#include "storage/sqlite_statement.hpp"

#include <memory>
#include <string>

namespace takt {

/// SQL with a number of its own, by which each connection finds what it has prepared for it without
/// looking at the text. To be static where it is used.
class sqlite_text {
public:
  explicit sqlite_text(std::string sql);

  const std::string& sql() const noexcept { return sql_; }
  size_t number() const noexcept { return number_; }

private:
  std::string sql_;
  size_t number_;
};

class sqlite_connection {
public:
  enum class access : uint8_t { read_only, read_write };
  /// How to wait for another connection's write transaction.
  enum class patience : uint8_t {
    backing_off, ///< SQLite's own: sleeps of up to 100 ms
    pressing     ///< asks every 200 µs: wins a gap of a connection that commits without pause
  };

  /// Opens the file; creates it when it may be written.
  sqlite_connection(const std::string& path, access mode, patience waits = patience::backing_off);
  ~sqlite_connection();

  /// The statement for this SQL, prepared once.
  sqlite_statement prepare(const sqlite_text& text);
  sqlite_statement prepare(std::string_view sql);
  /// Runs a script of statements whose rows nobody wants.
  void exec(const std::string& script);
  int64_t get_int(std::string_view sql);

  /// False also when SQLite ended the transaction by itself (full disk, I/O error).
  bool in_transaction() const noexcept;
  /// Ends a transaction if there is one. Never fails in a way that matters: what is not committed
  /// is not stored.
  void rollback() noexcept;

  void set_busy_timeout(millis wait);
  /// For a transaction that writes: takes the write lock at once, so that no read needs an upgrade.
  void begin_immediate();
  void commit();
  /// Rows that statements have changed since the connection was opened.
  int64_t changes() const noexcept;

  const std::string& path() const noexcept { return path_; }
  /// Whether the exception says that another connection has the lock.
  static bool is_busy(const std::exception& e) noexcept;
  /// store_failed with one sentence.
  failure explain(const std::exception& e) const { return explain(e, path_); }
  static failure explain(const std::exception& e, const std::string& path);

private:
  struct impl;
  std::string path_;
  std::unique_ptr<impl> impl_;
};

} // namespace takt
