// What only a file has: it is opened again, by others, by newer and older programs.
#include "storage/sqlite_checkpointer.hpp"
#include "storage/sqlite_schema.hpp"
#include "tests/support/sqlite_file.hpp"

#include <atomic>
#include <fstream>
#include <thread>

namespace takt::test {
namespace {

class sqlite_store_test : public sqlite_file {};

// -- opening ------------------------------------------------------------------

TEST_F(sqlite_store_test, everything_is_there_when_it_is_opened_again) {
  auto j = make_job(1);
  auto g = take_shard(j.id);
  cluster_id cluster;
  run before;
  {
    auto db = open();
    cluster = db->cluster();
    ASSERT_TRUE(db->create_job(g, j));
    ASSERT_TRUE(db->fire(fire_of(g, j, 1)));
    before = *db->find_run(id_of<run_id>(1));
  }
  auto db = open();
  EXPECT_EQ(db->cluster(), cluster);
  EXPECT_EQ(*db->find_run(id_of<run_id>(1)), before);
  EXPECT_TRUE(db->assign({g, before.id, 0, {"w"}, id_of<incarnation_id>(1), wall_from_ms(9)}));
}

TEST_F(sqlite_store_test, each_new_file_is_another_cluster) {
  auto first = open()->cluster();
  path = folder.file("other.db");
  EXPECT_NE(open()->cluster(), first);
  EXPECT_FALSE(first.is_none());
}

TEST_F(sqlite_store_test, it_is_durable_by_its_settings) {
  auto db = open();
  sqlite_connection look{path, sqlite_connection::access::read_only};
  EXPECT_EQ(look.get_int("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
  auto writer = store_world::unwrap(open_sqlite_writer(path));
  EXPECT_EQ(writer->get_int("PRAGMA synchronous"), 2) << "FULL";
  EXPECT_EQ(writer->get_int("PRAGMA foreign_keys"), 1);
  EXPECT_EQ(writer->get_int("PRAGMA wal_autocheckpoint"), 0);
}

TEST_F(sqlite_store_test, the_file_says_whose_it_is_and_which_schema) {
  open();
  sqlite_connection look{path, sqlite_connection::access::read_only};
  EXPECT_EQ(look.get_int("PRAGMA application_id"), 0x74616b74);
  EXPECT_EQ(look.get_int("PRAGMA user_version"), sqlite_schema_version());
}

TEST_F(sqlite_store_test, a_newer_schema_is_refused_and_left_alone) {
  open();
  raw("PRAGMA user_version = 99");
  for (auto code :
       {open_sqlite_store(path).code(), open_sqlite_reader(path).code(),
        open_sqlite_lease_table(path).code()})
    EXPECT_EQ(code, errc::store_schema);
  sqlite_connection look{path, sqlite_connection::access::read_only};
  EXPECT_EQ(look.get_int("PRAGMA user_version"), 99);
}

TEST_F(sqlite_store_test, somebody_elses_database_is_refused_and_left_alone) {
  raw("CREATE TABLE theirs (x)");
  EXPECT_EQ(open_sqlite_store(path).code(), errc::store_schema);
  sqlite_connection look{path, sqlite_connection::access::read_only};
  EXPECT_EQ(look.get_int("SELECT count(*) FROM sqlite_schema"), 1);
  EXPECT_EQ(look.get_int("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 0);
}

TEST_F(sqlite_store_test, a_file_that_is_no_database_is_refused) {
  std::ofstream{path} << std::string(10'000, 'x');
  auto db = open_sqlite_store(path);
  EXPECT_EQ(db.code(), errc::store_failed);
  EXPECT_NE(db.failure().context.find(path), std::string::npos);
}

TEST_F(sqlite_store_test, a_reader_makes_no_file) {
  EXPECT_EQ(open_sqlite_reader(path).code(), errc::store_failed);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(open_sqlite_store(folder.file("no/such/takt.db")).code(), errc::store_failed);
}

TEST_F(sqlite_store_test, a_new_file_may_be_opened_by_many_at_once) {
  for (int round = 0; round < 8; ++round) {
    path = folder.file("round-" + std::to_string(round));
    std::array<result<std::unique_ptr<store>>, 4> opened;
    {
      std::vector<std::jthread> threads;
      for (auto& each : opened)
        threads.emplace_back([&] { each = open_sqlite_store(path); });
    }
    for (const auto& each : opened) {
      ASSERT_TRUE(each) << each.failure().message();
      EXPECT_EQ((*each)->cluster(), (*opened[0])->cluster());
    }
  }
}

// -- others on the same file --------------------------------------------------

TEST_F(sqlite_store_test, two_stores_on_one_file_see_each_others_commits) {
  auto first = open();
  auto second = open();
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(first->create_job(g, j));
  ASSERT_TRUE(second->fire(fire_of(g, j, 1)));
  auto again = first->fire(fire_of(g, j, 1));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->entries[0].duplicate);
}

TEST_F(sqlite_store_test, a_reader_sees_a_batch_when_it_is_committed) {
  auto db = open();
  auto reader = store_world::unwrap(open_sqlite_reader(path));
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(db->begin());
  ASSERT_TRUE(db->create_job(g, j));
  EXPECT_EQ(reader->find_job(j.id).code(), errc::store_no_such_job);
  ASSERT_TRUE(db->commit());
  EXPECT_TRUE(reader->find_job(j.id));
}

TEST_F(sqlite_store_test, readers_and_a_writer_work_on_threads_of_their_own) {
  auto db = open();
  auto reader = store_world::unwrap(open_sqlite_reader(path));
  auto checkpoints = store_world::unwrap(sqlite_checkpointer::start(path));
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(db->create_job(g, j));
  std::jthread reads{[&](std::stop_token stop) {
    uint64_t seen = 0;
    while (!stop.stop_requested()) {
      auto total = store_world::unwrap(reader->list_runs(j.id, {})).total;
      EXPECT_GE(total, seen);
      seen = total;
    }
  }};
  for (uint64_t n = 1; n <= 300; ++n)
    ASSERT_TRUE(db->fire(fire_of(g, j, n)));
}

TEST_F(sqlite_store_test, the_lease_is_renewed_between_the_commits_of_a_busy_writer) {
  auto db = open();
  auto leases = store_world::unwrap(open_sqlite_lease_table(path));
  auto j = make_job(1);
  auto held = store_world::unwrap(leases->take(first_node, boot_start, millis{10'000}, false));
  ASSERT_TRUE(db->create_job(held[shard_of(j.id)], j));
  std::atomic<bool> go_on{true};
  std::jthread writer{[&] {
    for (uint64_t n = 1; go_on; n += 10) {
      EXPECT_TRUE(db->begin());
      for (uint64_t i = n; i < n + 10; ++i)
        EXPECT_TRUE(db->fire(fire_of(held[shard_of(j.id)], j, i)));
      EXPECT_TRUE(db->commit());
    }
  }};
  for (int i = 0; i < 20; ++i) {
    auto kept = leases->renew(first_node, held, boot_start, millis{10'000});
    EXPECT_TRUE(kept) << (kept ? "" : kept.failure().message());
  }
  go_on = false;
}

// -- schema as a second opinion -----------------------------------------------

TEST_F(sqlite_store_test, the_schema_refuses_what_must_never_be) {
  auto db = open();
  auto j = make_job(1);
  auto g = take_shard(j.id);
  ASSERT_TRUE(db->create_job(g, j));
  for (uint64_t n : {1, 2})
    ASSERT_TRUE(db->fire(fire_of(g, j, n)));
  ASSERT_TRUE(db->assign({g, id_of<run_id>(1), 0, {"w"}, id_of<incarnation_id>(1), {}}));
  finish_request f;
  f.grant = g;
  f.key = {id_of<run_id>(1), 1};
  f.event = run_event::succeed;
  ASSERT_TRUE(db->finish(f));
  const char* const never[] = {
    "UPDATE runs SET state = 0, ended_at_ms = NULL WHERE state = 3",
    "UPDATE runs SET state = 10 WHERE state = 0",
    "UPDATE runs SET ended_at_ms = NULL WHERE state = 3",
    "UPDATE runs SET ended_at_ms = 1 WHERE state = 0",
    "UPDATE runs SET state = 1 WHERE state = 0",
    "UPDATE runs SET count = 2 WHERE state = 0",
    "UPDATE runs SET tries = 9",
    "UPDATE runs SET due_ms = 1",
    "UPDATE shards SET epoch = 0",
    "UPDATE jobs SET rules = 'no JSON'",
    "UPDATE jobs SET calendars = '{}'",
    "UPDATE jobs SET overlap = 5",
    "UPDATE jobs SET id = x'00'",
    "UPDATE jobs SET version = 'text'",
    "DELETE FROM jobs",
    "INSERT INTO meta (one, cluster_id) VALUES (2, zeroblob(16))",
  };
  for (const auto* sql : never)
    EXPECT_ANY_THROW(raw(std::string{"PRAGMA foreign_keys = ON; "} + sql)) << sql;
}

TEST_F(sqlite_store_test, hot_queries_use_their_indices) {
  open();
  sqlite_connection look{path, sqlite_connection::access::read_only};
  struct plan_row {
    const char* sql;
    const char* index;
  };
  const plan_row rows[] = {
    {"SELECT id FROM jobs WHERE deleted_at_ms IS NULL AND paused = 0 AND next_due_ms IS NOT NULL"
     " AND next_due_ms <= 5 AND (next_due_ms, id) > (1, x'00') ORDER BY next_due_ms, id",
     "SEARCH jobs USING INDEX jobs_due"},
    {"SELECT id FROM jobs WHERE deleted_at_ms IS NULL ORDER BY created_at_ms, id",
     "INDEX jobs_listed"},
    {"SELECT count(*) FROM runs WHERE state = 0 AND (3 >> shard) & 1",
     "COVERING INDEX runs_pending"},
    {"SELECT r.job_id FROM runs r WHERE r.state = 0 AND (3 >> r.shard) & 1"
     " ORDER BY r.due_ms, r.id LIMIT 9",
     "INDEX runs_pending"},
    {"SELECT r.id FROM runs r JOIN jobs j ON j.id = r.job_id"
     " JOIN attempts a ON a.run_id = r.id AND a.attempt = r.attempt"
     " WHERE r.state IN (1, 2) AND (3 >> r.shard) & 1 ORDER BY r.due_ms, r.id",
     "INDEX runs_in_flight"},
    {"SELECT count(*) FROM (SELECT 1 FROM runs WHERE job_id = x'00' AND state <= 2 LIMIT 1000)",
     "SEARCH runs USING COVERING INDEX runs_unfinished"},
    {"SELECT EXISTS (SELECT 1 FROM runs o WHERE o.job_id = r.job_id AND o.state <= 2"
     " AND o.state >= 1) FROM runs r WHERE r.id = x'00'",
     "SEARCH o USING COVERING INDEX runs_unfinished (job_id=? AND state>? AND state<?)"},
    {"SELECT id FROM runs WHERE job_id = x'00' AND due_ms = 1 AND kind = 0 AND part = 0",
     "INDEX runs_of_job (job_id=? AND due_ms=? AND kind=? AND part=?)"},
    {"SELECT reason FROM runs r WHERE r.job_id = x'00' ORDER BY r.due_ms DESC LIMIT 9",
     "SEARCH r USING INDEX runs_of_job"},
    {"SELECT due_ms, due_last_ms FROM runs WHERE job_id = x'00' AND kind = 0 AND due_ms <= 5"
     " ORDER BY due_ms DESC LIMIT 1",
     "SEARCH runs USING INDEX runs_of_job (job_id=? AND due_ms<?)"},
    {"SELECT reason FROM runs r WHERE r.job_id = x'00' AND r.due_ms >= 1 AND r.due_ms < 5"
     " AND r.kind = 0 ORDER BY r.due_ms LIMIT 9",
     "SEARCH r USING INDEX runs_of_job (job_id=? AND due_ms>? AND due_ms<?)"},
    {"SELECT count(*) FROM runs WHERE job_id = x'00' AND due_ms >= 1 AND due_ms < 5 AND kind = 0",
     "SEARCH runs USING COVERING INDEX runs_of_job (job_id=? AND due_ms>? AND due_ms<?)"},
    {"SELECT min(zone_version) FROM jobs WHERE deleted_at_ms IS NULL AND zone_version <> ''"
     " AND zone_version > 'x'",
     "SEARCH jobs USING INDEX jobs_by_zones (zone_version>?)"},
    {"SELECT min(calendar_revision) FROM jobs WHERE deleted_at_ms IS NULL"
     " AND calendar_revision <> 0 AND calendar_revision > 5",
     "SEARCH jobs USING INDEX jobs_by_calendars (calendar_revision>?)"},
    {"SELECT id FROM jobs WHERE deleted_at_ms IS NULL AND zone_version <> ''"
     " AND zone_version = 'x' AND id > x'00' AND (3 >> shard) & 1 ORDER BY id LIMIT 9",
     "SEARCH jobs USING INDEX jobs_by_zones (zone_version=? AND id>?)"},
    {"SELECT id FROM jobs WHERE deleted_at_ms IS NULL AND calendar_revision <> 0"
     " AND calendar_revision = 5 AND id > x'00' AND (3 >> shard) & 1 ORDER BY id LIMIT 9",
     "SEARCH jobs USING INDEX jobs_by_calendars (calendar_revision=? AND id>?)"},
  };
  for (const auto& row : rows) {
    std::string plan;
    auto s = look.prepare("EXPLAIN QUERY PLAN " + std::string{row.sql});
    while (s.step()) {
      int ignored = 0;
      std::string detail;
      s.get(ignored, ignored, ignored, detail);
      plan += detail + "\n";
    }
    EXPECT_NE(plan.find(row.index), std::string::npos) << row.sql << "\n" << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << row.sql << "\n" << plan;
  }
}

} // namespace
} // namespace takt::test
