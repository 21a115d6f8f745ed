#include "broker/link_session.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

using namespace std::chrono_literals;

struct link_session_test : ::testing::Test {
  link_session under{
    {.role = peer_role::worker,
     .name = "w",
     .program = "takt test",
     .endpoint = "tcp://127.0.0.1:1"}};
  mono_time now = mono_from_ms(5000);
  std::vector<link_effect> out{};

  void SetUp() override { under.start(now); }

  std::vector<link_effect>& hear(const message& m) {
    auto frames = to_frames(m);
    return hear_raw({frames.begin(), frames.end()});
  }
  std::vector<link_effect>& hear_raw(const std::vector<std::string_view>& frames) {
    out.clear();
    under.on_frames(frames, now, out);
    return out;
  }
  std::vector<link_effect>& tick(millis later) {
    out.clear();
    under.on_tick(now += later, out);
    return out;
  }
  std::vector<link_effect>& writable() {
    out.clear();
    under.on_writable(now, out);
    return out;
  }
  static message hello_from(peer_role role) {
    return {.header = {.kind = frame_kind::hello}, .body = pack(hello_body{.role = role})};
  }
  static message error_with(errc code) {
    return {.header = {.kind = frame_kind::error}, .body = pack(error_body{.code = code})};
  }
  void come_up() {
    writable();
    hear(hello_from(peer_role::broker));
    ASSERT_TRUE(under.is_up());
  }
  template <class Effect>
  size_t count() const {
    size_t n = 0;
    for (const auto& e : out)
      n += std::holds_alternative<Effect>(e);
    return n;
  }
  std::string notes() const {
    std::string text;
    for (const auto& e : out)
      if (auto* note = std::get_if<session_note>(&e))
        text += note->text;
    return text;
  }
  const frame_header& sent(size_t i = 0) const {
    return std::get<frame_out>(out.at(i)).what.header;
  }
};

TEST_F(link_session_test, says_hello_as_soon_as_the_socket_can_take_it_once) {
  EXPECT_TRUE(under.wants_to_write());
  writable();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(sent().kind, frame_kind::hello);
  EXPECT_EQ(sent().sequence, 1u);
  auto body = unpack<hello_body>(std::get<frame_out>(out[0]).what.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->role, peer_role::worker);
  EXPECT_EQ(body->name, "w");
  EXPECT_FALSE(under.wants_to_write());
  EXPECT_TRUE(writable().empty());
}

TEST_F(link_session_test, repeats_hello_each_interval_until_it_is_answered) {
  writable();
  tick(999ms);
  EXPECT_FALSE(under.wants_to_write());
  tick(1ms);
  EXPECT_TRUE(under.wants_to_write());
  writable();
  EXPECT_EQ(sent().sequence, 2u);
  hear(hello_from(peer_role::broker));
  EXPECT_EQ(count<session_up>(), 1u);
  tick(1s);
  EXPECT_FALSE(under.wants_to_write());
}

TEST_F(link_session_test, once_up_it_sends_heartbeats_and_numbers_what_it_sends) {
  come_up();
  auto first = under.stamp({.header = {.kind = frame_kind::result, .sequence = 77}});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->header.sequence, 2u);
  tick(1s);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(sent().kind, frame_kind::heartbeat);
  EXPECT_EQ(sent().sequence, 3u);
  EXPECT_TRUE(tick(500ms).empty());
}

TEST_F(link_session_test, nothing_is_sent_while_it_is_not_up) {
  EXPECT_FALSE(under.stamp({}));
  writable();
  EXPECT_FALSE(under.stamp({}));
}

TEST_F(link_session_test, the_brokers_heartbeat_stays_here_and_a_workers_is_delivered) {
  come_up();
  EXPECT_TRUE(hear({.header = {.kind = frame_kind::heartbeat}}).empty());
  hear({.header = {.kind = frame_kind::heartbeat, .executor = {"e"}}, .body = "credit"});
  EXPECT_EQ(count<frame_in>(), 1u);
}

TEST_F(link_session_test, silence_ends_the_session_and_asks_for_another_socket) {
  come_up();
  tick(1s);
  tick(1s);
  EXPECT_EQ(count<reopen_socket>(), 0u);
  tick(1s);
  ASSERT_GE(out.size(), 2u);
  EXPECT_EQ(count<session_down>(), 1u);
  EXPECT_TRUE(std::holds_alternative<reopen_socket>(out.back()));
  EXPECT_FALSE(under.is_up());
  under.start(now);
  writable();
  EXPECT_EQ(sent().sequence, 1u) << "a session's numbers begin again";
}

TEST_F(link_session_test, a_closed_connection_ends_a_session_that_is_up_and_no_other) {
  under.on_disconnected(out);
  EXPECT_TRUE(out.empty());
  come_up();
  out.clear();
  under.on_disconnected(out);
  EXPECT_FALSE(under.is_up());
  EXPECT_EQ(count<session_down>(), 1u);
  EXPECT_EQ(count<reopen_socket>(), 1u);
  EXPECT_NE(notes().find("the connection was closed"), std::string::npos);
}

TEST_F(link_session_test, any_frame_even_garbage_breaks_the_silence) {
  come_up();
  for (int i = 0; i < 10; ++i) {
    tick(1s);
    EXPECT_EQ(count<reopen_socket>(), 0u);
    hear_raw({"garbage"});
    EXPECT_TRUE(out.empty());
  }
  EXPECT_EQ(under.unread(), 10u);
}

TEST_F(link_session_test, a_paused_process_does_not_cut_its_links_on_waking) {
  come_up();
  tick(1h);
  EXPECT_EQ(count<session_down>(), 0u);
  EXPECT_TRUE(under.is_up());
}

TEST_F(link_session_test, an_unanswered_session_reopens_too_without_saying_down) {
  for (int i = 0; i < 3; ++i)
    tick(1s);
  EXPECT_EQ(count<session_down>(), 0u);
  EXPECT_EQ(count<reopen_socket>(), 1u);
}

TEST_F(link_session_test, says_why_it_may_be_waiting_at_three_seconds_then_every_thirty) {
  std::vector<int64_t> said_at;
  for (int second = 1; second <= 70; ++second) {
    tick(1s);
    if (
      notes().find("no answer from tcp://127.0.0.1:1 for " + std::to_string(second) + " s")
      != std::string::npos)
      said_at.push_back(second);
    if (count<reopen_socket>() > 0)
      under.start(now);
  }
  EXPECT_EQ(said_at, (std::vector<int64_t>{3, 33, 63}));
}

TEST_F(link_session_test, a_broker_that_does_not_know_us_gets_a_fresh_socket) {
  come_up();
  hear(error_with(errc::broker_unknown_peer));
  EXPECT_EQ(count<session_down>(), 1u);
  EXPECT_EQ(count<reopen_socket>(), 1u);
  EXPECT_EQ(count<frame_in>(), 0u);
}

TEST_F(link_session_test, other_errors_are_delivered_when_up_and_logged_when_not) {
  writable();
  hear(error_with(errc::broker_not_allowed));
  EXPECT_EQ(count<frame_in>(), 0u);
  EXPECT_NE(notes().find("refuses us"), std::string::npos);
  come_up();
  hear(error_with(errc::broker_executor_taken));
  EXPECT_EQ(count<frame_in>(), 1u);
}

TEST_F(link_session_test, the_brokers_bye_ends_the_session_and_a_workers_is_delivered) {
  come_up();
  hear({.header = {.kind = frame_kind::bye, .executor = {"e"}}});
  EXPECT_EQ(count<frame_in>(), 1u);
  hear({.header = {.kind = frame_kind::bye}});
  EXPECT_EQ(count<session_down>(), 1u);
  EXPECT_EQ(count<reopen_socket>(), 1u);
}

TEST_F(link_session_test, only_a_brokers_hello_of_our_version_brings_it_up) {
  hear(hello_from(peer_role::scheduler));
  EXPECT_FALSE(under.is_up());
  message future = hello_from(peer_role::broker);
  future.body = pack(hello_body{.role = peer_role::broker, .version_min = 2, .version_max = 3});
  hear(future);
  EXPECT_FALSE(under.is_up());
  future.body = "\xc1";
  hear(future);
  EXPECT_FALSE(under.is_up());
}

TEST_F(link_session_test, what_comes_before_the_answer_is_not_delivered) {
  hear({.header = {.kind = frame_kind::dispatch}});
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(under.unread(), 1u);
}

TEST_F(link_session_test, closing_says_bye_only_when_up_and_only_once) {
  under.on_close(out);
  EXPECT_TRUE(out.empty());
  come_up();
  out.clear();
  under.on_close(out);
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(sent().kind, frame_kind::bye);
  under.on_close(out);
  EXPECT_EQ(out.size(), 1u);
}

TEST(log_limiter_test, lets_a_burst_through_then_counts_what_it_holds_back) {
  log_limiter limiter{2, 10s};
  uint64_t suppressed = 99;
  auto t = mono_from_ms(0);
  EXPECT_TRUE(limiter.allow(t, suppressed));
  EXPECT_EQ(suppressed, 0u);
  EXPECT_TRUE(limiter.allow(t, suppressed));
  EXPECT_FALSE(limiter.allow(t + 1s, suppressed));
  EXPECT_FALSE(limiter.allow(t + 9s, suppressed));
  EXPECT_TRUE(limiter.allow(t + 10s, suppressed));
  EXPECT_EQ(suppressed, 2u);
}

} // namespace

} // namespace takt
