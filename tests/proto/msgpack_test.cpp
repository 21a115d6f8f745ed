#include "proto/msgpack.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace takt {

namespace {

using namespace std::string_literals;

value sample() {
  return value{value_map{
    {"list", value{value_list{value{uint64_t{1}}, value{int64_t{-5}}, value{}}}},
    {"text", value{"héllo"s}},
    {"bytes", value{blob{"\0\xff"s}}},
    {"yes", value{true}},
    {"real", value{1.5}},
    {"big", value{UINT64_MAX}},
    {"low", value{INT64_MIN}}}};
}

errc code_of(const std::string& bytes, const decode_limits& limits = {}) {
  return from_msgpack(bytes, limits).code();
}

TEST(msgpack_test, reads_what_it_writes) {
  auto back = from_msgpack(to_msgpack(sample()));
  ASSERT_TRUE(back) << back.failure().message();
  EXPECT_EQ(*back, sample());
}

TEST(msgpack_test, cut_at_any_byte_or_with_more_behind_it_is_malformed) {
  auto whole = to_msgpack(sample());
  for (size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(code_of(whole.substr(0, n)), errc::frame_malformed) << n;
  EXPECT_EQ(code_of(whole + "\xc0"), errc::frame_malformed);
}

TEST(msgpack_test, five_bytes_that_claim_four_billion_elements_are_refused_at_once) {
  for (auto hostile :
       {"\xdd\xff\xff\xff\xff"s, "\xdf\xff\xff\xff\xff"s, "\xdb\xff\xff\xff\xff"s,
        "\xc6\xff\xff\xff\xff"s, "\xc9\xff\xff\xff\xff\x01"s})
    EXPECT_EQ(code_of(hostile), errc::frame_malformed);
}

TEST(msgpack_test, nesting_is_limited_before_it_costs_anything) {
  EXPECT_EQ(code_of(std::string(1'000'000, '\x91')), errc::frame_malformed);
  std::string wide;
  for (int i = 0; i < 60'000; ++i)
    wide += "\xdc\xff\xff";
  EXPECT_EQ(code_of(wide), errc::frame_malformed);
  auto nested = [](size_t depth) { return std::string(depth, '\x91') + "\xc0"; };
  EXPECT_EQ(code_of(nested(16)), errc::ok);
  EXPECT_EQ(code_of(nested(17)), errc::frame_malformed);
}

TEST(msgpack_test, elements_and_text_are_limited) {
  decode_limits small{.depth_max = 4, .elements_max = 3, .text_bytes_max = 4};
  EXPECT_EQ(code_of("\x92\xc0\xc0"s, small), errc::ok);
  EXPECT_EQ(code_of("\x93\xc0\xc0\xc0"s, small), errc::frame_malformed) << "the list counts too";
  EXPECT_EQ(code_of("\x94\xc0\xc0\xc0\xc0"s, small), errc::frame_malformed);
  EXPECT_EQ(code_of("\xa4wxyz"s, small), errc::ok);
  EXPECT_EQ(code_of("\xa5vwxyz"s, small), errc::frame_malformed);
  EXPECT_EQ(code_of("\xc4\x05vwxyz"s, small), errc::frame_malformed);
}

TEST(msgpack_test, keys_are_text_and_given_once) {
  EXPECT_EQ(
    code_of("\x82\xa1"
            "a\xc0\xa1"
            "b\xc0"s),
    errc::ok);
  EXPECT_EQ(
    code_of("\x82\xa1"
            "a\xc0\xa1"
            "a\xc0"s),
    errc::frame_malformed);
  EXPECT_EQ(code_of("\x81\x01\xc0"s), errc::frame_malformed);
  EXPECT_EQ(code_of("\x81\xc0\xc0"s), errc::frame_malformed);
  EXPECT_EQ(code_of("\x81\x91\xc0\xc0"s), errc::frame_malformed);
  EXPECT_EQ(code_of("\x81\x80\xc0"s), errc::frame_malformed);
  EXPECT_EQ(
    code_of("\x81\xc4\x01"
            "a\xc0"s),
    errc::frame_malformed);
}

TEST(msgpack_test, extensions_and_the_byte_that_is_never_used_are_malformed) {
  EXPECT_EQ(code_of("\xd4\x01\x00"s), errc::frame_malformed);
  EXPECT_EQ(code_of("\xd6\xff\x00\x00\x00\x00"s), errc::frame_malformed) << "a timestamp";
  EXPECT_EQ(code_of("\xc1"s), errc::frame_malformed);
  EXPECT_EQ(code_of(""s), errc::frame_malformed);
}

TEST(msgpack_test, every_single_byte_is_read_or_refused) {
  for (int b = 0; b < 256; ++b) {
    auto code = code_of(std::string(1, static_cast<char>(b)));
    EXPECT_TRUE(code == errc::ok || code == errc::frame_malformed) << b;
  }
}

} // namespace

} // namespace takt
