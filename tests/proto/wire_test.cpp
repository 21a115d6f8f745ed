#include "tests/proto/frames_of_every_kind.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace takt {

namespace {

std::string hex_of(const std::string& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    auto b = static_cast<uint8_t>(bytes[i]);
    text += digits[b >> 4];
    text += digits[b & 15];
    text += i % 32 == 31 || i + 1 == bytes.size() ? '\n' : ' ';
  }
  return text;
}

std::string golden_text(const message& m) {
  static constexpr const char* names[] = {"header", "body", "payload"};
  std::string text = "# " + std::string{to_string(m.header.kind)} + "\n";
  auto frames = to_frames(m);
  for (size_t i = 0; i < frames.size(); ++i)
    text += std::string{"# "} + names[i] + "\n" + hex_of(frames[i]);
  return text;
}

TEST(wire_test, the_bytes_on_the_wire_are_the_golden_ones) {
  for (auto kind : every_kind()) {
    std::string name{to_string(kind)};
    auto file = std::string{TAKT_SOURCE_DIR} + "/tests/golden/frames/" + name + ".hex";
    auto text = golden_text(sample_message(kind));
    if (std::getenv("TAKT_WRITE_GOLDEN"))
      std::ofstream{file} << text;
    std::ifstream in{file};
    std::stringstream golden;
    golden << in.rdbuf();
    EXPECT_EQ(text, golden.str())
      << name << " changed on the wire: other versions cannot read it. If that is meant, "
      << "write the files anew with TAKT_WRITE_GOLDEN=1 and say so in docs/PROTOCOL.md";
  }
}

TEST(wire_test, every_kind_survives_the_way_through_frames) {
  for (auto kind : every_kind()) {
    auto m = sample_message(kind);
    auto frames = to_frames(m);
    EXPECT_EQ(frames.size(), m.payload.empty() ? 2u : 3u);
    auto back = from_frames({frames.begin(), frames.end()});
    ASSERT_TRUE(back) << to_string(kind) << ": " << back.failure().message();
    EXPECT_EQ(*back, m);
  }
}

TEST(wire_test, kinds_have_names_and_numbers_that_never_change) {
  EXPECT_EQ(every_kind().size(), 19u);
  std::set<std::string_view> names;
  for (auto kind : every_kind())
    EXPECT_TRUE(names.insert(to_string(kind)).second && to_string(kind) != "?");
  EXPECT_EQ(to_string(static_cast<frame_kind>(0)), "?");
  EXPECT_EQ(to_string(static_cast<frame_kind>(20)), "?");
  EXPECT_FALSE(is_known(static_cast<frame_kind>(0)));
  EXPECT_FALSE(is_known(static_cast<frame_kind>(255)));
}

TEST(wire_test, a_header_at_its_limits_fits_its_frame) {
  frame_header h{UINT16_MAX, static_cast<frame_kind>(255), shard_count - 1,       INT64_MAX,
                 INT64_MAX,  sample_id<cluster_id>(1),     {std::string(64, 'x')}};
  h.version = protocol_version;
  auto bytes = encode_header(h);
  EXPECT_LE(bytes.size(), limits::header_frame_bytes_max);
  auto back = decode_header(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, h);
}

TEST(wire_test, a_header_cut_at_any_byte_is_refused) {
  auto whole = encode_header(sample_message(frame_kind::result).header);
  for (size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(decode_header(std::string_view{whole}.substr(0, n)).code(), errc::frame_malformed)
      << n;
  EXPECT_EQ(decode_header(whole + "x").code(), errc::frame_malformed);
}

TEST(wire_test, later_versions_may_add_fields_to_the_header) {
  auto v = *from_msgpack(encode_header(sample_message(frame_kind::result).header));
  std::get<value_list>(v.data).push_back(value{std::string{"new"}});
  auto read = decode_header(to_msgpack(v));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, sample_message(frame_kind::result).header);
}

TEST(wire_test, headers_out_of_bounds_are_refused_with_the_right_code) {
  auto with = [](size_t field, value x) {
    auto v = *from_msgpack(encode_header(sample_message(frame_kind::result).header));
    std::get<value_list>(v.data).at(field) = std::move(x);
    return decode_header(to_msgpack(v)).code();
  };
  auto number = [](uint64_t n) { return value{n}; };
  EXPECT_EQ(with(0, value{std::string{"tact"}}), errc::frame_malformed);
  EXPECT_EQ(with(0, number(1)), errc::frame_malformed);
  EXPECT_EQ(with(1, number(2)), errc::frame_version);
  EXPECT_EQ(with(1, number(0)), errc::frame_version);
  EXPECT_EQ(with(1, value{std::string{"1"}}), errc::frame_out_of_range);
  EXPECT_EQ(with(2, number(256)), errc::frame_out_of_range);
  EXPECT_EQ(with(2, number(255)), errc::ok) << "an unknown kind is for the receiver to answer";
  EXPECT_EQ(with(3, number(shard_count)), errc::frame_out_of_range);
  EXPECT_EQ(with(3, value{int64_t{-1}}), errc::frame_out_of_range);
  EXPECT_EQ(with(4, number(UINT64_MAX)), errc::ok) << "epochs are whole 64-bit numbers";
  EXPECT_EQ(with(4, value{int64_t{-1}}), errc::frame_out_of_range);
  EXPECT_EQ(with(5, value{}), errc::frame_out_of_range);
  EXPECT_EQ(with(6, value{blob{"short"}}), errc::frame_out_of_range);
  EXPECT_EQ(with(6, value{std::string(16, 'x')}), errc::frame_out_of_range);
  EXPECT_EQ(with(7, value{std::string(65, 'x')}), errc::frame_out_of_range);
  EXPECT_EQ(with(7, value{std::string{"sp ace"}}), errc::frame_out_of_range);
  EXPECT_EQ(with(7, value{std::string{}}), errc::ok);
}

TEST(wire_test, messages_have_one_to_three_frames_within_their_size) {
  auto header = encode_header({});
  std::string big(limits::frame_bytes_max, 'x');
  std::string over = big + "x";
  EXPECT_EQ(from_frames({}).code(), errc::frame_malformed);
  EXPECT_TRUE(from_frames({header}));
  EXPECT_TRUE(from_frames({header, big, big}));
  EXPECT_EQ(from_frames({header, "", "", ""}).code(), errc::frame_malformed);
  EXPECT_EQ(from_frames({header, over}).code(), errc::frame_too_large);
  EXPECT_EQ(from_frames({header, "", over}).code(), errc::frame_too_large);
  EXPECT_EQ(
    from_frames({std::string(limits::header_frame_bytes_max + 1, 'x')}).code(),
    errc::frame_too_large);
}

} // namespace

} // namespace takt
