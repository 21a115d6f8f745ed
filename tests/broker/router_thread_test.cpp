#include "tests/broker/zmq_fixture.hpp"

#include "proto/random.hpp"

#include <zmq.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace takt {

namespace {

using router_thread_test = zmq_fixture;

/// A DEALER that says what it likes.
struct raw_dealer {
  zmq::socket_t socket;

  raw_dealer(zmq::context_t& context, const std::string& endpoint)
    : socket(context, zmq::socket_type::dealer) {
    socket.set(zmq::sockopt::linger, 200);
    socket.set(zmq::sockopt::rcvtimeo, 20'000);
    socket.connect(endpoint);
  }
  void say(const std::vector<std::string>& frames) {
    for (size_t i = 0; i < frames.size(); ++i)
      socket.send(
        zmq::buffer(frames[i]),
        i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }
  result<message> hear() {
    std::vector<std::string> frames;
    zmq::message_t frame;
    do {
      if (!socket.recv(frame))
        return failure{errc::internal, "nothing came"};
      frames.push_back(frame.to_string());
    } while (frame.more());
    return from_frames({frames.begin(), frames.end()});
  }
};

/// Bytes on a TCP connection that is no ZeroMQ at all.
void send_raw_bytes(const std::string& endpoint, const std::string& bytes) {
  auto port = std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  (void)!::write(fd, bytes.data(), bytes.size());
  ::close(fd);
}

TEST_F(router_thread_test, garbage_on_both_ports_leaves_others_untouched) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, broker->frontend_endpoints()[0]));
  open(worker, link_config(peer_role::worker, broker->backend_endpoints()[0]));
  introduce(scheduler, worker);
  seeded_entropy random{42};
  for (const auto& endpoint : {broker->frontend_endpoints()[0], broker->backend_endpoints()[0]}) {
    std::string noise(4096, '\0');
    random.fill({reinterpret_cast<uint8_t*>(noise.data()), noise.size()});
    send_raw_bytes(endpoint, noise);
    send_raw_bytes(endpoint, "GET / HTTP/1.1\r\n\r\n");
    raw_dealer dealer{*context, endpoint};
    dealer.say({"garbage"});
    dealer.say({""});
    dealer.say(std::vector<std::string>(100, "x"));
    dealer.say({noise, noise});
    dealer.say(to_frames({.header = {.kind = frame_kind::result, .executor = {"w"}}}));
    auto answer = dealer.hear();
    ASSERT_TRUE(answer) << "strangers hear nothing but the last frame's ERROR";
    EXPECT_EQ(unpack<error_body>(answer->body)->code, errc::broker_unknown_peer);
  }
  talk(scheduler, worker);
  EXPECT_TRUE(broker_log.wait_for("malformed")) << broker_log.all();
  EXPECT_GE(broker->stats().counters[router_count::malformed], 6u);
  EXPECT_EQ(scheduler.state.copy().downs + worker.state.copy().downs, 0);
}

TEST_F(router_thread_test, a_frame_over_the_limit_ends_that_connection_only) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, broker->frontend_endpoints()[0]));
  open(worker, link_config(peer_role::worker, broker->backend_endpoints()[0]));
  introduce(scheduler, worker);
  raw_dealer dealer{*context, broker->backend_endpoints()[0]};
  dealer.say({std::string(limits::frame_bytes_max + 1, 'x')});
  talk(scheduler, worker);
}

TEST_F(router_thread_test, a_taken_port_is_one_clear_failure) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  auto taken = broker->backend_endpoints()[0];
  auto second =
    start_router_thread(broker_config({"tcp://127.0.0.1:*"}, {taken}), context, os_clock());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.code(), errc::setup_cannot_listen);
  EXPECT_NE(second.failure().message().find(taken), std::string::npos);
  EXPECT_NE(second.failure().message().find("in use"), std::string::npos)
    << second.failure().message();
  auto nonsense = start_router_thread(broker_config({"nonsense"}, {}), context, os_clock());
  EXPECT_EQ(nonsense.code(), errc::setup_cannot_listen);
}

TEST_F(router_thread_test, a_peer_that_vanished_is_noticed_by_sending_to_it) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  end scheduler;
  open(scheduler, link_config(peer_role::scheduler, broker->frontend_endpoints()[0]));
  ASSERT_TRUE(scheduler.is_up());
  scheduler.line->send(0, owns_all());
  {
    // Says HELLO and REGISTER, then goes without BYE.
    raw_dealer gone{*context, broker->backend_endpoints()[0]};
    gone.say(to_frames(
      {.header = {.kind = frame_kind::hello},
       .body = pack(hello_body{.role = peer_role::worker})}));
    ASSERT_TRUE(gone.hear());
    gone.say(to_frames(register_as_w()));
    ASSERT_TRUE(scheduler.hears(frame_kind::register_));
  }
  auto told = [&] {
    auto before = scheduler.state.copy().count(frame_kind::undeliverable);
    scheduler.line->send(0, dispatch("x"));
    return scheduler.state.wait_for(
      [&](const heard& h) { return h.count(frame_kind::undeliverable) > before; },
      std::chrono::seconds{1});
  };
  bool undeliverable = false;
  for (int i = 0; i < 20 && !undeliverable; ++i)
    undeliverable = told();
  EXPECT_TRUE(undeliverable);
  EXPECT_TRUE(
    scheduler.state.wait_for([&](const heard&) { return broker->stats().executors == 0; }));
}

TEST_F(router_thread_test, stopping_tells_the_peers_at_once_and_is_idempotent) {
  auto broker = start(broker_config());
  ASSERT_TRUE(broker);
  auto config = link_config(peer_role::scheduler, broker->frontend_endpoints()[0]);
  // So long that only BYE can end the session within the test's limit.
  config.silence_max = std::chrono::hours{1};
  end scheduler;
  open(scheduler, config);
  ASSERT_TRUE(scheduler.is_up());
  broker->stop();
  broker->stop();
  EXPECT_TRUE(scheduler.state.wait_for([](const heard& h) { return h.downs == 1; }));
}

} // namespace

} // namespace takt
