// lease_rules: what the calls of lease_table make of a shard's row; shared by every backend.
// Pure; safe from any thread.
#pragma once

#include "storage/lease.hpp"

#include <array>

namespace takt {

/// A shard's lease as stored. No owner: nobody has it.
struct lease_row {
  shard_no shard = 0;
  epoch_no epoch = 0;
  lease_owner owner{};
  /// Until when, on the clock of the boot that is named.
  host_time expires{};
};

using lease_rows = std::array<lease_row, shard_count>;

/// Nobody's, past its instant, or of another boot.
bool is_expired(const lease_row& row, const host_time& now) noexcept;

/// Whether `owner` may have the row without force.
bool is_takeable(const lease_row& row, const lease_owner& owner, const host_time& now) noexcept;

/// Makes the row the owner's until now + ttl, if it may be (or must, with `force`); false: left.
bool apply_take(
  lease_row& row, const lease_owner& owner, const host_time& now, millis ttl, bool force);

/// Extends the row if its epoch is the grant's; false: left.
bool apply_renew(
  lease_row& row, const lease_owner& owner, const grant& g, const host_time& now, millis ttl);

/// Makes the row nobody's if its epoch is the grant's; false: left.
bool apply_release(lease_row& row, const grant& g);

/// The holder of the most unexpired rows; of equals the one with the smallest node id.
std::optional<lease_owner> driver_of(const lease_rows& rows, const host_time& now);

/// store_lease_kind when another kind is recorded.
result<void> check_kind(lease_kind recorded, lease_kind wanted);

} // namespace takt
