// frame_decode: everything that a stranger's bytes reach first, as one function: the frames of a
// message, its header, and the body read as every kind's struct. Must end without a fault, and what
// was understood must survive being written again.
#pragma once

#include "proto/json.hpp"
#include "proto/wire.hpp"

#include <cstdlib>
#include <string_view>

namespace takt::fuzz {

/// The same struct written and read again is the same bytes. (This check found that an absent key
/// left a default that was itself out of bounds.)
template <class Body>
void read_as(std::string_view bytes) {
  auto body = unpack<Body>(bytes);
  if (!body)
    return;
  auto again = unpack<Body>(pack(*body));
  if (!again || pack(*again) != pack(*body))
    std::abort();
}

/// First byte: where to cut the rest into frames; then the frames.
inline void decode_anything(std::string_view data) {
  if (data.empty())
    return;
  auto header_size = std::min<size_t>(static_cast<uint8_t>(data[0]), data.size() - 1);
  auto header = data.substr(1, header_size);
  auto body = data.substr(1 + header_size);
  if (auto m = from_frames({header, body})) {
    auto frames = to_frames(*m);
    auto again = from_frames({frames.begin(), frames.end()});
    if (!again || !(*again == *m))
      std::abort();
  }
  read_as<hello_body>(body);
  read_as<owns_body>(body);
  read_as<register_body>(body);
  read_as<credit_body>(body);
  read_as<dispatch_body>(body);
  read_as<attempt_body>(body);
  read_as<result_body>(body);
  read_as<undeliverable_body>(body);
  read_as<error_body>(body);
  (void)from_json(data.substr(1));
}

} // namespace takt::fuzz
