// run: one due (or manual, event, child) execution of a job; the seed's "execution log". A run is
// also a ledger row: SKIPPED and MISSED are runs that never had an attempt. Plain values.
#pragma once

#include "proto/describe.hpp"
#include "proto/ids.hpp"
#include "proto/run_state.hpp"
#include "proto/time.hpp"

#include <optional>
#include <string>
#include <vector>

namespace takt {

/// Why the run exists. Stored as these numbers.
enum class run_kind : uint8_t { planned = 0, manual = 1, event = 2, child = 3 };

std::string_view to_string(run_kind k) noexcept;

/// What a task wrote, cut to its first and last bytes.
struct output_excerpt {
  std::string head{}; ///< at most limits::output_head_bytes_max
  std::string tail{}; ///< at most limits::output_tail_bytes_max; follows the head, or the cut
  uint64_t bytes_total = 0;

  bool is_cut() const noexcept { return bytes_total > head.size() + tail.size(); }
  /// Head and tail, with a line that says how much was cut between them.
  std::string text() const;

  bool operator==(const output_excerpt&) const = default;
};

struct run {
  run_id id{};
  job_id job{};
  run_kind kind = run_kind::planned;
  /// The planned instant; for manual runs the instant of the trigger.
  wall_time due{};
  /// MISSED and SKIPPED rows may stand for `count` consecutive dues, due to due_last.
  wall_time due_last{};
  uint32_t count = 1;
  run_state state = run_state::pending;
  /// Why it is SKIPPED, MISSED, waiting or ended as it did: one stable word, or empty.
  std::string reason{};
  /// What the reason refers to, for people: a blackout's reason, a calendar's name, the run in the
  /// way; or empty.
  std::string note{};
  /// The newest attempt; 0: none yet.
  attempt_no attempt = 0;
  /// Attempts that count against retry_times (REFUSED and NOT_STARTED do not).
  uint32_t tries = 0;
  fence_no fence = 0;
  executor_id executor{};
  /// PENDING: not to be assigned before this (a retry's backoff).
  wall_time not_before{};
  bool cancel_requested = false;
  std::optional<wall_time> started_at{};
  std::optional<wall_time> ended_at{};
  output_excerpt output{};
  std::string error{};
  wall_time created_at{};

  bool operator==(const run&) const = default;
};

/// One try of a run on one executor, as stored.
struct attempt {
  attempt_key key{};
  job_id job{};
  executor_id executor{};
  incarnation_id incarnation{};
  fence_no fence = 0;
  epoch_no epoch = 0;
  /// scheduling, running or how it ended; pending means it was given back (REFUSED, NOT_STARTED).
  run_state state = run_state::scheduling;
  std::string reason{};
  wall_time assigned_at{};
  std::optional<wall_time> started_at{};
  std::optional<wall_time> ended_at{};
  output_excerpt output{};
  std::string error{};

  bool operator==(const attempt&) const = default;
};

} // namespace takt
