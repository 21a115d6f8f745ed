#include "storage/lease.hpp"

#include <algorithm>
#include <cassert>

namespace takt {

lease::lease(config cfg, lease_table& table, lease_lock* lock)
  : cfg_(std::move(cfg)), table_(table), lock_(lock) {
  assert(!cfg_.owner.node.empty() && cfg_.ttl > millis{0});
  assert(!lock_ || cfg_.lock_ttl > millis{0});
}

result<std::vector<grant>> lease::tick(const host_time& now) {
  // `now` was read before anything is sent: the trust window counts from it.
  if (!held_.empty()) {
    auto kept = table_.renew(cfg_.owner, held_, now, cfg_.ttl);
    if (!kept)
      return kept; // nor is the lock extended: another may write where this node cannot
    held_ = std::move(*kept);
    last_good_ = now;
    if (held_.empty()) {
      // Overtaken. A lock kept now would let this node take back what another rightly drives.
      if (lock_)
        lock_->release(cfg_.owner.node);
      return held_;
    }
    // Whatever Redis says, the rows keep this node driving until its epoch moves.
    if (lock_)
      lock_->acquire(cfg_.owner.node, cfg_.lock_ttl);
    if (held_.size() == shard_count)
      return held_;
  }
  bool won = held_.empty() && lock_
    && lock_->acquire(cfg_.owner.node, cfg_.lock_ttl) == lease_lock::answer::held;
  auto taken = table_.take(cfg_.owner, now, cfg_.ttl, won);
  if (!taken) {
    if (won)
      lock_->release(cfg_.owner.node);
    return taken;
  }
  held_ = std::move(*taken);
  last_good_ = now;
  return held_;
}

std::vector<grant> lease::trusted(const host_time& now) const {
  if (held_.empty() || now.boot_id != last_good_.boot_id)
    return {};
  return now.at - last_good_.at < cfg_.ttl * 7 / 10 ? held_ : std::vector<grant>{};
}

void lease::release() {
  // A failure is no harm: the rows expire by themselves.
  if (!held_.empty())
    (void)table_.release(held_);
  if (lock_)
    lock_->release(cfg_.owner.node);
  held_.clear();
}

millis lease::renew_interval() const {
  auto shorter = lock_ ? std::min(cfg_.ttl, cfg_.lock_ttl) : cfg_.ttl;
  return shorter * 3 / 10;
}

result<std::optional<lease_owner>> lease::driver(const host_time& now) {
  return table_.driver(now);
}

} // namespace takt
