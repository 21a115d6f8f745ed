#include "broker/executor_table.hpp"

#include <cassert>

namespace takt {

const executor_table::entry* executor_table::find(const executor_id& id) const noexcept {
  auto it = entries_.find(id);
  return it == entries_.end() ? nullptr : &it->second;
}

void executor_table::bind(
  const executor_id& id, const peer& at, const incarnation_id& incarnation) {
  assert(is_valid(id));
  entries_[id] = entry{at, incarnation};
}

void executor_table::unbind(const executor_id& id, const peer& at) {
  auto it = entries_.find(id);
  if (it != entries_.end() && it->second.at == at)
    entries_.erase(it);
}

} // namespace takt
