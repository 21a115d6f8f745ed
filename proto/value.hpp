// value: a tree of plain data between our structs and a format (msgpack, JSON).
//
// Owned by whoever holds it; one thread at a time. Maps keep their order; a key given twice is a
// decoding error in every format, so a map here has each key once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace takt {

struct value;

/// Bytes that are not text: msgpack's bin; JSON has none and refuses to write them.
struct blob {
  std::string data;
  bool operator==(const blob&) const = default;
};

using value_list = std::vector<value>;
using value_map = std::vector<std::pair<std::string, value>>;

struct value {
  std::variant<
    std::monostate, bool, int64_t, uint64_t, double, std::string, blob, value_list, value_map>
    data;

  value() = default;
  template <class T>
  explicit value(T x) : data(std::move(x)) {}

  bool is_null() const noexcept { return data.index() == 0; }
  const value_map* as_map() const noexcept { return std::get_if<value_map>(&data); }
  const value_list* as_list() const noexcept { return std::get_if<value_list>(&data); }
  const std::string* as_text() const noexcept { return std::get_if<std::string>(&data); }

  /// The member of a map; nullptr when this is no map or has no such key.
  const value* find(std::string_view key) const noexcept;

  /// "null", "a boolean", "a number", "a string", "bytes", "a list" or "an object": for messages.
  std::string_view kind() const noexcept;

  bool operator==(const value&) const = default;
};

/// What a decoder refuses, before it allocates for it.
struct decode_limits {
  size_t depth_max = 16;
  size_t elements_max = 100'000; ///< of all lists and maps together
  size_t text_bytes_max = 4 << 20;
};

} // namespace takt
