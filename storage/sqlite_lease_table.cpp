#include "storage/lease_rules.hpp"
#include "storage/sqlite_schema.hpp"
#include "storage/sqlite_store.hpp"

#include <algorithm>

namespace takt {

namespace {

class sqlite_lease_table : public lease_table {
public:
  explicit sqlite_lease_table(std::unique_ptr<sqlite_connection> db) : db_(std::move(db)) {}

  result<void> settle_kind(lease_kind kind) override {
    return guarded([&]() -> result<void> {
      db_->begin_immediate();
      db_->prepare("UPDATE meta SET lease_kind = coalesce(lease_kind, ?)").bind(kind).run();
      auto recorded = static_cast<lease_kind>(db_->get_int("SELECT lease_kind FROM meta"));
      db_->commit();
      return check_kind(recorded, kind);
    });
  }

  result<std::vector<grant>>
  take(const lease_owner& owner, const host_time& now, millis ttl, bool force) override {
    return guarded([&]() -> result<std::vector<grant>> {
      // A stand-by asks every few seconds and mostly in vain: it need not disturb the writers.
      if (!force && std::ranges::none_of(read_rows(), [&](const lease_row& row) {
            return is_takeable(row, owner, now);
          }))
        return std::vector<grant>{};
      db_->begin_immediate();
      std::vector<grant> held;
      for (auto& row : read_rows()) {
        if (!apply_take(row, owner, now, ttl, force))
          continue;
        write_row(row);
        held.push_back({row.shard, row.epoch});
      }
      db_->commit();
      return held;
    });
  }

  result<std::vector<grant>> renew(
    const lease_owner& owner, const std::vector<grant>& grants, const host_time& now,
    millis ttl) override {
    return guarded([&]() -> result<std::vector<grant>> {
      db_->begin_immediate();
      auto rows = read_rows();
      std::vector<grant> kept;
      for (const auto& g : grants) {
        if (!apply_renew(rows[g.shard], owner, g, now, ttl))
          continue;
        write_row(rows[g.shard]);
        kept.push_back(g);
      }
      db_->commit();
      return kept;
    });
  }

  result<void> release(const std::vector<grant>& grants) override {
    return guarded([&]() -> result<void> {
      db_->begin_immediate();
      auto rows = read_rows();
      for (const auto& g : grants)
        if (apply_release(rows[g.shard], g))
          write_row(rows[g.shard]);
      db_->commit();
      return done{};
    });
  }

  result<std::optional<lease_owner>> driver(const host_time& now) override {
    return guarded(
      [&]() -> result<std::optional<lease_owner>> { return driver_of(read_rows(), now); });
  }

private:
  template <class F>
  auto guarded(F&& body) -> std::invoke_result_t<F> {
    try {
      return body();
    } catch (const std::exception& e) {
      auto why = db_->explain(e);
      db_->rollback();
      return why;
    }
  }

  lease_rows read_rows() {
    lease_rows rows;
    auto s = db_->prepare(
      "SELECT shard, epoch, owner, address, boot_id, expires_ms FROM shards ORDER BY shard");
    for (auto& row : rows) {
      s.step();
      s.get(
        row.shard, row.epoch, row.owner.node, row.owner.address, row.expires.boot_id,
        row.expires.at);
    }
    return rows;
  }

  void write_row(const lease_row& row) {
    db_
      ->prepare("UPDATE shards SET epoch = ?, owner = ?, address = ?, boot_id = ?, expires_ms = ?"
                " WHERE shard = ?")
      .bind(row.epoch, row.owner.node, row.owner.address, row.expires.boot_id, row.expires.at)
      .bind(row.shard)
      .run();
  }

  std::unique_ptr<sqlite_connection> db_;
};

} // namespace

result<std::unique_ptr<lease_table>> open_sqlite_lease_table(const std::string& path) {
  auto db = open_sqlite_writer(path, sqlite_connection::patience::pressing);
  if (!db)
    return db.failure();
  return std::unique_ptr<lease_table>{std::make_unique<sqlite_lease_table>(std::move(*db))};
}

} // namespace takt
