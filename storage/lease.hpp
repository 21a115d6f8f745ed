// lease: the right of one scheduler node to drive shards until an instant.
//
// Correctness never rests on a lease (store.hpp says on what it rests); leases decide who *should*
// act, so that nodes do not fight, and how soon another takes over.
//
// THE TRUST WINDOW. A holder renews every 0.3 TTL and stops by itself 0.7 TTL after it *sent* its
// last successful renewal, by its own boottime clock (which counts suspend). A stand-by may take a
// shard once the row has expired by the same clock of the same host: another boot id means expired.
// So a holder that cannot renew is silent before anybody else may act, and one that was paused
// finds its window closed, or its epoch overtaken, when it wakes.
//
// WITH REDIS a stand-by may take over earlier: when it wins the Redis lock, whose shorter TTL ran
// out. If Redis lies (flush, restart, failover) the worst is one more epoch; if Redis is away the
// row alone decides. Losing Redis never stops the holder: its row keeps it driving.
//
// THREADING: one thread at a time per object. Calls may block for limits::redis_timeout plus a
// database write.
#pragma once

#include "proto/ids.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace takt {

/// A host's boottime clock and which boot it counts from; the same for all processes of a host.
struct host_time {
  std::string boot_id{};
  mono_time at{};
};

struct lease_owner {
  node_id node{};
  /// Where its gateway answers, for a stand-by to tell its callers: "http://127.0.0.1:8080".
  std::string address{};

  bool operator==(const lease_owner&) const = default;
};

/// Stored once, by the first node: nodes configured differently are refused.
enum class lease_kind : uint8_t { row = 1, redis = 2 };

/// The lease rows of a store: one per shard. A backend implements this next to its store.
class lease_table {
public:
  virtual ~lease_table() = default;

  /// Records the kind when none is recorded. Another kind recorded: store_lease_kind.
  virtual result<void> settle_kind(lease_kind kind) = 0;

  /// Takes every shard that nobody holds, whose lease has expired at `now`, or that `owner` holds
  /// already; with `force`, all of them. A shard that changes hands gets epoch + 1; one that the
  /// owner holds unexpired keeps its epoch. Returns all grants the owner has afterwards. The
  /// leases run until now + ttl.
  virtual result<std::vector<grant>>
  take(const lease_owner& owner, const host_time& now, millis ttl, bool force) = 0;

  /// Extends those of `grants` whose epoch is still the shard's; returns them. What is missing has
  /// been taken by another.
  virtual result<std::vector<grant>> renew(
    const lease_owner& owner, const std::vector<grant>& grants, const host_time& now,
    millis ttl) = 0;

  /// Ends the leases of those whose epoch is still the shard's, at once.
  virtual result<void> release(const std::vector<grant>& grants) = 0;

  /// The holder of the most shards with unexpired leases; nothing when all have expired.
  virtual result<std::optional<lease_owner>> driver(const host_time& now) = 0;
};

/// The lock that makes take-over quick. Losing it proves nothing.
class lease_lock {
public:
  virtual ~lease_lock() = default;

  enum class answer : uint8_t {
    held,       ///< it is mine now, for `ttl`
    taken,      ///< somebody else has it
    unreachable ///< nobody knows
  };

  /// Sets the lock if nobody has it, or extends it if `owner` has it (compare, then PEXPIRE).
  virtual answer acquire(const node_id& owner, millis ttl) = 0;
  /// Removes it if `owner` has it (compare, then DEL).
  virtual void release(const node_id& owner) = 0;
};

/// What a scheduler node uses: the table, the lock if any, and the trust window.
class lease {
public:
  struct config {
    lease_owner owner{};
    millis ttl{};
    /// Only with a lock.
    millis lock_ttl{};
  };

  /// `table` and `lock` (may be nullptr) must outlive the lease.
  lease(config cfg, lease_table& table, lease_lock* lock);

  /// Tries to renew what is held and to take what is free. Returns the grants held now: empty on
  /// a stand-by. A failure leaves the grants of before in force until the trust window closes.
  result<std::vector<grant>> tick(const host_time& now);

  /// The grants that may be acted upon at `now`: empty once the trust window has closed.
  std::vector<grant> trusted(const host_time& now) const;

  /// Gives everything back, so that another may take over at once.
  void release();

  /// How often tick() wants to be called: 0.3 of the shorter TTL.
  millis renew_interval() const;

  /// Who drives, as far as the rows say.
  result<std::optional<lease_owner>> driver(const host_time& now);

private:
  config cfg_;
  lease_table& table_;
  lease_lock* lock_;
  std::vector<grant> held_{};
  host_time last_good_{};
};

} // namespace takt
