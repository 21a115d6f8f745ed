// memory_store: the reference backend, for tests and the simulator. Nothing survives the rows.
//
// THREADING: all objects on the same rows together are used by one thread.
#pragma once

#include "storage/lease.hpp"
#include "storage/store.hpp"

#include <functional>
#include <memory>

namespace takt {

class memory_rows;

std::shared_ptr<memory_rows> make_memory_rows(const cluster_id& id);

struct memory_options {
  /// Asked by commit(); its failure takes the batch back and is commit's answer. Costs a copy of
  /// all rows with each begin().
  std::function<result<void>()> on_commit{};
};

std::unique_ptr<store> make_memory_store(std::shared_ptr<memory_rows> rows, memory_options = {});
std::unique_ptr<store_reader> make_memory_reader(std::shared_ptr<memory_rows> rows);
std::unique_ptr<lease_table> make_memory_lease_table(std::shared_ptr<memory_rows> rows);

} // namespace takt
