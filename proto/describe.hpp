// describe: each struct lists its fields once; msgpack, JSON, SQL columns and logs are generic
// users.
//
//   struct credit {
//     uint64_t session = 0;
//     uint32_t slots = 0;
//     static constexpr auto fields() {
//       return takt::fields(field{"session", &credit::session}, field{"slots", &credit::slots});
//     }
//   };
//
// A field may carry bounds, which decoding checks: field{"slots", &credit::slots, 0, 10'000}.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>

namespace takt {

template <class Struct, class Member>
struct field {
  std::string_view name;
  Member Struct::*member;
  /// Numbers: the smallest and largest value. Text and lists: the fewest and most elements.
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();

  constexpr field(std::string_view n, Member Struct::*m) : name(n), member(m) {}
  constexpr field(std::string_view n, Member Struct::*m, int64_t lowest, int64_t highest)
    : name(n), member(m), min(lowest), max(highest) {}
};

template <class... Fields>
constexpr auto fields(Fields... list) {
  return std::tuple{list...};
}

template <class T>
concept described = requires {
  T::fields();
};

/// Calls f(field) for each field of T, in order.
template <described T, class F>
constexpr void for_each_field(F&& f) {
  std::apply([&](const auto&... each) { (f(each), ...); }, T::fields());
}

} // namespace takt
