#include "actors/admin/desk.hpp"

#include "tests/actors/admin/desk_house.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

job_draft shell_draft() {
  job_draft d;
  d.name = "n";
  d.task_type = "SHELL_COMMAND";
  return d;
}

TEST(desk, a_created_job_is_stored_under_its_shards_grant_and_made_known) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  ASSERT_EQ(house.all.stored.size(), 1u);
  EXPECT_EQ(house.all.stored[0].under, (grant{shard_of(made.id), 7}));
  EXPECT_FALSE(house.all.stored[0].replace);
  ASSERT_EQ(house.all.changed.size(), 1u);
  EXPECT_EQ(house.all.changed[0], made);
  EXPECT_EQ(made.next_due, house.time.now + std::chrono::seconds{10});
}

TEST(desk, a_bad_draft_never_reaches_the_store) {
  desk_house house;
  house.drive_all();
  auto d = shell_draft();
  d.timeout_s = -1;
  EXPECT_EQ(house.code_of(ask::create_job{d}), errc::bad_field);
  EXPECT_TRUE(house.all.stored.empty());
}

TEST(desk, what_the_store_refused_is_not_made_known) {
  desk_house house;
  house.drive_all();
  house.all.store_broken = failure{errc::store_failed, "disk full"};
  EXPECT_EQ(house.code_of(ask::create_job{shell_draft()}), errc::store_failed);
  EXPECT_TRUE(house.all.changed.empty());
}

TEST(desk, an_unknown_task_type_is_refused_unless_allowed_or_announced) {
  desk_house house;
  house.drive_all();
  auto d = shell_draft();
  d.task_type = "WORDS";
  EXPECT_EQ(house.code_of(ask::create_job{d}), errc::unknown_task_type);
  EXPECT_EQ(house.code_of(ask::create_job{d, true}), errc::ok);
  house.all.task_types = {"WORDS"};
  EXPECT_EQ(house.code_of(ask::create_job{d}), errc::ok);
  EXPECT_EQ(house.all.stored.size(), 2u);
}

TEST(desk, a_replaced_task_type_is_checked_only_when_it_changes) {
  desk_house house;
  house.drive_all();
  auto d = shell_draft();
  d.task_type = "GONE";
  auto made = std::get<job>(**house.ask_for(ask::create_job{d, true}));
  job_draft rename;
  rename.name = "other";
  rename.task_type = "GONE";
  EXPECT_EQ(house.code_of(ask::replace_job{made.id, rename}), errc::ok);
  rename.task_type = "ELSE";
  EXPECT_EQ(house.code_of(ask::replace_job{made.id, rename}), errc::unknown_task_type);
}

TEST(desk, a_job_is_created_in_a_shard_that_this_node_drives) {
  desk_house house;
  house.grant_these({{{5, 2}}});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(shard_of(house.stored_job().id), 5);
}

TEST(desk, a_replaced_job_gets_the_next_version) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  job_draft d;
  d.payload = "echo";
  auto answer = house.ask_for(ask::replace_job{made.id, d});
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ(std::get<job>(**answer).version, 2u);
  EXPECT_EQ(house.all.changed.back().payload, "echo");
}

TEST(desk, a_definition_that_moved_is_read_again_and_merged_anew) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  int moves = 3;
  house.all.meanwhile = [&moves, id = made.id](neighbourhood& all) {
    if (moves-- > 0) {
      ++all.jobs[id].version;
      all.jobs[id].description = "somebody else's";
    }
  };
  job_draft d;
  d.payload = "echo";
  auto answer = house.ask_for(ask::replace_job{made.id, d});
  ASSERT_TRUE(answer && *answer);
  auto& now = std::get<job>(**answer);
  EXPECT_EQ(now.payload, "echo");
  EXPECT_EQ(now.description, "somebody else's");
  EXPECT_EQ(now.version, 5u);
}

TEST(desk, a_definition_that_moves_for_ever_is_given_up) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  auto before = house.all.stored.size();
  house.all.meanwhile = [id = made.id](neighbourhood& all) { ++all.jobs[id].version; };
  EXPECT_EQ(house.code_of(ask::pause_job{made.id}), errc::store_version_moved);
  EXPECT_EQ(house.all.stored.size() - before, 6u); // the first and five more
}

TEST(desk, a_pause_keeps_the_place_and_its_end_accounts_for_it) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  auto paused = house.ask_for(ask::pause_job{made.id});
  ASSERT_TRUE(paused && *paused);
  EXPECT_TRUE(std::holds_alternative<done>(**paused));
  EXPECT_TRUE(house.all.changed.back().paused);
  EXPECT_EQ(house.all.changed.back().next_due, made.next_due);
  EXPECT_TRUE(house.all.stored.back().keeps_plan);
  house.time.now += std::chrono::seconds{25};
  EXPECT_EQ(house.code_of(ask::resume_job{made.id}), errc::ok);
  ASSERT_EQ(house.all.fires.size(), 1u);
  ASSERT_EQ(house.all.fires[0].entries.size(), 1u);
  const auto& row = house.all.fires[0].entries[0];
  EXPECT_EQ(row.state, run_state::skipped);
  EXPECT_EQ(row.reason, "paused");
  EXPECT_EQ(row.due, made.anchor + std::chrono::seconds{10});
  EXPECT_EQ(row.due_last, made.anchor + std::chrono::seconds{20});
  EXPECT_EQ(row.count, 2u);
  EXPECT_TRUE(house.all.ready.empty());
  EXPECT_FALSE(house.all.changed.back().paused);
  EXPECT_EQ(house.all.changed.back().next_due, made.anchor + std::chrono::seconds{30});
}

TEST(desk, a_paused_job_is_accounted_for_before_it_is_replaced_or_deleted) {
  for (auto deletes : {false, true}) {
    desk_house house;
    house.drive_all();
    auto made = house.stored_job();
    house.code_of(ask::pause_job{made.id});
    house.time.now += std::chrono::seconds{25};
    job_draft hourly;
    hourly.interval_s = 3600;
    auto question = deletes ? desk_question{ask::remove_job{made.id}}
                            : desk_question{ask::replace_job{made.id, hourly}};
    EXPECT_EQ(house.code_of(question), errc::ok);
    ASSERT_EQ(house.all.fires.size(), 1u);
    EXPECT_EQ(house.all.fires[0].entries.at(0).reason, "paused");
  }
}

TEST(desk, a_change_that_does_not_say_when_keeps_the_stored_plan) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  house.all.meanwhile = [id = made.id](neighbourhood& all) {
    *all.jobs[id].next_due += std::chrono::seconds{10}; // fired while the desk was thinking
  };
  job_draft rename;
  rename.name = "other";
  auto answer = house.ask_for(ask::replace_job{made.id, rename});
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ(std::get<job>(**answer).next_due, *made.next_due + std::chrono::seconds{10});
}

TEST(desk, a_due_that_waits_for_its_jitter_fires_before_a_change) {
  desk_house house;
  house.drive_all();
  job_draft d = shell_draft();
  d.interval_s = 3600;
  d.jitter_ms = 1'800'000;
  auto made = std::get<job>(**house.ask_for(ask::create_job{d}));
  house.time.now = *made.next_due;
  job_draft daily;
  daily.interval_s = 86'400;
  EXPECT_EQ(house.code_of(ask::replace_job{made.id, daily}), errc::ok);
  ASSERT_EQ(house.all.fires.size(), 1u);
  EXPECT_EQ(house.all.fires[0].entries.at(0).due, *made.next_due);
  EXPECT_EQ(house.all.fires[0].entries.at(0).state, run_state::pending);
}

TEST(desk, runs_that_an_overdue_one_cancels_leave_before_it_comes) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  house.time.now += std::chrono::seconds{11};
  house.all.superseded.resize(2);
  EXPECT_EQ(house.code_of(ask::pause_job{made.id}), errc::ok);
  EXPECT_EQ(house.all.canceled.size(), 2u);
  EXPECT_EQ(house.all.gone, std::vector{made.id});
  EXPECT_EQ(house.all.ready.size(), 1u);
}

TEST(desk, what_was_due_before_a_change_fires_under_the_definition_of_before) {
  for (auto change : {0, 1, 2}) {
    desk_house house;
    house.drive_all();
    auto made = house.stored_job();
    house.time.now += std::chrono::seconds{25}; // 10 and 20 are due, and nobody has fired them
    job_draft hourly;
    hourly.interval_s = 3600;
    desk_question question = ask::pause_job{made.id};
    if (change == 1)
      question = ask::replace_job{made.id, hourly};
    else if (change == 2)
      question = ask::remove_job{made.id};
    EXPECT_EQ(house.code_of(question), errc::ok);
    ASSERT_EQ(house.all.fires.size(), 1u);
    const auto& entries = house.all.fires[0].entries;
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].state, run_state::missed);
    EXPECT_EQ(entries[0].due, made.anchor + std::chrono::seconds{10});
    EXPECT_EQ(entries[1].state, run_state::pending);
    EXPECT_EQ(entries[1].due, made.anchor + std::chrono::seconds{20});
    EXPECT_EQ(house.all.fires[0].version, made.version);
    EXPECT_EQ(house.all.ready.size(), 1u);
  }
}

TEST(desk, pausing_a_paused_job_changes_nothing) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  EXPECT_EQ(house.code_of(ask::pause_job{made.id}), errc::ok);
  auto stored = house.all.stored.size();
  EXPECT_EQ(house.code_of(ask::pause_job{made.id}), errc::ok);
  EXPECT_EQ(house.all.stored.size(), stored);
}

TEST(desk, a_deleted_job_leaves_the_roster_the_queue_and_its_executors) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  house.all.to_cancel.resize(2);
  EXPECT_EQ(house.code_of(ask::remove_job{made.id}), errc::ok);
  EXPECT_EQ(house.all.removed, std::vector{made.id});
  EXPECT_EQ(house.all.gone, std::vector{made.id});
  EXPECT_EQ(house.all.canceled.size(), 2u);
  EXPECT_EQ(house.all.deletes.at(0).under, (grant{shard_of(made.id), 7}));
  EXPECT_EQ(house.code_of(ask::remove_job{made.id}), errc::store_no_such_job);
  EXPECT_EQ(house.all.removed.size(), 1u);
}

TEST(desk, a_trigger_fires_one_manual_run_and_hands_it_to_the_dispatcher) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  job_draft pin;
  pin.executor = "w1";
  EXPECT_EQ(house.code_of(ask::replace_job{made.id, pin}), errc::ok);
  auto answer = house.ask_for(ask::trigger_job{made.id});
  ASSERT_TRUE(answer && *answer);
  ASSERT_EQ(house.all.fires.size(), 1u);
  const auto& fire = house.all.fires[0];
  EXPECT_EQ(fire.grant, (grant{shard_of(made.id), 7}));
  ASSERT_EQ(fire.entries.size(), 1u);
  EXPECT_EQ(fire.entries[0].kind, run_kind::manual);
  EXPECT_EQ(fire.entries[0].due, house.time.now);
  EXPECT_EQ(fire.entries[0].due_last, house.time.now);
  auto run = std::get<triggered>(**answer).run;
  EXPECT_EQ(run, fire.entries[0].id);
  ASSERT_EQ(house.all.ready.size(), 1u);
  const auto& ready = house.all.ready[0];
  EXPECT_EQ(ready.id, run);
  EXPECT_EQ(ready.job, made.id);
  EXPECT_EQ(ready.shard, shard_of(made.id));
  EXPECT_EQ(ready.task_type, "SHELL_COMMAND");
  EXPECT_EQ(ready.pinned.text, "w1");
}

TEST(desk, a_trigger_beyond_the_jobs_queue_is_refused) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  house.all.store_broken = failure{errc::sched_queue_full, ""};
  EXPECT_EQ(house.code_of(ask::trigger_job{made.id}), errc::sched_queue_full);
  EXPECT_TRUE(house.all.ready.empty());
}

TEST(desk, an_unknown_job_is_not_found_whatever_is_asked) {
  desk_house house;
  house.drive_all();
  job_id unknown{{9}};
  for (desk_question q :
       {desk_question{ask::get_job{unknown}}, desk_question{ask::replace_job{unknown, {}}},
        desk_question{ask::remove_job{unknown}}, desk_question{ask::pause_job{unknown}},
        desk_question{ask::resume_job{unknown}}, desk_question{ask::trigger_job{unknown}},
        desk_question{ask::list_runs{unknown, {}}}})
    EXPECT_EQ(house.code_of(q), errc::store_no_such_job) << q.index();
}

TEST(desk, the_runs_of_a_job_without_runs_are_an_empty_page) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  auto answer = house.ask_for(ask::list_runs{made.id, {}});
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ(std::get<page_of<run>>(**answer).total, 0u);
}

TEST(desk, the_runs_of_a_deleted_job_are_still_listed) {
  desk_house house;
  house.all.runs = {{run{}}, 1};
  auto answer = house.ask_for(ask::list_runs{job_id{{9}}, {}});
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ(std::get<page_of<run>>(**answer).total, 1u);
}

TEST(desk, a_stand_by_reads_but_refuses_to_write_and_names_the_driver) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  house.grant_these({});
  EXPECT_EQ(house.code_of(ask::get_job{made.id}), errc::ok);
  EXPECT_EQ(house.code_of(ask::list_executors{}), errc::ok);
  for (desk_question q :
       {desk_question{ask::create_job{shell_draft()}}, desk_question{ask::replace_job{made.id, {}}},
        desk_question{ask::remove_job{made.id}}, desk_question{ask::pause_job{made.id}},
        desk_question{ask::resume_job{made.id}}, desk_question{ask::trigger_job{made.id}},
        desk_question{ask::remove_executor{{"w1"}}}}) {
    auto answer = house.ask_for(q);
    ASSERT_TRUE(answer && !*answer) << q.index();
    EXPECT_EQ(answer->code(), errc::sched_not_driver);
    EXPECT_EQ(answer->failure().context, "the driver is http://127.0.0.1:8081");
  }
  EXPECT_EQ(house.all.stored.size(), 1u);
  EXPECT_TRUE(house.all.removed_executors.empty());
}

TEST(desk, a_job_of_another_nodes_shard_is_not_written) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  house.grant_these({{{static_cast<shard_no>((shard_of(made.id) + 1) % shard_count), 7}}});
  EXPECT_EQ(house.code_of(ask::pause_job{made.id}), errc::sched_not_driver);
}

TEST(desk, a_stopping_desk_reads_but_refuses_to_write) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  caf::anon_send(house.office, stop_working{});
  EXPECT_EQ(house.code_of(ask::trigger_job{made.id}), errc::sched_stopping);
  EXPECT_EQ(house.code_of(ask::get_job{made.id}), errc::ok);
}

TEST(desk, executors_are_removed_by_the_store) {
  desk_house house;
  house.drive_all();
  EXPECT_EQ(house.code_of(ask::remove_executor{{"w1"}}), errc::ok);
  EXPECT_EQ(house.code_of(ask::remove_executor{{"w2"}}), errc::store_no_such_executor);
}

TEST(desk, a_store_that_keeps_silent_does_not_pile_up_questions) {
  desk_house house;
  house.drive_all();
  house.all.store_answers = false;
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(house.ask_for(ask::create_job{shell_draft()}));
  EXPECT_EQ(house.code_of(ask::create_job{shell_draft()}), errc::overloaded);
}

TEST(desk, an_answer_to_nobody_is_ignored) {
  desk_house house;
  house.drive_all();
  caf::anon_send(house.office, job_stored{99, job{}});
  caf::anon_send(house.office, runs_fired{99, {}, fired{}});
  caf::anon_send(house.office, read_answer{99, desk_reply{done{}}});
  house.settle();
  EXPECT_TRUE(house.all.changed.empty());
  EXPECT_TRUE(house.all.ready.empty());
  EXPECT_TRUE(house.answers.empty());
}

TEST(desk, a_late_answer_to_another_step_is_ignored) {
  desk_house house;
  house.drive_all();
  house.all.store_answers = false;
  house.ask_for(ask::create_job{shell_draft()}); // waits for job_stored with ticket 1
  caf::anon_send(house.office, job_deleted{1, {}, attempts_to_cancel{}});
  caf::anon_send(house.office, read_answer{1, desk_reply{done{}}});
  house.settle();
  EXPECT_TRUE(house.all.removed.empty());
  EXPECT_TRUE(house.answers.empty());
}

TEST(desk, health_tells_driver_stand_by_and_a_silent_store_apart) {
  desk_house house;
  auto report = [&house] { return std::get<health_report>(**house.ask_for(ask::health{})); };
  auto standby = report();
  EXPECT_FALSE(standby.driver);
  EXPECT_TRUE(standby.ready);
  EXPECT_EQ(standby.driver_address, "http://127.0.0.1:8081");
  house.drive_all();
  EXPECT_TRUE(report().driver);
  EXPECT_EQ(report().reason, "");
  house.all.reader_broken = failure{errc::store_failed, "disk gone"};
  EXPECT_FALSE(report().ready);
  EXPECT_NE(report().reason.find("disk gone"), std::string::npos);
  house.all.reader_broken.reset();
  caf::anon_send(house.office, stop_working{});
  EXPECT_FALSE(report().ready);
}

} // namespace

} // namespace takt
