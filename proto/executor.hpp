// executor: a worker process as the scheduler sees it. A plain value.
#pragma once

#include "proto/describe.hpp"
#include "proto/ids.hpp"
#include "proto/limits.hpp"
#include "proto/time.hpp"

#include <string>
#include <vector>

namespace takt {

/// What a worker says of itself in REGISTER.
struct executor_info {
  executor_id id{};
  incarnation_id incarnation{};
  /// Grows with each REGISTER of an incarnation; older frames of a session are stale.
  uint64_t session = 0;
  std::vector<std::string> task_types{};
  uint32_t slots = 0;
  std::string host{};
  uint64_t pid = 0;
  std::string version{};

  bool operator==(const executor_info&) const = default;

  static constexpr auto fields() {
    return takt::fields(
      field{"id", &executor_info::id, 1, 64}, field{"incarnation", &executor_info::incarnation},
      field{"session", &executor_info::session},
      field{"task_types", &executor_info::task_types, 0, 1000},
      field{"slots", &executor_info::slots, 0, limits::slots_max},
      field{"host", &executor_info::host, 0, 255}, field{"pid", &executor_info::pid},
      field{"version", &executor_info::version, 0, 64});
  }
};

/// An executor's record in the store.
struct executor {
  executor_info info{};
  bool up = false;
  wall_time heartbeat_at{};
  wall_time created_at{};
  wall_time updated_at{};

  bool operator==(const executor&) const = default;
};

} // namespace takt
