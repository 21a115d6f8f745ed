// One random sequence of operations on every backend: answers and listings must be the same.
//
// A few jobs and few instants make every kind of collision happen; requests come in batches. The
// seed is printed with a failure; TAKT_SEED=<n> adds one of one's own.
#include "tests/storage/store_walk.hpp"

#include <cstdlib>

namespace takt::test {
namespace {

constexpr int batches = 60;
constexpr int steps_per_batch = 25;

void expect_no_difference(uint64_t seed) {
  SCOPED_TRACE("TAKT_SEED=" + std::to_string(seed));
  random_walk memory{seed, backend::memory};
  random_walk sqlite{seed, backend::sqlite};
  for (int batch = 0; batch < batches; ++batch) {
    ASSERT_EQ(memory.begin(), sqlite.begin());
    for (int i = 0; i < steps_per_batch; ++i) {
      auto expected = memory.step();
      ASSERT_EQ(expected, sqlite.step()) << "batch " << batch << ", step " << i;
    }
    ASSERT_EQ(memory.commit(), sqlite.commit());
    if (batch % 6 == 5) {
      ASSERT_EQ(memory.dump(), sqlite.dump()) << "after batch " << batch;
    }
  }
}

TEST(store_differential, backends_answer_the_same) {
  for (uint64_t seed = 1; seed <= 4; ++seed)
    expect_no_difference(seed);
  if (const auto* own = std::getenv("TAKT_SEED"))
    expect_no_difference(std::strtoull(own, nullptr, 10));
}

// Otherwise the comparison above would prove little.
TEST(store_differential, the_walk_meets_every_answer) {
  random_walk walk{3, backend::memory};
  std::string all;
  for (int batch = 0; batch < batches * 3; ++batch) {
    all += walk.begin() + "\n";
    for (int i = 0; i < steps_per_batch; ++i)
      all += walk.step() + "\n";
    all += walk.commit() + "\n";
  }
  for (const auto* word :
       {"create job",
        "replace job",
        "remove cancel",
        "store_job_exists",
        "store_stale_epoch",
        "store_no_such_job",
        "store_version_moved",
        "store_run_moved",
        "store_job_busy",
        "store_no_such_run",
        "store_no_such_executor",
        "=",
        "unchanged",
        "start done",
        "give back PENDING",
        "PENDING/FAILED",
        "PENDING/LOST",
        "SUCCESS/SUCCESS",
        "LOST/LOST",
        "TIMEOUT/TIMEOUT",
        "CANCELED/CANCELED",
        "take 64",
        "overlap",
        "canceled some",
        "call off",
        "superseded",
        " planned",
        "next -",
        "replan done",
        "save calendar 2",
        "save blackout",
        "store_no_such_calendar",
        "store_no_such_blackout",
        "store_calendar_in_use"})
    EXPECT_NE(all.find(word), std::string::npos) << word;
}

} // namespace
} // namespace takt::test
