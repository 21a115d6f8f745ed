// codec: described structs <-> value, so that a format needs to know only value.
//
// Reading is total and strict about types and bounds (frame_out_of_range naming the field), lenient
// about what it does not know: unknown keys are ignored, absent keys keep the struct's default,
// which must be within bounds itself.
// Pure; safe from any thread.
#pragma once

#include "proto/describe.hpp"
#include "proto/ids.hpp"
#include "proto/msgpack.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"
#include "proto/value.hpp"

#include <concepts>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>

namespace takt {

template <class T>
value to_value(const T& x);

namespace detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_uuid : std::false_type {};
template <class Tag>
struct is_uuid<uuid<Tag>> : std::true_type {};
template <class T>
struct is_name : std::false_type {};
template <class Tag>
struct is_name<named<Tag>> : std::true_type {};

inline failure out_of_range(std::string_view field, std::string_view why) {
  return {errc::frame_out_of_range, std::string{field} + " " + std::string{why}};
}

/// Any integer of the value, as a wide signed one; false when it is none or over 63 bits.
inline bool integer_of(const value& v, int64_t& out) noexcept {
  if (auto* i = std::get_if<int64_t>(&v.data))
    return (out = *i, true);
  if (auto* u = std::get_if<uint64_t>(&v.data))
    return *u <= static_cast<uint64_t>(INT64_MAX) && (out = static_cast<int64_t>(*u), true);
  return false;
}

template <class T>
result<void> read_value(const value& v, T& x, std::string_view name, int64_t min, int64_t max);

template <std::integral T>
result<void> read_integer(const value& v, T& x, std::string_view name, int64_t min, int64_t max) {
  if constexpr (std::is_same_v<T, uint64_t>) {
    if (auto* u = std::get_if<uint64_t>(&v.data); u && max == INT64_MAX)
      return (x = *u, done{});
  }
  int64_t wide = 0;
  if (!integer_of(v, wide))
    return out_of_range(name, "must be an integer");
  if (!std::in_range<T>(wide) || wide < min || wide > max)
    return out_of_range(name, "is out of range");
  x = static_cast<T>(wide);
  return done{};
}

template <class T>
result<void> read_list(const value& v, T& x, std::string_view name, int64_t min, int64_t max) {
  auto* list = v.as_list();
  if (!list)
    return out_of_range(name, "must be a list");
  if (
    !std::in_range<int64_t>(list->size()) || static_cast<int64_t>(list->size()) < min
    || static_cast<int64_t>(list->size()) > max)
    return out_of_range(name, "has too few or too many elements");
  x.clear();
  for (const auto& item : *list) {
    typename T::value_type element{};
    if (auto read = read_value(item, element, name, INT64_MIN, INT64_MAX); !read)
      return read;
    x.push_back(std::move(element));
  }
  return done{};
}

inline result<void>
read_text(const value& v, std::string& x, std::string_view name, int64_t min, int64_t max) {
  auto* text = v.as_text();
  if (!text)
    return out_of_range(name, "must be a string");
  auto size = static_cast<int64_t>(text->size());
  if (size < min || size > max)
    return out_of_range(name, "is too short or too long");
  x = *text;
  return done{};
}

template <class T>
result<void> read_fields(const value& v, T& x, std::string_view name) {
  if (!v.as_map())
    return out_of_range(name, "must be a map");
  result<void> outcome = done{};
  for_each_field<T>([&](const auto& f) {
    if (!outcome)
      return;
    if (auto* member = v.find(f.name))
      outcome = read_value(*member, x.*(f.member), f.name, f.min, f.max);
    else // the default, which must be within bounds too, down to the fields of its fields
      outcome = read_value(to_value(x.*(f.member)), x.*(f.member), f.name, f.min, f.max);
  });
  return outcome;
}

template <class T>
result<void> read_value(const value& v, T& x, std::string_view name, int64_t min, int64_t max) {
  if constexpr (std::is_same_v<T, bool>) {
    auto* b = std::get_if<bool>(&v.data);
    return b ? (x = *b, result<void>{}) : result<void>{out_of_range(name, "must be a boolean")};
  } else if constexpr (std::integral<T>) {
    return read_integer(v, x, name, min, max);
  } else if constexpr (std::is_enum_v<T>) {
    std::underlying_type_t<T> number{};
    auto read = read_integer(v, number, name, min, max);
    x = static_cast<T>(number);
    return read;
  } else if constexpr (std::is_same_v<T, wall_time>) {
    int64_t ms = 0;
    auto read = read_integer(v, ms, name, 0, INT64_MAX / 2);
    x = wall_from_ms(ms);
    return read;
  } else if constexpr (std::is_same_v<T, millis>) {
    int64_t ms = 0;
    auto read = read_integer(v, ms, name, min, max);
    x = millis{ms};
    return read;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return read_text(v, x, name, min, max);
  } else if constexpr (is_name<T>::value) {
    return read_text(v, x.text, name, min, max);
  } else if constexpr (is_uuid<T>::value) {
    auto* raw = std::get_if<blob>(&v.data);
    if (!raw || raw->data.size() != x.bytes.size())
      return out_of_range(name, "must be 16 bytes");
    std::memcpy(x.bytes.data(), raw->data.data(), x.bytes.size());
    return done{};
  } else if constexpr (is_optional<T>::value) {
    if (v.is_null())
      return (x.reset(), done{});
    return read_value(v, x.emplace(), name, min, max);
  } else if constexpr (is_vector<T>::value) {
    return read_list(v, x, name, min, max);
  } else {
    static_assert(described<T>);
    return read_fields(v, x, name);
  }
}

} // namespace detail

/// The value of a described struct, or of anything a described struct may contain. Ids become 16
/// bytes, instants and durations milliseconds, enums their numbers, absent optionals null.
template <class T>
value to_value(const T& x) {
  if constexpr (std::is_same_v<T, bool>) {
    return value{x};
  } else if constexpr (std::unsigned_integral<T>) {
    return value{static_cast<uint64_t>(x)};
  } else if constexpr (std::signed_integral<T>) {
    return value{static_cast<int64_t>(x)};
  } else if constexpr (std::is_enum_v<T>) {
    return value{static_cast<uint64_t>(x)};
  } else if constexpr (std::is_same_v<T, wall_time>) {
    return value{to_ms(x)};
  } else if constexpr (std::is_same_v<T, millis>) {
    return value{int64_t{x.count()}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value{x};
  } else if constexpr (detail::is_name<T>::value) {
    return value{x.text};
  } else if constexpr (detail::is_uuid<T>::value) {
    return value{blob{{reinterpret_cast<const char*>(x.bytes.data()), x.bytes.size()}}};
  } else if constexpr (detail::is_optional<T>::value) {
    return x ? to_value(*x) : value{};
  } else if constexpr (detail::is_vector<T>::value) {
    value_list list;
    list.reserve(x.size());
    for (const auto& item : x)
      list.push_back(to_value(item));
    return value{std::move(list)};
  } else {
    static_assert(described<T>);
    value_map map;
    for_each_field<T>(
      [&](const auto& f) { map.emplace_back(std::string{f.name}, to_value(x.*(f.member))); });
    return value{std::move(map)};
  }
}

/// Reads a described struct. frame_out_of_range, naming the field, when a type or bound is wrong.
template <described T>
result<T> from_value(const value& v) {
  T x{};
  if (auto read = detail::read_fields(v, x, "body"); !read)
    return read.failure();
  return x;
}

/// A described struct as msgpack bytes, and back.
template <described T>
std::string pack(const T& x) {
  return to_msgpack(to_value(x));
}

template <described T>
result<T> unpack(std::string_view data, const decode_limits& limits = {}) {
  auto v = from_msgpack(data, limits);
  if (!v)
    return v.failure();
  return from_value<T>(*v);
}

} // namespace takt
