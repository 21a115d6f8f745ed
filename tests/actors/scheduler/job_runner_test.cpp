// The JOB: fires what is due, once, whatever the store answers.
#include "actors/scheduler/job_runner.hpp"
#include "actors/spawn.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/scheduler_samples.hpp"

namespace takt {
namespace {

using namespace test;

class job_runner_test : public actor_fixture {
protected:
  void start(const job& definition) {
    job_runner_deps deps{
      dummy<store_port_actor>(mail),
      dummy<clockwork_actor>(mail),
      dummy<dispatcher_actor>(mail),
      dummy<switchboard_actor>(mail),
      &time,
      &random,
      counts,
      say};
    auto parent = dummy<roster_actor>(mail);
    runner = keep(spawn_state<job_runner>(
      system, deps, parent, grant_for(definition.id, 5), definition, edition));
    settle();
  }

  void start_due_in(millis in) { start(ten_second_job(1, time.wall() + in)); }

  /// The alarm rings, late by so much; the fire that follows.
  fire_request ring(millis late = millis{0}, late_cause cause = late_cause::overloaded) {
    auto alarms = mail->take<set_alarm>();
    EXPECT_EQ(alarms.size(), 1u);
    if (alarms.empty())
      return {};
    auto at = std::max(alarms[0].at, time.wall()) + late;
    time.advance(at - time.wall());
    tell(runner, alarm_due{alarms[0].key, cause});
    auto fires = mail->take<fire_runs>();
    EXPECT_EQ(fires.size(), 1u);
    return fires.empty() ? fire_request{} : fires[0].request;
  }

  /// As the store would, all new.
  void stored(const fire_request& request) {
    tell(runner, runs_fired{0, request.job, as_stored(request)});
  }
  static fired as_stored(const fire_request& request) {
    fired outcome;
    outcome.job = request.job;
    outcome.next_due = request.next_due;
    for (const auto& e : request.entries)
      outcome.entries.push_back({e.id, e.state, e.due, false, e.reason, e.count});
    return outcome;
  }
  void refused(errc why) { tell(runner, runs_fired{0, numbered<job_id>(1), why}); }

  mailbag_ptr mail = std::make_shared<mailbag>();
  seeded_entropy random{1};
  almanac_ptr edition = std::make_shared<const almanac>();
  job_actor runner{};
};

TEST_F(job_runner_test, a_due_fires_at_its_instant_and_its_run_is_announced_after_the_commit) {
  auto due = time.wall() + millis{7000};
  start_due_in(millis{7000});
  EXPECT_EQ(mail->of<set_alarm>()[0].at, due);
  auto request = ring();
  EXPECT_EQ(request.grant, grant_for(request.job, 5));
  EXPECT_EQ(request.version, 1u);
  ASSERT_EQ(request.entries.size(), 1u);
  EXPECT_EQ(request.entries[0].due, due);
  EXPECT_EQ(request.entries[0].kind, run_kind::planned);
  EXPECT_EQ(request.entries[0].state, run_state::pending);
  EXPECT_EQ(request.next_due, due + millis{10'000});
  EXPECT_TRUE(mail->of<runs_ready>().empty()) << "not before the store said yes";
  stored(request);
  auto announced = mail->take<runs_ready>();
  ASSERT_EQ(announced.size(), 1u);
  ASSERT_EQ(announced[0].runs.size(), 1u);
  EXPECT_EQ(announced[0].runs[0].id, request.entries[0].id);
  EXPECT_EQ(announced[0].runs[0].task_type, "ECHO");
  EXPECT_EQ(mail->of<set_alarm>()[0].at, due + millis{10'000});
}

TEST_F(job_runner_test, an_ordinary_delay_fires_every_due_of_it_and_drifts_nowhere) {
  start_due_in(millis{1000});
  auto due = time.wall() + millis{1000};
  for (int i = 0; i < 5; ++i) {
    auto request = ring(millis{700});
    ASSERT_EQ(request.entries.size(), 1u);
    EXPECT_EQ(request.entries[0].due, due + i * millis{10'000});
    stored(request);
  }
}

TEST_F(job_runner_test, after_an_outage_the_last_due_runs_and_one_row_counts_the_others) {
  start_due_in(millis{-35'000}); // -35, -25, -15 and -5 s
  auto oldest = time.wall() - millis{35'000};
  EXPECT_LE(mail->of<set_alarm>()[0].at, time.wall());
  auto request = ring();
  ASSERT_EQ(request.entries.size(), 2u);
  EXPECT_EQ(request.entries[0].state, run_state::missed);
  EXPECT_EQ(request.entries[0].due, oldest);
  EXPECT_EQ(request.entries[0].due_last, oldest + millis{20'000});
  EXPECT_EQ(request.entries[0].count, 3u);
  EXPECT_EQ(request.entries[1].state, run_state::pending);
  EXPECT_EQ(request.entries[1].due, oldest + millis{30'000});
  EXPECT_EQ(request.next_due, oldest + millis{40'000});
  stored(request);
  ASSERT_EQ(mail->of<runs_ready>().size(), 1u);
  EXPECT_EQ(mail->of<runs_ready>()[0].runs.size(), 1u) << "a MISSED row is no run";
}

TEST_F(job_runner_test, dues_are_missed_for_the_reason_that_the_alarm_names) {
  for (auto cause : {late_cause::clock_stepped, late_cause::process_paused}) {
    mail->clear();
    start_due_in(millis{1000});
    auto request = ring(millis{25'000}, cause); // 25, 15 and 5 s late
    ASSERT_EQ(request.entries.size(), 2u);
    EXPECT_EQ(request.entries[0].state, run_state::missed);
    EXPECT_EQ(request.entries[0].reason, to_string(cause));
    EXPECT_EQ(request.entries[1].state, run_state::pending);
  }
}

TEST_F(job_runner_test, a_busy_node_runs_what_it_is_a_few_seconds_late_for) {
  auto fast = ten_second_job(1, time.wall() + millis{1000});
  fast.rules = {interval_rule(millis{1000})};
  start(fast);
  auto request = ring(millis{5000});
  ASSERT_EQ(request.entries.size(), 6u);
  for (const auto& e : request.entries)
    EXPECT_EQ(e.state, run_state::pending);
}

TEST_F(job_runner_test, a_job_that_comes_to_life_late_names_the_clock_where_it_is_to_blame) {
  for (auto [heard, named] :
       {std::pair{late_cause::overloaded, late_cause::no_scheduler},
        {late_cause::clock_stepped, late_cause::clock_stepped},
        {late_cause::process_paused, late_cause::process_paused}}) {
    mail->clear();
    start_due_in(millis{-35'000});
    auto request = ring(millis{0}, heard);
    ASSERT_EQ(request.entries.size(), 2u);
    EXPECT_EQ(request.entries[0].reason, to_string(named));
  }
}

TEST_F(job_runner_test, policy_all_makes_up_at_its_rate_and_for_one_reason) {
  auto all = ten_second_job(1, time.wall() - millis{60'000});
  all.misfire = misfire_policy::all;
  all.catch_up_rate = 2;
  start(all);
  for (int i = 0; i < 3; ++i) {
    auto request = ring();
    ASSERT_EQ(request.entries.size(), 2u) << i;
    EXPECT_EQ(request.entries[0].due, *all.next_due + i * millis{20'000});
    auto now = time.wall();
    stored(request);
    ASSERT_EQ(mail->of<set_alarm>().size(), 1u);
    EXPECT_EQ(mail->of<set_alarm>()[0].at, now + millis{1000}) << i;
  }
}

TEST_F(job_runner_test, a_fixed_delay_rests_until_its_run_has_ended) {
  auto delayed = ten_second_job(1, time.wall());
  delayed.rules = {fixed_delay_rule(millis{10'000})};
  start(delayed);
  auto request = ring();
  EXPECT_EQ(request.next_due, std::nullopt);
  stored(request);
  EXPECT_EQ(mail->of<job_at_rest>().size(), 1u);
  EXPECT_TRUE(mail->of<set_alarm>().empty());
}

TEST_F(job_runner_test, the_store_says_when_a_schedule_has_used_up_its_runs) {
  start_due_in(millis{0});
  auto outcome = as_stored(ring());
  outcome.next_due.reset();
  outcome.fired_runs = 7;
  tell(runner, runs_fired{0, outcome.job, outcome});
  EXPECT_EQ(mail->of<job_at_rest>().size(), 1u);
}

TEST_F(job_runner_test, what_a_new_run_displaces_is_canceled_before_it_is_announced) {
  start_due_in(millis{0});
  auto outcome = as_stored(ring());
  assignment running;
  running.key = {numbered<run_id>(8), 1};
  outcome.to_cancel = {running};
  outcome.canceled_pending = true;
  tell(runner, runs_fired{0, outcome.job, outcome});
  ASSERT_EQ(mail->of<cancel_attempts>().size(), 1u);
  EXPECT_EQ(mail->of<cancel_attempts>()[0].attempts[0].key, running.key);
  EXPECT_EQ(mail->of<runs_gone>().size(), 1u);
  EXPECT_EQ(mail->of<runs_ready>().size(), 1u);
}

TEST_F(job_runner_test, a_new_edition_decides_what_is_skipped) {
  start_due_in(millis{1000});
  almanac next;
  next.blackouts = {{"b", time.wall(), time.wall() + millis{60'000}, "new rack", {}}};
  tell(runner, almanac_here{std::make_shared<const almanac>(next)});
  mail->take<set_alarm>(); // the first one
  tell(runner, almanac_here{std::make_shared<const almanac>(next)});
  auto request = ring();
  ASSERT_EQ(request.entries.size(), 1u);
  EXPECT_EQ(request.entries[0].state, run_state::skipped);
  EXPECT_EQ(request.entries[0].reason, "blackout");
  EXPECT_EQ(request.entries[0].note, "new rack");
}

TEST_F(job_runner_test, one_fire_is_out_at_a_time) {
  start_due_in(millis{0});
  auto request = ring();
  time.advance(millis{20'000});
  tell(runner, alarm_due{0});
  tell(runner, alarm_due{0});
  EXPECT_TRUE(mail->of<fire_runs>().empty());
  stored(request);
  EXPECT_EQ(mail->of<set_alarm>().size(), 1u);
}

TEST_F(job_runner_test, after_a_fire_that_may_or_may_not_be_stored_the_job_is_looked_up) {
  start_due_in(millis{0});
  auto request = ring();
  refused(errc::store_failed);
  EXPECT_TRUE(complained());
  auto alarms = mail->take<set_alarm>();
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].at, time.wall() + millis{1000});
  time.advance(millis{1000});
  tell(runner, alarm_due{alarms[0].key});
  EXPECT_TRUE(mail->of<fire_runs>().empty());
  ASSERT_EQ(mail->take<job_doubted>().size(), 1u);
  tell(runner, job_changed{ten_second_job(1, request.entries[0].due)}); // it was not stored
  auto again = ring();
  ASSERT_EQ(again.entries.size(), 1u);
  EXPECT_EQ(again.entries[0].due, request.entries[0].due);
  stored(again);
  EXPECT_EQ(mail->of<runs_ready>().size(), 1u);
}

TEST_F(
  job_runner_test, a_pending_duplicate_is_announced_since_its_first_commit_may_have_been_lost) {
  start_due_in(millis{0});
  auto request = ring();
  fired outcome;
  outcome.job = request.job;
  outcome.entries = {{numbered<run_id>(9), run_state::pending, time.wall(), true}};
  tell(runner, runs_fired{0, request.job, outcome});
  ASSERT_EQ(mail->of<runs_ready>().size(), 1u);
  EXPECT_EQ(mail->of<runs_ready>()[0].runs[0].id, numbered<run_id>(9));
}

TEST_F(job_runner_test, a_duplicate_that_ran_and_a_skipped_due_are_not_announced) {
  start_due_in(millis{0});
  auto request = ring();
  fired outcome;
  outcome.job = request.job;
  outcome.entries = {
    {numbered<run_id>(8), run_state::success, time.wall(), true},
    {numbered<run_id>(9), run_state::skipped, time.wall(), false}};
  tell(runner, runs_fired{0, request.job, outcome});
  EXPECT_TRUE(mail->of<runs_ready>().empty());
}

TEST_F(job_runner_test, a_moved_version_is_doubted_and_nothing_fires_until_it_is_looked_up) {
  for (auto why : {errc::store_version_moved, errc::store_no_such_job}) {
    mail->clear();
    start_due_in(millis{0});
    ring();
    refused(why);
    ASSERT_EQ(mail->take<job_doubted>().size(), 1u);
    EXPECT_TRUE(mail->of<set_alarm>().empty());
    auto newer = ten_second_job(1, time.wall() + millis{3000});
    newer.version = 2;
    tell(runner, job_changed{newer});
    EXPECT_EQ(mail->of<set_alarm>()[0].at, time.wall() + millis{3000});
    EXPECT_EQ(ring().version, 2u);
  }
}

TEST_F(job_runner_test, a_stale_epoch_waits_for_the_dismissal) {
  start_due_in(millis{0});
  ring();
  refused(errc::store_stale_epoch);
  EXPECT_TRUE(mail->of<set_alarm>().empty());
  EXPECT_TRUE(mail->of<job_doubted>().empty());
}

TEST_F(job_runner_test, a_definition_that_changes_while_a_fire_is_out_decides_what_is_next) {
  start_due_in(millis{0});
  auto request = ring();
  auto newer = ten_second_job(1, time.wall() + millis{3000});
  newer.version = 2;
  tell(runner, job_changed{newer});
  EXPECT_TRUE(mail->of<set_alarm>().empty()) << "decided when the store has answered";
  stored(request);
  EXPECT_EQ(mail->take<runs_ready>().size(), 1u) << "the old definition's fire was good";
  ASSERT_EQ(mail->of<set_alarm>().size(), 1u);
  EXPECT_EQ(mail->of<set_alarm>()[0].at, time.wall() + millis{3000});
}

TEST_F(job_runner_test, an_older_definition_is_ignored) {
  auto mine = ten_second_job(1, time.wall() + millis{5000});
  mine.version = 3;
  start(mine);
  mail->clear();
  auto older = ten_second_job(1, time.wall() + millis{1000});
  older.version = 2;
  tell(runner, job_changed{older});
  EXPECT_EQ(mail->size(), 0u);
}

TEST_F(job_runner_test, what_has_nothing_to_do_within_the_horizon_is_at_rest) {
  auto far = ten_second_job(1, time.wall() + limits::live_horizon + millis{1});
  auto paused = ten_second_job(1, time.wall());
  paused.paused = true;
  auto manual = ten_second_job(1, time.wall());
  manual.rules.clear();
  manual.next_due.reset();
  for (const auto& each : {far, paused, manual}) {
    mail->clear();
    start(each);
    auto rest = mail->take<job_at_rest>();
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].id, each.id);
    EXPECT_EQ(rest[0].version, each.version);
    EXPECT_TRUE(mail->of<set_alarm>().empty());
  }
}

TEST_F(job_runner_test, a_clock_that_was_set_back_waits_for_the_due_again) {
  start_due_in(millis{5000});
  auto due = time.wall() + millis{5000};
  mail->clear();
  tell(runner, alarm_due{0}); // rang, and then the clock was set back
  EXPECT_TRUE(mail->of<fire_runs>().empty());
  ASSERT_EQ(mail->of<set_alarm>().size(), 1u);
  EXPECT_EQ(mail->of<set_alarm>()[0].at, due);
}

TEST_F(job_runner_test, a_dismissed_job_takes_its_alarm_along_and_fires_no_more) {
  start_due_in(millis{5000});
  tell(runner, dismiss{});
  EXPECT_EQ(mail->of<cancel_alarm>().size(), 1u);
  time.advance(millis{5000});
  tell(runner, alarm_due{0});
  EXPECT_TRUE(mail->of<fire_runs>().empty());
}

} // namespace
} // namespace takt
