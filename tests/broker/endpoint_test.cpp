#include "broker/endpoint.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

TEST(endpoint_test, only_what_cannot_leave_the_host_is_loopback) {
  for (auto* yes :
       {"inproc://broker", "ipc:///tmp/takt.sock", "tcp://127.0.0.1:7701", "tcp://127.255.0.9:*",
        "tcp://localhost:1", "tcp://[::1]:7701", "tcp://10.0.0.1:0;127.0.0.1:1"})
    EXPECT_TRUE(is_loopback_endpoint(yes)) << yes;
  for (auto* no :
       {"", "tcp://", "tcp://*:7701", "tcp://0.0.0.0:7701", "tcp://[::]:7701",
        "tcp://10.0.0.1:7701", "tcp://127.evil.example:1", "tcp://127.0.0.1.evil.example:1",
        "tcp://localhost.example:1", "tcp://eth0:7701", "tcp://127.0.0.1", "udp://127.0.0.1:1",
        "TCP://127.0.0.1:1", "tcp://127.0.0.1:0;10.0.0.1:1", "tcp://127..0.1:1"})
    EXPECT_FALSE(is_loopback_endpoint(no)) << no;
}

TEST(endpoint_test, a_port_that_cannot_be_one_is_refused_before_libzmq_truncates_it) {
  for (auto* good :
       {"tcp://127.0.0.1:1", "tcp://*:65535", "tcp://127.0.0.1:*", "tcp://[::1]:0",
        "tcp://broker.example:7701", "inproc://b", "ipc:///tmp/s"})
    EXPECT_TRUE(check_endpoint(good)) << good;
  for (auto* bad :
       {"", "nonsense", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:65536",
        "tcp://127.0.0.1:99999999999999999999", "tcp://127.0.0.1:-1", "tcp://127.0.0.1:77a",
        "tcp://:7701", "http://127.0.0.1:80", "inproc://", "udp://x:1"}) {
    auto checked = check_endpoint(bad);
    EXPECT_EQ(checked.code(), errc::setup_bad_option) << bad;
    EXPECT_NE(checked.failure().context.find(bad), std::string::npos) << bad;
  }
}

} // namespace

} // namespace takt
