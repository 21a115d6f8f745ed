#include "proto/time.hpp"

#include <ctime>
#include <fstream>

namespace takt {

namespace {

class os_clock_impl : public clock {
public:
  wall_time wall() const override {
    return std::chrono::floor<millis>(std::chrono::system_clock::now());
  }

  mono_time mono() const override {
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return mono_from_ms(int64_t{ts.tv_sec} * 1000 + ts.tv_nsec / 1'000'000);
  }
};

} // namespace

const clock& os_clock() {
  static const os_clock_impl instance;
  return instance;
}

std::string os_boot_id() {
  std::ifstream in{"/proc/sys/kernel/random/boot_id"};
  std::string id;
  std::getline(in, id);
  return id;
}

} // namespace takt
