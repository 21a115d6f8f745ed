// shard_table: which scheduler connection gets the workers' frames of each shard.
//
// Kept by the router from OWNS; soft state: everything in it is said again by its owners.
// The highest epoch wins. One epoch belongs to one node, so an equal epoch from another connection
// of the same node is that node reconnected, and its newest connection wins; an equal epoch from
// another node waits until the owner's connection is gone. A lower epoch is forgotten at once.
//
// THREADING: one thread at a time.
#pragma once

#include "broker/effects.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace takt {

class shard_table {
public:
  /// Replaces all that `who` claimed before. `node` is the name from its HELLO. Returns how many
  /// claims did not make `who` the owner. @pre every shard < shard_count
  size_t replace(const peer& who, std::string_view node, const std::vector<owned_shard>& claims);

  /// Frees what `who` owns or waits for. Unknown peers: nothing.
  void forget(const peer& who);

  /// nullptr: nobody. Valid until the next change.
  const peer* owner_of(shard_no shard) const noexcept;

  /// Every connection that owns at least one shard, each once.
  const std::vector<peer>& owners() const noexcept { return owners_; }

  size_t owned_count() const noexcept;

private:
  struct claim {
    peer who{};
    std::string node{};
    epoch_no epoch = 0;
  };

  static bool add(std::vector<claim>& list, claim c);
  void refresh_owners();

  // All claims in one list have the same epoch; the first is the owner.
  std::array<std::vector<claim>, shard_count> claims_{};
  std::vector<peer> owners_{};
};

} // namespace takt
