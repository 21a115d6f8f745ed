// actor_host: the CAF system of a process, configured once for all programs.
//
// Sharing instead of stealing (no idle polling), at most 50 messages in a row for one actor (with
// CAF's default, unlimited, one busy actor kept a probe waiting for 1.7 s). Made and destroyed by
// main(); the destructor waits for every actor to end.
#pragma once

#include <caf/actor_system.hpp>

#include <memory>

namespace takt {

class actor_host {
public:
  actor_host();
  ~actor_host();

  caf::actor_system& system();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace takt
