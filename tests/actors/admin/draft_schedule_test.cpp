#include "actors/admin/api_json.hpp"
#include "actors/admin/draft.hpp"
#include "proto/json.hpp"
#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

using namespace std::chrono_literals;

const auto now = *from_rfc3339("2026-11-20T10:00:00Z"); // a Friday
const job_id id{{1, 2, 3}};

almanac_ptr edition() {
  static const auto all = [] {
    auto a = std::make_shared<almanac>();
    auto zones = zone_database::load(system_zones_folder);
    EXPECT_TRUE(zones) << zones.failure().message();
    a->zones = *zones;
    a->calendars["feast"] = std::make_shared<const calendar>(calendar{.name = "feast"});
    a->revision = 7;
    return a;
  }();
  return all;
}

/// A job as POST makes it.
job posted(const std::string& members) {
  auto d = job_draft_from(R"({"name":"n","job_type":"SHELL_COMMAND")" + members + "}");
  EXPECT_TRUE(d) << members << ": " << d.failure().message();
  auto j = new_job(*d, id, now, edition());
  EXPECT_TRUE(j) << members << ": " << j.failure().message();
  return j ? *j : job{};
}

/// What PUT makes of it.
result<merged_job> put(const job& stored, const std::string& body, wall_time at = now + 1h) {
  auto d = job_draft_from(body);
  if (!d)
    return d.failure();
  return merged(stored, *d, at, edition());
}

struct schedule_row {
  std::string name;
  std::string members;
  /// The first due.
  std::string due;
};

class each_schedule : public testing::TestWithParam<schedule_row> {};

const schedule_row schedules[] = {
  {"manual", "", ""},
  {"cron", R"(,"cron_spec":"0 30 9 * * *","time_zone":"Europe/Berlin")", "2026-11-21T08:30:00Z"},
  {"interval", R"(,"interval":20)", "2026-11-20T10:00:20Z"},
  {"interval_ms", R"(,"interval_ms":1500)", "2026-11-20T10:00:01.500Z"},
  {"both_intervals", R"(,"interval":2,"interval_ms":2000)", "2026-11-20T10:00:02Z"},
  {"fixed_delay", R"(,"fixed_delay":"10m")", "2026-11-20T10:10:00Z"},
  {"fixed_delay_ms", R"(,"fixed_delay":"1500ms")", "2026-11-20T10:00:01.500Z"},
  {"run_at", R"(,"run_at":"2026-12-24T18:00:00+01:00")", "2026-12-24T17:00:00Z"},
  {"run_after", R"(,"run_after":"90m")", "2026-11-20T11:30:00Z"},
  {"run_after_seconds", R"(,"run_after":30)", "2026-11-20T10:00:30Z"},
  {"calendar_interval",
   R"(,"calendar_interval":{"every":3,"unit":"months","start_at":"2026-11-30T12:00:00Z"})",
   "2026-11-30T12:00:00Z"},
  {"calendar_interval_from_now", R"(,"calendar_interval":{"every":2,"unit":"weeks"})",
   "2026-12-04T10:00:00Z"},
  {"daily_window", R"(,"daily_window":{"from":"09:30","to":"11:30","every":"5m","days":"MON-FRI"})",
   "2026-11-20T10:05:00Z"},
  {"daily_window_of_all_days", R"(,"daily_window":{"from":"09:30:30","to":"09:31","every":10})",
   "2026-11-21T09:30:30Z"},
  {"several",
   R"(,"schedules":[{"cron_spec":"0 0 12 * * *"},{"interval_ms":1500},{"interval":7},)"
   R"({"run_after":"1s"},{"run_at":"2026-11-21T00:00:00Z"},)"
   R"({"calendar_interval":{"every":1,"unit":"years"}},)"
   R"({"daily_window":{"from":"00:00","to":"23:59","every":"1h","days":["SUN","FRI-SAT"]}}])",
   "2026-11-20T10:00:01Z"},
  {"a_list_of_one", R"(,"schedules":[{"interval":5}])", "2026-11-20T10:00:05Z"},
  {"all_around_it",
   R"(,"interval":60,"time_zone":"America/New_York","dst":"all","start_at":"2026-11-20T12:00:00Z",)"
   R"("end_at":"2027-11-20T12:00:00Z","max_runs":9,"calendars":["feast"],"on_excluded":"next_day",)"
   R"("jitter_ms":500,"misfire":"all","catch_up_window":"1500ms","catch_up_rate":3,)"
   R"("overlap":"buffer_one","status":"PAUSED")",
   "2026-11-20T12:00:00Z"},
};

TEST_P(each_schedule, is_due_when_it_says) {
  auto j = posted(GetParam().members);
  if (GetParam().due.empty())
    EXPECT_FALSE(j.next_due);
  else
    EXPECT_EQ(j.next_due, *from_rfc3339(GetParam().due)) << to_rfc3339(j.next_due.value_or(now));
}

TEST_P(each_schedule, is_the_same_after_get_and_put) {
  auto j = posted(GetParam().members);
  auto shown = to_json(json_of(j));
  auto back = put(j, shown);
  ASSERT_TRUE(back) << back.failure().message() << " in " << shown;
  EXPECT_TRUE(back->keeps_plan) << shown;
  auto expected = j;
  expected.updated_at = now + 1h;
  EXPECT_EQ(back->definition, expected) << shown;
}

INSTANTIATE_TEST_SUITE_P(
  all, each_schedule, testing::ValuesIn(schedules),
  [](const auto& each_one) { return each_one.param.name; });

TEST(draft_schedule, one_rule_is_shown_in_its_own_field_and_several_only_in_schedules) {
  auto one = json_of(posted(R"(,"schedules":[{"interval":5}])"));
  EXPECT_EQ(to_json(*one.find("interval")), "5");
  EXPECT_EQ(to_json(*one.find("interval_ms")), "5000");
  EXPECT_EQ(to_json(*one.find("schedules")), "[]");
  auto two = json_of(posted(R"(,"schedules":[{"interval":5},{"cron_spec":"0 0 * * * *"}])"));
  EXPECT_EQ(to_json(*two.find("interval")), "0");
  EXPECT_EQ(to_json(*two.find("interval_ms")), "0");
  EXPECT_EQ(to_json(*two.find("cron_spec")), R"("")");
  EXPECT_EQ(to_json(*two.find("schedules")), R"([{"interval":5},{"cron_spec":"0 0 * * * *"}])");
}

TEST(draft_schedule, a_millisecond_interval_is_not_shown_as_seconds) {
  auto v = json_of(posted(R"(,"interval_ms":1500)"));
  EXPECT_EQ(to_json(*v.find("interval")), "0");
  EXPECT_EQ(to_json(*v.find("interval_ms")), "1500");
}

TEST(draft_schedule, the_windows_days_are_shown_from_monday_on) {
  auto v = json_of(
    posted(R"(,"daily_window":{"from":"09:30","to":"11:30","every":"5m","days":"sat-mon,WED"})"));
  EXPECT_EQ(
    to_json(*v.find("daily_window")),
    R"({"from":"09:30","to":"11:30","every":300,"days":["MON","WED","SAT","SUN"]})");
}

TEST(draft_schedule, naming_another_way_replaces_all_rules_and_anchors_anew) {
  auto before = posted(R"(,"schedules":[{"interval":5},{"cron_spec":"0 0 * * * *"}])");
  auto after = put(before, R"({"interval":7})");
  ASSERT_TRUE(after);
  EXPECT_FALSE(after->keeps_plan);
  EXPECT_EQ(after->definition.rules, std::vector{interval_rule(7s)});
  EXPECT_EQ(after->definition.anchor, now + 1h);
  EXPECT_EQ(after->definition.next_due, now + 1h + 7s);
}

TEST(draft_schedule, naming_a_cron_spec_ends_the_interval) {
  auto after = put(posted(R"(,"interval":7)"), R"({"cron_spec":"0 0 * * * *"})");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->definition.rules, std::vector{cron_rule("0 0 * * * *")});
}

TEST(draft_schedule, an_empty_field_ends_only_rules_of_its_kind) {
  auto both = posted(R"(,"schedules":[{"interval":5},{"cron_spec":"0 0 * * * *"}])");
  EXPECT_EQ(
    put(both, R"({"interval":0})")->definition.rules, std::vector{cron_rule("0 0 * * * *")});
  EXPECT_EQ(put(both, R"({"cron_spec":null})")->definition.rules, std::vector{interval_rule(5s)});
  EXPECT_EQ(put(both, R"({"run_at":null,"daily_window":null})")->definition.rules, both.rules);
  EXPECT_TRUE(put(both, R"({"schedules":[]})")->definition.rules.empty());
  auto one = posted(R"(,"cron_spec":"0 0 * * * *")");
  auto none = put(one, R"({"cron_spec":""})");
  EXPECT_TRUE(none->definition.rules.empty());
  EXPECT_FALSE(none->definition.next_due);
}

TEST(draft_schedule, two_ways_at_once_are_refused_and_schedules_is_named) {
  auto no = put(posted(""), R"({"cron_spec":"* * * * * *","interval":5})");
  ASSERT_FALSE(no);
  EXPECT_EQ(no.code(), errc::bad_schedule);
  EXPECT_EQ(
    no.failure().context,
    "cron_spec and interval: one field says when; to have both, list them in schedules");
}

TEST(draft_schedule, a_run_at_that_has_passed_may_stay_but_not_come) {
  auto j = posted(R"(,"run_at":"2026-11-20T10:30:00Z")");
  EXPECT_TRUE(put(j, R"({"name":"x","run_at":"2026-11-20T10:30:00Z"})", now + 2h));
  EXPECT_EQ(
    put(j, R"({"run_at":"2026-11-20T10:31:00Z"})", now + 2h).failure().context,
    "run_at: 2026-11-20T10:31:00.000Z is in the past");
}

struct plan_row {
  std::string name;
  std::string body;
  bool keeps;
};

class each_change : public testing::TestWithParam<plan_row> {};

TEST_P(each_change, keeps_the_plan_unless_it_says_when) {
  auto j = posted(R"(,"interval":10)");
  auto after = put(j, GetParam().body, now + 15s);
  ASSERT_TRUE(after) << after.failure().message();
  EXPECT_EQ(after->keeps_plan, GetParam().keeps);
  auto later = GetParam().body.find("interval\":7") != std::string::npos;
  EXPECT_EQ(after->definition.anchor, later ? now + 15s : now);
  EXPECT_EQ(after->definition.version, j.version);
}

INSTANTIATE_TEST_SUITE_P(
  all, each_change,
  testing::Values(
    plan_row{"name", R"({"name":"x"})", true}, plan_row{"payload", R"({"payload":"x"})", true},
    plan_row{"jitter", R"({"jitter_ms":5})", true},
    plan_row{"misfire", R"({"misfire":"all","catch_up_rate":1,"catch_up_window":5})", true},
    plan_row{"overlap", R"({"overlap":"skip"})", true},
    plan_row{"the_same_interval", R"({"interval":10})", true},
    plan_row{"pause", R"({"status":"PAUSED"})", true},
    plan_row{"the_same_zone", R"({"time_zone":"Etc/UTC"})", true},
    plan_row{"interval", R"({"interval":7})", false},
    plan_row{"zone", R"({"time_zone":"Asia/Kathmandu"})", false},
    plan_row{"dst", R"({"dst":"skip"})", false},
    plan_row{"start_at", R"({"start_at":"2027-01-01T00:00:00Z"})", false},
    plan_row{"end_at", R"({"end_at":"2027-01-01T00:00:00Z"})", false},
    plan_row{"max_runs", R"({"max_runs":3})", false},
    plan_row{"calendars", R"({"calendars":["feast"]})", false},
    plan_row{"calendar", R"({"calendar":"feast"})", false},
    plan_row{"on_excluded", R"({"on_excluded":"next_day"})", false}),
  [](const auto& each_one) { return each_one.param.name; });

TEST(draft_schedule, the_zones_name_is_made_canonical_and_its_edition_kept) {
  auto j = posted(R"(,"cron_spec":"0 30 9 * * *","time_zone":"Asia/Katmandu")");
  EXPECT_EQ(j.time_zone, "Asia/Kathmandu");
  EXPECT_EQ(j.zone_version, edition()->zones->version());
  EXPECT_EQ(posted(R"(,"interval":5,"time_zone":"Zulu")").time_zone, "UTC");
  EXPECT_EQ(posted(R"(,"interval":5)").zone_version, "");
}

TEST(draft_schedule, limits_come_and_go) {
  auto j = posted(R"(,"interval":10,"end_at":"2026-11-20T10:00:15Z","max_runs":2)");
  EXPECT_EQ(j.end_at, now + 15s);
  auto ended = put(j, R"({"name":"x"})", now + 1h);
  EXPECT_TRUE(ended->keeps_plan);
  auto on = put(j, R"({"end_at":null,"max_runs":0})", now + 1h);
  ASSERT_TRUE(on);
  EXPECT_FALSE(on->definition.end_at);
  EXPECT_EQ(on->definition.max_runs, 0u);
  EXPECT_EQ(on->definition.next_due, now + 1h + 10s);
}

TEST(draft_schedule, a_fixed_delay_waits_on_where_it_was_whatever_else_changes) {
  auto j = posted(R"(,"fixed_delay":60)");
  j.next_due = now + 3h; // its run ended then
  EXPECT_TRUE(put(j, R"({"time_zone":"Europe/Berlin"})")->keeps_plan);
  auto limited = put(j, R"({"max_runs":5})", now + 1h);
  EXPECT_FALSE(limited->keeps_plan);
  EXPECT_EQ(limited->definition.next_due, now + 1h + 60s);
}

TEST(draft_schedule, pausing_and_resuming_keep_the_place) {
  auto j = posted(R"(,"interval":10)");
  auto paused = put(j, R"({"status":"PAUSED"})", now + 4s);
  ASSERT_TRUE(paused);
  EXPECT_TRUE(paused->definition.paused);
  EXPECT_EQ(paused->definition.next_due, now + 10s);
  auto resumed = put(paused->definition, R"({"status":"PENDING"})", now + 5s);
  EXPECT_TRUE(resumed->keeps_plan);
  EXPECT_EQ(resumed->definition.next_due, now + 10s);
}

TEST(draft_schedule, a_paused_job_that_lost_its_place_finds_it_on_the_old_grid) {
  auto j = posted(R"(,"interval":10)");
  j.paused = true;
  j.next_due.reset();
  auto resumed = put(j, R"({"status":"PENDING"})", now + 65s);
  ASSERT_TRUE(resumed);
  EXPECT_FALSE(resumed->keeps_plan);
  EXPECT_EQ(resumed->definition.next_due, now + 70s);
}

TEST(draft_schedule, a_preview_needs_neither_name_nor_type) {
  job_draft d;
  d.interval_s = 5;
  EXPECT_EQ(imagined_job(d, now, edition())->next_due, now + 5s);
}

// -- bad input ------------------------------------------------------------------------

struct refusal_row {
  std::string body;
  std::string says;
};

class refused_schedule : public testing::TestWithParam<refusal_row> {};

TEST_P(refused_schedule, says_exactly_why) {
  auto no = put(posted(""), GetParam().body);
  ASSERT_FALSE(no) << GetParam().body;
  EXPECT_EQ(no.failure().context, GetParam().says);
}

const auto window = [](const std::string& members) {
  return R"({"daily_window":{)" + members + "}}";
};

INSTANTIATE_TEST_SUITE_P(
  each, refused_schedule,
  testing::Values(
    refusal_row{
      R"({"run_at":"0000-01-01T00:00:00Z"})", R"(run_at: "0000-01-01T00:00:00Z" is before 1970)"},
    refusal_row{
      R"({"run_at":"1969-12-31T23:59:59Z"})", R"(run_at: "1969-12-31T23:59:59Z" is before 1970)"},
    refusal_row{
      R"({"run_at":"2026-12-31T23:59:60Z"})",
      R"(run_at: "2026-12-31T23:59:60Z" names a leap second, which takt's clock does not have)"},
    refusal_row{
      R"({"run_at":"2026-12-31T24:00:00Z"})",
      R"(run_at: "2026-12-31T24:00:00Z" names the hour 24; midnight is 00:00 of the next day)"},
    refusal_row{
      R"({"run_at":"2027-01-01T00:00:00"})",
      R"(run_at: "2027-01-01T00:00:00" has no offset; end it with Z or +hh:mm)"},
    refusal_row{
      R"({"run_at":"2027-02-29T00:00:00Z"})",
      R"(run_at: "2027-02-29T00:00:00Z" names a date that does not exist)"},
    refusal_row{
      R"({"run_at":"tomorrow"})",
      R"(run_at: "tomorrow" is not an RFC 3339 date-time such as 2026-01-02T03:04:05Z)"},
    refusal_row{
      R"({"run_at":1800000000000})",
      R"(run_at: must be an RFC 3339 date-time such as "2026-01-02T03:04:05Z", not 1800000000000)"},
    refusal_row{
      R"({"run_at":"2020-01-01T00:00:00Z"})", "run_at: 2020-01-01T00:00:00.000Z is in the past"},
    refusal_row{
      R"({"end_at":"2027-01-01T00:00:00"})",
      R"(end_at: "2027-01-01T00:00:00" has no offset; end it with Z or +hh:mm)"},
    refusal_row{
      R"({"start_at":"10000-01-01T00:00:00Z"})",
      R"(start_at: "10000-01-01T00:00:00Z" is not an RFC 3339 date-time such as 2026-01-02T03:04:05Z)"},
    refusal_row{R"({"time_zone":"Mars/Olympus"})", R"(time_zone: unknown zone "Mars/Olympus")"},
    refusal_row{
      R"({"time_zone":"europe/berlin"})",
      R"(time_zone: unknown zone "europe/berlin"; did you mean "Europe/Berlin"?)"},
    refusal_row{R"({"time_zone":null})", "time_zone: must be a string, not null"},
    refusal_row{R"({"interval":1.5})", "interval: must be a whole number, not 1.5"},
    refusal_row{
      R"({"interval_ms":5})", "interval_ms: 5 is out of range (10-316224000000 ms; 0 for none)"},
    refusal_row{R"({"fixed_delay":-3})", "fixed_delay: -3 is out of range (0-316224000 seconds)"},
    refusal_row{
      R"({"fixed_delay":true})",
      "fixed_delay: must be whole seconds or a duration such as \"10m\", not true"},
    refusal_row{R"({"dst":"vixy"})", R"(dst: must be "vixie", "skip" or "all", not "vixy")"},
    refusal_row{
      R"({"misfire":"DO_NOTHING"})",
      R"(misfire: "DO_NOTHING" is what XXL-JOB calls it; here it is "skip")"},
    refusal_row{
      R"({"misfire":"FIRE_ONCE_NOW"})",
      R"(misfire: "FIRE_ONCE_NOW" is what XXL-JOB calls it; here it is "last")"},
    refusal_row{
      R"({"overlap":"COVER_EARLY"})",
      R"(overlap: "COVER_EARLY" is what XXL-JOB calls it; here it is "cancel_running")"},
    refusal_row{
      R"({"overlap":"SERIAL_EXECUTION"})",
      R"(overlap: "SERIAL_EXECUTION" is what XXL-JOB calls it; here it is "queue")"},
    refusal_row{
      R"({"overlap":"DISCARD_LATER"})",
      R"(overlap: "DISCARD_LATER" is what XXL-JOB calls it; here it is "skip")"},
    refusal_row{
      R"({"on_excluded":"later"})",
      R"(on_excluded: must be "skip", "next_day" or "previous_day", not "later")"},
    refusal_row{R"({"calendars":"feast"})", R"(calendars: must be a list of names, not "feast")"},
    refusal_row{
      R"({"calendar":"feast","calendars":[]})", "calendar: name calendars instead, not both"},
    refusal_row{R"({"schedules":{}})", "schedules: must be a list of schedules, not {}"},
    refusal_row{
      R"({"schedules":[{"interval":5},{"interval":5,"cron_spec":"* * * * *"}]})",
      "schedules[1]: must be an object with one of cron_spec, interval, interval_ms, fixed_delay, "
      R"(run_at, run_after, calendar_interval, daily_window, not {"interval":5,"cron_spec":"* * * * *"})"},
    refusal_row{R"({"schedules":[{"interval":0}]})", "schedules[0].interval: must be more than 0"},
    refusal_row{
      R"({"schedules":[{"cron":"* * * * *"}]})",
      R"(schedules[0]: there is no field "cron"; did you mean "cron_spec"?)"},
    refusal_row{
      R"({"calendar_interval":{"every":0,"unit":"days"}})",
      "calendar_interval.every: 0 is out of range (1-10000)"},
    refusal_row{R"({"calendar_interval":{"every":1}})", "calendar_interval.unit: is missing"},
    refusal_row{
      R"({"calendar_interval":{"every":1,"unit":"hours"}})",
      R"(calendar_interval.unit: must be "days", "weeks", "months" or "years", not "hours")"},
    refusal_row{
      window(R"("from":"24:00","to":"23:00","every":"5m")"),
      R"(daily_window.from: "24:00" is no time of day; it is hh:mm or hh:mm:ss, 00:00 to 23:59:59)"},
    refusal_row{
      window(R"("from":"09:30","to":"24:00","every":"5m")"),
      R"(daily_window.to: "24:00" is no time of day; it is hh:mm or hh:mm:ss, 00:00 to 23:59:59)"},
    refusal_row{
      window(R"("from":"9:30","to":"11:30","every":"5m")"),
      R"(daily_window.from: "9:30" is no time of day; it is hh:mm or hh:mm:ss, 00:00 to 23:59:59)"},
    refusal_row{
      window(R"("from":"09:60","to":"11:30","every":"5m")"),
      R"(daily_window.from: "09:60" is no time of day; it is hh:mm or hh:mm:ss, 00:00 to 23:59:59)"},
    refusal_row{
      window(R"("from":"09:30","to":"23:59:60","every":"5m")"),
      R"(daily_window.to: "23:59:60" is no time of day; it is hh:mm or hh:mm:ss, 00:00 to 23:59:59)"},
    refusal_row{
      window(R"("from":"22:00","to":"06:00","every":"5m")"),
      R"(daily_window.to: "06:00" is before from, "22:00"; a window over midnight is two)"},
    refusal_row{
      window(R"("from":"09:30","to":"11:30","every":0)"), "daily_window.every: must not be 0"},
    refusal_row{window(R"("from":"09:30","to":"11:30")"), "daily_window.every: is missing"},
    refusal_row{
      window(R"("from":"09:30","to":"11:30","every":"5m","days":[])"),
      "daily_window.days: must not be empty"},
    refusal_row{
      window(R"("from":"09:30","to":"11:30","every":"5m","days":"MON-FRY")"),
      "daily_window.days: \"MON-FRY\" is no day of the week; days are MON, TUE, WED, THU, FRI, "
      "SAT, "
      "SUN, ranges such as MON-FRI"},
    refusal_row{
      window(R"("from":"09:30","to":"11:30","every":"5m","day":"MON")"),
      R"(daily_window: there is no field "day"; did you mean "days"?)"}));

} // namespace

} // namespace takt
