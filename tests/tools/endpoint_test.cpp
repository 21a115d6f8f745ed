#include "tools/config/endpoint.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

TEST(endpoint, a_host_and_port_is_taken_apart_and_put_together_again) {
  for (const auto* text : {"127.0.0.1:8080", "localhost:0", "[::1]:65535", "a-b.c_d:1"}) {
    auto where = tcp_address_from(text);
    ASSERT_TRUE(where) << text;
    EXPECT_EQ(to_string(*where), text);
  }
  EXPECT_EQ(tcp_address_from("[::1]:80").value(), (tcp_address{"::1", 80}));
}

TEST(endpoint, what_is_no_host_and_port_is_refused_with_its_text) {
  for (const auto* text :
       {"", "8080", ":8080", "host", "host:", "host:65536", "host:-1", "host:8o", "a b:1", "::1:80",
        "*:80", "[::1]80", "[]:1", "user@host:1"}) {
    auto where = tcp_address_from(text);
    ASSERT_FALSE(where) << text;
    EXPECT_EQ(where.code(), errc::setup_bad_option);
    EXPECT_NE(where.failure().context.find("\"" + std::string{text} + "\""), std::string::npos);
  }
}

TEST(endpoint, tcp_endpoints_may_name_all_interfaces) {
  EXPECT_EQ(tcp_endpoint_from("tcp://*:7701").value(), (tcp_address{"*", 7701}));
  EXPECT_EQ(tcp_endpoint_from("tcp://broker.lan:7701").value(), (tcp_address{"broker.lan", 7701}));
  for (const auto* text : {"127.0.0.1:7701", "tcp://", "tcp://host", "udp://h:1", "tcp:/h:1"})
    EXPECT_FALSE(tcp_endpoint_from(text)) << text;
}

TEST(endpoint, a_redis_address_has_a_usual_port_and_database) {
  EXPECT_EQ(
    redis_url_from("redis://127.0.0.1:6380/2").value(), (redis_url{{"127.0.0.1", 6380}, 2}));
  EXPECT_EQ(redis_url_from("redis://cache").value(), (redis_url{{"cache", 6379}, 0}));
  EXPECT_EQ(redis_url_from("redis://[::1]:1/").value(), (redis_url{{"::1", 1}, 0}));
  for (const auto* text :
       {"127.0.0.1:6379", "rediss://h:1", "redis://", "redis://h:1/x", "redis://h:x",
        "redis://u:p@h:1"})
    EXPECT_FALSE(redis_url_from(text)) << text;
}

TEST(endpoint, a_gateway_address_loses_its_trailing_slash) {
  EXPECT_EQ(http_url_from("http://127.0.0.1:8080/").value(), "http://127.0.0.1:8080");
  EXPECT_EQ(http_url_from("https://takt.lan/sub").value(), "https://takt.lan/sub");
  for (const auto* text : {"", "127.0.0.1:8080", "http://", "http:///x", "ftp://h", "http://a b"})
    EXPECT_FALSE(http_url_from(text)) << text;
}

} // namespace
} // namespace takt
