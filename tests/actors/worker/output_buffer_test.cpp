#include "actors/worker/output_buffer.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

TEST(output_buffer, keeps_head_and_tail_of_any_text_written_in_any_pieces) {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += static_cast<char>('a' + i % 26);
  for (size_t size = 0; size <= text.size(); ++size) {
    for (size_t piece : {1, 3, 7, 50, 100}) {
      output_buffer b{10, 20};
      auto written = std::string_view{text}.substr(0, size);
      for (size_t at = 0; at < size; at += piece)
        b.append(written.substr(at, piece));
      auto e = b.excerpt();
      EXPECT_EQ(e.bytes_total, size);
      EXPECT_EQ(e.head, written.substr(0, 10));
      auto rest = written.substr(std::min<size_t>(size, 10));
      EXPECT_EQ(e.tail, rest.substr(rest.size() - std::min<size_t>(rest.size(), 20)));
      EXPECT_EQ(e.is_cut(), size > 30);
    }
  }
}

TEST(output_buffer, continues_a_cut_text_without_closing_its_gap) {
  output_buffer b{10, 20};
  b.append(output_excerpt{"head", "tail", 1000});
  b.append("!");
  auto e = b.excerpt();
  EXPECT_EQ(e.head, "head");
  EXPECT_EQ(e.tail, "tail!");
  EXPECT_EQ(e.bytes_total, 1001u);
  EXPECT_TRUE(e.is_cut());
}

TEST(output_buffer, takes_an_uncut_excerpt_as_text) {
  output_buffer b{10, 20};
  b.append(output_excerpt{"he", "llo", 5});
  EXPECT_EQ(b.excerpt().head, "hello");
  EXPECT_FALSE(b.excerpt().is_cut());
}

TEST(output_buffer, a_flood_takes_no_more_memory_than_its_limits) {
  output_buffer b;
  std::string block(1 << 20, 'x');
  for (int i = 0; i < 64; ++i)
    b.append(block);
  auto e = b.excerpt();
  EXPECT_EQ(e.bytes_total, 64u << 20);
  EXPECT_EQ(e.head.size(), limits::output_head_bytes_max);
  EXPECT_EQ(e.tail.size(), limits::output_tail_bytes_max);
}

} // namespace
} // namespace takt
