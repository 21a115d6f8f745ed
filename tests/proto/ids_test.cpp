#include "proto/ids.hpp"
#include "proto/random.hpp"

#include <gtest/gtest.h>

#include <sodium/crypto_shorthash.h>

#include <set>

namespace takt {

namespace {

TEST(ids_test, a_uuid_is_written_in_lower_case_and_read_in_either) {
  job_id id;
  for (size_t i = 0; i < 16; ++i)
    id.bytes[i] = static_cast<uint8_t>(i * 17);
  EXPECT_EQ(to_string(id), "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(*uuid_from<job_id>("00112233-4455-6677-8899-aabbccddeeff"), id);
  EXPECT_EQ(*uuid_from<job_id>("00112233-4455-6677-8899-AABBCCDDEEFF"), id);
}

TEST(ids_test, what_is_no_uuid_is_refused_and_shown_in_part) {
  for (auto* bad :
       {"", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeefff",
        "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899_aabbccddeeff",
        "0011223g-4455-6677-8899-aabbccddeeff", "{0112233-4455-6677-8899-aabbccddeef}",
        "00112233-4455-6677-88-99aabbccddeeff"})
    EXPECT_EQ(uuid_from<job_id>(bad).code(), errc::bad_field) << bad;
  EXPECT_LT(uuid_from<job_id>(std::string(10'000, 'x')).failure().context.size(), 100u);
}

TEST(ids_test, only_the_all_zero_uuid_is_none) {
  EXPECT_TRUE(run_id{}.is_none());
  run_id id;
  id.bytes[15] = 1;
  EXPECT_FALSE(id.is_none());
}

TEST(ids_test, executor_ids_are_1_to_64_of_a_small_alphabet) {
  for (auto* good : {"a", "Worker-1.example_com", "0"})
    EXPECT_TRUE(is_valid(executor_id{good})) << good;
  EXPECT_TRUE(is_valid(executor_id{std::string(64, 'a')}));
  EXPECT_FALSE(is_valid(executor_id{std::string(65, 'a')}));
  for (auto* bad : {"", "a b", "a/b", "a\n", "\xc3\xa9", "a:b"})
    EXPECT_FALSE(is_valid(executor_id{bad})) << bad;
}

TEST(ids_test, siphash_is_siphash_2_4_of_its_authors) {
  // Aumasson and Bernstein, "SipHash: a fast short-input PRF", appendix A.
  unsigned char key[16];
  unsigned char input[15];
  for (unsigned char i = 0; i < 16; ++i)
    key[i] = i;
  for (unsigned char i = 0; i < 15; ++i)
    input[i] = i;
  unsigned char out[8];
  crypto_shorthash(out, input, sizeof input, key);
  const unsigned char expected[8] = {0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1};
  EXPECT_TRUE(std::equal(out, out + 8, expected));
}

TEST(ids_test, the_shards_of_stored_jobs_never_change) {
  struct row {
    const char* job;
    shard_no shard;
  } rows[] = {
    {"00000000-0000-0000-0000-000000000000", 37}, {"00112233-4455-6677-8899-aabbccddeeff", 45},
    {"ffffffff-ffff-ffff-ffff-ffffffffffff", 37}, {"0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6071", 61},
    {"0190a5b2-7c3d-7e4f-8a1b-2c3d4e5f6072", 3},
  };
  for (const auto& r : rows)
    EXPECT_EQ(shard_of(*uuid_from<job_id>(r.job)), r.shard) << r.job;
}

TEST(ids_test, jobs_spread_over_all_shards) {
  seeded_entropy random{1};
  std::array<int, shard_count> jobs{};
  for (int i = 0; i < 6400; ++i)
    ++jobs[shard_of(make_random_id<job_id>(random))];
  for (auto n : jobs) {
    EXPECT_GT(n, 50);
    EXPECT_LT(n, 170);
  }
}

TEST(ids_test, timed_ids_are_version_7_and_sort_by_time) {
  seeded_entropy random{1};
  std::set<run_id> ids;
  run_id before;
  for (int64_t ms = 1'700'000'000'000; ms < 1'700'000'000'200; ++ms) {
    auto id = make_timed_id<run_id>(wall_from_ms(ms), random);
    EXPECT_LT(before, id);
    EXPECT_EQ(id.bytes[6] >> 4, 7);
    EXPECT_EQ(id.bytes[8] >> 6, 2);
    before = id;
    EXPECT_TRUE(ids.insert(id).second);
  }
  EXPECT_EQ(
    to_string(make_timed_id<run_id>(wall_from_ms(0x017f22e279b0), random)).substr(0, 15),
    "017f22e2-79b0-7")
    << "RFC 9562, appendix A.6";
  EXPECT_EQ(make_random_id<run_id>(random).bytes[6] >> 4, 4);
}

TEST(ids_test, the_same_seed_gives_the_same_randomness) {
  seeded_entropy a{7}, b{7}, c{8};
  auto first = a.next_u64();
  EXPECT_EQ(first, b.next_u64());
  EXPECT_NE(first, c.next_u64());
  EXPECT_NE(first, a.next_u64());
}

TEST(ids_test, an_attempt_is_named_by_its_run_and_number) {
  EXPECT_EQ(to_string(attempt_key{{}, 3}), "00000000-0000-0000-0000-000000000000#3");
}

} // namespace

} // namespace takt
