#include "broker/shard_table.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

namespace takt {

size_t shard_table::replace(
  const peer& who, std::string_view node, const std::vector<owned_shard>& claims) {
  std::array<std::optional<epoch_no>, shard_count> wanted{};
  for (const auto& c : claims) {
    assert(c.shard < shard_count);
    wanted[c.shard] = std::max(wanted[c.shard].value_or(0), c.epoch);
  }
  size_t ignored = 0;
  for (size_t s = 0; s < shard_count; ++s) {
    auto& list = claims_[s];
    auto mine = std::find_if(list.begin(), list.end(), [&](const auto& c) { return c.who == who; });
    if (mine != list.end() && wanted[s] == mine->epoch) {
      ignored += mine != list.begin();
      continue;
    }
    if (mine != list.end())
      list.erase(mine);
    if (wanted[s])
      ignored += !add(list, claim{who, std::string{node}, *wanted[s]});
  }
  refresh_owners();
  return ignored;
}

bool shard_table::add(std::vector<claim>& list, claim c) {
  if (!list.empty() && c.epoch < list.front().epoch)
    return false;
  if (!list.empty() && c.epoch > list.front().epoch)
    list.clear();
  if (list.empty()) {
    list.push_back(std::move(c));
    return true;
  }
  if (!c.node.empty() && c.node == list.front().node) {
    list.front() = std::move(c);
    return true;
  }
  list.push_back(std::move(c));
  return false;
}

void shard_table::forget(const peer& who) {
  for (auto& list : claims_)
    std::erase_if(list, [&](const auto& c) { return c.who == who; });
  refresh_owners();
}

const peer* shard_table::owner_of(shard_no shard) const noexcept {
  if (shard >= shard_count || claims_[shard].empty())
    return nullptr;
  return &claims_[shard].front().who;
}

size_t shard_table::owned_count() const noexcept {
  return static_cast<size_t>(
    std::count_if(claims_.begin(), claims_.end(), [](const auto& list) { return !list.empty(); }));
}

void shard_table::refresh_owners() {
  owners_.clear();
  for (const auto& list : claims_)
    if (
      !list.empty() && std::find(owners_.begin(), owners_.end(), list.front().who) == owners_.end())
      owners_.push_back(list.front().who);
}

} // namespace takt
