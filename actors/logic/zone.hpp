// zone: one time zone: which offset from UTC holds when.
//
// Made from the bytes of a TZif file (RFC 8536, version 2 or later, its 64-bit block and its POSIX
// footer, which rules for ever after the last transition; negative DST and the extended hours
// -167..167 of version 3 included). Reads no file and no clock: see zone_database.hpp. Immutable;
// safe from any thread; cheap to share, not to copy. Errors: bad_schedule.
#pragma once

#include "proto/result.hpp"
#include "proto/time.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace takt {

/// Wall-clock time of some zone, to the millisecond.
using local_time = std::chrono::local_time<millis>;

/// A stretch of time with one offset: begin <= t < end. The first begins at wall_time::min(), the
/// last, of a zone without a footer that changes, ends at wall_time::max().
struct zone_period {
  wall_time begin{};
  wall_time end{};
  std::chrono::seconds offset{}; ///< local = UTC + offset

  bool operator==(const zone_period&) const = default;
};

/// What instants a local time names.
struct zone_instants {
  enum class kind : uint8_t {
    unique, ///< one: `first`
    gap,    ///< none: the clocks were set forward over it; `first` is the gap's end
    fold    ///< two: the clocks were set back over it; `first` and then `second`
  };
  kind is = kind::unique;
  wall_time first{};
  wall_time second{}; ///< the same as first unless a fold
  /// Gap and fold: by how much the clocks were set; positive.
  std::chrono::seconds shift{};
};

class zone {
public:
  /// `name` is the canonical one. bad_schedule: not a TZif file, cut short, or out of range.
  static result<std::shared_ptr<const zone>> parse(std::string name, std::string_view tzif);

  /// UTC: one period, no transition.
  static std::shared_ptr<const zone> utc();

  virtual ~zone() = default;

  virtual const std::string& name() const noexcept = 0;
  /// The period that holds `t`. Logarithmic in the stored transitions, constant beyond them.
  virtual zone_period at(wall_time t) const = 0;
  /// What instants `t` names. Two transitions never touch one local time in the database's data
  /// within the years takt knows; where a hostile file makes them, the earliest answers hold.
  virtual zone_instants instants_of(local_time t) const = 0;

  bool is_utc() const noexcept { return name() == "UTC"; }
};

inline local_time to_local(wall_time t, const zone_period& in) noexcept {
  return local_time{t.time_since_epoch() + in.offset};
}
inline local_time to_local(wall_time t, const zone& in) {
  return to_local(t, in.at(t));
}

} // namespace takt
