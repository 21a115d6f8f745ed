// Data folders of the first release open, and nothing in them is lost.
#include "storage/migrations.hpp"
#include "storage/sqlite_schema.hpp"
#include "tests/support/sqlite_file.hpp"

namespace takt::test {
namespace {

class sqlite_migration : public sqlite_file {
protected:
  /// A file as 0001 made it: a cron job with a ledger, an interval job that is paused, a deleted
  /// job that was manual only, all taken by somebody.
  void make_first_release() {
    sqlite_connection db{path, sqlite_connection::access::read_write};
    db.exec("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; BEGIN");
    db.exec(std::string{migrations::sqlite().at(0).sql});
    db.exec("PRAGMA application_id = 0x74616b74; PRAGMA user_version = 1;"
            "INSERT INTO meta (one, cluster_id) VALUES (1, x'0102030405060708090a0b0c0d0e0f10');"
            "UPDATE shards SET epoch = 3, owner = 'node-a'");
    auto job = [&](uint64_t n, const std::string& cron, int64_t interval, const char* rest) {
      db.prepare(
          "INSERT INTO jobs VALUES (?, ?, 4, 'name', 'd', 'T', '" + cron + "', "
          + std::to_string(interval) + ", 'payload', 'w', 60, 2, " + rest + ")")
        .bind(id_of<job_id>(n), shard_of(id_of<job_id>(n)))
        .run();
    };
    // paused, anchor, next_due, created, updated, fence, deleted
    job(1, "0 */5 * * * MON-FRI", 0, "0, 100, 900, 100, 200, 7, NULL");
    job(2, "", 90, "1, 110, NULL, 110, 210, 0, NULL");
    job(3, "", 0, "0, 120, NULL, 120, 220, 0, 500");
    auto run = [&](uint64_t n, const std::string& rest) {
      db.prepare(
          "INSERT INTO runs (id, job_id, shard, kind, due_ms, due_last_ms, count, state,"
          " reason, attempt, tries, fence, executor, not_before_ms, cancel_requested,"
          " started_at_ms, ended_at_ms, created_at_ms) VALUES (?, ?, ?, "
          + rest + ")")
        .bind(id_of<run_id>(n), id_of<job_id>(1), shard_of(id_of<job_id>(1)))
        .run();
    };
    run(1, "0, 300, 300, 1, 3, 'ok', 1, 1, 6, 'w', 0, 0, 310, 320, 301");
    run(2, "0, 400, 600, 3, 9, 'down', 0, 0, 0, '', 0, 0, NULL, 601, 601");
    run(3, "0, 700, 700, 1, 2, '', 1, 0, 7, 'w', 0, 0, 710, NULL, 701");
    run(4, "1, 700, 700, 1, 0, '', 0, 0, 0, '', 0, 0, NULL, NULL, 702");
    run(5, "1, 700, 700, 1, 8, 'why', 0, 0, 0, '', 0, 0, NULL, 703, 703");
    for (uint64_t n : {1, 3})
      db.prepare(
          "INSERT INTO attempts VALUES (?, 1, ?, 'w', ?, ?, 3, ?, 'r', 305, 310, ?, x'6f7574',"
          " x'7461696c', 7, 'error')")
        .bind(id_of<run_id>(n), id_of<job_id>(1), id_of<incarnation_id>(9), n == 1 ? 6 : 7)
        .bind(n == 1 ? 3 : 2, n == 1 ? std::optional<int64_t>{320} : std::nullopt)
        .run();
    db.exec("COMMIT");
  }

  static grant held(const job_id& id) { return {shard_of(id), 3}; }
};

TEST_F(sqlite_migration, jobs_of_the_first_release_say_when_as_before) {
  make_first_release();
  auto db = open();
  job first;
  first.id = id_of<job_id>(1);
  first.version = 4;
  first.name = "name";
  first.description = "d";
  first.task_type = "T";
  first.rules = {cron_rule("0 */5 * * * MON-FRI")};
  first.payload = "payload";
  first.executor = {"w"};
  first.retry_times = 2;
  first.anchor = first.created_at = wall_from_ms(100);
  first.next_due = wall_from_ms(900);
  first.updated_at = wall_from_ms(200);
  first.fired_runs = 2; // neither the missed one nor the triggers
  EXPECT_EQ(store_world::unwrap(db->find_job(first.id)), first);
  auto second = store_world::unwrap(db->find_job(id_of<job_id>(2)));
  EXPECT_EQ(second.rules, (std::vector{interval_rule(millis{90'000})}));
  EXPECT_TRUE(second.paused);
  EXPECT_EQ(second.fired_runs, 0U);
  EXPECT_EQ(db->find_job(id_of<job_id>(3)).code(), errc::store_no_such_job);
  EXPECT_EQ(store_world::unwrap(db->list_jobs({})).total, 2U);
  EXPECT_EQ(db->cluster(), (cluster_id{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}));
  EXPECT_EQ(store_world::unwrap(db->almanac_revision()), 1U);
}

TEST_F(sqlite_migration, the_ledger_and_its_attempts_are_all_there) {
  make_first_release();
  auto db = open();
  auto job = id_of<job_id>(1);
  EXPECT_EQ(store_world::unwrap(db->list_runs(job, {})).total, 5U);
  auto ledger = store_world::unwrap(db->list_ledger(job, wall_from_ms(0), wall_from_ms(9'999), {}));
  ASSERT_EQ(ledger.total, 3U);
  EXPECT_EQ(ledger.rows[0].output.text(), "outtail");
  EXPECT_EQ(ledger.rows[0].note, "");
  EXPECT_EQ(ledger.rows[1].count, 3U);
  EXPECT_EQ(store_world::unwrap(db->list_attempts(id_of<run_id>(1))).at(0).fence, 6U);
  EXPECT_EQ(store_world::unwrap(db->recent_durations(job, 9)), (std::vector<millis>{millis{10}}));
}

TEST_F(sqlite_migration, life_goes_on_where_it_was) {
  make_first_release();
  auto db = open();
  auto job = id_of<job_id>(1);
  finish_request f;
  f.grant = held(job);
  f.key = {id_of<run_id>(3), 1};
  f.event = run_event::succeed;
  f.ended_at = f.now = wall_from_ms(800);
  EXPECT_EQ(
    db->assign({held(job), id_of<run_id>(4), 0, {"w"}, {}, f.now}).code(), errc::store_job_busy);
  EXPECT_EQ(store_world::unwrap(db->finish(f)).state, run_state::success);
  auto a = db->assign({held(job), id_of<run_id>(4), 0, {"w"}, id_of<incarnation_id>(9), f.now});
  ASSERT_TRUE(a) << a.failure().message();
  EXPECT_EQ(a->fence, 8U) << "fences grow on";
  auto j = store_world::unwrap(db->find_job(job));
  fire_request again = fire_of(held(job), j, 6);
  again.entries[0].due = wall_from_ms(700);
  EXPECT_TRUE(store_world::unwrap(db->fire(again)).entries.at(0).duplicate);
}

TEST_F(sqlite_migration, an_upgraded_file_has_the_schema_of_a_new_one) {
  make_first_release();
  open();
  auto other = folder.file("new.db");
  store_world::unwrap(open_sqlite_store(other));
  auto schema = [](const std::string& file) {
    sqlite_connection db{file, sqlite_connection::access::read_only};
    std::string out;
    auto s = db.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema ORDER BY 1, 2");
    for (std::string type, name, sql; s.get_row(type, name, sql);)
      out += type + " " + name + " " + sql + "\n";
    return out + std::to_string(db.get_int("PRAGMA user_version"));
  };
  EXPECT_EQ(schema(path), schema(other));
  EXPECT_NE(schema(path).find("trigger runs_stay_ended"), std::string::npos);
  EXPECT_NE(schema(path).find("trigger epochs_never_shrink"), std::string::npos);
}

TEST_F(sqlite_migration, foreign_keys_hold_in_an_upgraded_file) {
  make_first_release();
  open();
  sqlite_connection db{path, sqlite_connection::access::read_write};
  EXPECT_EQ(db.get_int("SELECT count(*) FROM pragma_foreign_key_check"), 0);
  auto of = [&](const char* table) {
    return db.get_int("SELECT count(*) FROM pragma_foreign_key_list('" + std::string{table} + "')");
  };
  EXPECT_EQ(of("runs"), 1);
  EXPECT_EQ(of("attempts"), 1);
  EXPECT_EQ(of("jobs"), 1);
  db.exec("PRAGMA foreign_keys = ON");
  for (const auto* sql :
       {"DELETE FROM jobs WHERE version = 4", "UPDATE runs SET job_id = zeroblob(16)",
        "DELETE FROM runs WHERE attempt = 1", "UPDATE jobs SET shard = 64",
        "UPDATE runs SET state = 0, ended_at_ms = NULL WHERE state = 3"})
    EXPECT_ANY_THROW(db.exec(sql)) << sql;
  auto writer = store_world::unwrap(open_sqlite_writer(path));
  EXPECT_EQ(writer->get_int("PRAGMA foreign_keys"), 1);
}

TEST_F(sqlite_migration, a_file_with_orphans_is_left_as_it_was) {
  make_first_release();
  raw("DELETE FROM jobs WHERE name = 'name'"); // without PRAGMA foreign_keys
  EXPECT_EQ(open_sqlite_store(path).code(), errc::store_failed);
  sqlite_connection db{path, sqlite_connection::access::read_only};
  EXPECT_EQ(db.get_int("PRAGMA user_version"), 1);
  EXPECT_EQ(
    db.get_int("SELECT count(*) FROM pragma_table_info('jobs') WHERE name = 'cron_spec'"), 1);
}

TEST_F(sqlite_migration, a_reader_does_not_upgrade) {
  make_first_release();
  EXPECT_EQ(open_sqlite_reader(path).code(), errc::store_schema);
  open();
  EXPECT_TRUE(open_sqlite_reader(path));
}

} // namespace
} // namespace takt::test
