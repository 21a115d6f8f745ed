// Ids: every name that crosses a boundary has a type of its own; they do not convert to each other.
//
// Value types: immutable, comparable, hashable, safe from any thread. UUIDs are made in
// proto/random.hpp, so that tests and the simulator choose the randomness.
#pragma once

#include "proto/result.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace takt {

/// 128 bits with a tag, so that a run is never taken for a job. All zero means "none".
template <class Tag>
struct uuid {
  std::array<uint8_t, 16> bytes{};

  bool is_none() const noexcept { return *this == uuid{}; }
  auto operator<=>(const uuid&) const = default;
};

using job_id = uuid<struct job_tag>;
using run_id = uuid<struct run_tag>;
/// Random, in the store, minted anew by a restore; every frame carries it.
using cluster_id = uuid<struct cluster_tag>;
/// Random, in a worker's journal; a worker without its journal is a new incarnation.
using incarnation_id = uuid<struct incarnation_tag>;

/// A string with a tag.
template <class Tag>
struct named {
  std::string text{};

  bool empty() const noexcept { return text.empty(); }
  auto operator<=>(const named&) const = default;
};

/// What a worker calls itself; unique in the cluster: 1..64 of [A-Za-z0-9._-].
using executor_id = named<struct executor_tag>;
/// A scheduler node: random per process.
using node_id = named<struct node_tag>;

bool is_valid(const executor_id& id) noexcept;

/// One of the virtual shards; a job's shard never changes.
using shard_no = uint16_t;
/// Grows each time a shard changes hands; minted by the store; 0 = nobody yet.
using epoch_no = uint64_t;
/// Minted by the store with each attempt; grows per job across its runs; 0 = none.
using fence_no = uint64_t;
/// Numbers the tries of a run from 1; 0 = none yet.
using attempt_no = uint32_t;

inline constexpr shard_no shard_count = 64;

/// The shard of a job: SipHash-2-4 of its id's bytes under a fixed key (Aumasson, Bernstein 2012),
/// modulo shard_count. Stored data depends on it: it can never change.
shard_no shard_of(const job_id& job) noexcept;

namespace detail {
std::string uuid_text(const std::array<uint8_t, 16>& bytes);
bool uuid_parse(std::string_view text, std::array<uint8_t, 16>& bytes) noexcept;
} // namespace detail

/// "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", lower case.
template <class Tag>
std::string to_string(const uuid<Tag>& id) {
  return detail::uuid_text(id.bytes);
}

/// Reads what to_string writes, in either case; anything else: bad_field.
template <class Id>
result<Id> uuid_from(std::string_view text) {
  Id id;
  if (!detail::uuid_parse(text, id.bytes))
    return failure{errc::bad_field, "\"" + std::string{text.substr(0, 40)} + "\" is not a UUID"};
  return id;
}

/// One try of a run, wherever it is named: frames, journal, rows.
struct attempt_key {
  run_id run{};
  attempt_no attempt = 0;

  auto operator<=>(const attempt_key&) const = default;
};

/// "<run>#<attempt>", for logs.
std::string to_string(const attempt_key& key);

/// The right to write for a shard: the store refuses a write whose epoch is not the shard's.
struct grant {
  shard_no shard = 0;
  epoch_no epoch = 0;

  auto operator<=>(const grant&) const = default;
};

} // namespace takt

template <class Tag>
struct std::hash<takt::uuid<Tag>> {
  size_t operator()(const takt::uuid<Tag>& id) const noexcept {
    return std::hash<std::string_view>{}(
      std::string_view{reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  }
};

template <class Tag>
struct std::hash<takt::named<Tag>> {
  size_t operator()(const takt::named<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.text);
  }
};

template <>
struct std::hash<takt::attempt_key> {
  size_t operator()(const takt::attempt_key& key) const noexcept {
    return std::hash<takt::run_id>{}(key.run) * 31 + key.attempt;
  }
};
