// The READ PORT: every reading question gets its answer, and what it was about.
#include "actors/scheduler/read_port.hpp"
#include "actors/spawn.hpp"
#include "storage/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/scheduler_samples.hpp"

namespace takt {
namespace {

using namespace test;

class read_port_test : public actor_fixture {
protected:
  read_port_test() {
    lease_owner me{{"n"}, ""};
    epoch = (*leases->take(me, {"boot", time.mono()}, millis{1000}, false))[0].epoch;
    for (uint8_t n = 1; n <= 3; ++n) {
      auto j = ten_second_job(n, time.wall() + millis{n * 1000});
      EXPECT_TRUE(db->create_job(grant_for(j.id, epoch), j));
    }
  }

  run_id fire(uint8_t run, uint8_t of) {
    fire_request r;
    r.job = numbered<job_id>(of);
    r.grant = grant_for(r.job, epoch);
    r.now = time.wall();
    r.entries.push_back(
      {numbered<run_id>(run), run_kind::manual, time.wall(), time.wall(), 1, run_state::pending,
       ""});
    EXPECT_TRUE(db->fire(r));
    return numbered<run_id>(run);
  }

  void assign(const run_id& run, uint8_t of) {
    EXPECT_TRUE(
      db->assign({grant_for(numbered<job_id>(of), epoch), run, 0, {"w"}, {}, time.wall()}));
  }

  template <class Source, class Message>
  void ask(const Source& as, Message m) {
    caf::send_as(as, port, std::move(m));
    settle();
  }

  result<desk_reply> reply_to(desk_question question) {
    ask(desk_dummy, read_question{4, std::move(question)});
    auto answers = mail->take<read_answer>();
    EXPECT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].ticket, 4u);
    return answers[0].outcome;
  }

  mailbag_ptr mail = std::make_shared<mailbag>();
  desk_actor desk_dummy = dummy<desk_actor>(mail);
  roster_actor roster_dummy = dummy<roster_actor>(mail);
  dispatcher_actor dispatcher_dummy = dummy<dispatcher_actor>(mail);
  std::shared_ptr<memory_rows> rows = make_memory_rows({});
  std::unique_ptr<store> db = make_memory_store(rows);
  std::unique_ptr<lease_table> leases = make_memory_lease_table(rows);
  read_port_actor port =
    keep(spawn_state<read_port>(system, std::shared_ptr<store_reader>{make_memory_reader(rows)}));
  epoch_no epoch = 0;
};

TEST_F(read_port_test, due_jobs_come_with_the_request_that_found_them) {
  std::vector<shard_no> shards;
  for (const auto& g : all_shards(epoch))
    shards.push_back(g.shard);
  ask(roster_dummy, find_jobs_due{shards, time.wall() + millis{2000}, std::nullopt});
  auto found = mail->take<jobs_found_due>();
  ASSERT_EQ(found.size(), 1u);
  ASSERT_TRUE(found[0].outcome);
  EXPECT_EQ(found[0].outcome->size(), 2u);
  EXPECT_EQ(found[0].request.shards, shards);
}

TEST_F(read_port_test, one_job_is_found_or_named_as_missing) {
  ask(roster_dummy, find_job{numbered<job_id>(2)});
  ask(roster_dummy, find_job{numbered<job_id>(99)});
  auto found = mail->take<job_found>();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].outcome->name, "job 2");
  EXPECT_EQ(found[1].id, numbered<job_id>(99));
  EXPECT_EQ(found[1].outcome.code(), errc::store_no_such_job);
}

TEST_F(read_port_test, open_runs_are_the_pending_and_those_in_flight) {
  assign(fire(1, 1), 1);
  fire(2, 2);
  ask(dispatcher_dummy, find_open_runs{all_shards(epoch)});
  auto found = mail->take<open_runs_found>();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].grants, all_shards(epoch));
  ASSERT_EQ(found[0].in_flight->size(), 1u);
  EXPECT_EQ((*found[0].in_flight)[0].key.run, numbered<run_id>(1));
  ASSERT_EQ(found[0].ready->size(), 1u);
  EXPECT_EQ((*found[0].ready)[0].id, numbered<run_id>(2));
}

TEST_F(read_port_test, ready_runs_are_cut_and_counted_in_all) {
  for (uint8_t n = 1; n <= 5; ++n)
    fire(n, 1);
  ask(dispatcher_dummy, find_ready_runs{{shard_of(numbered<job_id>(1))}, 2});
  auto found = mail->take<ready_runs_found>();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].outcome->size(), 2u);
  EXPECT_EQ(found[0].total, 5u);
}

TEST_F(read_port_test, each_reading_question_gets_its_kind_of_reply) {
  auto run = fire(1, 1);
  assign(run, 1);
  EXPECT_TRUE(std::holds_alternative<job>(*reply_to(ask::get_job{numbered<job_id>(1)})));
  auto jobs = reply_to(ask::list_jobs{});
  EXPECT_EQ(std::get<page_of<job>>(*jobs).total, 3u);
  auto runs = reply_to(ask::list_runs{numbered<job_id>(1), {}});
  EXPECT_EQ(std::get<page_of<takt::run>>(*runs).total, 1u);
  auto one = reply_to(ask::get_run{run});
  EXPECT_EQ(std::get<run_detail>(*one).attempts.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<std::vector<executor>>(*reply_to(ask::list_executors{})));
  EXPECT_TRUE(std::holds_alternative<std::vector<std::string>>(*reply_to(ask::list_task_types{})));
}

TEST_F(read_port_test, what_is_missing_is_named_and_a_writing_question_refused) {
  EXPECT_EQ(reply_to(ask::get_job{numbered<job_id>(99)}).code(), errc::store_no_such_job);
  EXPECT_EQ(reply_to(ask::get_run{numbered<run_id>(99)}).code(), errc::store_no_such_run);
  EXPECT_EQ(reply_to(ask::pause_job{numbered<job_id>(1)}).code(), errc::internal);
}

} // namespace
} // namespace takt
