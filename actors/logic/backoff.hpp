// backoff: how long a failed attempt's successor waits. Pure; safe from any thread.
#pragma once

#include "proto/limits.hpp"
#include "proto/time.hpp"

#include <cstdint>

namespace takt {

/// min(cap, base * 2^(tries - 1)) after `tries` tries that count (0 is taken as 1); never negative,
/// never overflowing. With cap == base, the default, every wait is base.
millis retry_delay(
  uint32_t tries, millis base = limits::retry_delay_default,
  millis cap = limits::retry_delay_default) noexcept;

} // namespace takt
