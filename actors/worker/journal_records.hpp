// journal_records: what a worker's journal remembers, one struct per kind of record.
//
// docs/JOURNAL.md is the format's law. Plain values. Numbers and field names are on users' disks:
// they are never used again for something else.
#pragma once

#include "proto/describe.hpp"
#include "proto/ids.hpp"
#include "proto/wire.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace takt {

/// An attempt as a worker names it: run ids may come again when a store was restored.
struct attempt_ref {
  cluster_id cluster{};
  attempt_key key{};

  auto operator<=>(const attempt_ref&) const = default;
};

/// The first record of every journal, minted with the file.
struct journal_opened {
  static constexpr uint8_t kind = 1;
  uint64_t format = 1;
  incarnation_id incarnation{};
  static constexpr auto fields() {
    return takt::fields(
      field{"format", &journal_opened::format, 1, 1},
      field{"incarnation", &journal_opened::incarnation});
  }
};

/// A REGISTER is about to be sent with this number.
struct session_begun {
  static constexpr uint8_t kind = 2;
  uint64_t session = 0;
  static constexpr auto fields() { return takt::fields(field{"session", &session_begun::session}); }
};

/// From here on this cluster is the current one; the one before the previous is forgotten.
struct cluster_met {
  static constexpr uint8_t kind = 3;
  cluster_id cluster{};
  static constexpr auto fields() { return takt::fields(field{"cluster", &cluster_met::cluster}); }
};

/// No lower epoch of this shard is obeyed any more.
struct epoch_met {
  static constexpr uint8_t kind = 4;
  cluster_id cluster{};
  shard_no shard = 0;
  epoch_no epoch = 0;
  static constexpr auto fields() {
    return takt::fields(
      field{"cluster", &epoch_met::cluster}, field{"shard", &epoch_met::shard, 0, shard_count - 1},
      field{"epoch", &epoch_met::epoch});
  }
};

/// The first thing decided about an attempt: ACCEPTED, REFUSED or NOT_STARTED.
struct attempt_met {
  static constexpr uint8_t kind = 5;
  cluster_id cluster{};
  run_id run{};
  attempt_no attempt = 0;
  job_id job{};
  shard_no shard = 0;
  epoch_no epoch = 0;
  fence_no fence = 0;
  attempt_phase phase = attempt_phase::accepted;
  wall_time at{};
  std::string reason{};
  static constexpr auto fields() {
    return takt::fields(
      field{"cluster", &attempt_met::cluster}, field{"run", &attempt_met::run},
      field{"attempt", &attempt_met::attempt}, field{"job", &attempt_met::job},
      field{"shard", &attempt_met::shard, 0, shard_count - 1}, field{"epoch", &attempt_met::epoch},
      field{"fence", &attempt_met::fence}, field{"phase", &attempt_met::phase, 1, 5},
      field{"at_ms", &attempt_met::at}, field{"reason", &attempt_met::reason, 0, 255});
  }
};

/// An accepted attempt became STARTED, or NOT_STARTED for good.
struct attempt_moved {
  static constexpr uint8_t kind = 6;
  cluster_id cluster{};
  run_id run{};
  attempt_no attempt = 0;
  attempt_phase phase = attempt_phase::started;
  wall_time at{};
  std::string reason{};
  static constexpr auto fields() {
    return takt::fields(
      field{"cluster", &attempt_moved::cluster}, field{"run", &attempt_moved::run},
      field{"attempt", &attempt_moved::attempt}, field{"phase", &attempt_moved::phase, 1, 5},
      field{"at_ms", &attempt_moved::at}, field{"reason", &attempt_moved::reason, 0, 255});
  }
};

/// An attempt ended; its RESULT is kept word for word until it is acknowledged.
struct result_kept {
  static constexpr uint8_t kind = 7;
  cluster_id cluster{};
  result_body result{};
  std::string output{};
  static constexpr auto fields() {
    return takt::fields(
      field{"cluster", &result_kept::cluster}, field{"result", &result_kept::result},
      field{"output", &result_kept::output});
  }
};

/// The scheduler has stored how it ended. Only the name is kept, so that no copy starts it again.
struct attempt_acked {
  static constexpr uint8_t kind = 8;
  cluster_id cluster{};
  run_id run{};
  attempt_no attempt = 0;
  static constexpr auto fields() {
    return takt::fields(
      field{"cluster", &attempt_acked::cluster}, field{"run", &attempt_acked::run},
      field{"attempt", &attempt_acked::attempt});
  }
};

using journal_record = std::variant<
  journal_opened, session_begun, cluster_met, epoch_met, attempt_met, attempt_moved, result_kept,
  attempt_acked>;

} // namespace takt

template <>
struct std::hash<takt::attempt_ref> {
  size_t operator()(const takt::attempt_ref& ref) const noexcept {
    return std::hash<takt::cluster_id>{}(ref.cluster) * 31
      + std::hash<takt::attempt_key>{}(ref.key);
  }
};
