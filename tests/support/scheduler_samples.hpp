// scheduler_samples: jobs, runs and grants for tests of the scheduler's actors.
#pragma once

#include "storage/store.hpp"

#include <string>
#include <vector>

namespace takt::test {

/// An id made of one number; ids of larger numbers sort later.
template <class Id>
Id numbered(uint8_t n) {
  Id id;
  id.bytes[15] = n;
  return id;
}

/// All shards under one epoch.
inline std::vector<grant> all_shards(epoch_no epoch) {
  std::vector<grant> all;
  for (shard_no s = 0; s < shard_count; ++s)
    all.push_back({s, epoch});
  return all;
}

/// Every ten seconds, due next at `due`.
inline job ten_second_job(uint8_t n, wall_time due) {
  job j;
  j.id = numbered<job_id>(n);
  j.name = "job " + std::to_string(n);
  j.task_type = "ECHO";
  j.rules = {interval_rule(millis{10'000})};
  j.anchor = due - millis{10'000};
  j.next_due = due;
  return j;
}

inline grant grant_for(const job_id& id, epoch_no epoch) {
  return {shard_of(id), epoch};
}

/// PENDING, of job `of`.
inline ready_run ready(uint8_t n, uint8_t of, wall_time due, std::string type = "ECHO") {
  ready_run r;
  r.id = numbered<run_id>(n);
  r.job = numbered<job_id>(of);
  r.shard = shard_of(r.job);
  r.due = due;
  r.task_type = std::move(type);
  return r;
}

} // namespace takt::test
