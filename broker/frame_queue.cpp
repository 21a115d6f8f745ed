#include "broker/frame_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace takt {

frame_queue::frame_queue(frame_queue_limits most)
  : most_(most), fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

frame_queue::~frame_queue() {
  if (fd_ >= 0)
    ::close(fd_);
}

bool frame_queue::push(queued_frame f) {
  auto bytes = f.what.body.size() + f.what.payload.size();
  {
    std::lock_guard guard{mutex_};
    if (closed_ || waiting_.size() >= most_.messages_max || bytes > most_.bytes_max - bytes_)
      return false;
    bytes_ += bytes;
    waiting_.push_back(std::move(f));
    if (waiting_.size() > 1)
      return true; // the taker was woken for the first and has not come yet
  }
  wake();
  return true;
}

std::vector<queued_frame> frame_queue::take() {
  // Cleared before the queue is emptied: a push in between wakes once too often, never too rarely.
  uint64_t signals = 0;
  [[maybe_unused]] auto n = ::read(fd_, &signals, sizeof signals);
  std::vector<queued_frame> taken;
  std::lock_guard guard{mutex_};
  taken.swap(waiting_);
  bytes_ = 0;
  return taken;
}

void frame_queue::close() {
  {
    std::lock_guard guard{mutex_};
    closed_ = true;
  }
  wake();
}

bool frame_queue::is_closed() const {
  std::lock_guard guard{mutex_};
  return closed_;
}

void frame_queue::wake() {
  // Fails only when 2^64 - 2 signals are pending; then the taker is awake anyway.
  uint64_t one = 1;
  [[maybe_unused]] auto n = ::write(fd_, &one, sizeof one);
}

} // namespace takt
