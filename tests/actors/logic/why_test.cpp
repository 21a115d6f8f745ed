#include "actors/logic/why.hpp"

#include "actors/logic/why_text.hpp"
#include "tests/support/schedule_samples.hpp"

#include <functional>

using namespace takt;
using namespace takt::test;
using namespace std::chrono_literals;

namespace {

/// Daily at 02:30 in Berlin, made on 1 January, asked on 10 March at 12:00 about 2:30 that day.
struct scene {
  job j = job_of(cron_rule("30 2 * * *"));
  std::shared_ptr<almanac> by = new_almanac();
  wall_time at_ = at("2026-03-10T02:30:00+01:00");
  wall_time now = at("2026-03-10T12:00:00+01:00");
  std::optional<run> row{};
  bool deleted = false;
  bool unreadable = false;

  scene() {
    j.name = "backup";
    j.time_zone = "Europe/Berlin";
    j.created_at = at("2026-01-01T00:00:00Z");
    j.updated_at = j.created_at;
    j.anchor = j.created_at;
    j.next_due = at("2026-03-11T02:30:00+01:00");
  }

  /// The row that covers the instant.
  run& with(run_state state, std::string reason = "", std::string note = "") {
    run r;
    r.due = r.due_last = at_;
    r.state = state;
    r.reason = std::move(reason);
    r.note = std::move(note);
    row = r;
    return *row;
  }

  run& ran(run_state state, std::string reason = "", std::string note = "") {
    auto& r = with(state, std::move(reason), std::move(note));
    r.executor.text = "w1";
    r.attempt = 1;
    r.started_at = at_ + 12ms;
    r.ended_at = at_ + 3min + 12ms;
    return r;
  }

  std::string answer() const {
    why_input in{j, std::nullopt, at_, now, {}, row, {}, deleted};
    if (!unreadable)
      in.when = read(j, by);
    return why(in);
  }
};

struct row {
  const char* name;
  std::function<void(scene&)> set;
  const char* sentence;
};

const row rows[] = {
  // -- what the ledger says
  {"succeeded", [](scene& s) { s.ran(run_state::success); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 ran on executor \"w1\" since "
   "2026-03-10T02:30:00.012+01:00, 12 ms after it was due, and succeeded after 3 min."},
  {"failed", [](scene& s) { s.ran(run_state::failed, "exit_code", "exit code 3"); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 ran on executor \"w1\" since "
   "2026-03-10T02:30:00.012+01:00, 12 ms after it was due, and failed after 3 min (exit_code): "
   "exit code 3."},
  {"failed_unstarted", [](scene& s) { s.with(run_state::failed, "no_executor"); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 failed (no_executor)."},
  {"timeout", [](scene& s) { s.ran(run_state::timeout); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 ran on executor \"w1\" since "
   "2026-03-10T02:30:00.012+01:00, 12 ms after it was due, and was stopped at its time limit after "
   "3 min."},
  {"lost", [](scene& s) { s.ran(run_state::lost, "executor_silent"); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 ran on executor \"w1\" since "
   "2026-03-10T02:30:00.012+01:00, 12 ms after it was due, and was lost: its executor fell silent "
   "or came back without it (executor_silent)."},
  {"running", [](scene& s) { s.ran(run_state::running).ended_at.reset(); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 is running on executor \"w1\" since "
   "2026-03-10T02:30:00.012+01:00, 12 ms after it was due."},
  {"scheduling", [](scene& s) { s.with(run_state::scheduling).executor.text = "w2"; },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 has been given to executor \"w2\", "
   "which "
   "has not started it yet."},
  {"waits", [](scene& s) { s.with(run_state::pending, "no_credit"); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 waits for an executor (no_credit)."},
  {"waits_for_retry",
   [](scene& s) {
     auto& r = s.with(run_state::pending);
     r.attempt = 2;
     r.not_before = s.now + 5s;
   },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 waits until 2026-03-10T12:00:05+01:00 "
   "for another try, after attempt 2."},
  {"canceled", [](scene& s) { s.with(run_state::canceled, "canceled").ended_at = s.now; },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 was canceled at "
   "2026-03-10T12:00:00+01:00."},
  {"superseded", [](scene& s) { s.with(run_state::canceled, "superseded", "r-8"); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 was canceled: a later due took its "
   "place "
   "(overlap cancel_running, run r-8)."},
  {"canceled_by_deletion", [](scene& s) { s.with(run_state::canceled, "job_deleted"); },
   "The run of \"backup\" due at 2026-03-10T02:30:00+01:00 was canceled because the job was "
   "deleted."},
  {"overlap",
   [](scene& s) {
     s.j.overlap = overlap_policy::skip;
     s.with(run_state::skipped, "overlap", "run r-7");
   },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was skipped: an earlier run of the job (run "
   "r-7) was unfinished, and its overlap policy is skip."},
  {"queue_full", [](scene& s) { s.with(run_state::skipped, "queue_full"); },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was skipped: the job already had 1000 "
   "unfinished runs."},
  {"calendar", [](scene& s) { s.with(run_state::skipped, "calendar", "holidays"); },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was skipped: its day is excluded by "
   "calendar "
   "\"holidays\"."},
  {"blackout", [](scene& s) { s.with(run_state::skipped, "blackout", "moving to the new rack"); },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was skipped: a blackout was in force "
   "(moving "
   "to the new rack)."},
  {"paused_then", [](scene& s) { s.with(run_state::skipped, "paused"); },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was skipped: the job was paused."},
  {"missed_one", [](scene& s) { s.with(run_state::missed, "overloaded"); },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was missed: the scheduler was too busy at "
   "that time; its misfire policy is last, so only the latest due runs, if it is no older than 1 "
   "h."},
  {"missed_range",
   [](scene& s) {
     auto& r = s.with(run_state::missed, "no_scheduler");
     r.due -= 48h;
     r.due_last += 24h;
     r.count = 4;
   },
   "The 4 dues of \"backup\" from 2026-03-08T02:30:00+01:00 to 2026-03-11T02:30:00+01:00 were "
   "missed: no scheduler was driving this job from 2026-03-08T02:30:00+01:00 to "
   "2026-03-11T02:30:00+01:00; its misfire policy is last, so only the latest due runs, if it is "
   "no "
   "older than 1 h."},
  {"missed_by_skip",
   [](scene& s) {
     s.j.misfire = misfire_policy::skip;
     s.with(run_state::missed, "clock_stepped");
   },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was missed: the scheduler's clock was set "
   "forward over it; its misfire policy is skip, so none is made up for."},
  {"missed_by_all",
   [](scene& s) {
     s.j.misfire = misfire_policy::all;
     s.j.catch_up_window_ms = 90 * 60'000;
     s.with(run_state::missed, "process_paused");
   },
   "The due of \"backup\" at 2026-03-10T02:30:00+01:00 was missed: the scheduler's process or host "
   "slept at that time; its misfire policy is all, but only for dues no older than 1 h 30 min."},
  {"between_dues_of_a_row",
   [](scene& s) {
     auto& r = s.with(run_state::skipped, "paused");
     r.due -= 24h;
     r.due_last += 24h;
     r.count = 3;
     s.at_ += 1h;
   },
   "\"backup\" was not due at 2026-03-10T03:30:00+01:00; of its dues around then: The 3 dues of "
   "\"backup\" from 2026-03-09T02:30:00+01:00 to 2026-03-11T02:30:00+01:00 were skipped: the job "
   "was paused."},
  // -- what its life says
  {"deleted", [](scene& s) { s.deleted = true; },
   "\"backup\" has been deleted, and nothing in its ledger covers 2026-03-10T02:30:00+01:00."},
  {"before_it_was_made", [](scene& s) { s.at_ = at("2025-12-31T02:30:00+01:00"); },
   "\"backup\" did not exist yet at 2025-12-31T02:30:00+01:00: it was created at "
   "2026-01-01T01:00:00+01:00."},
  {"changed_since", [](scene& s) { s.j.updated_at = s.now - 1h; },
   "No run of \"backup\" was planned at 2026-03-10T02:30:00+01:00: the definition of that time "
   "planned nothing then; it was changed at 2026-03-10T11:00:00+01:00."},
  {"manual", [](scene& s) { s.j.rules.clear(); },
   "\"backup\" has no schedule: it runs only when it is triggered."},
  {"unreadable", [](scene& s) { s.unreadable = true; },
   "\"backup\" did not run at 2026-03-10T01:30:00Z: its schedule cannot be read on this node."},
  {"before_start", [](scene& s) { s.j.start_at = at("2026-04-01T00:00:00+02:00"); },
   "\"backup\" did not run at 2026-03-10T02:30:00+01:00: its schedule starts at "
   "2026-04-01T00:00:00+02:00."},
  {"after_end", [](scene& s) { s.j.end_at = at("2026-03-01T00:00:00+01:00"); },
   "\"backup\" did not run at 2026-03-10T02:30:00+01:00: its schedule ended at "
   "2026-03-01T00:00:00+01:00."},
  {"max_runs",
   [](scene& s) {
     s.j.max_runs = s.j.fired_runs = 3;
     s.j.next_due.reset();
     s.at_ += 24h;
   },
   "\"backup\" will not run at 2026-03-11T02:30:00+01:00: it has had the 3 runs that max_runs "
   "allows."},
  // -- what its schedule says
  {"not_a_due", [](scene& s) { s.at_ += 1min; },
   "\"backup\" was not due at 2026-03-10T02:31:00+01:00: its nearest dues are "
   "2026-03-10T02:30:00+01:00 and 2026-03-11T02:30:00+01:00."},
  {"before_its_first_due", [](scene& s) { s.j.rules = {once_rule(s.now + 1h)}; },
   "\"backup\" was not due at 2026-03-10T02:30:00+01:00: its first due after that is "
   "2026-03-10T13:00:00+01:00."},
  {"after_its_last_due", [](scene& s) { s.j.rules = {once_rule(s.at_ - 1h)}; },
   "\"backup\" was not due at 2026-03-10T02:30:00+01:00: its last due was "
   "2026-03-10T01:30:00+01:00."},
  {"will_run", [](scene& s) { s.at_ = at("2026-03-29T03:00:00+02:00"); },
   "\"backup\" will run at 2026-03-29T03:00:00+02:00 by its cron_spec \"30 2 * * *\"."},
  {"will_run_by_the_second_rule",
   [](scene& s) {
     schedule_rule window;
     window.kind = rule_kind::daily_window;
     window.from_s = 9 * 3600;
     window.until_s = 17 * 3600 + 1830;
     window.every_ms = 300'000;
     s.j.rules.push_back(window);
     s.j.max_runs = 10;
     s.j.fired_runs = 4;
     s.at_ = at("2026-03-11T09:05:00+01:00");
   },
   "\"backup\" will run at 2026-03-11T09:05:00+01:00 by its daily_window from 09:00 to 17:30:30 "
   "every 5 min, unless the 6 runs that max_runs leaves are used up before."},
  {"will_not_run", [](scene& s) { s.at_ += 25h; },
   "\"backup\" is not planned for 2026-03-11T03:30:00+01:00: its nearest dues are "
   "2026-03-11T02:30:00+01:00 and 2026-03-12T02:30:00+01:00."},
  {"will_be_skipped_by_a_calendar",
   [](scene& s) {
     s.by->calendars["off"] =
       calendar_of("off", {{day_number(2026, 3, 11), day_number(2026, 3, 11)}});
     s.j.calendars = {"off"};
     s.at_ += 24h;
   },
   "\"backup\" will be skipped at 2026-03-11T02:30:00+01:00, where it is planned by its cron_spec "
   "\"30 2 * * *\": calendar \"off\" excludes the day."},
  {"will_run_where_a_calendar_moves_it",
   [](scene& s) {
     s.by->calendars["off"] =
       calendar_of("off", {{day_number(2026, 3, 11), day_number(2026, 3, 11)}});
     s.j.calendars = {"off"};
     s.j.on_excluded = excluded_policy::next_day;
     s.j.rules = {cron_rule("30 2 11 * *")};
     s.at_ += 48h;
   },
   "\"backup\" will run at 2026-03-12T02:30:00+01:00, where its calendars move a due."},
  {"will_be_skipped_by_a_blackout",
   [](scene& s) {
     s.at_ += 24h;
     s.by->blackouts = {{"b", s.at_ - 1h, s.at_ + 1h, "moving", {}}};
   },
   "\"backup\" will be skipped at 2026-03-11T02:30:00+01:00, where it is planned by its cron_spec "
   "\"30 2 * * *\": a blackout is planned (moving)."},
  {"paused_now",
   [](scene& s) {
     s.j.paused = true;
     s.at_ += 24h;
   },
   "\"backup\" will not run at 2026-03-11T02:30:00+01:00 while it is paused, as it is now; it is "
   "planned then by its cron_spec \"30 2 * * *\"."},
  {"paused_since",
   [](scene& s) {
     s.j.paused = true;
     s.j.next_due = s.at_;
   },
   "\"backup\" did not run at 2026-03-10T02:30:00+01:00 while it is paused, as it is now; it is "
   "planned then by its cron_spec \"30 2 * * *\"."},
  {"not_looked_at_yet", [](scene& s) { s.j.next_due = s.at_; },
   "\"backup\" is due at 2026-03-10T02:30:00+01:00 by its cron_spec \"30 2 * * *\", and no "
   "scheduler "
   "has looked at it yet."},
  {"not_planned_when_the_time_came", [](scene&) {},
   "\"backup\" did not run at 2026-03-10T02:30:00+01:00: its schedule names that instant as it is "
   "read now, but did not when the time came (the zone's rules or a calendar have changed since)."},
  {"fixed_delay_waits",
   [](scene& s) {
     s.j.rules = {fixed_delay_rule(90s)};
     s.j.next_due.reset();
   },
   "\"backup\" was not due at 2026-03-10T02:30:00+01:00: it is due 1 min 30 s after each run's "
   "end, "
   "and its last run has not ended; nothing is planned until then."},
  {"fixed_delay_is_planned",
   [](scene& s) {
     s.j.rules = {fixed_delay_rule(90s)};
     s.j.next_due = s.now + 1min;
     s.at_ = s.now + 1min;
   },
   "\"backup\" will run at 2026-03-10T12:01:00+01:00 by its fixed_delay of 1 min 30 s."},
  {"fixed_delay_at_another_time",
   [](scene& s) {
     s.j.rules = {fixed_delay_rule(90s)};
     s.j.next_due = s.now + 1min;
   },
   "\"backup\" was not due at 2026-03-10T02:30:00+01:00: it is due 1 min 30 s after each run's "
   "end, "
   "next at 2026-03-10T12:01:00+01:00."},
};

class why_says : public testing::TestWithParam<row> {};

} // namespace

TEST_P(why_says, one_true_sentence) {
  scene s;
  GetParam().set(s);
  EXPECT_EQ(s.answer(), GetParam().sentence);
}

INSTANTIATE_TEST_SUITE_P(cases, why_says, testing::ValuesIn(rows), [](const auto& one) {
  return std::string{one.param.name};
});

TEST(why, jitter_is_told) {
  scene s;
  s.j.jitter_ms = 3'600'000;
  s.at_ += 24h;
  auto fires = read(s.j, s.by).fires_at(s.at_);
  ASSERT_GT(fires, s.at_);
  EXPECT_EQ(
    s.answer(),
    "\"backup\" will run at 2026-03-11T02:30:00+01:00 by its cron_spec \"30 2 * * *\"; "
    "with its jitter it fires at "
      + zoned_text(fires, *system_zones()->find("Europe/Berlin").value()) + ".");
}

TEST(why_text, instants_have_the_offset_of_their_zone) {
  auto in = [](const char* zone, const char* t) {
    return zoned_text(at(t), *system_zones()->find(zone).value());
  };
  EXPECT_EQ(in("UTC", "2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(in("Asia/Kathmandu", "2026-01-01T00:00:00.007Z"), "2026-01-01T05:45:00.007+05:45");
  EXPECT_EQ(in("America/St_Johns", "2026-01-01T00:00:00Z"), "2025-12-31T20:30:00-03:30");
}

TEST(why_text, spans_are_spoken) {
  EXPECT_EQ(spoken(0ms), "0 ms");
  EXPECT_EQ(spoken(999ms), "999 ms");
  EXPECT_EQ(spoken(1500ms), "1.5 s");
  EXPECT_EQ(spoken(59s), "59 s");
  EXPECT_EQ(spoken(90s), "1 min 30 s");
  EXPECT_EQ(spoken(1h), "1 h");
  EXPECT_EQ(spoken(25h), "1 day 1 h");
  EXPECT_EQ(spoken(49h + 2s), "2 days 1 h 2 s");
}
