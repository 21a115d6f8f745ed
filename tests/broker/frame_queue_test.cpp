#include "broker/frame_queue.hpp"

#include <gtest/gtest.h>

#include <poll.h>

#include <thread>

namespace takt {

namespace {

bool is_readable(int fd, int wait_ms = 0) {
  pollfd p{fd, POLLIN, 0};
  return ::poll(&p, 1, wait_ms) == 1;
}

queued_frame numbered(broker_no to, uint64_t n) {
  return {to, {.header = {.sequence = n}, .body = "body"}};
}

TEST(frame_queue_test, gives_back_what_was_pushed_in_order_and_signals_it) {
  frame_queue q;
  EXPECT_FALSE(is_readable(q.fd()));
  EXPECT_TRUE(q.push(numbered(0, 1)));
  EXPECT_TRUE(q.push(numbered(1, 2)));
  EXPECT_TRUE(is_readable(q.fd()));
  auto taken = q.take();
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[0].what.header.sequence, 1u);
  EXPECT_EQ(taken[1].to, 1u);
  EXPECT_FALSE(is_readable(q.fd()));
  EXPECT_TRUE(q.take().empty());
}

TEST(frame_queue_test, signals_again_after_it_was_emptied) {
  frame_queue q;
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(q.push(numbered(0, 1)));
    EXPECT_TRUE(is_readable(q.fd()));
    EXPECT_EQ(q.take().size(), 1u);
    EXPECT_FALSE(is_readable(q.fd()));
  }
}

TEST(frame_queue_test, refuses_beyond_its_messages_and_takes_again_when_emptied) {
  frame_queue q{{.messages_max = 2, .bytes_max = 1000}};
  EXPECT_TRUE(q.push(numbered(0, 1)));
  EXPECT_TRUE(q.push(numbered(0, 2)));
  EXPECT_FALSE(q.push(numbered(0, 3)));
  EXPECT_EQ(q.take().size(), 2u);
  EXPECT_TRUE(q.push(numbered(0, 4)));
}

TEST(frame_queue_test, refuses_beyond_its_bytes) {
  frame_queue q{{.messages_max = 100, .bytes_max = 10}};
  EXPECT_TRUE(q.push(numbered(0, 1)));
  EXPECT_TRUE(q.push(numbered(0, 2)));
  EXPECT_FALSE(q.push(numbered(0, 3)));
  EXPECT_FALSE(q.push({0, {.payload = std::string(11, 'x')}}));
  (void)q.take();
  EXPECT_TRUE(q.push({0, {.payload = std::string(10, 'x')}}));
}

TEST(frame_queue_test, closed_refuses_wakes_and_still_gives_what_it_had) {
  frame_queue q;
  EXPECT_TRUE(q.push(numbered(0, 1)));
  (void)is_readable(q.fd());
  q.close();
  q.close();
  EXPECT_TRUE(q.is_closed());
  EXPECT_TRUE(is_readable(q.fd()));
  EXPECT_FALSE(q.push(numbered(0, 2)));
  EXPECT_EQ(q.take().size(), 1u);
}

TEST(frame_queue_test, many_threads_push_and_nothing_is_lost_or_left_asleep) {
  constexpr int threads = 4;
  constexpr uint64_t each = 5000;
  frame_queue q{{.messages_max = threads * each, .bytes_max = 64 << 20}};
  std::vector<std::thread> pushers;
  for (broker_no t = 0; t < threads; ++t)
    pushers.emplace_back([&q, t] {
      for (uint64_t n = 1; n <= each; ++n)
        EXPECT_TRUE(q.push(numbered(t, n)));
    });
  std::vector<uint64_t> latest(threads, 0);
  uint64_t total = 0;
  while (total < threads * each) {
    // If a push did not wake us, this wait would run into its limit and fail.
    ASSERT_TRUE(is_readable(q.fd(), 20'000));
    for (const auto& f : q.take()) {
      EXPECT_EQ(f.what.header.sequence, latest[f.to] + 1) << "one thread's frames keep their order";
      latest[f.to] = f.what.header.sequence;
      ++total;
    }
  }
  for (auto& t : pushers)
    t.join();
  EXPECT_TRUE(q.take().empty());
}

} // namespace

} // namespace takt
