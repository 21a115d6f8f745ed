#include "storage/sqlite_connection.hpp"

#include "proto/limits.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <vector>

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

/// SQLite counts its memory under one lock for all threads; nobody asks for the figures.
bool stop_counting_memory() {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
}

/// Statements that were prepared with the connection, and end before it does.
struct finalizer {
  void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
};
using prepared_statement = std::unique_ptr<sqlite3_stmt, finalizer>;

prepared_statement prepare_on(sqlite3* db, std::string_view sql) {
  sqlite3_stmt* made = nullptr;
  auto code = sqlite3_prepare_v3(
    db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made, nullptr);
  if (code != SQLITE_OK)
    throw SQLite::Exception{db, code};
  return prepared_statement{made};
}

void check(sqlite3_stmt* s, int code) {
  if (code != SQLITE_OK)
    throw SQLite::Exception{sqlite3_db_handle(s), code};
}

} // namespace

// -- sqlite_statement -----------------------------------------------------------------------------

// What reset reports is the last step's failure, which step has thrown already.
sqlite_statement::~sqlite_statement() {
  sqlite3_reset(lent_);
}

bool sqlite_statement::step() {
  column_ = 0;
  auto code = sqlite3_step(lent_);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    throw SQLite::Exception{sqlite3_db_handle(lent_), code};
  return code == SQLITE_ROW;
}

int sqlite_statement::run() {
  while (step())
    continue;
  return sqlite3_changes(sqlite3_db_handle(lent_));
}

void sqlite_statement::put_null() {
  check(lent_, sqlite3_bind_null(lent_, ++parameter_));
}

void sqlite_statement::put_int(int64_t x) {
  check(lent_, sqlite3_bind_int64(lent_, ++parameter_, x));
}

void sqlite_statement::put_text(std::string_view x) {
  // An empty string_view may hold nullptr, which SQLite would store as NULL.
  check(
    lent_,
    sqlite3_bind_text64(
      lent_, ++parameter_, x.empty() ? "" : x.data(), x.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void sqlite_statement::put_bytes(const void* data, size_t size) {
  check(
    lent_, sqlite3_bind_blob64(lent_, ++parameter_, size == 0 ? "" : data, size, SQLITE_TRANSIENT));
}

bool sqlite_statement::is_null() const {
  return sqlite3_column_type(lent_, column_) == SQLITE_NULL;
}

int64_t sqlite_statement::take_int() {
  return sqlite3_column_int64(lent_, column_++);
}

std::string_view sqlite_statement::take_text() {
  auto column = column_++;
  // As blobs, so that text with a NUL in it comes back whole.
  const auto* data = static_cast<const char*>(sqlite3_column_blob(lent_, column));
  auto size = sqlite3_column_bytes(lent_, column);
  return data ? std::string_view{data, static_cast<size_t>(size)} : std::string_view{};
}

value sqlite_statement::take_json() {
  auto read = from_json(take_text());
  if (!read)
    refuse_json(read.failure());
  return std::move(*read);
}

void sqlite_statement::refuse_json(const failure& why) const {
  throw std::runtime_error{
    "column " + std::string{sqlite3_column_name(lent_, column_ - 1)} + ": " + why.message()};
}

// -- sqlite_connection ----------------------------------------------------------------------------

sqlite_text::sqlite_text(std::string sql) : sql_(std::move(sql)) {
  static std::atomic<size_t> texts{0};
  number_ = texts++;
}

struct sqlite_connection::impl {
  SQLite::Database db;
  patience waits;
  int64_t looks_max = 0;
  std::vector<prepared_statement> numbered{}; ///< by sqlite_text's number
  std::unordered_map<std::string, prepared_statement, text_hash, std::equal_to<>> prepared{};
};

sqlite_connection::sqlite_connection(const std::string& path, access mode, patience waits)
  : path_(path) {
  // Before anything else of SQLite is used; once it is, the setting stays as it was.
  [[maybe_unused]] static const bool uncounted = stop_counting_memory();
  impl_.reset(new impl{SQLite::Database{path, flags_of(mode)}, waits});
  set_busy_timeout(limits::sqlite_busy_timeout);
}

sqlite_connection::~sqlite_connection() = default;

sqlite_statement sqlite_connection::prepare(const sqlite_text& text) {
  auto& known = impl_->numbered;
  if (text.number() >= known.size())
    known.resize(text.number() + 1);
  auto& mine = known[text.number()];
  if (!mine)
    mine = prepare_on(impl_->db.getHandle(), text.sql());
  return sqlite_statement{mine.get()};
}

sqlite_statement sqlite_connection::prepare(std::string_view sql) {
  auto found = impl_->prepared.find(sql);
  if (found == impl_->prepared.end())
    found = impl_->prepared.emplace(std::string{sql}, prepare_on(impl_->db.getHandle(), sql)).first;
  return sqlite_statement{found->second.get()};
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

void sqlite_connection::begin_immediate() {
  static const sqlite_text begin{"BEGIN IMMEDIATE"};
  prepare(begin).run();
}

void sqlite_connection::commit() {
  static const sqlite_text end{"COMMIT"};
  prepare(end).run();
}

int64_t sqlite_connection::changes() const noexcept {
  return sqlite3_total_changes64(impl_->db.getHandle());
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
