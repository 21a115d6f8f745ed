// What the SQLite store promises when the disk is full, the lock is taken, the process is killed,
// and what its write-ahead log becomes.
#include "storage/sqlite_checkpointer.hpp"
#include "tests/support/sqlite_file.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>

namespace takt::test {
namespace {

class sqlite_durability : public sqlite_file {};

// -- full disks ---------------------------------------------------------------

class sqlite_full_disk : public sqlite_file {
protected:
  /// Runs with large payloads of output until the file may not grow; the failed answer.
  failure fill(store& db, const grant& g, uint64_t& n) {
    for (;; ++n) {
      auto j = make_job(n);
      j.id = id_of<job_id>(1'000'000 + n);
      j.payload = std::string(20'000, 'p');
      if (shard_of(j.id) != g.shard)
        continue;
      if (auto made = db.create_job(g, j); !made)
        return made.failure();
    }
  }
};

TEST_F(sqlite_full_disk, a_request_fails_cleanly_and_the_store_goes_on) {
  auto first = make_job(1);
  auto g = take_shard(first.id);
  auto db = open({.pages_max = 200});
  ASSERT_TRUE(db->create_job(g, first));
  uint64_t n = 1;
  auto why = fill(*db, g, n);
  EXPECT_EQ(why.code, errc::store_failed);
  EXPECT_NE(why.context.find("disk is full"), std::string::npos);
  auto before = store_world::unwrap(db->list_jobs({})).total;
  EXPECT_GT(before, 1U);
  // What needs no new page still works.
  auto renamed = first;
  renamed.name = "still here";
  EXPECT_TRUE(db->replace_job(g, renamed, false));
  db = open();
  EXPECT_EQ(store_world::unwrap(db->list_jobs({})).total, before);
  EXPECT_EQ(store_world::unwrap(db->find_job(first.id)).name, "still here");
  auto more = make_job(2);
  EXPECT_TRUE(db->create_job(take_shard(more.id), more));
}

TEST_F(sqlite_full_disk, a_batch_that_cannot_be_kept_fails_whole_and_the_next_works) {
  auto first = make_job(1);
  auto g = take_shard(first.id);
  auto db = open({.pages_max = 200});
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->create_job(g, first));
  uint64_t n = 1;
  EXPECT_EQ(fill(*db, g, n).code, errc::store_failed);
  // Whether SQLite ended the transaction or only the statement: commit tells, and is believed.
  auto renamed = first;
  renamed.name = "in the same batch";
  auto later = db->replace_job(g, renamed, false);
  auto committed = db->commit();
  EXPECT_EQ(bool(later), bool(committed));
  EXPECT_EQ(bool(db->find_job(first.id)), bool(committed));
  EXPECT_FALSE(committed) << "SQLite ends the transaction when it cannot take back one statement";
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->create_job(g, first));
  ASSERT_TRUE(db->commit());
  EXPECT_TRUE(store_world::unwrap(open_sqlite_reader(path))->find_job(first.id));
}

TEST_F(sqlite_durability, a_batch_waits_for_nobody_for_ever) {
  auto db = open({.busy_timeout = millis{20}});
  sqlite_connection other{path, sqlite_connection::access::read_write};
  other.begin_immediate();
  auto begun = db->begin();
  EXPECT_EQ(begun.code(), errc::store_failed);
  EXPECT_NE(begun.failure().context.find("locked by another process"), std::string::npos);
  other.commit();
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->commit());
}

TEST_F(sqlite_durability, a_refused_request_in_a_batch_takes_back_only_its_own_writes) {
  auto db = open();
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(db->create_job(g, j));
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->fire(fire_of(g, j, 1)));
  // 999 more fill the queue; then a due, which is written first, and a trigger, which is refused.
  for (uint64_t n = 2; n <= limits::queued_runs_per_job_max; ++n)
    ASSERT_TRUE(db->fire(fire_of(g, j, n)));
  auto refused = fire_of(g, j, 5'000);
  refused.entries.push_back(
    {id_of<run_id>(5'001), run_kind::manual, wall_from_ms(1), {}, 1, {}, {}, {}});
  EXPECT_EQ(db->fire(refused).code(), errc::sched_queue_full);
  ASSERT_TRUE(db->fire(fire_of(g, j, 6'000)));
  ASSERT_TRUE(db->commit());
  EXPECT_EQ(db->find_run(id_of<run_id>(5'000)).code(), errc::store_no_such_run);
  EXPECT_EQ(db->find_run(id_of<run_id>(6'000))->state, run_state::skipped);
  EXPECT_TRUE(db->find_run(id_of<run_id>(1)));
}

TEST_F(sqlite_durability, a_read_only_file_is_named_as_such) {
  open();
  auto reader = sqlite_connection{path, sqlite_connection::access::read_only};
  try {
    reader.exec("UPDATE meta SET lease_kind = 1");
    FAIL() << "a read-only connection wrote";
  } catch (const std::exception& e) {
    auto why = reader.explain(e);
    EXPECT_EQ(why.code, errc::store_failed);
    EXPECT_EQ(why.context, path + " is read-only");
  }
}

// -- kill -9 ------------------------------------------------------------------

TEST_F(sqlite_durability, what_was_acknowledged_survives_kill_9) {
  auto j = make_job(1);
  auto g = take_shard(j.id);
  int acks[2];
  ASSERT_EQ(pipe(acks), 0);
  auto child = fork();
  if (child == 0) {
    auto db = open_sqlite_store(path);
    if (!db || !(*db)->create_job(g, j))
      _exit(1);
    for (uint64_t n = 1;; n += 5) {
      if (!(*db)->begin())
        _exit(2);
      for (uint64_t i = n; i < n + 5; ++i)
        if (!(*db)->fire(fire_of(g, j, i)))
          _exit(3);
      if (!(*db)->commit() || write(acks[1], &n, sizeof n) != sizeof n)
        _exit(4);
    }
  }
  close(acks[1]);
  uint64_t acknowledged = 0;
  while (acknowledged < 300)
    ASSERT_EQ(read(acks[0], &acknowledged, sizeof acknowledged), ssize_t(sizeof acknowledged));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  for (uint64_t n = 0; read(acks[0], &n, sizeof n) == ssize_t(sizeof n);)
    acknowledged = n;
  close(acks[0]);
  auto db = open();
  auto total = store_world::unwrap(db->list_runs(j.id, {})).total;
  EXPECT_GE(total, acknowledged + 4);
  EXPECT_EQ(total % 5, 0U) << "batches are whole";
  for (uint64_t n = 1; n <= total; ++n)
    EXPECT_TRUE(db->find_run(id_of<run_id>(n))) << n;
}

// -- checkpoints --------------------------------------------------------------

TEST_F(sqlite_durability, the_log_is_folded_back_and_cut) {
  auto db = open();
  auto folder_of_wal = store_world::unwrap(wal_folder::open(path));
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(db->create_job(g, j));
  for (uint64_t n = 1; n <= 100; ++n)
    ASSERT_TRUE(db->fire(fire_of(g, j, n)));
  auto before = std::filesystem::file_size(path);
  auto kept = store_world::unwrap(folder_of_wal->fold());
  EXPECT_GT(kept, 0U) << "PASSIVE keeps the file, to be written over";
  EXPECT_GT(std::filesystem::file_size(path), before);
  EXPECT_EQ(store_world::unwrap(folder_of_wal->fold(1'000)), 0U) << "TRUNCATE does not";
  EXPECT_EQ(store_world::unwrap(db->list_runs(j.id, {})).total, 100U);
}

TEST_F(sqlite_durability, the_log_is_cut_between_the_commits_of_a_busy_writer) {
  auto db = open();
  auto folder_of_wal = store_world::unwrap(wal_folder::open(path));
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(db->create_job(g, j));
  std::atomic<bool> go_on{true};
  std::jthread writer{[&] {
    for (uint64_t n = 1; go_on; ++n)
      EXPECT_TRUE(db->fire(fire_of(g, j, n)));
  }};
  constexpr uint64_t enough = 200'000;
  while (std::filesystem::file_size(path + "-wal") <= enough)
    std::this_thread::yield();
  bool cut = false;
  for (int looks = 0; looks < 50 && !cut; ++looks)
    cut = store_world::unwrap(folder_of_wal->fold(enough)) <= enough;
  go_on = false;
  EXPECT_TRUE(cut);
}

TEST_F(sqlite_durability, a_batch_in_the_way_of_a_checkpoint_is_no_failure) {
  auto db = open();
  auto folder_of_wal = store_world::unwrap(wal_folder::open(path));
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->create_job(g, j));
  EXPECT_TRUE(folder_of_wal->fold(0));
  ASSERT_TRUE(db->commit());
}

} // namespace
} // namespace takt::test
