#include "actors/logic/liveness.hpp"

#include <algorithm>

namespace takt {

void silence::heard() {
  counted_ = millis{0};
  heard_ = true;
}

void silence::tick(mono_time now, bool link_alive) {
  if (!link_alive) {
    reset();
    return;
  }
  if (since_ && !heard_)
    counted_ += std::clamp(now - *since_, millis{0}, slice_max_);
  since_ = now;
  heard_ = false;
}

void silence::reset() {
  counted_ = millis{0};
  since_.reset();
  heard_ = false;
}

} // namespace takt
