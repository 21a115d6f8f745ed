// executor_table: which worker connection an executor's frames go to.
//
// Kept by the router from REGISTER; soft state. An executor has at most one connection, and a
// connection at most one executor.
//
// THREADING: one thread at a time.
#pragma once

#include "broker/effects.hpp"

#include <map>

namespace takt {

class executor_table {
public:
  struct entry {
    peer at{};
    incarnation_id incarnation{};
  };

  /// nullptr: not connected. Valid until the next change.
  const entry* find(const executor_id& id) const noexcept;

  /// Replaces an earlier connection of `id`. @pre the id is valid
  void bind(const executor_id& id, const peer& at, const incarnation_id& incarnation);

  /// Forgets `id` if it is still at `at`; a newer connection's entry stays.
  void unbind(const executor_id& id, const peer& at);

  size_t size() const noexcept { return entries_.size(); }

private:
  std::map<executor_id, entry> entries_{};
};

} // namespace takt
