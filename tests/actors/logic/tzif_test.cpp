#include "actors/logic/tzif.hpp"

#include "proto/random.hpp"
#include "tests/fuzz/tzif_read.hpp"
#include "tests/support/tzif_file.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using test::tzif_file;

/// A zone that set its clocks twice.
tzif_file sample() {
  tzif_file f;
  f.types = {{-17762, 0, 0}, {-18000, 0, 0}, {-14400, 1, 0}};
  f.transitions = {{-2'717'650'800, 1}, {1'000'000, 2}, {2'000'000, 1}};
  f.footer = "EST5";
  return f;
}

TEST(tzif, a_file_is_its_transitions_and_its_footer) {
  auto bytes = sample().bytes();
  auto read = read_tzif(bytes);
  ASSERT_TRUE(read) << read.failure().message();
  EXPECT_EQ(read->first_offset, seconds{-17762});
  ASSERT_EQ(read->transitions.size(), 3u);
  EXPECT_EQ(read->transitions[0].at, sys_seconds{seconds{-2'717'650'800}});
  EXPECT_EQ(read->transitions[0].offset, seconds{-18000});
  EXPECT_EQ(read->transitions[1].offset, seconds{-14400});
  EXPECT_EQ(read->transitions[2].at, sys_seconds{seconds{2'000'000}});
  EXPECT_EQ(read->footer, "EST5");
}

TEST(tzif, what_a_later_version_appends_is_not_read) {
  auto f = sample();
  f.version = '9';
  auto bytes = f.bytes() + "more";
  auto read = read_tzif(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->footer, "EST5");
}

TEST(tzif, a_file_may_have_no_transition_and_no_footer) {
  auto bytes = tzif_file{}.bytes();
  auto read = read_tzif(bytes);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->transitions.empty());
  EXPECT_TRUE(read->footer.empty());
}

TEST(tzif, the_first_block_of_a_real_file_is_passed_over) {
  auto bytes = test::zoneinfo("America/New_York");
  auto read = read_tzif(bytes);
  ASSERT_TRUE(read);
  // Before 1901 the 32-bit block knows nothing.
  EXPECT_EQ(read->transitions.front().at, sys_seconds{seconds{-2'717'650'800}});
  EXPECT_EQ(read->footer, "EST5EDT,M3.2.0,M11.1.0");
}

TEST(tzif, damage_is_refused_by_name) {
  struct row {
    const char* why;
    void (*hurt)(tzif_file&);
  };
  const row rows[] = {
    {"version 1", [](auto& f) { f.version = '\0'; }},
    {"1 to 256 types", [](auto& f) { f.types.clear(); }},
    {"1 to 256 types", [](auto& f) { f.types.resize(257); }},
    {"1 to 256 types", [](auto& f) { f.letters.clear(); }},
    {"marks", [](auto& f) { f.ut_marks = 2; }},
    {"marks", [](auto& f) { f.standard_marks = 4; }},
    {"leap seconds", [](auto& f) { f.leap_seconds = 1; }},
    {"26 hours", [](auto& f) { f.types[1].offset_s = 26 * 3600 + 1; }},
    {"26 hours", [](auto& f) { f.types[1].offset_s = INT32_MIN; }},
    {"a type that", [](auto& f) { f.types[1].is_dst = 2; }},
    {"a type that", [](auto& f) { f.types[1].letters_at = 4; }},
    {"a transition that", [](auto& f) { f.transitions[1].type = 3; }},
    {"a transition that", [](auto& f) { f.transitions[0].at_s = INT64_MIN; }},
    {"a transition that", [](auto& f) { f.transitions[2].at_s = INT64_MAX; }},
    {"out of order", [](auto& f) { f.transitions[1].at_s = 2'000'000; }},
    {"out of order", [](auto& f) { f.transitions[1].at_s = -2'717'650'801; }},
  };
  for (const auto& r : rows) {
    auto f = sample();
    r.hurt(f);
    auto read = read_tzif(f.bytes());
    ASSERT_FALSE(read) << r.why;
    EXPECT_EQ(read.code(), errc::bad_schedule);
    EXPECT_NE(read.failure().context.find(r.why), std::string::npos) << read.failure().context;
  }
}

TEST(tzif, what_is_no_such_file_is_refused) {
  for (auto bytes : {std::string{}, std::string{"TZif2"}, std::string(4096, 'T')})
    EXPECT_EQ(read_tzif(bytes).code(), errc::bad_schedule);
}

TEST(tzif, counts_that_the_file_cannot_hold_are_refused_before_anything_is_kept) {
  for (size_t block : {0, 44})
    for (size_t count = 0; count < 6; ++count) {
      auto bytes = sample().bytes();
      for (size_t i = 0; i < 4; ++i)
        bytes[block + 20 + 4 * count + i] = '\xff';
      EXPECT_EQ(read_tzif(bytes).code(), errc::bad_schedule) << block << " " << count;
    }
}

TEST(tzif, a_file_cut_anywhere_is_refused) {
  for (auto name : {"Europe/Dublin", "Asia/Kathmandu"}) {
    auto bytes = test::zoneinfo(name);
    ASSERT_TRUE(zone::parse(name, bytes));
    for (size_t n = 0; n < bytes.size(); ++n) {
      // Of its own size, so that a read beyond it is seen.
      std::string cut{bytes, 0, n};
      cut.shrink_to_fit();
      ASSERT_EQ(zone::parse(name, cut).code(), errc::bad_schedule) << name << " cut to " << n;
    }
  }
}

TEST(tzif, mutated_files_never_do_harm) {
  seeded_entropy random{20260329};
  auto roll = [&](size_t sides) { return static_cast<size_t>(random.next_u64() % sides); };
  size_t understood = 0;
  for (auto name : {"Asia/Kathmandu", "Africa/Casablanca", "Australia/Lord_Howe"}) {
    auto bytes = test::zoneinfo(name);
    // The second block alone, or the dice would mostly hit the one that nobody reads.
    bytes = tzif_file{}.header(true) + bytes.substr(bytes.find("TZif", 4));
    for (int i = 0; i < 300; ++i) {
      auto hurt = bytes;
      for (auto n = 1 + roll(3); n > 0; --n)
        hurt[roll(hurt.size())] = static_cast<char>(roll(256));
      understood += zone::parse(name, hurt) ? 1 : 0;
      fuzz::read_anything(hurt);
    }
  }
  // Both outcomes were met.
  EXPECT_GT(understood, 50u);
  EXPECT_LT(understood, 850u);
}

} // namespace

} // namespace takt
