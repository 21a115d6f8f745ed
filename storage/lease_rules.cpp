#include "storage/lease_rules.hpp"

#include <map>

namespace takt {

namespace {

const char* word_for(lease_kind kind) {
  return kind == lease_kind::redis ? "with --lease redis://…" : "without --lease";
}

} // namespace

bool is_expired(const lease_row& row, const host_time& now) noexcept {
  return row.owner.node.empty() || row.expires.boot_id != now.boot_id || now.at >= row.expires.at;
}

bool is_takeable(const lease_row& row, const lease_owner& owner, const host_time& now) noexcept {
  return is_expired(row, now) || row.owner.node == owner.node;
}

bool apply_take(
  lease_row& row, const lease_owner& owner, const host_time& now, millis ttl, bool force) {
  if (!force && !is_takeable(row, owner, now))
    return false;
  // An owner that let its lease expire gets a new epoch: what it sent before may be overtaken.
  bool keeps_epoch = !is_expired(row, now) && row.owner.node == owner.node;
  if (!keeps_epoch)
    ++row.epoch;
  row.owner = owner;
  row.expires = {now.boot_id, now.at + ttl};
  return true;
}

bool apply_renew(
  lease_row& row, const lease_owner& owner, const grant& g, const host_time& now, millis ttl) {
  if (row.epoch != g.epoch)
    return false;
  row.owner = owner;
  row.expires = {now.boot_id, now.at + ttl};
  return true;
}

bool apply_release(lease_row& row, const grant& g) {
  if (row.epoch != g.epoch)
    return false;
  row.owner = {};
  row.expires = {};
  return true;
}

std::optional<lease_owner> driver_of(const lease_rows& rows, const host_time& now) {
  std::map<std::string, std::pair<size_t, const lease_owner*>> shards_of;
  for (const auto& row : rows) {
    if (is_expired(row, now))
      continue;
    auto& [count, owner] = shards_of[row.owner.node.text];
    ++count;
    owner = &row.owner;
  }
  size_t most = 0;
  std::optional<lease_owner> driver;
  for (const auto& [node, held] : shards_of)
    if (held.first > most) {
      most = held.first;
      driver = *held.second;
    }
  return driver;
}

result<void> check_kind(lease_kind recorded, lease_kind wanted) {
  if (recorded == wanted)
    return done{};
  return failure{
    errc::store_lease_kind,
    std::string{"this store is driven by schedulers started "} + word_for(recorded)
      + "; start this one so, too"};
}

} // namespace takt
