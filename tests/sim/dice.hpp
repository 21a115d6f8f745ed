// dice: the simulator's randomness, all of it from one seed.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace takt::sim {

class dice {
public:
  explicit dice(uint64_t seed) : engine_(seed) {}

  uint64_t next() { return engine_(); }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1));
  }
  bool one_in(uint64_t n) { return engine_() % n == 0; }
  template <class T>
  const T& pick(const std::vector<T>& list) {
    return list[engine_() % list.size()];
  }

private:
  std::mt19937_64 engine_;
};

} // namespace takt::sim
