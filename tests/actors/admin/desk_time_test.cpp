#include "tests/actors/admin/desk_house.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

using namespace std::chrono_literals;
using mode = ask::save_calendar::mode;

calendar feast() {
  return {.name = "feast", .description = "d", .dates = {{20'000, 20'001}}};
}

template <class Reply>
Reply reply_of(std::optional<result<desk_reply>> answer) {
  EXPECT_TRUE(answer && *answer) << (answer ? answer->failure().message() : "no answer");
  return answer && *answer ? std::get<Reply>(**answer) : Reply{};
}

// -- the ledger -----------------------------------------------------------------------

TEST(desk_time, a_ledger_is_of_the_last_day_unless_told_otherwise) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  auto now = house.time.now;
  struct row {
    std::optional<wall_time> from, to;
    wall_time begin, end;
  };
  for (const auto& r :
       {row{{}, {}, now - 24h, now}, row{now - 48h, {}, now - 48h, now},
        row{now + 1h, {}, now + 1h, now + 25h}, row{{}, now + 1h, now - 23h, now + 1h},
        row{now - 2h, now - 1h, now - 2h, now - 1h}}) {
    EXPECT_EQ(house.code_of(ask::list_ledger{made.id, r.from, r.to, {2, 50}}), errc::ok);
    const auto& asked = house.all.accounts.back();
    EXPECT_EQ(asked.from, r.begin);
    EXPECT_EQ(asked.to, r.end);
    EXPECT_EQ(asked.page.page, 2u);
    EXPECT_FALSE(asked.at);
  }
  EXPECT_EQ(house.code_of(ask::list_ledger{made.id, now, now, {}}), errc::bad_field);
}

TEST(desk_time, a_ledger_has_the_stores_rows_and_what_is_to_come) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  run past;
  past.due = past.due_last = house.time.now;
  past.state = run_state::success;
  house.all.account = {{past}, 1};
  auto page = reply_of<ledger_page>(
    house.ask_for(ask::list_ledger{made.id, house.time.now, house.time.now + 25s, {1, 10}}));
  ASSERT_EQ(page.rows.size(), 3u);
  EXPECT_EQ(page.total, 3u);
  EXPECT_EQ(page.rows[0].is, ledger_line::outcome::ran);
  EXPECT_EQ(page.rows[1].is, ledger_line::outcome::planned);
  EXPECT_EQ(page.rows[1].due, house.time.now + 10s);
}

TEST(desk_time, an_unknown_job_has_no_account) {
  desk_house house;
  EXPECT_EQ(house.code_of(ask::list_ledger{job_id{{9}}, {}, {}, {}}), errc::store_no_such_job);
  EXPECT_EQ(house.code_of(ask::why{job_id{{9}}, house.time.now}), errc::store_no_such_job);
}

TEST(desk_time, why_is_answered_from_the_rows_around_the_instant) {
  desk_house house;
  house.drive_all();
  auto made = house.stored_job();
  run skipped;
  skipped.due = skipped.due_last = house.time.now + 10s;
  skipped.state = run_state::skipped;
  skipped.reason = "overlap";
  house.all.place.covering = skipped;
  house.time.now += 60s;
  auto answer = reply_of<why_answer>(house.ask_for(ask::why{made.id, skipped.due}));
  EXPECT_EQ(answer.at, skipped.due);
  EXPECT_TRUE(answer.sentence.ends_with('.')) << answer.sentence;
  EXPECT_EQ(house.all.accounts.back().at, skipped.due);
}

// -- preview --------------------------------------------------------------------------

TEST(desk_time, a_preview_shows_dues_verdicts_and_words_and_stores_nothing) {
  desk_house house;
  house.all.almanac.blackouts = {{"move", house.time.now + 15s, house.time.now + 25s, "racks", {}}};
  house.all.almanac.revision = 2;
  house.tell_edition();
  job_draft d;
  d.interval_s = 10;
  auto reply = reply_of<preview_reply>(house.ask_for(ask::preview{d, {}, 3}));
  ASSERT_EQ(reply.dues.size(), 3u);
  EXPECT_EQ(reply.time_zone, "UTC");
  EXPECT_EQ(reply.dues[0].due, house.time.now + 10s);
  EXPECT_TRUE(reply.dues[0].verdict.runs);
  EXPECT_FALSE(reply.dues[1].verdict.runs);
  EXPECT_EQ(reply.dues[1].verdict.reason, "blackout");
  EXPECT_EQ(reply.dues[1].verdict.note, "racks");
  EXPECT_EQ(reply.english, "");
  EXPECT_TRUE(house.all.stored.empty());
}

TEST(desk_time, a_preview_puts_a_cron_expression_in_words_and_ends_with_max_runs) {
  desk_house house;
  job_draft d;
  d.cron_spec = "30 9 * * 1-5";
  d.max_runs = 2;
  auto reply = reply_of<preview_reply>(house.ask_for(ask::preview{d, {}, 10}));
  EXPECT_EQ(reply.dues.size(), 2u);
  EXPECT_FALSE(reply.english.empty());
  EXPECT_FALSE(reply.chinese.empty());
}

TEST(desk_time, a_preview_from_an_earlier_instant_takes_its_dues_from_there) {
  desk_house house;
  job_draft d;
  d.run_at = house.time.now - 1h;
  EXPECT_EQ(house.code_of(ask::preview{d, {}, 1}), errc::bad_schedule);
  auto reply = reply_of<preview_reply>(house.ask_for(ask::preview{d, house.time.now - 2h, 1}));
  ASSERT_EQ(reply.dues.size(), 1u);
  EXPECT_EQ(reply.dues[0].due, house.time.now - 1h);
}

// -- the planner ----------------------------------------------------------------------

TEST(desk_time, forecasts_are_the_planners_and_only_a_few_at_once) {
  desk_house house;
  reply_of<forecast_report>(house.ask_for(ask::forecast{}));
  house.all.planner_answers = false;
  EXPECT_FALSE(house.ask_for(ask::forecast{}));
  EXPECT_FALSE(house.ask_for(ask::rehearse{}));
  EXPECT_EQ(house.code_of(ask::forecast{}), errc::overloaded);
  EXPECT_EQ(house.all.planned.size(), 3u);
}

// -- calendars and blackouts ----------------------------------------------------------

TEST(desk_time, a_calendar_that_was_saved_is_found_by_whoever_was_told_so) {
  desk_house house;
  house.drive_all();
  auto saved = reply_of<calendar>(house.ask_for(ask::save_calendar{feast(), mode::create}));
  EXPECT_EQ(saved.updated_at, house.time.now);
  ASSERT_EQ(house.all.almanac_changes.size(), 1u);
  EXPECT_EQ(house.all.almanac_changes[0].under.epoch, 7u);
  EXPECT_EQ(std::get<ask::save_calendar>(house.all.almanac_changes[0].change).how, mode::create);
  EXPECT_EQ(house.all.looks, 1);
  EXPECT_EQ(reply_of<calendar>(house.ask_for(ask::get_calendar{"feast"})), saved);
  EXPECT_EQ(
    reply_of<std::vector<calendar>>(house.ask_for(ask::list_calendars{})), std::vector{saved});
  EXPECT_EQ(house.code_of(ask::remove_calendar{"feast"}), errc::ok);
  EXPECT_EQ(house.code_of(ask::get_calendar{"feast"}), errc::store_no_such_calendar);
}

TEST(desk_time, success_is_said_only_when_the_edition_is_here) {
  desk_house house;
  house.drive_all();
  house.all.keeper_tells = false;
  EXPECT_FALSE(house.ask_for(ask::save_calendar{feast(), mode::create}));
  EXPECT_TRUE(house.answers.empty());
  auto old = std::make_shared<almanac>();
  caf::anon_send(house.office, almanac_here{old});
  house.settle();
  EXPECT_TRUE(house.answers.empty());
  house.tell_edition();
  house.settle();
  EXPECT_EQ(house.answers.size(), 1u);
}

TEST(desk_time, a_job_may_use_a_calendar_as_soon_as_it_is_there) {
  desk_house house;
  house.drive_all();
  job_draft d;
  d.name = "n";
  d.task_type = "SHELL_COMMAND";
  d.interval_s = 10;
  d.calendars = {{"feast"}};
  EXPECT_EQ(house.code_of(ask::create_job{d}), errc::bad_schedule);
  EXPECT_EQ(house.code_of(ask::save_calendar{feast(), mode::either}), errc::ok);
  EXPECT_EQ(house.code_of(ask::create_job{d}), errc::ok);
}

TEST(desk_time, an_import_takes_the_dates_and_keeps_the_rest) {
  desk_house house;
  house.drive_all();
  auto before = feast();
  before.weekdays = 0x41;
  before.including = true;
  EXPECT_EQ(house.code_of(ask::save_calendar{before, mode::create}), errc::ok);
  calendar dates{.name = "feast", .dates = {{30'000, 30'000}}};
  auto after = reply_of<calendar>(house.ask_for(ask::save_calendar{dates, mode::import}));
  EXPECT_EQ(after.dates, dates.dates);
  EXPECT_EQ(after.weekdays, 0x41u);
  EXPECT_TRUE(after.including);
  EXPECT_EQ(after.description, "d");
}

TEST(desk_time, blackouts_are_saved_and_listed) {
  desk_house house;
  house.drive_all();
  blackout move{"move", house.time.now, house.time.now + 1h, "racks", {}};
  auto saved = reply_of<blackout>(house.ask_for(ask::save_blackout{move}));
  EXPECT_EQ(saved.updated_at, house.time.now);
  EXPECT_EQ(
    reply_of<std::vector<blackout>>(house.ask_for(ask::list_blackouts{})), std::vector{saved});
  EXPECT_EQ(house.code_of(ask::remove_blackout{"move"}), errc::ok);
}

TEST(desk_time, what_the_store_refuses_is_refused) {
  desk_house house;
  house.drive_all();
  house.all.store_broken = failure{errc::store_calendar_in_use, "job x"};
  EXPECT_EQ(house.code_of(ask::remove_calendar{"feast"}), errc::store_calendar_in_use);
  EXPECT_EQ(house.all.looks, 0);
}

TEST(desk_time, a_stand_by_reads_calendars_and_changes_none) {
  desk_house house;
  EXPECT_EQ(house.code_of(ask::list_calendars{}), errc::ok);
  EXPECT_EQ(house.code_of(ask::list_blackouts{}), errc::ok);
  for (desk_question q :
       {desk_question{ask::save_calendar{feast(), mode::create}},
        desk_question{ask::remove_calendar{"feast"}}, desk_question{ask::save_blackout{}},
        desk_question{ask::remove_blackout{"x"}}})
    EXPECT_EQ(house.code_of(q), errc::sched_not_driver) << q.index();
  EXPECT_TRUE(house.all.almanac_changes.empty());
}

} // namespace

} // namespace takt
