// The ROSTER: a job's actor lives while its shard is ours and it is due soon, and never twice.
#include "actors/scheduler/roster.hpp"
#include "actors/spawn.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/scheduler_samples.hpp"

namespace takt {
namespace {

using namespace test;

class roster_test : public actor_fixture {
protected:
  roster_test() {
    job_runner_deps deps{
      dummy<store_port_actor>(mail),
      dummy<clockwork_actor>(mail),
      dummy<dispatcher_actor>(mail),
      dummy<switchboard_actor>(mail),
      &time,
      &random,
      counts,
      say};
    list = keep(spawn_state<roster>(system, deps, dummy<read_port_actor>(mail), counts, edition));
    settle();
  }

  ~roster_test() override { tell(list, stop_working{}); }

  void granted(std::vector<grant> grants) { tell(list, shards_granted{std::move(grants)}); }

  void found_due(std::vector<job> jobs) {
    auto asked = mail->take<find_jobs_due>();
    ASSERT_FALSE(asked.empty());
    tell(list, jobs_found_due{asked.back(), std::move(jobs)});
  }

  /// Live and waiting for its due: what a JOB does first is to set its alarm.
  size_t alarms() {
    auto all = mail->take<set_alarm>();
    std::erase_if(all, [](const set_alarm& a) { return a.key != 0; }); // the ROSTER's own
    return all.size();
  }
  size_t dismissed() { return mail->take<cancel_alarm>().size(); }

  void bring_to_life(uint8_t n) {
    granted(all_shards(1));
    found_due({ten_second_job(n, time.wall() + millis{5000})});
    ASSERT_EQ(alarms(), 1u);
  }

  mailbag_ptr mail = std::make_shared<mailbag>();
  seeded_entropy random{1};
  almanac_ptr edition = std::make_shared<const almanac>();
  roster_actor list{};
};

TEST_F(roster_test, a_clock_set_forward_past_the_horizon_is_followed_by_a_look_at_once) {
  granted(all_shards(1));
  found_due({});
  mail->clear();
  tell(list, alarm_due{1, late_cause::clock_stepped});
  EXPECT_EQ(mail->take<find_jobs_due>().size(), 1u);
  ASSERT_EQ(mail->of<set_alarm>().size(), 1u);
  EXPECT_GT(mail->of<set_alarm>()[0].at, time.wall() + limits::horizon_scan_interval);
}

TEST_F(roster_test, jobs_planned_by_an_old_edition_are_planned_anew_wherever_they_rest) {
  granted(all_shards(1));
  mail->clear();
  almanac newer;
  newer.revision = 2;
  auto next = std::make_shared<const almanac>(newer);
  tell(list, almanac_here{next});
  auto asked = mail->take<find_jobs_planned_otherwise>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].by, next);
  auto far = ten_second_job(1, time.wall() + millis{3'600'123});
  far.anchor = time.wall() - millis{5'000}; // by which it is due sooner
  auto overdue = ten_second_job(2, time.wall() - millis{5'000});
  tell(list, jobs_planned_otherwise_found{asked[0], std::vector{far, overdue}});
  auto moved = mail->take<replan_job>();
  ASSERT_EQ(moved.size(), 1u) << "what is due is its JOB's to account for";
  EXPECT_EQ(moved[0].request.job, far.id);
  EXPECT_EQ(moved[0].request.expected, far.next_due);
  EXPECT_EQ(moved[0].request.version, far.version);
  ASSERT_TRUE(moved[0].request.next_due);
  EXPECT_GT(*moved[0].request.next_due, time.wall());
  EXPECT_TRUE(complained()) << "a due that moves is logged";
  tell(list, job_replanned{far.id, done{}});
  ASSERT_EQ(mail->of<find_job>().size(), 1u);
  EXPECT_EQ(mail->of<find_job>()[0].id, far.id);
}

TEST_F(roster_test, a_grant_is_followed_by_a_look_for_due_jobs_and_these_come_to_life) {
  granted(all_shards(1));
  auto asked = mail->of<find_jobs_due>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].shards.size(), size_t{shard_count});
  EXPECT_EQ(asked[0].until, time.wall() + limits::live_horizon);
  found_due({ten_second_job(1, time.wall()), ten_second_job(2, time.wall() + millis{9000})});
  EXPECT_EQ(alarms(), 2u);
}

TEST_F(roster_test, pages_follow_until_one_is_empty) {
  granted(all_shards(1));
  auto last = ten_second_job(2, time.wall() + millis{10});
  found_due({ten_second_job(1, time.wall()), last});
  auto asked = mail->of<find_jobs_due>();
  ASSERT_EQ(asked.size(), 1u);
  ASSERT_TRUE(asked[0].after);
  EXPECT_EQ(asked[0].after->id, last.id);
  EXPECT_EQ(asked[0].after->due, *last.next_due);
  found_due({});
  EXPECT_TRUE(mail->of<find_jobs_due>().empty());
}

TEST_F(roster_test, without_a_grant_nothing_is_looked_for_nor_taken_in) {
  granted({});
  tell(list, job_changed{ten_second_job(1, time.wall())});
  advance(limits::horizon_scan_interval, millis{10'000});
  EXPECT_TRUE(mail->of<find_jobs_due>().empty());
  EXPECT_TRUE(mail->of<find_jobs_planned_otherwise>().empty());
  EXPECT_EQ(alarms(), 0u);
}

TEST_F(roster_test, jobs_are_looked_for_again_and_again_and_live_ones_stay_as_they_are) {
  bring_to_life(1);
  mail->clear();
  advance(limits::horizon_scan_interval, millis{10'000});
  EXPECT_EQ(mail->of<find_jobs_due>().size(), 1u);
  found_due({ten_second_job(1, time.wall())});
  EXPECT_EQ(alarms(), 0u);
}

TEST_F(roster_test, a_look_that_failed_is_repeated_soon) {
  granted(all_shards(1));
  auto asked = mail->take<find_jobs_due>();
  tell(list, jobs_found_due{asked[0], failure{errc::store_failed, ""}});
  EXPECT_TRUE(complained());
  advance(millis{1000});
  EXPECT_EQ(mail->of<find_jobs_due>().size(), 1u);
  found_due({ten_second_job(1, time.wall())});
  EXPECT_EQ(alarms(), 1u);
}

TEST_F(roster_test, a_lost_grant_ends_the_jobs_of_its_shard_only) {
  granted(all_shards(1));
  found_due(
    {ten_second_job(1, time.wall() + millis{5000}), ten_second_job(2, time.wall() + millis{5000})});
  ASSERT_NE(shard_of(numbered<job_id>(1)), shard_of(numbered<job_id>(2)));
  mail->clear();
  auto left = all_shards(1);
  std::erase_if(left, [](const grant& g) { return g.shard == shard_of(numbered<job_id>(1)); });
  granted(left);
  EXPECT_EQ(dismissed(), 1u);
  EXPECT_TRUE(mail->of<find_jobs_due>().empty()) << "nothing was gained";
}

TEST_F(roster_test, a_new_epoch_starts_every_job_afresh) {
  bring_to_life(1);
  granted(all_shards(2));
  EXPECT_EQ(dismissed(), 1u);
  found_due({ten_second_job(1, time.wall())});
  EXPECT_EQ(alarms(), 1u);
}

TEST_F(roster_test, a_changed_job_comes_to_life_when_it_is_due_soon) {
  granted(all_shards(1));
  auto far = ten_second_job(1, time.wall() + limits::live_horizon + millis{1});
  auto paused = ten_second_job(2, time.wall());
  paused.paused = true;
  auto manual = ten_second_job(3, time.wall());
  manual.next_due.reset();
  for (const auto& each : {far, paused, manual})
    tell(list, job_changed{each});
  EXPECT_EQ(alarms(), 0u);
  tell(list, job_changed{ten_second_job(1, time.wall() + millis{1000})});
  EXPECT_EQ(alarms(), 1u);
}

TEST_F(roster_test, a_change_reaches_the_live_actor) {
  bring_to_life(1);
  auto newer = ten_second_job(1, time.wall() + millis{2000});
  newer.version = 2;
  tell(list, job_changed{newer});
  ASSERT_EQ(mail->of<set_alarm>().size(), 1u);
  EXPECT_EQ(mail->of<set_alarm>()[0].at, time.wall() + millis{2000});
}

TEST_F(roster_test, a_job_that_is_paused_goes_to_rest_and_wakes_when_it_is_resumed) {
  bring_to_life(1);
  auto paused = ten_second_job(1, time.wall());
  paused.version = 2;
  paused.paused = true;
  paused.next_due.reset();
  tell(list, job_changed{paused});
  EXPECT_GE(dismissed(), 1u);
  auto resumed = ten_second_job(1, time.wall() + millis{3000});
  resumed.version = 3;
  tell(list, job_changed{resumed});
  EXPECT_EQ(alarms(), 1u);
}

TEST_F(roster_test, rest_that_crosses_a_newer_definition_ends_nothing) {
  bring_to_life(1);
  auto newer = ten_second_job(1, time.wall() + millis{2000});
  newer.version = 2;
  caf::anon_send(list, job_changed{newer});
  caf::anon_send(list, job_at_rest{newer.id, 1}); // sent before the actor saw version 2
  settle();
  EXPECT_EQ(alarms(), 1u);
  EXPECT_EQ(dismissed(), 0u);
  tell(list, job_at_rest{newer.id, 2});
  EXPECT_EQ(dismissed(), 1u);
}

TEST_F(roster_test, a_removed_job_ends_and_a_page_that_is_older_does_not_matter_much) {
  bring_to_life(1);
  tell(list, job_removed{numbered<job_id>(1)});
  EXPECT_EQ(dismissed(), 1u);
  tell(list, job_removed{numbered<job_id>(1)});
}

TEST_F(roster_test, a_doubted_job_is_looked_up_until_the_store_answers) {
  bring_to_life(1);
  auto id = numbered<job_id>(1);
  tell(list, job_doubted{id});
  EXPECT_EQ(mail->take<find_job>().size(), 1u);
  tell(list, job_found{id, failure{errc::store_failed, ""}});
  advance(millis{1000});
  EXPECT_EQ(mail->take<find_job>().size(), 1u) << "its JOB has no alarm until then";
  auto newer = ten_second_job(1, time.wall() + millis{2000});
  newer.version = 2;
  tell(list, job_found{id, newer});
  EXPECT_EQ(alarms(), 1u);
  tell(list, job_found{id, failure{errc::store_no_such_job, ""}});
  EXPECT_EQ(dismissed(), 1u);
}

TEST_F(roster_test, after_the_stop_nothing_lives_nor_comes_to_life) {
  bring_to_life(1);
  tell(list, stop_working{});
  EXPECT_EQ(dismissed(), 1u);
  mail->clear();
  tell(list, job_changed{ten_second_job(2, time.wall())});
  granted(all_shards(2));
  advance(limits::horizon_scan_interval * 2, millis{10'000});
  EXPECT_EQ(mail->size(), 0u);
}

} // namespace
} // namespace takt
