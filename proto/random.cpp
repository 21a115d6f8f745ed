#include "proto/random.hpp"

#include <sodium/randombytes.h>

#include <algorithm>
#include <cstring>

namespace takt {

namespace {

class os_entropy_impl : public entropy {
public:
  void fill(std::span<uint8_t> out) override { randombytes_buf(out.data(), out.size()); }
};

} // namespace

uint64_t entropy::next_u64() {
  std::array<uint8_t, 8> bytes{};
  fill(bytes);
  uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

entropy& os_entropy() {
  static os_entropy_impl instance;
  return instance;
}

void seeded_entropy::fill(std::span<uint8_t> out) {
  for (size_t i = 0; i < out.size(); i += 8) {
    state_ += 0x9e3779b97f4a7c15;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    std::memcpy(out.data() + i, &z, std::min<size_t>(8, out.size() - i));
  }
}

namespace detail {

std::array<uint8_t, 16> make_uuid_v7(wall_time now, entropy& random) {
  std::array<uint8_t, 16> bytes{};
  random.fill(bytes);
  auto ms = static_cast<uint64_t>(to_ms(now));
  for (size_t i = 0; i < 6; ++i)
    bytes[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

std::array<uint8_t, 16> make_uuid_v4(entropy& random) {
  std::array<uint8_t, 16> bytes{};
  random.fill(bytes);
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

} // namespace detail

} // namespace takt
