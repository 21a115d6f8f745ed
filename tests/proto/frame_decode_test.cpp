// The fuzzer's entry over mutated golden frames: a smoke in every build, without clang.

#include "proto/random.hpp"
#include "tests/fuzz/frame_decode.hpp"
#include "tests/proto/frames_of_every_kind.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

TEST(frame_decode_test, mutated_frames_never_do_harm) {
  seeded_entropy random{20260102};
  auto roll = [&](size_t sides) { return static_cast<size_t>(random.next_u64() % sides); };
  size_t tried = 0;
  for (auto kind : every_kind()) {
    auto frames = to_frames(sample_message(kind));
    const auto whole = std::string(1, static_cast<char>(frames[0].size())) + frames[0] + frames[1];
    for (int i = 0; i < 100; ++i, ++tried) {
      auto hurt = whole;
      for (auto n = 1 + roll(4); n > 0; --n) {
        auto at = roll(hurt.size());
        switch (roll(4)) {
        case 0:
          hurt[at] = static_cast<char>(roll(256));
          break;
        case 1:
          hurt.erase(at, 1 + roll(8));
          break;
        case 2:
          hurt.insert(at, 1 + roll(8), static_cast<char>(roll(256)));
          break;
        default:
          hurt[at] = static_cast<char>(hurt[at] ^ (1 << roll(8)));
        }
        if (hurt.empty())
          hurt = "x";
      }
      fuzz::decode_anything(hurt);
    }
  }
  EXPECT_EQ(tried, every_kind().size() * 100);
}

} // namespace

} // namespace takt
