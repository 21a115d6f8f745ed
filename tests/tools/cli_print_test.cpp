#include "tools/cli_print.hpp"

#include "proto/json.hpp"
#include "tools/cli_rest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace takt {
namespace {

using testing::HasSubstr;
using testing::Not;

value parsed_json(const char* text) {
  return from_json(text).value();
}

TEST(cli_print, columns_are_as_wide_as_their_widest_cell_in_characters) {
  EXPECT_EQ(text_table({{"A", "B"}, {"näïve", "x"}, {"b", "y"}}), "A      B\nnäïve  x\nb      y\n");
}

TEST(cli_print, nobodys_output_moves_the_cursor) {
  EXPECT_EQ(one_line("a\x1b[2Jb\r\nc\x7f", 80), "a [2Jb  c ");
  EXPECT_EQ(
    one_line(
      "x\xC2\x9B"
      "y",
      80),
    "x y")
    << "C1's CSI";
  EXPECT_EQ(one_line("é", 80), "é");
}

TEST(cli_print, a_long_line_is_cut_between_characters) {
  EXPECT_EQ(one_line("ééééé", 3), "ééé…");
  EXPECT_EQ(one_line("abc\n\n", 3), "abc");
}

TEST(cli_print, a_page_says_how_much_more_there_is) {
  auto page = show_jobs(parsed_json(
    R"({"data":[{"id":"1","name":"n","job_type":"T","interval":5,"cron_spec":"","status":"PENDING"}],"total":3})"));
  EXPECT_THAT(page, HasSubstr("every 5s"));
  EXPECT_THAT(page, HasSubstr("1 of 3"));
  EXPECT_THAT(show_jobs(parsed_json(R"({"data":[],"total":0})")), Not(HasSubstr("of")));
}

TEST(cli_print, a_job_is_shown_with_its_schedule_in_words_instead_of_its_fields) {
  auto page = show_job(parsed_json(
    R"({"id":"1","cron_spec":"0 9 * * *","interval":0,"interval_ms":0,"fixed_delay":0,"run_at":null,
        "calendar_interval":null,"daily_window":null,"schedules":[],"time_zone":"Asia/Tokyo",
        "overlap":"skip"})"));
  EXPECT_THAT(
    page,
    testing::MatchesRegex("id: +1\nwhen: +0 9 \\* \\* \\* \\(Asia/Tokyo\\): At 09:00.*\n"
                          "time_zone: +Asia/Tokyo\noverlap: +skip\n"));
}

TEST(cli_print, milliseconds_are_shown_where_there_are_any) {
  auto at = [](const char* t) {
    return instant_of(value{value_map{{"at", value{std::string{t}}}}}, "at");
  };
  EXPECT_EQ(at("2026-01-02T03:04:05.000Z"), "2026-01-02 03:04:05");
  EXPECT_EQ(at("2026-01-02T03:04:05.010Z"), "2026-01-02 03:04:05.010");
  EXPECT_EQ(at(""), "");
}

TEST(cli_print, whole_numbers_are_read_as_they_are) {
  auto object = parsed_json(R"({"a":5,"b":-5,"c":18446744073709551615,"d":1.5,"e":"5","f":null})");
  EXPECT_EQ(whole_of(object, "a"), 5);
  EXPECT_EQ(whole_of(object, "b"), -5);
  for (const auto* key : {"c", "d", "e", "f", "g"})
    EXPECT_EQ(whole_of(object, key), std::nullopt) << key;
}

TEST(cli_print, missing_fields_and_foreign_shapes_print_as_nothing) {
  EXPECT_THAT(show_jobs(parsed_json(R"({"data":[{}]})")), HasSubstr("manual"));
  EXPECT_EQ(show_runs(parsed_json("[]")), "RUN  STATUS  DUE  MS  EXECUTOR  OUTPUT\n");
  EXPECT_EQ(show_executors(parsed_json("7")), "ID  STATUS  SLOTS  HEARTBEAT  TYPES\n");
  EXPECT_EQ(show_job(parsed_json("null")), "");
}

TEST(cli_print, a_runs_error_is_shown_before_its_output) {
  auto rows = show_runs(parsed_json(
    R"([{"id":"r","status":"FAILED","output":"out","error":"boom","due":"2026-01-02T03:04:05.678Z"}])"));
  EXPECT_THAT(rows, HasSubstr("2026-01-02 03:04:05.678"));
  EXPECT_THAT(rows, HasSubstr("boom"));
  EXPECT_THAT(rows, Not(HasSubstr("out")));
}

TEST(cli_rest, what_may_not_stand_in_a_path_is_escaped) {
  EXPECT_EQ(path_segment("a-b_C.9"), "a-b_C.9");
  EXPECT_EQ(path_segment("../x y?#\xFF"), "..%2Fx%20y%3F%23%FF");
  EXPECT_EQ(path_segment(".."), "%2E%2E");
}

} // namespace
} // namespace takt
