#include "proto/json.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

errc code_of(std::string_view text, const decode_limits& limits = {}) {
  return from_json(text, limits).code();
}

TEST(json_test, reads_what_it_writes_and_keeps_the_order_of_keys) {
  const std::string text = R"({"z":1,"a":[-5,null,true,1.5,"h\u00e9"],"m":{}})";
  auto v = from_json(text);
  ASSERT_TRUE(v) << v.failure().message();
  EXPECT_EQ(to_json(*v), "{\"z\":1,\"a\":[-5,null,true,1.5,\"h\xc3\xa9\"],\"m\":{}}");
  EXPECT_EQ(from_json(to_json(*v))->find("z")->kind(), "a number");
}

TEST(json_test, what_is_no_json_is_refused_with_the_position) {
  for (auto* bad :
       {"", " ", "{", "[1,]", "{\"a\":}", "{'a':1}", "{\"a\":1}x", "nul", "01", "1.", "\"\x01\"",
        "\"\\q\"", "\"\xff\"", "[1 2]", "{\"a\" 1}", "NaN", "// x\n1", "1e999"})
    EXPECT_EQ(code_of(bad), errc::bad_json) << bad;
  EXPECT_NE(from_json("{\"a\":x}").failure().context.find("byte 6"), std::string::npos)
    << from_json("{\"a\":x}").failure().context;
}

TEST(json_test, cut_at_any_byte_is_refused) {
  std::string_view whole = R"({"a":[1,{"b":"c\u00e9"}],"d":null})";
  for (size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(code_of(whole.substr(0, n)), errc::bad_json) << n;
}

TEST(json_test, a_key_given_twice_is_refused_and_named) {
  auto v = from_json(R"({"a":1,"b":{"c":1,"c":2}})");
  ASSERT_FALSE(v);
  EXPECT_NE(v.failure().context.find("\"c\""), std::string::npos);
}

TEST(json_test, depth_elements_and_text_are_limited) {
  auto nested = [](size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(code_of(nested(16)), errc::ok);
  EXPECT_EQ(code_of(nested(17)), errc::bad_json);
  EXPECT_EQ(code_of(std::string(1'000'000, '[')), errc::bad_json);
  decode_limits small{.depth_max = 4, .elements_max = 3, .text_bytes_max = 4};
  EXPECT_EQ(code_of("[1,2]", small), errc::ok);
  EXPECT_EQ(code_of("[1,2,3]", small), errc::bad_json);
  EXPECT_EQ(code_of("\"wxyz\"", small), errc::ok);
  EXPECT_EQ(code_of("\"vwxyz\"", small), errc::bad_json);
}

TEST(json_test, text_that_is_not_utf8_is_written_with_a_replacement) {
  EXPECT_EQ(
    to_json(value{std::string{"a\xff"
                              "b"}}),
    "\"a\xef\xbf\xbd"
    "b\"");
}

} // namespace

} // namespace takt
