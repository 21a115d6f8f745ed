#include "actors/admin/guard.hpp"

#include "actors/admin/http_date.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

TEST(guard, admits_the_token_and_nothing_else) {
  token_guard guard{"s3cret"};
  EXPECT_TRUE(guard.is_needed());
  EXPECT_TRUE(guard.admits("Bearer s3cret"));
  EXPECT_TRUE(guard.admits("bearer  s3cret"));
  for (auto wrong :
       {"", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3cret2", "Bearer S3CRET", "s3cret",
        "Basic s3cret", "Bearers3cret"})
    EXPECT_FALSE(guard.admits(wrong)) << wrong;
}

TEST(guard, without_a_token_admits_everybody) {
  token_guard guard{""};
  EXPECT_FALSE(guard.is_needed());
  EXPECT_TRUE(guard.admits(""));
}

TEST(guard, knows_its_own_hosts_from_names_that_pages_bring) {
  for (auto own :
       {"127.0.0.1", "127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "[::1]",
        "10.1.2.3:80", "box.lan:8080", "box.lan"})
    EXPECT_TRUE(is_own_host(own, "box.lan")) << own;
  for (auto foreign :
       {"evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "",
        ":8080", "[::1", "[evil]:80"})
    EXPECT_FALSE(is_own_host(foreign, "box.lan")) << foreign;
}

TEST(guard, knows_its_own_pages) {
  EXPECT_TRUE(is_own_origin("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(is_own_origin("http://LOCALHOST:8080", "localhost:8080"));
  for (auto foreign :
       {"http://evil.example", "http://127.0.0.1:3000", "http://127.0.0.1", "null",
        "127.0.0.1:8080", ""})
    EXPECT_FALSE(is_own_origin(foreign, "127.0.0.1:8080")) << foreign;
}

TEST(guard, reads_where_to_listen) {
  auto v4 = parse_listen("127.0.0.1:8080");
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v4->port, 8080);
  EXPECT_EQ(parse_listen("[::1]:0")->host, "::1");
  for (auto bad :
       {"", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
        "127.0.0.1:-1", "::1:8080", "[]:80", "127.0.0.1:80 "})
    EXPECT_EQ(parse_listen(bad).code(), errc::setup_bad_option) << bad;
}

TEST(http_date, is_an_imf_fixdate) {
  EXPECT_EQ(http_date(wall_from_ms(784'111'777'999)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

} // namespace

} // namespace takt
