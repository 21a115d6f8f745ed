#include "storage/lease_rules.hpp"
#include "storage/memory_rows.hpp"
#include "storage/memory_store.hpp"

namespace takt {

namespace {

class memory_lease_table : public lease_table {
public:
  explicit memory_lease_table(std::shared_ptr<memory_rows> rows) : rows_(std::move(rows)) {}

  result<void> settle_kind(lease_kind kind) override {
    if (!rows_->kind)
      rows_->kind = kind;
    return check_kind(*rows_->kind, kind);
  }

  result<std::vector<grant>>
  take(const lease_owner& owner, const host_time& now, millis ttl, bool force) override {
    std::vector<grant> held;
    for (auto& row : rows_->leases)
      if (apply_take(row, owner, now, ttl, force))
        held.push_back({row.shard, row.epoch});
    return held;
  }

  result<std::vector<grant>> renew(
    const lease_owner& owner, const std::vector<grant>& grants, const host_time& now,
    millis ttl) override {
    std::vector<grant> kept;
    for (const auto& g : grants)
      if (apply_renew(rows_->leases[g.shard], owner, g, now, ttl))
        kept.push_back(g);
    return kept;
  }

  result<void> release(const std::vector<grant>& grants) override {
    for (const auto& g : grants)
      apply_release(rows_->leases[g.shard], g);
    return done{};
  }

  result<std::optional<lease_owner>> driver(const host_time& now) override {
    return driver_of(rows_->leases, now);
  }

private:
  std::shared_ptr<memory_rows> rows_;
};

} // namespace

std::unique_ptr<lease_table> make_memory_lease_table(std::shared_ptr<memory_rows> rows) {
  return std::make_unique<memory_lease_table>(std::move(rows));
}

} // namespace takt
