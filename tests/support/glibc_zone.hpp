// glibc_zone: a zone as the C library sees it, for tests that judge takt's own.
//
// Asks localtime_r for the offset every six hours of some years and bisects where two answers
// differ, once, because changing TZ and asking again for every instant is slow. (The database has
// no two changes within six hours that undo each other.) Sets TZ: one thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

namespace takt::test {

class glibc_zone {
public:
  /// From `begin` the offset holds, until the next stretch.
  struct stretch {
    int64_t begin = 0;
    int64_t offset = 0;
  };

  /// Knows the years first <= y < end; before and after, the offsets at its ends.
  glibc_zone(const std::string& name, int first, int end) {
    setenv("TZ", (":" + name).c_str(), 1);
    tzset();
    begin_ = new_year(first);
    end_ = new_year(end);
    constexpr int64_t step = 6 * 3600;
    stretches_.push_back({begin_, offset_at(begin_)});
    for (int64_t t = begin_; t < end_; t += step)
      if (auto offset = offset_at(t + step); offset != stretches_.back().offset)
        stretches_.push_back({change_within(t, t + step), offset});
    setenv("TZ", "UTC", 1);
    tzset();
  }

  int64_t begin() const { return begin_; }
  int64_t end() const { return end_; }
  const std::vector<stretch>& stretches() const { return stretches_; }

  /// Which stretch holds the second `t` since 1970.
  size_t index_of(int64_t t) const {
    while (known_ + 1 < stretches_.size() && stretches_[known_ + 1].begin <= t)
      ++known_;
    while (known_ > 0 && stretches_[known_].begin > t)
      --known_;
    return known_;
  }
  int64_t offset(int64_t t) const { return stretches_[index_of(t)].offset; }

  static int64_t new_year(int y) {
    return std::chrono::sys_seconds{std::chrono::sys_days{std::chrono::year{y} / 1 / 1}}
      .time_since_epoch()
      .count();
  }

private:
  static int64_t offset_at(int64_t t) {
    auto when = static_cast<time_t>(t);
    tm local{};
    localtime_r(&when, &local);
    return local.tm_gmtoff;
  }

  static int64_t change_within(int64_t low, int64_t high) {
    auto before = offset_at(low);
    while (high - low > 1) {
      auto middle = low + (high - low) / 2;
      (offset_at(middle) == before ? low : high) = middle;
    }
    return high;
  }

  int64_t begin_ = 0;
  int64_t end_ = 0;
  std::vector<stretch> stretches_{};
  mutable size_t known_ = 0; ///< the latest answer: the next is close to it
};

} // namespace takt::test
