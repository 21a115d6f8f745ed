// The STORE PORT: many requests, one commit, and no answer before it.
#include "actors/scheduler/store_port.hpp"
#include "actors/spawn.hpp"
#include "storage/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/scheduler_samples.hpp"

namespace takt {
namespace {

using namespace test;

class store_port_test : public actor_fixture {
protected:
  store_port_test() {
    lease_owner me{{"n"}, ""};
    epoch = (*leases->take(me, {"boot", time.mono()}, millis{1000}, false))[0].epoch;
  }

  store_job storing(uint8_t n) {
    auto j = ten_second_job(n, time.wall());
    return {n, false, false, grant_for(j.id, epoch), j};
  }

  template <class Message>
  void ask(Message m) {
    caf::send_as(asker, port, std::move(m));
  }

  mailbag_ptr answers = std::make_shared<mailbag>();
  desk_actor asker = dummy<desk_actor>(answers);
  std::shared_ptr<memory_rows> rows = make_memory_rows({});
  std::unique_ptr<lease_table> leases = make_memory_lease_table(rows);
  int commits = 0;
  size_t answered_at_commit = 0;
  result<void> commits_as = done{};
  std::shared_ptr<store> inner = make_memory_store(rows, {[this] {
                                                     ++commits;
                                                     answered_at_commit = answers->size();
                                                     return commits_as;
                                                   }});
  std::shared_ptr<faulty_store> db = std::make_shared<faulty_store>(*inner, fault_plan{});
  store_port_actor port = keep(spawn_state<store_port>(system, db, counts, &time));
  epoch_no epoch = 0;
};

TEST_F(store_port_test, what_piled_up_is_one_commit_and_is_answered_after_it) {
  for (uint8_t n = 1; n <= 20; ++n)
    ask(storing(n));
  EXPECT_EQ(commits, 0);
  settle();
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(answered_at_commit, 0u);
  auto stored = answers->take<job_stored>();
  ASSERT_EQ(stored.size(), 20u);
  for (const auto& each : stored)
    EXPECT_TRUE(each.outcome);
  EXPECT_EQ(inner->list_jobs({})->total, 20u);
}

TEST_F(store_port_test, each_answer_says_what_its_request_was_about) {
  ask(storing(1));
  ask(storing(1));
  ask(remove_executor{7, {"nobody"}});
  settle();
  auto stored = answers->take<job_stored>();
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_TRUE(stored[0].outcome);
  EXPECT_EQ(stored[1].outcome.code(), errc::store_job_exists) << "its neighbours are untouched";
  auto saved = answers->take<executor_saved>();
  ASSERT_EQ(saved.size(), 1u);
  EXPECT_EQ(saved[0].ticket, 7u);
  EXPECT_EQ(saved[0].id.text, "nobody");
  EXPECT_EQ(saved[0].outcome.code(), errc::store_no_such_executor);
}

TEST_F(store_port_test, a_commit_that_fails_fails_every_request_of_its_batch) {
  commits_as = failure{errc::store_failed, "disk full"};
  for (uint8_t n = 1; n <= 3; ++n)
    ask(storing(n));
  settle();
  auto stored = answers->take<job_stored>();
  ASSERT_EQ(stored.size(), 3u);
  for (const auto& each : stored)
    EXPECT_EQ(each.outcome.code(), errc::store_failed);
  EXPECT_EQ(inner->list_jobs({})->total, 0u);
  commits_as = done{};
  ask(storing(1));
  settle();
  EXPECT_TRUE(answers->take<job_stored>()[0].outcome) << "the next batch is another matter";
}

TEST_F(store_port_test, a_batch_that_cannot_begin_fails_as_a_whole) {
  db->set_plan({1, 1000, 0});
  ask(storing(1));
  ask(storing(2));
  settle();
  auto stored = answers->take<job_stored>();
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored[1].outcome.code(), errc::store_failed);
  EXPECT_EQ(commits, 0);
}

TEST_F(store_port_test, a_batch_is_never_larger_than_its_limit) {
  for (size_t n = 0; n < limits::commit_batch_max + 10; ++n)
    ask(storing(static_cast<uint8_t>(n)));
  settle();
  EXPECT_EQ(commits, 2);
  EXPECT_EQ(answers->take<job_stored>().size(), limits::commit_batch_max + 10);
}

TEST_F(store_port_test, what_was_asked_before_the_end_is_still_written_and_answered) {
  ask(storing(1));
  caf::anon_send(
    caf::actor_cast<caf::actor>(port),
    caf::exit_msg{port->address(), caf::exit_reason::user_shutdown});
  settle();
  EXPECT_EQ(commits, 1);
  EXPECT_EQ(answers->take<job_stored>().size(), 1u);
}

} // namespace
} // namespace takt
