// The journal on a disk that crashes, tears and fills up.
#include "actors/worker/journal.hpp"
#include "tests/actors/worker/memory_journal_file.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

class journal_on_a_bad_disk : public ::testing::Test {
protected:
  result<journal> open(journal_config cfg = {}) { return open_journal(disk, random, cfg); }

  cluster_id cluster(uint8_t n) {
    cluster_id id;
    id.bytes[0] = n;
    return id;
  }

  attempt_ref ref(uint8_t n, uint8_t of_cluster = 1) {
    attempt_ref r{cluster(of_cluster), {{}, 1}};
    r.key.run.bytes[15] = n;
    return r;
  }

  static attempt_met met(const attempt_ref& r, attempt_phase phase = attempt_phase::accepted) {
    return {r.cluster, r.key.run, r.key.attempt, {}, 3, 7, 9, phase, wall_from_ms(1000), "why"};
  }

  static attempt_moved started(const attempt_ref& r) {
    return {r.cluster, r.key.run, r.key.attempt, attempt_phase::started, wall_from_ms(1001), {}};
  }

  static result_kept finished(const attempt_ref& r, std::string output) {
    result_kept f{r.cluster, {}, std::move(output)};
    f.result.run = r.key.run;
    f.result.attempt = r.key.attempt;
    f.result.outcome = attempt_outcome::success;
    f.result.ended = wall_from_ms(1002);
    return f;
  }

  static attempt_acked acked(const attempt_ref& r) { return {r.cluster, r.key.run, r.key.attempt}; }

  memory_disk disk;
  seeded_entropy random{1};
};

TEST_F(journal_on_a_bad_disk, a_new_file_gets_an_incarnation_that_stays) {
  auto first = open();
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->incarnation().is_none());
  disk.crash();
  auto second = open();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->incarnation(), first->incarnation());
  memory_disk other;
  auto third = open_journal(other, random);
  EXPECT_NE(third->incarnation(), first->incarnation());
}

TEST_F(journal_on_a_bad_disk, replay_tells_what_was_synced) {
  auto j = open();
  j->append(cluster_met{cluster(1)});
  j->append(epoch_met{cluster(1), 3, 7});
  j->append(epoch_met{cluster(1), 3, 5});
  j->append(session_begun{4});
  j->append(met(ref(1)));
  j->append(started(ref(1)));
  j->append(finished(ref(1), std::string{"\x00\xff raw", 6}));
  j->append(met(ref(2), attempt_phase::refused));
  j->append(met(ref(3)));
  j->append(acked(ref(3)));
  ASSERT_TRUE(j->sync());
  disk.crash();
  auto k = open();
  ASSERT_TRUE(k) << k.failure().message();
  EXPECT_EQ(k->session(), 4u);
  EXPECT_EQ(k->current_cluster(), cluster(1));
  EXPECT_EQ(k->epoch_of(cluster(1), 3), 7u);
  EXPECT_EQ(k->epoch_of(cluster(1), 4), 0u);
  ASSERT_TRUE(k->find(ref(1)));
  EXPECT_EQ(k->find(ref(1))->phase, attempt_phase::finished);
  EXPECT_EQ(k->find(ref(1))->met.fence, 9u);
  EXPECT_EQ(k->find(ref(1))->output, (std::string{"\x00\xff raw", 6}));
  EXPECT_EQ(k->find(ref(2))->phase, attempt_phase::refused);
  EXPECT_EQ(k->find(ref(2))->reason, "why");
  EXPECT_EQ(k->find(ref(3)), nullptr);
  EXPECT_TRUE(k->is_acked(ref(3)));
}

TEST_F(journal_on_a_bad_disk, what_was_not_synced_is_gone_after_a_crash) {
  auto j = open();
  j->append(session_begun{1});
  ASSERT_TRUE(j->sync());
  j->append(session_begun{2});
  ASSERT_TRUE(j->write());
  disk.crash();
  EXPECT_EQ(open()->session(), 1u);
}

TEST_F(journal_on_a_bad_disk, a_tail_torn_at_any_byte_is_cut_off) {
  auto j = open();
  j->append(session_begun{1});
  ASSERT_TRUE(j->sync());
  auto whole = disk.content.size();
  j->append(session_begun{2});
  j->append(session_begun{3});
  ASSERT_TRUE(j->write());
  auto all = disk.content;
  for (auto size = whole; size <= all.size(); ++size) {
    memory_disk torn{all.substr(0, size), size};
    auto k = open_journal(torn, random);
    ASSERT_TRUE(k) << size << ": " << k.failure().message();
    EXPECT_GE(k->session(), 1u);
    EXPECT_EQ(k->incarnation(), j->incarnation());
    k->append(session_begun{9});
    ASSERT_TRUE(k->sync());
    auto again = open_journal(torn, random);
    ASSERT_TRUE(again) << size << ": " << again.failure().message();
    EXPECT_EQ(again->session(), 9u);
  }
}

TEST_F(journal_on_a_bad_disk, pages_of_the_last_batch_may_arrive_out_of_order) {
  auto j = open();
  j->append(session_begun{1});
  ASSERT_TRUE(j->sync());
  auto first = disk.content.size();
  j->append(session_begun{2});
  j->append(session_begun{3});
  ASSERT_TRUE(j->write());
  disk.content[first + 20] ^= 1; // the batch's first record never arrived, its second did
  auto k = open();
  ASSERT_TRUE(k) << k.failure().message();
  EXPECT_EQ(k->session(), 1u);
}

TEST_F(journal_on_a_bad_disk, a_flipped_bit_in_what_was_synced_is_an_error_that_names_the_place) {
  auto j = open();
  auto first = disk.content.size();
  j->append(session_begun{1});
  ASSERT_TRUE(j->sync());
  auto second = disk.content.size();
  j->append(session_begun{2});
  ASSERT_TRUE(j->sync());
  for (auto at = first; at < second; ++at) {
    memory_disk flipped{disk.content, disk.synced};
    flipped.content[at] ^= 4;
    auto k = open_journal(flipped, random);
    ASSERT_FALSE(k) << at;
    EXPECT_EQ(k.code(), errc::setup_data_folder);
    EXPECT_NE(k.failure().context.find("byte " + std::to_string(first)), std::string::npos);
  }
}

TEST_F(journal_on_a_bad_disk, a_file_that_is_no_journal_is_refused_or_empty_never_a_crash) {
  seeded_entropy noise{7};
  for (int i = 0; i < 200; ++i) {
    memory_disk other;
    other.content.resize(static_cast<size_t>(noise.next_u64() % 300));
    noise.fill({reinterpret_cast<uint8_t*>(other.content.data()), other.content.size()});
    auto k = open_journal(other, random);
    EXPECT_TRUE(k) << "noise is a torn first write";
  }
}

TEST_F(journal_on_a_bad_disk, failures_stick) {
  auto j = open();
  disk.fail_sync = true;
  j->append(session_begun{1});
  EXPECT_FALSE(j->sync());
  disk.fail_sync = false;
  EXPECT_FALSE(j->sync());
  j->append(session_begun{2});
  EXPECT_FALSE(j->write());
  EXPECT_EQ(j->session(), 1u);
  ASSERT_TRUE(j->broken());
  EXPECT_EQ(j->broken()->context, "sync failed");
}

TEST_F(journal_on_a_bad_disk, a_half_written_record_of_a_full_disk_is_cut_off_by_the_next_process) {
  auto j = open();
  disk.fail_append = true;
  j->append(session_begun{1});
  EXPECT_FALSE(j->sync());
  disk.fail_append = false;
  auto k = open();
  ASSERT_TRUE(k);
  EXPECT_EQ(k->session(), 0u);
}

TEST_F(journal_on_a_bad_disk, compaction_keeps_what_is_open_and_the_names_of_what_is_not) {
  auto j = open({.bytes_max = 4000, .acked_max = 10});
  j->append(cluster_met{cluster(1)});
  j->append(epoch_met{cluster(1), 1, 5});
  j->append(met(ref(200)));
  j->append(started(ref(200)));
  j->append(met(ref(201)));
  j->append(finished(ref(201), "text"));
  for (uint8_t i = 0; i < 100; ++i) {
    j->append(met(ref(i)));
    j->append(started(ref(i)));
    j->append(finished(ref(i), std::string(100, 'x')));
    j->append(acked(ref(i)));
    ASSERT_TRUE(j->sync());
    ASSERT_LT(j->bytes(), 8000u);
  }
  disk.crash();
  auto k = open();
  ASSERT_TRUE(k) << k.failure().message();
  EXPECT_EQ(k->incarnation(), j->incarnation());
  EXPECT_EQ(k->epoch_of(cluster(1), 1), 5u);
  EXPECT_EQ(k->find(ref(200))->phase, attempt_phase::started);
  EXPECT_EQ(k->find(ref(201))->output, "text");
  EXPECT_EQ(k->attempts().size(), 2u);
  EXPECT_TRUE(k->is_acked(ref(99)));
  EXPECT_TRUE(k->is_acked(ref(92)));
  EXPECT_FALSE(k->is_acked(ref(1)));
}

TEST_F(journal_on_a_bad_disk, damage_in_a_compacted_file_is_noticed) {
  auto j = open({.bytes_max = 500});
  j->append(cluster_met{cluster(1)});
  for (uint8_t i = 0; i < 20; ++i)
    j->append(met(ref(i)));
  ASSERT_TRUE(j->sync());
  disk.content[disk.content.size() / 2] ^= 1;
  EXPECT_FALSE(open());
}

TEST_F(journal_on_a_bad_disk, compaction_does_not_repeat_while_nothing_can_be_dropped) {
  auto j = open({.bytes_max = 1000});
  j->append(cluster_met{cluster(1)});
  for (uint8_t i = 0; i < 50; ++i)
    j->append(met(ref(i)));
  ASSERT_TRUE(j->sync());
  auto after_first = j->bytes();
  disk.fail_replace = true; // any further rewriting would be noticed
  j->append(session_begun{1});
  ASSERT_TRUE(j->sync());
  EXPECT_GT(j->bytes(), after_first);
}

TEST_F(journal_on_a_bad_disk, the_third_cluster_makes_it_forget_the_first) {
  auto j = open();
  for (uint8_t c = 1; c <= 2; ++c) {
    j->append(cluster_met{cluster(c)});
    j->append(epoch_met{cluster(c), 1, 5});
    j->append(met(ref(1, c)));
    j->append(met(ref(2, c)));
    j->append(acked(ref(2, c)));
  }
  EXPECT_TRUE(j->find(ref(1, 1)));
  j->append(cluster_met{cluster(3)});
  ASSERT_TRUE(j->sync());
  auto k = open();
  for (auto* each : {&*j, &*k}) {
    EXPECT_FALSE(each->knows(cluster(1)));
    EXPECT_EQ(each->find(ref(1, 1)), nullptr);
    EXPECT_FALSE(each->is_acked(ref(2, 1)));
    EXPECT_EQ(each->epoch_of(cluster(1), 1), 0u);
    EXPECT_TRUE(each->find(ref(1, 2)));
    EXPECT_TRUE(each->is_acked(ref(2, 2)));
    EXPECT_EQ(each->current_cluster(), cluster(3));
  }
}

TEST(journal_on_a_real_disk, survives_reopening_truncation_and_compaction) {
  auto path = std::filesystem::path{::testing::TempDir()}
    / ("takt-journal-" + std::to_string(os_entropy().next_u64()));
  seeded_entropy random{1};
  incarnation_id incarnation;
  {
    auto file = open_journal_file(path);
    ASSERT_TRUE(file) << file.failure().message();
    auto j = journal::open(*std::move(file), random, {.bytes_max = 1000});
    ASSERT_TRUE(j);
    incarnation = j->incarnation();
    for (uint64_t i = 1; i <= 100; ++i) {
      j->append(session_begun{i});
      ASSERT_TRUE(j->sync());
    }
    EXPECT_LT(std::filesystem::file_size(path), 1100u);
  }
  auto size = std::filesystem::file_size(path);
  std::filesystem::resize_file(path, size - 3);
  auto j = journal::open(*open_journal_file(path), random);
  ASSERT_TRUE(j) << j.failure().message();
  EXPECT_EQ(j->incarnation(), incarnation);
  EXPECT_EQ(j->session(), 99u);
  EXPECT_LT(std::filesystem::file_size(path), size - 3);
  std::filesystem::remove(path);
}

TEST(journal_on_a_real_disk, says_why_it_cannot_open) {
  auto file = open_journal_file("/no/such/folder/journal");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.code(), errc::setup_data_folder);
  EXPECT_NE(file.failure().context.find("/no/such/folder"), std::string::npos);
}

} // namespace
} // namespace takt
