#include "actors/logic/backoff.hpp"

#include <algorithm>

namespace takt {

millis retry_delay(uint32_t tries, millis base, millis cap) noexcept {
  base = std::max(base, millis{0});
  cap = std::max(cap, millis{0});
  auto doublings = tries == 0 ? 0 : tries - 1;
  // base * 2^n <= cap exactly when base <= cap / 2^n, which cannot overflow.
  if (doublings >= 63 || base.count() > cap.count() >> doublings)
    return base == millis{0} ? base : cap;
  return millis{base.count() << doublings};
}

} // namespace takt
