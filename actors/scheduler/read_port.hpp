// READ PORT: answers everything that only reads, on a connection and a thread of its own, so that a
// long listing never delays a commit.
//
// Receives  the reading requests of actors/interfaces.hpp
// Sends     their answers
// Owns      a reading connection
// Dies when its node stops it
#pragma once

#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace takt {

class read_port {
public:
  using interface = read_port_actor;
  static inline const char* name = "takt.read-port";

  read_port(interface::pointer self, std::shared_ptr<store_reader> rows);

  interface::behavior_type make_behavior();

private:
  interface::pointer self_;
  std::shared_ptr<store_reader> rows_;
};

/// What a reading question finds. Writing questions are refused with `internal`.
result<desk_reply> answer_from(store_reader& rows, const desk_question& question);

} // namespace takt
