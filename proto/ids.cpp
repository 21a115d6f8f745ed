#include "proto/ids.hpp"

#include <sodium/crypto_shorthash.h>

#include <cstring>

namespace takt {

namespace {

// 16 bytes, fixed for ever: shards are stored.
constexpr unsigned char shard_key[] = "takt shard key 1";
static_assert(sizeof shard_key == crypto_shorthash_KEYBYTES + 1);

int nibble(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

constexpr bool is_dash_position(size_t i) noexcept {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

} // namespace

bool is_valid(const executor_id& id) noexcept {
  if (id.text.empty() || id.text.size() > 64)
    return false;
  for (char c : id.text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
          || c == '_' || c == '-'))
      return false;
  return true;
}

shard_no shard_of(const job_id& job) noexcept {
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, job.bytes.data(), job.bytes.size(), shard_key);
  return static_cast<shard_no>(out[0] % shard_count);
}

std::string to_string(const attempt_key& key) {
  return to_string(key.run) + "#" + std::to_string(key.attempt);
}

namespace detail {

std::string uuid_text(const std::array<uint8_t, 16>& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (uint8_t b : bytes) {
    if (is_dash_position(text.size()))
      text += '-';
    text += digits[b >> 4];
    text += digits[b & 15];
  }
  return text;
}

bool uuid_parse(std::string_view text, std::array<uint8_t, 16>& bytes) noexcept {
  if (text.size() != 36)
    return false;
  size_t digit = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-')
        return false;
      continue;
    }
    auto n = nibble(text[i]);
    if (n < 0)
      return false;
    auto& byte = bytes[digit / 2];
    byte = static_cast<uint8_t>(digit % 2 == 0 ? n << 4 : (byte & 0xf0) | n);
    ++digit;
  }
  return true;
}

} // namespace detail

} // namespace takt
