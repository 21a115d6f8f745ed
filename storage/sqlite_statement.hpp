// sqlite_statement: a prepared statement on loan from its connection: bind, step, get, in our
// types. Lists of described structs and of strings are JSON text in their column; whatever is read
// often should not name such a column.
//
// Given back (reset) when it goes out of scope; the same SQL must not be on loan twice at a time.
// One thread at a time. Throws std::exception (SQLite::Exception); sqlite_* files catch it at the
// edge of their public calls.
#pragma once

#include "proto/codec.hpp"
#include "proto/describe.hpp"
#include "proto/ids.hpp"
#include "proto/json.hpp"
#include "proto/time.hpp"

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

struct sqlite3_stmt;

namespace takt {

/// Bytes that need not be text.
struct sql_bytes {
  std::string_view data{};
};

class sqlite_statement {
public:
  explicit sqlite_statement(sqlite3_stmt* lent) noexcept : lent_(lent) {}
  sqlite_statement(const sqlite_statement&) = delete;
  sqlite_statement& operator=(const sqlite_statement&) = delete;
  ~sqlite_statement();

  /// Binds the next parameters, from ?1 on.
  template <class... Args>
  sqlite_statement& bind(const Args&... args) {
    (put(args), ...);
    return *this;
  }

  /// Binds the members that `fields` describes.
  template <class Fields, class Struct>
  sqlite_statement& bind_fields(const Fields& fields, const Struct& x) {
    std::apply([&](const auto&... f) { (put(x.*(f.member)), ...); }, fields);
    return *this;
  }

  /// Steps to the next row; false when there is none.
  bool step();
  /// Steps to the end: for statements that return no rows. How many rows it changed.
  int run();

  /// Reads the row's next columns, from the first on.
  template <class... Args>
  sqlite_statement& get(Args&... args) {
    (take(args), ...);
    return *this;
  }

  template <class Fields, class Struct>
  sqlite_statement& get_fields(const Fields& fields, Struct& x) {
    std::apply([&](const auto&... f) { (take(x.*(f.member)), ...); }, fields);
    return *this;
  }

  /// Steps, and reads the columns when there is a row. Whether there is.
  template <class... Args>
  bool get_row(Args&... args) {
    if (!step())
      return false;
    get(args...);
    return true;
  }

  /// The row's next column.
  template <class T>
  T get_one() {
    T x{};
    take(x);
    return x;
  }

private:
  void put_null();
  void put_int(int64_t x);
  void put_text(std::string_view x);
  void put_bytes(const void* data, size_t size);
  bool is_null() const;
  int64_t take_int();
  /// As long as the statement stays on its row.
  std::string_view take_text();
  /// @throws std::runtime_error when the column is no such JSON
  value take_json();
  [[noreturn]] void refuse_json(const failure& why) const;

  template <class T>
  requires std::integral<T> || std::is_enum_v<T>
  void put(const T& x) { put_int(static_cast<int64_t>(x)); }
  void put(const std::string& x) { put_text(x); }
  void put(const sql_bytes& x) { put_bytes(x.data.data(), x.data.size()); }
  void put(wall_time x) { put_int(to_ms(x)); }
  void put(mono_time x) { put_int(to_ms(x)); }
  template <class Tag>
  void put(const named<Tag>& x) {
    put_text(x.text);
  }
  template <class Tag>
  void put(const uuid<Tag>& x) {
    put_bytes(x.bytes.data(), x.bytes.size());
  }
  template <class T>
  void put(const std::optional<T>& x) {
    x ? put(*x) : put_null();
  }
  template <class T>
  void put(const std::vector<T>& x) {
    put_text(x.empty() ? "[]" : to_json(to_value(x)));
  }

  template <class T>
  requires std::integral<T> || std::is_enum_v<T>
  void take(T& x) { x = static_cast<T>(take_int()); }
  void take(std::string& x) { x.assign(take_text()); }
  void take(wall_time& x) { x = wall_from_ms(take_int()); }
  void take(mono_time& x) { x = mono_from_ms(take_int()); }
  template <class Tag>
  void take(named<Tag>& x) {
    x.text.assign(take_text());
  }
  template <class Tag>
  void take(uuid<Tag>& x) {
    auto raw = take_text();
    x = {};
    std::memcpy(x.bytes.data(), raw.data(), std::min(raw.size(), x.bytes.size()));
  }
  template <class T>
  void take(std::optional<T>& x) {
    if (is_null())
      return (x.reset(), ++column_, void());
    take(x.emplace());
  }
  template <class T>
  void take(std::vector<T>& x) {
    x.clear();
    auto read = takt::detail::read_value(take_json(), x, "column", INT64_MIN, INT64_MAX);
    if (!read)
      refuse_json(read.failure());
  }

  sqlite3_stmt* lent_;
  int parameter_ = 0;
  int column_ = 0;
};

} // namespace takt
