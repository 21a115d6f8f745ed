// wire: the messages between schedulers, brokers and workers. docs/PROTOCOL.md is their law.
//
// A message is a header, a body (a described struct in msgpack) and, for some kinds, a payload that
// nobody on the way looks into. Plain values. Numbers are never used again once given.
#pragma once

#include "proto/codec.hpp"
#include "proto/executor.hpp"
#include "proto/run.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace takt {

inline constexpr uint16_t protocol_version = 1;

enum class frame_kind : uint8_t {
  hello = 1,          ///< any -> broker, broker -> any: who I am, what I speak
  owns = 2,           ///< scheduler -> broker: all shards I drive, with their epochs
  register_ = 3,      ///< worker -> schedulers: what I am, what I hold
  reconcile = 4,      ///< scheduler -> worker: REGISTER again
  heartbeat = 5,      ///< both ways, each second; a worker's carries its credit
  credit = 6,         ///< worker -> schedulers: slots granted, absolute
  dispatch = 7,       ///< scheduler -> worker: run this attempt (payload: the job's)
  accepted = 8,       ///< worker -> scheduler: journaled, will start
  refused = 9,        ///< worker -> scheduler: journaled, will never start this attempt
  not_started = 10,   ///< worker -> scheduler: was accepted, never started, never will
  started = 11,       ///< worker -> scheduler: journaled, runs now
  cancel = 12,        ///< scheduler -> worker: stop it, or never start it
  output = 13,        ///< worker -> scheduler: a chunk (specified, not built)
  output_ack = 14,    ///< scheduler -> worker (specified, not built)
  result = 15,        ///< worker -> scheduler: how it ended (payload: the output excerpt)
  result_ack = 16,    ///< scheduler -> worker: stored; forget it
  undeliverable = 17, ///< broker -> scheduler: nobody took that frame; proves nothing
  error = 18,         ///< any: I could not take your frame
  bye = 19,           ///< any: I leave in good order
};

/// "HELLO", "OWNS", …; "?" for numbers never given.
std::string_view to_string(frame_kind kind) noexcept;
bool is_known(frame_kind kind) noexcept;

/// All that a broker reads.
struct frame_header {
  uint16_t version = protocol_version;
  frame_kind kind = frame_kind::hello;
  /// The job's shard where a run is concerned, and the sender's epoch for it (from a worker: the
  /// epoch of the DISPATCH it answers). Otherwise 0.
  shard_no shard = 0;
  epoch_no epoch = 0;
  /// Grows per sender and link session; only for logs, UNDELIVERABLE and CREDIT.
  uint64_t sequence = 0;
  cluster_id cluster{};
  /// The executor a frame is from or for; empty: no executor, or all of them (RECONCILE).
  executor_id executor{};

  bool operator==(const frame_header&) const = default;
};

/// A message as it crosses a link.
struct message {
  frame_header header{};
  std::string body{};    ///< msgpack of the kind's struct; empty where the kind has none
  std::string payload{}; ///< opaque; empty where the kind has none

  bool operator==(const message&) const = default;
};

// -- frames -------------------------------------------------------------------

/// The header's frame: msgpack array [magic, version, kind, shard, epoch, sequence, cluster,
/// executor].
std::string encode_header(const frame_header& header);

/// Total. frame_too_large, frame_malformed, frame_version, frame_out_of_range; an unknown kind is
/// returned as it is, for the receiver to answer with ERROR.
result<frame_header> decode_header(std::string_view frame);

/// The frames of a message without any routing frame: header, body, and payload if not empty.
std::vector<std::string> to_frames(const message& m);

/// Total; checks the number and sizes of frames, decodes the header, leaves the body as it is.
result<message> from_frames(const std::vector<std::string_view>& frames);

// -- bodies -------------------------------------------------------------------

enum class peer_role : uint8_t { scheduler = 1, worker = 2, broker = 3 };

struct hello_body {
  peer_role role = peer_role::scheduler;
  uint16_t version_min = protocol_version;
  uint16_t version_max = protocol_version;
  std::vector<std::string> capabilities{};
  std::string name{};    ///< node id or executor id, for logs
  std::string program{}; ///< "takt 0.1.0"

  static constexpr auto fields() {
    return takt::fields(
      field{"role", &hello_body::role, 1, 3}, field{"version_min", &hello_body::version_min},
      field{"version_max", &hello_body::version_max},
      field{"capabilities", &hello_body::capabilities, 0, 64},
      field{"name", &hello_body::name, 0, 128}, field{"program", &hello_body::program, 0, 64});
  }
};

struct owned_shard {
  shard_no shard = 0;
  epoch_no epoch = 0;
  static constexpr auto fields() {
    return takt::fields(
      field{"shard", &owned_shard::shard, 0, shard_count - 1}, field{"epoch", &owned_shard::epoch});
  }
};

/// Absolute: shards not named are not driven by the sender.
struct owns_body {
  std::vector<owned_shard> shards{};
  static constexpr auto fields() {
    return takt::fields(field{"shards", &owns_body::shards, 0, shard_count});
  }
};

/// Where an attempt stands in a worker's journal.
enum class attempt_phase : uint8_t {
  accepted = 1,
  started = 2,
  finished = 3,    ///< RESULT is on its way until RESULT_ACK
  refused = 4,     ///< REFUSED is on its way; never starts
  not_started = 5, ///< NOT_STARTED is on its way; never starts
};

struct held_attempt {
  run_id run{};
  attempt_no attempt = 0;
  job_id job{};
  fence_no fence = 0;
  attempt_phase phase = attempt_phase::accepted;

  static constexpr auto fields() {
    return takt::fields(
      field{"run", &held_attempt::run}, field{"attempt", &held_attempt::attempt, 1, UINT32_MAX},
      field{"job", &held_attempt::job}, field{"fence", &held_attempt::fence},
      field{"phase", &held_attempt::phase, 1, 5});
  }
};

struct register_body {
  executor_info info{};
  /// Every attempt of this cluster id that has not been acknowledged.
  std::vector<held_attempt> inventory{};
  static constexpr auto fields() {
    return takt::fields(
      field{"info", &register_body::info},
      field{"inventory", &register_body::inventory, 0, limits::inventory_max});
  }
};

/// Absolute, never a delta.
struct credit_body {
  uint64_t session = 0;
  /// Attempts this scheduler may have open at this worker at once.
  uint32_t slots = 0;
  /// The highest DISPATCH sequence seen in this session.
  uint64_t dispatch_seen = 0;
  static constexpr auto fields() {
    return takt::fields(
      field{"session", &credit_body::session},
      field{"slots", &credit_body::slots, 0, limits::slots_max},
      field{"dispatch_seen", &credit_body::dispatch_seen});
  }
};

struct dispatch_body {
  run_id run{};
  attempt_no attempt = 0;
  fence_no fence = 0;
  job_id job{};
  std::string task_type{};
  wall_time due{};
  int64_t timeout_s = 0; ///< 0: none
  static constexpr auto fields() {
    return takt::fields(
      field{"run", &dispatch_body::run}, field{"attempt", &dispatch_body::attempt, 1, UINT32_MAX},
      field{"fence", &dispatch_body::fence}, field{"job", &dispatch_body::job},
      field{"task_type", &dispatch_body::task_type, 1, limits::task_type_bytes_max},
      field{"due_ms", &dispatch_body::due},
      field{"timeout_s", &dispatch_body::timeout_s, 0, limits::timeout_s_max});
  }
};

/// ACCEPTED, REFUSED, NOT_STARTED, STARTED, CANCEL, RESULT_ACK: one attempt and, where it helps,
/// one stable word why ("busy", "unknown_type", "stale_epoch", "canceled", "restarted", …).
struct attempt_body {
  run_id run{};
  attempt_no attempt = 0;
  fence_no fence = 0;
  wall_time at{};
  std::string reason{};
  uint64_t session = 0; ///< the worker's when it sent this; 0 from a scheduler

  attempt_key key() const { return {run, attempt}; }
  static constexpr auto fields() {
    return takt::fields(
      field{"run", &attempt_body::run}, field{"attempt", &attempt_body::attempt, 1, UINT32_MAX},
      field{"fence", &attempt_body::fence}, field{"at_ms", &attempt_body::at},
      field{"reason", &attempt_body::reason, 0, 255}, field{"session", &attempt_body::session});
  }
};

enum class attempt_outcome : uint8_t {
  success = 1,
  failed = 2,
  timeout = 3,
  canceled = 4,
  lost = 5
};

/// How an attempt ended. The message's payload is the output: head, then tail.
struct result_body {
  run_id run{};
  attempt_no attempt = 0;
  fence_no fence = 0;
  attempt_outcome outcome = attempt_outcome::failed;
  std::string error{};
  wall_time started{};
  wall_time ended{};
  uint64_t output_bytes = 0; ///< all that the task wrote
  uint32_t output_head = 0;  ///< how many bytes of the payload are the head
  uint64_t session = 0;      ///< the worker's when it sent this

  attempt_key key() const { return {run, attempt}; }
  static constexpr auto fields() {
    return takt::fields(
      field{"run", &result_body::run}, field{"attempt", &result_body::attempt, 1, UINT32_MAX},
      field{"fence", &result_body::fence}, field{"outcome", &result_body::outcome, 1, 5},
      field{"error", &result_body::error, 0, limits::error_bytes_max},
      field{"started_ms", &result_body::started}, field{"ended_ms", &result_body::ended},
      field{"output_bytes", &result_body::output_bytes},
      field{"output_head", &result_body::output_head, 0, limits::output_head_bytes_max},
      field{"session", &result_body::session});
  }
};

/// UNDELIVERABLE: names the frame; it proves nothing about earlier copies.
struct undeliverable_body {
  frame_kind kind = frame_kind::dispatch;
  uint64_t sequence = 0;
  static constexpr auto fields() {
    return takt::fields(
      field{"kind", &undeliverable_body::kind}, field{"sequence", &undeliverable_body::sequence});
  }
};

struct error_body {
  errc code = errc::internal;
  std::string text{};
  /// The frame that caused it.
  frame_kind kind = frame_kind::error;
  uint64_t sequence = 0;
  static constexpr auto fields() {
    return takt::fields(
      field{"code", &error_body::code}, field{"text", &error_body::text, 0, 1000},
      field{"kind", &error_body::kind}, field{"sequence", &error_body::sequence});
  }
};

} // namespace takt
