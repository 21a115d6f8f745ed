#include "storage/sqlite_connection.hpp"

#include "proto/limits.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <cassert>
#include <chrono>
#include <functional>
#include <thread>
#include <unordered_map>

namespace takt {

namespace {

struct text_hash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const noexcept {
    return std::hash<std::string_view>{}(text);
  }
};

constexpr auto press_interval = std::chrono::microseconds{200};

/// SQLite backs off to 100 ms between looks, so it hardly ever meets the gap between two commits of
/// a busy writer. A lease that cannot be renewed for that reason would be lost under full load.
int press(void* looks_max, int looks) {
  if (looks >= *static_cast<const int64_t*>(looks_max))
    return 0;
  std::this_thread::sleep_for(press_interval);
  return 1;
}

int flags_of(sqlite_connection::access mode) {
  // A connection is used by one thread at a time; its own mutex would be waste.
  return SQLITE_OPEN_NOMUTEX
    | (mode == sqlite_connection::access::read_only ? SQLITE_OPEN_READONLY
                                                    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

} // namespace

// -- sqlite_statement -----------------------------------------------------------------------------

sqlite_statement::sqlite_statement(SQLite::Statement& lent) : lent_(lent) {}

// What reset reports is the last step's failure, which step has thrown already.
sqlite_statement::~sqlite_statement() {
  lent_.tryReset();
}

bool sqlite_statement::step() {
  column_ = 0;
  return lent_.executeStep();
}

int sqlite_statement::run() {
  return (lent_.exec());
}

void sqlite_statement::put_null() {
  lent_.bind(++parameter_);
}

void sqlite_statement::put_int(int64_t x) {
  lent_.bind(++parameter_, x);
}

void sqlite_statement::put_text(const std::string& x) {
  lent_.bind(++parameter_, x);
}

void sqlite_statement::put_bytes(const void* data, size_t size) {
  // An empty string_view may hold nullptr, which SQLite would store as NULL.
  lent_.bind(++parameter_, size == 0 ? "" : data, static_cast<int>(size));
}

bool sqlite_statement::is_null() const {
  return lent_.isColumnNull(column_);
}

int64_t sqlite_statement::take_int() {
  return lent_.getColumn(column_++).getInt64();
}

std::string sqlite_statement::take_text() {
  return lent_.getColumn(column_++).getString();
}

// -- sqlite_connection ----------------------------------------------------------------------------

struct sqlite_connection::impl {
  SQLite::Database db;
  patience waits;
  int64_t looks_max = 0;
  std::unordered_map<std::string, SQLite::Statement, text_hash, std::equal_to<>> prepared{};
};

sqlite_connection::sqlite_connection(const std::string& path, access mode, patience waits)
  : path_(path), impl_(new impl{SQLite::Database{path, flags_of(mode)}, waits}) {
  set_busy_timeout(limits::sqlite_busy_timeout);
}

sqlite_connection::~sqlite_connection() = default;

sqlite_statement sqlite_connection::prepare(std::string_view sql) {
  auto found = impl_->prepared.find(sql);
  if (found == impl_->prepared.end()) {
    std::string text{sql};
    found = impl_->prepared.emplace(text, SQLite::Statement{impl_->db, text}).first;
  }
  return sqlite_statement{found->second};
}

void sqlite_connection::exec(const std::string& script) {
  impl_->db.exec(script);
}

int64_t sqlite_connection::get_int(std::string_view sql) {
  auto s = prepare(sql);
  return s.step() ? s.get_one<int64_t>() : 0;
}

bool sqlite_connection::in_transaction() const noexcept {
  return sqlite3_get_autocommit(impl_->db.getHandle()) == 0;
}

void sqlite_connection::rollback() noexcept {
  if (in_transaction())
    impl_->db.tryExec("ROLLBACK");
  assert(!in_transaction());
}

void sqlite_connection::set_busy_timeout(millis wait) {
  if (impl_->waits == patience::backing_off) {
    impl_->db.setBusyTimeout(static_cast<int>(wait.count()));
    return;
  }
  impl_->looks_max = wait / press_interval;
  sqlite3_busy_handler(impl_->db.getHandle(), press, &impl_->looks_max);
}

bool sqlite_connection::is_busy(const std::exception& e) noexcept {
  auto* of_sqlite = dynamic_cast<const SQLite::Exception*>(&e);
  return of_sqlite && of_sqlite->getErrorCode() == SQLITE_BUSY;
}

failure sqlite_connection::explain(const std::exception& e, const std::string& path) {
  auto* of_sqlite = dynamic_cast<const SQLite::Exception*>(&e);
  switch (of_sqlite ? of_sqlite->getErrorCode() : SQLITE_ERROR) {
  case SQLITE_READONLY:
    return {errc::store_failed, path + " is read-only"};
  case SQLITE_FULL:
    return {errc::store_failed, path + " cannot grow: the disk is full"};
  case SQLITE_BUSY:
    return {errc::store_failed, path + " is kept locked by another process"};
  case SQLITE_CANTOPEN:
    return {errc::store_failed, path + " cannot be opened"};
  case SQLITE_IOERR:
    return {errc::store_failed, path + " cannot be read or written: " + e.what()};
  case SQLITE_NOTADB:
  case SQLITE_CORRUPT:
    return {errc::store_failed, path + " is damaged or no database: " + e.what()};
  default:
    return {errc::store_failed, path + ": " + e.what()};
  }
}

} // namespace takt
