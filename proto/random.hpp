// Randomness as a seam: production takes the system's, tests and the simulator a seeded one.
#pragma once

#include "proto/ids.hpp"
#include "proto/time.hpp"

#include <cstdint>
#include <span>

namespace takt {

/// One thread at a time, unless the implementation says more. Never fails.
class entropy {
public:
  virtual ~entropy() = default;
  virtual void fill(std::span<uint8_t> out) = 0;

  uint64_t next_u64();
};

/// The operating system's randomness (libsodium). Safe from any thread.
entropy& os_entropy();

/// A reproducible sequence for tests and the simulator (SplitMix64, Steele et al. 2014).
class seeded_entropy : public entropy {
public:
  explicit seeded_entropy(uint64_t seed) : state_(seed) {}
  void fill(std::span<uint8_t> out) override;

private:
  uint64_t state_;
};

namespace detail {
std::array<uint8_t, 16> make_uuid_v7(wall_time now, entropy& random);
std::array<uint8_t, 16> make_uuid_v4(entropy& random);
} // namespace detail

/// A UUIDv7 (RFC 9562): 48 bits of `now` in milliseconds, then random. Ids sort by time.
template <class Id>
Id make_timed_id(wall_time now, entropy& random) {
  return Id{detail::make_uuid_v7(now, random)};
}

/// A UUIDv4: random only.
template <class Id>
Id make_random_id(entropy& random) {
  return Id{detail::make_uuid_v4(random)};
}

} // namespace takt
