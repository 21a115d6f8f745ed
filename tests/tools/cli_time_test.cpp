#include "tools/cli_time.hpp"

#include "actors/logic/zone_database.hpp"
#include "proto/json.hpp"
#include "proto/rfc3339.hpp"
#include "tools/cli_time_print.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace takt {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::shared_ptr<const zone> zone_named(const char* name) {
  static const auto zones = zone_database::load(system_zones_folder).value();
  return zones->find(name).value();
}

value parsed_json(const char* text) {
  return from_json(text).value();
}

TEST(cli_time, a_clocks_time_is_the_latest_of_its_zone_that_has_been) {
  struct row {
    const char* asked;
    const char* zone;
    const char* now;
    const char* meant;
  };
  constexpr row rows[] = {
    {"now", "UTC", "2026-01-02T12:00:00Z", "2026-01-02T12:00:00Z"},
    {"5", "Asia/Tokyo", "2026-01-02T12:00:00Z", "1970-01-01T00:00:00.005Z"},
    {"09:00", "UTC", "2026-01-02T12:00:00Z", "2026-01-02T09:00:00Z"},
    {"12:00", "UTC", "2026-01-02T12:00:00Z", "2026-01-02T12:00:00Z"},
    {"12:00:01", "UTC", "2026-01-02T12:00:00Z", "2026-01-01T12:00:01Z"},
    // In Tokyo it is 21:00; in Los Angeles still 04:00, so 09:00 was yesterday.
    {"09:00", "Asia/Tokyo", "2026-01-02T12:00:00Z", "2026-01-02T00:00:00Z"},
    {"09:00", "America/Los_Angeles", "2026-01-02T12:00:00Z", "2026-01-01T17:00:00Z"},
    {"09:00", "Asia/Kathmandu", "2026-01-02T03:15:00Z", "2026-01-02T03:15:00Z"},
    // The clocks of Berlin skip 02:30 on 29 March, and show it twice on 25 October.
    {"02:30", "Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-29T01:00:00Z"},
    {"02:30", "Europe/Berlin", "2026-10-25T10:00:00Z", "2026-10-25T00:30:00Z"},
    // Apia left out the 30th.
    {"09:00", "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-29T19:00:00Z"},
    {"2026-03-29 02:30", "Europe/Berlin", "2020-01-01T00:00:00Z", "2026-03-29T01:00:00Z"},
    {"2026-06-01T09:00:30", "Europe/Berlin", "2020-01-01T00:00:00Z", "2026-06-01T07:00:30Z"},
  };
  for (const auto& r : rows) {
    auto meant = instant_meant(
      asked_instant_from(r.asked).value(), *zone_named(r.zone), from_rfc3339(r.now).value());
    EXPECT_EQ(to_rfc3339(meant), to_rfc3339(from_rfc3339(r.meant).value()))
      << r.asked << " in " << r.zone << " at " << r.now;
  }
}

TEST(cli_time, spans_are_as_exact_as_people_need) {
  const std::pair<millis, const char*> rows[] = {
    {0ms, "0 ms"},        {999ms, "999 ms"},   {1s, "1.0 s"},   {1250ms, "1.2 s"},
    {59'999ms, "59.9 s"}, {60s, "1m00s"},      {260s, "4m20s"}, {3599s, "59m59s"},
    {7500s, "2h05m"},     {86'399s, "23h59m"}, {28h, "1d04h"},  {-5ms, "-5 ms"},
  };
  for (const auto& [span, words] : rows)
    EXPECT_EQ(span_words(span), words);
}

TEST(cli_time, instants_are_what_the_zones_clocks_show) {
  auto t = from_rfc3339("2026-03-29T01:00:00Z").value();
  EXPECT_EQ(clock_text(t, *zone::utc()), "2026-03-29 01:00:00");
  EXPECT_EQ(clock_text(t + 5ms, *zone::utc()), "2026-03-29 01:00:00.005");
  EXPECT_EQ(clock_text(t, *zone_named("Europe/Berlin")), "2026-03-29 03:00:00+02:00");
  EXPECT_EQ(clock_text(t, *zone_named("Europe/Lisbon")), "2026-03-29 02:00:00+01:00");
}

TEST(cli_time, a_ledger_is_one_line_per_row_in_the_jobs_zone) {
  auto page = parsed_json(R"({"data":[
    {"due_ms":1774746000000,"outcome":"ran","run_id":"r1","reason":"","lateness_ms":3,"count":1,
     "due_last_ms":1774746000000,"note":"","status":"SUCCESS"},
    {"due_ms":1774753200000,"outcome":"missed","run_id":"r2","reason":"no_scheduler",
     "lateness_ms":null,"count":3,"due_last_ms":1774760400000,"note":"","status":"MISSED"},
    {"due_ms":1774764000000,"outcome":"planned","run_id":null,"reason":"blackout",
     "lateness_ms":null,"count":1,"due_last_ms":1774764000000,"note":"new\nrack","status":null}
    ],"total":500,"cut_at":"2027-01-01T00:00:00.000Z"})");
  EXPECT_EQ(
    show_ledger(page, *zone_named("Europe/Berlin")),
    "DUE (Europe/Berlin)        OUTCOME  STATUS   LATE  COUNT  RUN  BECAUSE\n"
    "2026-03-29 03:00:00+02:00  ran      SUCCESS  3 ms  1      r1\n"
    "2026-03-29 05:00:00+02:00  missed                  3      r2   no_scheduler; up to "
    "2026-03-29 07:00:00+02:00\n"
    "2026-03-29 08:00:00+02:00  planned                 1           blackout: new rack\n"
    "the newest 3 of 500 rows (--last, --from, --to)\n"
    "planned instants from 2027-01-01 00:00:00 UTC on are not counted\n");
}

TEST(cli_time, a_forecast_shows_the_busiest_steps_in_their_order) {
  std::string steps;
  for (auto i = 0; i < 60; ++i) {
    // Minutes 0, 2, 4 … are quiet, 7 is the herd's.
    auto count = i == 7 ? 80 : i % 2;
    auto minute = (i < 10 ? "0" : "") + std::to_string(i);
    steps += (i == 0 ? "" : ",") + std::string{R"({"at":"2026-01-02T00:)"} + minute
      + R"(:00.000Z","count":)" + std::to_string(count) + "}";
  }
  auto text = show_forecast(
    parsed_json((R"({"step_ms":60000,"data":[)" + steps
                 + R"(],"total":109,"jobs":31,"herd":{"at":"2026-01-02T00:07:00.000Z","count":80,)"
                   R"("jobs":["a","b"],"suggested_jitter_ms":60000}})")
                  .c_str()));
  EXPECT_THAT(
    text, HasSubstr("2026-01-02 00:07:00     80  ████████████████████████████████████████\n"));
  EXPECT_THAT(text, HasSubstr("2026-01-02 00:05:00      1  █\n2026-01-02 00:07:00"));
  EXPECT_THAT(text, Not(HasSubstr("00:04:00")));
  EXPECT_THAT(text, HasSubstr("the busiest 24 of 30 steps with fires\n"));
  EXPECT_THAT(text, HasSubstr("109 fires of 31 jobs in 60 steps of 1m\n"));
  EXPECT_THAT(
    text,
    HasSubstr("busiest second: 2026-01-02 00:07:00, 80 fires (a, b, …)\n"
              "  --jitter-ms 60000 on these jobs would flatten it\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1 + 24 + 4);
}

TEST(cli_time, a_forecast_without_fires_says_so) {
  auto text = show_forecast(parsed_json(
    R"({"step_ms":3600000,"data":[{"at":"2026-01-02T00:00:00.000Z","count":0}],"total":0,"jobs":0,
        "herd":{"at":null,"at_ms":null,"count":0,"jobs":[]}})"));
  EXPECT_EQ(text, "0 fires of 0 jobs in 1 step of 1h\n");
}

TEST(cli_time, a_simulation_is_a_short_report) {
  auto text = show_simulation(parsed_json(
    R"({"from":"2026-01-02T00:00:00.000Z","to":"2026-01-09T00:00:00.000Z","slots":8,"runs":604800,
        "skipped":2,"peak_queue":12,"peak_at":"2026-01-03T00:00:00.000Z","lateness_p50_ms":0,
        "lateness_p99_ms":840,"lateness_max_ms":2300,"busy_percent":61.54,
        "overlapping":[{"job":"backup","times":4,"duration_ms":5400000}]})"));
  EXPECT_EQ(
    text,
    "from, to:    2026-01-02 00:00:00, 2026-01-09 00:00:00 UTC\n"
    "runs:        604800, and 2 skipped\n"
    "peak queue:  12 at 2026-01-03 00:00:00 UTC\n"
    "lateness:    p50 0 ms, p99 840 ms, max 2.3 s\n"
    "slots:       8, used 61.5 %\n"
    "\njobs that would come due while they still run:\n"
    "JOB     TIMES  MEDIAN\n"
    "backup  4      1h30m\n");
  auto idle = show_simulation(parsed_json(
    R"({"peak_queue":0,"peak_at":null,"busy_percent":0,"overlapping":[],
        "cut_at":"2026-01-03T00:00:00.000Z"})"));
  EXPECT_THAT(idle, HasSubstr("peak queue:  0\n"));
  EXPECT_THAT(idle, HasSubstr("used 0.0 %"));
  EXPECT_THAT(idle, HasSubstr("it ends at 2026-01-03 00:00:00 UTC\n"));
  EXPECT_THAT(idle, HasSubstr("no job would overlap"));
}

TEST(cli_time, calendars_and_blackouts_are_tables) {
  auto calendar = R"({"name":"de","description":"holidays","mode":"exclude",
    "dates":["2026-12-24/2026-12-26","2027-01-01"],"weekdays":["SUN"],
    "updated_at":"2026-01-02T00:00:00.000Z"})";
  EXPECT_EQ(
    show_calendars(parsed_json(("[" + std::string{calendar} + "]").c_str())),
    "NAME  MODE     STRETCHES  WEEKDAYS  DESCRIPTION\n"
    "de    exclude  2          SUN       holidays\n");
  EXPECT_EQ(
    show_calendar(parsed_json(calendar)),
    "name:         de\ndescription:  holidays\nmode:         exclude\nweekdays:     SUN\n"
    "updated_at:   2026-01-02 00:00:00\n2026-12-24/2026-12-26\n2027-01-01\n");
  EXPECT_EQ(
    show_blackouts(parsed_json(R"([{"name":"move","from":"2026-12-24T17:00:00.000Z",
      "to":"2026-12-24T21:00:00.000Z","reason":"new rack"}])")),
    "NAME  FROM (UTC)           TO                   REASON\n"
    "move  2026-12-24 17:00:00  2026-12-24 21:00:00  new rack\n");
}

TEST(cli_time, foreign_shapes_print_as_nothing) {
  for (const auto* text :
       {"7", "null", "[]", "{}", R"({"data":[7,{}],"herd":7,"overlapping":7})"}) {
    auto answer = parsed_json(text);
    EXPECT_THAT(show_ledger(answer, *zone::utc()), HasSubstr("DUE (UTC)")) << text;
    EXPECT_THAT(show_forecast(answer), HasSubstr("0 fires")) << text;
    EXPECT_THAT(show_simulation(answer), HasSubstr("no job would overlap")) << text;
    EXPECT_THAT(show_calendars(answer), HasSubstr("NAME")) << text;
    EXPECT_THAT(show_calendar(answer), HasSubstr("name:")) << text;
    EXPECT_THAT(show_blackouts(answer), HasSubstr("NAME")) << text;
  }
}

} // namespace
} // namespace takt
