#include "actors/worker/output_buffer.hpp"

#include <algorithm>

namespace takt {

void output_buffer::append(std::string_view text) {
  bytes_total_ += text.size();
  if (!head_closed_ && head_.size() < head_max_) {
    auto n = std::min(text.size(), head_max_ - head_.size());
    head_.append(text.substr(0, n));
    text.remove_prefix(n);
  }
  if (text.size() > tail_max_)
    text.remove_prefix(text.size() - tail_max_);
  tail_.append(text);
  // Moving the bytes only once per tail_max_ written keeps this linear.
  if (tail_.size() > 2 * tail_max_)
    tail_.erase(0, tail_.size() - tail_max_);
}

void output_buffer::append(const output_excerpt& cut) {
  append(std::string_view{cut.head});
  if (cut.is_cut())
    skip(cut.bytes_total - cut.head.size() - cut.tail.size());
  append(std::string_view{cut.tail});
}

void output_buffer::skip(uint64_t bytes) {
  bytes_total_ += bytes;
  head_closed_ = true;
  tail_.clear();
}

output_excerpt output_buffer::excerpt() const {
  auto n = std::min(tail_.size(), tail_max_);
  return {head_, tail_.substr(tail_.size() - n), bytes_total_};
}

} // namespace takt
