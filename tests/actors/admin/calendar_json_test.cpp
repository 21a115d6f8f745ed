#include "actors/admin/calendar_json.hpp"

#include "proto/json.hpp"
#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

TEST(calendar_json, reads_all_that_a_calendar_has_and_joins_its_dates) {
  auto c = calendar_from(
    R"({"name":"de","description":"Holidays","mode":"include","weekdays":["SAT","SUN"],)"
    R"("dates":["2027-01-02/2027-01-03","2026-12-25","2026-12-24/2027-01-01","2027-05-01"]})");
  ASSERT_TRUE(c) << c.failure().message();
  EXPECT_EQ(c->name, "de");
  EXPECT_EQ(c->description, "Holidays");
  EXPECT_TRUE(c->including);
  EXPECT_EQ(c->weekdays, 0x41u);
  EXPECT_EQ(to_json(*json_of(*c).find("dates")), R"(["2026-12-24/2027-01-03","2027-05-01"])");
}

TEST(calendar_json, what_get_gives_can_be_put_back) {
  auto c = *calendar_from(
    R"({"name":"de","dates":["1970-01-01","9999-12-31"],"weekdays":"SUN","description":"é"})");
  c.updated_at = *from_rfc3339("2026-01-02T03:04:05Z");
  auto text = to_json(json_of(c));
  EXPECT_EQ(
    text,
    R"({"name":"de","description":"é","mode":"exclude","dates":["1970-01-01","9999-12-31"],)"
    R"("weekdays":["SUN"],"updated_at":"2026-01-02T03:04:05.000Z"})");
  auto back = calendar_from(text, "de");
  ASSERT_TRUE(back) << back.failure().message();
  c.updated_at = {};
  EXPECT_EQ(*back, c);
}

TEST(calendar_json, a_blackout_is_read_and_written) {
  auto b = blackout_from(
    R"({"from":"2026-12-24T18:00:00+01:00","to":"2026-12-24T20:00:00Z","reason":"racks"})", "move");
  ASSERT_TRUE(b) << b.failure().message();
  EXPECT_EQ(
    to_json(json_of(*b)),
    R"({"name":"move","from":"2026-12-24T17:00:00.000Z","to":"2026-12-24T20:00:00.000Z",)"
    R"("reason":"racks","updated_at":"1970-01-01T00:00:00.000Z"})");
  EXPECT_EQ(*blackout_from(to_json(json_of(*b)), "move"), *b);
}

TEST(calendar_json, an_ics_file_gives_the_dates) {
  auto c = calendar_from_ics(
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\n"
    "DTEND;VALUE=DATE:20261227\r\nSUMMARY:Feast\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "de");
  ASSERT_TRUE(c) << c.failure().message();
  EXPECT_EQ(to_json(*json_of(*c).find("dates")), R"(["2026-12-24/2026-12-26"])");
}

TEST(calendar_json, a_file_without_events_is_no_import) {
  auto c = calendar_from_ics("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "de");
  ASSERT_FALSE(c);
  EXPECT_EQ(c.code(), errc::bad_field);
  EXPECT_FALSE(calendar_from_ics("hello", "de"));
  EXPECT_EQ(
    calendar_from_ics("", "a b").failure().context,
    R"(name: "a b" is not 1 to 64 of A-Z a-z 0-9 . _ -)");
}

struct refusal_row {
  std::string body;
  std::string says;
};

class refused_calendar : public testing::TestWithParam<refusal_row> {};

TEST_P(refused_calendar, says_exactly_why) {
  auto no = calendar_from(GetParam().body, "de");
  ASSERT_FALSE(no) << GetParam().body;
  EXPECT_EQ(no.failure().context, GetParam().says);
}

const auto dates = [](const std::string& one) { return R"({"dates":[)" + one + "]}"; };

INSTANTIATE_TEST_SUITE_P(
  each, refused_calendar,
  testing::Values(
    refusal_row{"", "the body is empty; a calendar is an object"},
    refusal_row{"[]", "a calendar is an object, not a list"},
    refusal_row{R"({"name":"fr"})", R"(name: "fr" is not "de", which the path names)"},
    refusal_row{R"({"name":"a b"})", R"(name: "a b" is not 1 to 64 of A-Z a-z 0-9 . _ -)"},
    refusal_row{R"({"mode":"both"})", R"(mode: must be "exclude" or "include", not "both")"},
    refusal_row{R"({"date":[]})", R"(there is no field "date"; did you mean "dates"?)"},
    refusal_row{R"({"dates":"2026-12-25"})", R"(dates: must be a list of dates, not "2026-12-25")"},
    refusal_row{dates("1"), R"(dates[0]: must be a date such as "2026-12-25", not 1)"},
    refusal_row{dates(R"("2026-12-25","0000-01-01")"), R"(dates[1]: "0000-01-01" is before 1970)"},
    refusal_row{dates(R"("2027-02-29")"), R"(dates[0]: "2027-02-29" does not exist)"},
    refusal_row{dates(R"("2026-13-01")"), R"(dates[0]: "2026-13-01" does not exist)"},
    refusal_row{
      dates(R"("10000-01-01")"),
      R"(dates[0]: "10000-01-01" is no date such as "2026-12-25", nor "2026-12-24/2027-01-02")"},
    refusal_row{
      dates(R"("25.12.2026")"),
      R"(dates[0]: "25.12.2026" is no date such as "2026-12-25", nor "2026-12-24/2027-01-02")"},
    refusal_row{
      dates(R"("2026-12-25T00:00:00Z")"),
      R"(dates[0]: "2026-12-25T00:00:00Z" is no date such as "2026-12-25", nor "2026-12-24/2027-01-02")"},
    refusal_row{
      dates(R"("2026-12-25/2026-12-24")"),
      R"(dates[0]: "2026-12-25/2026-12-24" ends before it begins)"},
    refusal_row{
      dates(R"("2026-12-25/")"),
      R"(dates[0]: "" is no date such as "2026-12-25", nor "2026-12-24/2027-01-02")"},
    refusal_row{
      R"({"weekdays":[6]})",
      R"(weekdays: must be days such as "MON-FRI" or a list of them, not [6])"}));

class refused_blackout : public testing::TestWithParam<refusal_row> {};

TEST_P(refused_blackout, says_exactly_why) {
  auto no = blackout_from(GetParam().body);
  ASSERT_FALSE(no) << GetParam().body;
  EXPECT_EQ(no.failure().context, GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(
  each, refused_blackout,
  testing::Values(
    refusal_row{"{}", "name: is missing"}, refusal_row{R"({"name":"m"})", "from: is missing"},
    refusal_row{R"({"name":"m","from":"2026-12-24T18:00:00Z"})", "to: is missing"},
    refusal_row{
      R"({"name":"m","from":"2026-12-24T18:00:00Z","to":"2026-12-24T18:00:00Z"})",
      "to: must be later than from"},
    refusal_row{
      R"({"name":"m","from":"2026-12-24T24:00:00Z","to":"2026-12-25T18:00:00Z"})",
      R"(from: "2026-12-24T24:00:00Z" names the hour 24; midnight is 00:00 of the next day)"},
    refusal_row{
      R"({"name":"m","from":"2026-12-24T18:00:00","to":"2026-12-25T18:00:00Z"})",
      R"(from: "2026-12-24T18:00:00" has no offset; end it with Z or +hh:mm)"},
    refusal_row{R"({"name":"m","begin":1})", R"(there is no field "begin")"}));

} // namespace

} // namespace takt
