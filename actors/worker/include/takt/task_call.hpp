// task_call: what a task is told about the attempt it runs. A plain value.
#pragma once

#include "proto/ids.hpp"
#include "proto/time.hpp"

#include <string>

namespace takt {

struct task_call {
  job_id job{};
  run_id run{};
  /// Numbers the tries of the run from 1.
  attempt_no attempt = 0;
  /// Grows with every attempt of the job: a store that remembers the highest one it has seen can
  /// refuse what an older attempt still writes.
  fence_no fence = 0;
  shard_no shard = 0;
  /// The planned instant; for manual runs the instant of the trigger.
  wall_time due{};
  std::string task_type{};
  /// The job's payload, untouched.
  std::string payload{};
  /// After this long the task is canceled and the attempt ends in TIMEOUT; 0: no limit.
  millis timeout{};
};

} // namespace takt
