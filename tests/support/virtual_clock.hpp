// virtual_clock: a clock that moves only when a test says so. One thread.
#pragma once

#include "proto/time.hpp"

namespace takt::test {

class virtual_clock : public clock {
public:
  /// Starts on 2026-01-01 00:00:00 UTC, half an hour after the host's boot.
  virtual_clock() = default;

  wall_time wall() const override { return wall_; }
  mono_time mono() const override { return mono_; }

  /// Time passes.
  void advance(millis by) {
    wall_ += by;
    mono_ += by;
  }
  /// Somebody sets the wall clock.
  void step(millis by) { wall_ += by; }

private:
  wall_time wall_ = wall_from_ms(1'767'225'600'000);
  mono_time mono_ = mono_from_ms(1'800'000);
};

} // namespace takt::test
