// liveness: how long a peer has been silent, counted so that only the peer can be to blame.
//
// A scheduler hears an executor through a link of its own. When that link is down, or this process
// was paused (SIGSTOP, a suspended VM, a long disk stall), silence says nothing about the executor.
// So silence is not a difference of two instants but a sum of slices, one per tick: a slice counts
// only when the link was alive at this tick and at the one before, and never for more than a
// heartbeat interval, however long the tick took to come. A process that slept twenty seconds sees
// one slice. A dead link starts the count anew.
//
// RULE for the owner: call heard() for every frame that waits in the queue before tick(), or the
// pause that delayed this process is counted against the peer.
//
// Owned by one actor; cannot fail; monotonic time.
#pragma once

#include "proto/limits.hpp"
#include "proto/time.hpp"

#include <optional>

namespace takt {

class silence {
public:
  explicit silence(millis slice_max = limits::heartbeat_interval) : slice_max_(slice_max) {}

  /// The peer gave a sign of life: zero, and the slice up to the next tick does not count.
  void heard();
  /// Time passed. `link_alive`: a link over which the peer could be heard is alive.
  void tick(mono_time now, bool link_alive);
  /// Take-over or reconnect: as new.
  void reset();

  /// Silent for longer than `limit`.
  bool exceeded(millis limit) const { return counted_ > limit; }
  millis counted() const { return counted_; }

private:
  millis slice_max_;
  millis counted_{};
  /// The last tick at which the link was alive, when it still was at the newest tick.
  std::optional<mono_time> since_{};
  bool heard_ = false;
};

} // namespace takt
