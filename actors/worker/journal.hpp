// journal: what a worker must still know after it died. Append-only; docs/JOURNAL.md has the bytes.
//
// State and file are one: append() changes what the getters say and queues the record; replay at
// open() runs the same records through the same code. What the getters say is durable only after
// the next successful sync().
//
// ERRORS ARE STICKY: after a failed write or sync nobody knows what the disk holds, so every later
// append() and sync() fails with the first failure; the worker must stop and start anew.
//
// THREADING: one thread at a time (the WORKER).
#pragma once

#include "actors/worker/journal_file.hpp"
#include "actors/worker/journal_records.hpp"
#include "proto/limits.hpp"
#include "proto/random.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace takt {

/// An attempt that has not been acknowledged.
struct journaled_attempt {
  attempt_met met{};
  attempt_phase phase = attempt_phase::accepted;
  /// When it came into this phase, and why.
  wall_time at{};
  std::string reason{};
  /// FINISHED only.
  result_body result{};
  std::string output{};
};

struct journal_config {
  size_t bytes_max = limits::journal_bytes_max;
  /// Acknowledged attempts whose names are still known, newest first out last: long enough for
  /// every copy of their DISPATCH to have left the network, few enough for the file.
  size_t acked_max = 65'536;
};

class journal {
public:
  /// Replays `file`, or begins it with a new incarnation when it is empty; durable on return.
  /// A torn end (a crash during the last unsynced writes) is cut off. Damage to what had been
  /// synced: setup_data_folder, naming the place; starting anew is then the owner's decision.
  static result<journal>
  open(std::unique_ptr<journal_file> file, entropy& random, journal_config cfg = {});

  // -- changing ---------------------------------------------------------------

  /// Applies and queues a record. After a failure: does nothing.
  void append(const journal_record& record);

  /// Hands what is queued to the file without waiting for the disk.
  result<void> write();

  /// As write(), then waits for the disk, then rewrites the file when it has grown too long.
  result<void> sync();

  // -- what it knows ----------------------------------------------------------

  incarnation_id incarnation() const noexcept { return incarnation_; }
  uint64_t session() const noexcept { return session_; }
  /// The cluster met last; none when none was met.
  cluster_id current_cluster() const noexcept;
  bool knows(const cluster_id& cluster) const noexcept;
  /// The highest epoch met; 0 when none was.
  epoch_no epoch_of(const cluster_id& cluster, shard_no shard) const noexcept;
  /// nullptr when unknown or acknowledged. Valid until the next append().
  const journaled_attempt* find(const attempt_ref& ref) const noexcept;
  bool is_acked(const attempt_ref& ref) const noexcept { return acked_.contains(ref); }
  const std::unordered_map<attempt_ref, journaled_attempt>& attempts() const noexcept {
    return attempts_;
  }
  uint64_t bytes() const noexcept { return bytes_ + queue_.size(); }
  const std::optional<failure>& broken() const noexcept { return broken_; }

private:
  journal(std::unique_ptr<journal_file> file, journal_config cfg)
    : file_(std::move(file)), cfg_(cfg) {}

  result<void> replay(std::string_view content);
  result<void> compact();

  void apply(const journal_opened& r);
  void apply(const session_begun& r);
  void apply(const cluster_met& r);
  void apply(const epoch_met& r);
  void apply(const attempt_met& r);
  void apply(const attempt_moved& r);
  void apply(const result_kept& r);
  void apply(const attempt_acked& r);
  void forget(const cluster_id& cluster);
  result<void> keep(result<void> outcome);

  std::unique_ptr<journal_file> file_;
  journal_config cfg_;
  std::string queue_{};
  uint64_t bytes_ = 0;        ///< in the file
  uint64_t synced_ = 0;       ///< of them, known to be durable
  uint64_t compacted_to_ = 0; ///< the file's size after it was last rewritten
  std::optional<failure> broken_{};

  incarnation_id incarnation_{};
  uint64_t session_ = 0;
  std::vector<cluster_id> clusters_{}; ///< at most two, the current one last
  std::map<std::pair<cluster_id, shard_no>, epoch_no> epochs_{};
  std::unordered_map<attempt_ref, journaled_attempt> attempts_{};
  std::unordered_set<attempt_ref> acked_{};
  std::deque<attempt_ref> acked_order_{};
};

} // namespace takt
