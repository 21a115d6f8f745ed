#include "actors/scheduler/lease_keeper.hpp"

#include <algorithm>
#include <utility>

namespace takt {

lease_keeper::lease_keeper(interface::pointer self, lease_keeper_config cfg)
  : self_(self), cfg_(std::move(cfg)) {
  // nop
}

lease_keeper::interface::behavior_type lease_keeper::make_behavior() {
  self_->send(self_, renew_leases{});
  return {
    [this](renew_leases) { on_renew(); },
    [this](release_leases) { on_release(); },
  };
}

host_time lease_keeper::now() const {
  return {cfg_.boot_id, cfg_.time->mono()};
}

void lease_keeper::on_renew() {
  if (released_)
    return;
  auto at = now();
  auto outcome = cfg_.right->tick(at);
  if (!outcome && !failing_)
    cfg_.say.warning("leases: " + outcome.failure().message());
  failing_ = !outcome;
  announce(cfg_.right->trusted(now()));
  look_for_driver(at);
  // While it fails the trust window is closing, and the listeners must hear of that in time; a
  // stand-by looks often, so that a take-over takes the TTL and not a renewal's interval more.
  auto pause = cfg_.right->renew_interval();
  auto in_hurry = failing_ || announced_.empty();
  self_->delayed_send(self_, in_hurry ? pause / 3 : pause, renew_leases{});
}

void lease_keeper::look_for_driver(const host_time& at) {
  if (!cfg_.driver_seen)
    return;
  auto driver = cfg_.right->driver(at);
  cfg_.driver_seen(driver && *driver ? (*driver)->address : std::string{});
}

void lease_keeper::on_release() {
  released_ = true;
  announce({});
  cfg_.right->release();
  self_->quit();
}

void lease_keeper::announce(std::vector<grant> grants) {
  std::sort(grants.begin(), grants.end());
  if (grants == announced_ && !first_)
    return;
  if (grants.empty() != announced_.empty() || first_)
    cfg_.say.info(
      grants.empty() ? std::string{"stands by"}
                     : "drives " + std::to_string(grants.size()) + " shards, epoch "
          + std::to_string(grants.front().epoch));
  first_ = false;
  announced_ = std::move(grants);
  cfg_.counts->shards_owned(announced_.size());
  for (const auto& listener : cfg_.listeners)
    self_->send(listener, shards_granted{announced_});
}

} // namespace takt
