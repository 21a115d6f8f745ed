// frames_of_every_kind: one message of each kind, filled with values that show every field. What
// golden bytes, round trips, mutations and the fuzzer's smoke start from.
#pragma once

#include "proto/wire.hpp"

#include <vector>

namespace takt {

template <class Id>
Id sample_id(uint8_t first) {
  Id id;
  for (size_t i = 0; i < id.bytes.size(); ++i)
    id.bytes[i] = static_cast<uint8_t>(first + i);
  return id;
}

inline std::string sample_body(frame_kind kind) {
  const auto run = sample_id<run_id>(0x10);
  const auto job = sample_id<job_id>(0x20);
  const auto at = wall_from_ms(1'767'323'045'678); // 2026-01-02T03:04:05.678Z
  switch (kind) {
  case frame_kind::hello:
    return pack(hello_body{peer_role::worker, 1, 1, {"output"}, "w-1", "takt 0.1.0"});
  case frame_kind::owns:
    return pack(owns_body{{{0, 1}, {63, 0x1'0000'0000}}});
  case frame_kind::register_: {
    register_body body;
    body.info = {{"w-1"}, sample_id<incarnation_id>(0x30),
                 3,       {"SHELL_COMMAND", "HTTP_CALLBACK"},
                 8,       "host.example",
                 4242,    "0.1.0"};
    body.inventory = {{run, 2, job, 77, attempt_phase::started}};
    return pack(body);
  }
  case frame_kind::heartbeat:
  case frame_kind::credit:
    return pack(credit_body{3, 7, 19});
  case frame_kind::dispatch:
    return pack(dispatch_body{run, 2, 77, job, "SHELL_COMMAND", at, 60});
  case frame_kind::accepted:
  case frame_kind::started:
  case frame_kind::cancel:
  case frame_kind::result_ack:
    return pack(attempt_body{run, 2, 77, at, ""});
  case frame_kind::refused:
    return pack(attempt_body{run, 2, 77, at, "busy"});
  case frame_kind::not_started:
    return pack(attempt_body{run, 2, 77, at, "restarted"});
  case frame_kind::result:
    return pack(
      result_body{run, 2, 77, attempt_outcome::failed, "exit code 3", at, at + millis{1500}, 9, 9});
  case frame_kind::undeliverable:
    return pack(undeliverable_body{frame_kind::dispatch, 9});
  case frame_kind::error:
    return pack(error_body{errc::broker_unknown_peer, "say HELLO first", frame_kind::result, 9});
  default:
    return {};
  }
}

inline message sample_message(frame_kind kind) {
  message m{.header = {.kind = kind, .sequence = 9, .cluster = sample_id<cluster_id>(0x40)}};
  m.body = sample_body(kind);
  if (kind >= frame_kind::register_ && kind <= frame_kind::undeliverable)
    m.header.executor = {"w-1"};
  if (kind >= frame_kind::dispatch && kind <= frame_kind::undeliverable) {
    m.header.shard = 42;
    m.header.epoch = 5;
  }
  if (kind == frame_kind::dispatch)
    m.payload = R"({"command":"date"})";
  if (kind == frame_kind::result)
    m.payload = "no such\n\n";
  return m;
}

inline std::vector<frame_kind> every_kind() {
  std::vector<frame_kind> kinds;
  for (unsigned n = 1; is_known(static_cast<frame_kind>(n)); ++n)
    kinds.push_back(static_cast<frame_kind>(n));
  return kinds;
}

} // namespace takt
