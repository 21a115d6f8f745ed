// output_buffer: keeps the first and the last bytes of what a task writes, and counts all of it.
//
// One thread at a time. Memory: at most head_max + 2 * tail_max, however much is written.
#pragma once

#include "proto/limits.hpp"
#include "proto/run.hpp"

#include <string>
#include <string_view>

namespace takt {

class output_buffer {
public:
  explicit output_buffer(
    size_t head_max = limits::output_head_bytes_max,
    size_t tail_max = limits::output_tail_bytes_max)
    : head_max_(head_max), tail_max_(tail_max) {}

  void append(std::string_view text);

  /// Continues with what was cut elsewhere; its gap becomes a gap here.
  void append(const output_excerpt& cut);

  /// Head and tail meet without a gap unless excerpt().is_cut().
  output_excerpt excerpt() const;

  uint64_t bytes_total() const noexcept { return bytes_total_; }

private:
  void skip(uint64_t bytes);

  size_t head_max_;
  size_t tail_max_;
  std::string head_{};
  bool head_closed_ = false; ///< a gap follows: nothing may be added to the head
  std::string tail_{};       ///< its last tail_max_ bytes count
  uint64_t bytes_total_ = 0;
};

} // namespace takt
