#include "actors/logic/ics.hpp"

#include "proto/random.hpp"
#include "proto/rfc3339.hpp"
#include "tests/fuzz/ics_read.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

using namespace std::chrono;

std::string date(year_month_day d) {
  return to_rfc3339(sys_days{d}).substr(0, 10);
}

/// "2026-05-01..2026-05-02 Name; …"
std::string shown(const std::vector<ics_event>& events) {
  std::string out;
  for (const auto& e : events) {
    out += (out.empty() ? "" : "; ") + date(e.first);
    if (e.last != e.first)
      out += ".." + date(e.last);
    out += e.summary.empty() ? "" : " " + e.summary;
  }
  return out;
}

std::string read(std::string_view text) {
  auto out = read_ics(text);
  return out ? shown(*out) : out.failure().context;
}

/// One event of these lines, which begin on the file's line 3.
std::string event(std::string_view lines) {
  return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + std::string{lines}
  + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}

TEST(ics, a_file_of_holidays_is_its_days) {
  EXPECT_EQ(
    read("BEGIN:VCALENDAR\r\n"
         "VERSION:2.0\r\n"
         "PRODID:-//Some Office//Holidays//EN\r\n"
         "X-WR-CALNAME:Holidays: all of them\r\n"
         "BEGIN:VTIMEZONE\r\n"
         "TZID:Europe/Berlin\r\n"
         "BEGIN:STANDARD\r\n"
         "DTSTART:19701025T030000\r\n"
         "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\n"
         "END:STANDARD\r\n"
         "END:VTIMEZONE\r\n"
         "BEGIN:VEVENT\r\n"
         "UID:1@example.com\r\n"
         "DTSTAMP:20260101T000000Z\r\n"
         "DTSTART;VALUE=DATE:20260101\r\n"
         "DTEND;VALUE=DATE:20260102\r\n"
         "SUMMARY;LANGUAGE=en:New Year\r\n"
         "CATEGORIES:Holiday,National\r\n"
         "BEGIN:VALARM\r\n"
         "TRIGGER:-PT15M\r\n"
         "DURATION:PT5M\r\n"
         "SUMMARY:not this one\r\n"
         "END:VALARM\r\n"
         "END:VEVENT\r\n"
         "BEGIN:VTODO\r\n"
         "DTSTART:whenever\r\n"
         "END:VTODO\r\n"
         "BEGIN:VEVENT\r\n"
         "DTSTART;VALUE=DATE:20260403\r\n"
         "DTEND;VALUE=DATE:20260407\r\n"
         "SUMMARY:Easter\\, all of it\r\n"
         "END:VEVENT\r\n"
         "END:VCALENDAR\r\n"),
    "2026-01-01 New Year; 2026-04-03..2026-04-06 Easter, all of it");
  EXPECT_EQ(read("BEGIN:VCALENDAR\nEND:VCALENDAR\n"), "");
}

TEST(ics, an_events_days_are_those_it_touches) {
  struct row {
    const char* lines;
    const char* days;
  };
  for (auto [lines, days] :
       {row{"DTSTART;VALUE=DATE:20260501", "2026-05-01"},
        {"DTSTART:20260501", "2026-05-01"},
        {"dtstart;value=date:20260501\r\nsummary:Small", "2026-05-01 Small"},
        {"DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260501", "2026-05-01"},
        {"DTSTART;VALUE=DATE:20260501\r\nDTEND;VALUE=DATE:20260504", "2026-05-01..2026-05-03"},
        {"DTSTART;VALUE=DATE:20240228\r\nDURATION:P2D", "2024-02-28..2024-02-29"},
        {"DTSTART;VALUE=DATE:20260501\r\nDURATION:P1W", "2026-05-01..2026-05-07"},
        {"DTSTART;VALUE=DATE:20260501\r\nDURATION:PT24H", "2026-05-01"},
        {"DTSTART;VALUE=DATE:20260501\r\nDURATION:P0D", "2026-05-01"},
        {"DTSTART:20260501T090000", "2026-05-01"},
        {"DTSTART:20260501T235960Z", "2026-05-01"},
        {"DTSTART:20260501T090000\r\nDTEND:20260502T000000", "2026-05-01"},
        {"DTSTART:20260501T090000\r\nDTEND:20260502T000001", "2026-05-01..2026-05-02"},
        {"DTSTART:20260501T000000Z\r\nDTEND:20260503T000000Z", "2026-05-01..2026-05-02"},
        {"DTSTART;TZID=\"a;b:c\":20260501T230000\r\nDURATION:PT1H30M", "2026-05-01..2026-05-02"},
        {"DTSTART;TZID=Asia/Tokyo;VALUE=DATE-TIME:20260501T230000\r\nDURATION:+P1DT1H",
         "2026-05-01..2026-05-02"},
        {"DTSTART:19450508", "1945-05-08"},
        {"STATUS:cancelled\r\nDTSTART:20260501", ""},
        {"STATUS:CANCELLED\r\nDTSTART:20260501\r\nRRULE:FREQ=DAILY", ""},
        {"STATUS:CONFIRMED\r\nDTSTART:20260501", "2026-05-01"}})
    EXPECT_EQ(read(event(lines)), days) << lines;
}

TEST(ics, lines_are_unfolded_and_text_is_unescaped) {
  EXPECT_EQ(
    read("\xef\xbb\xbf"
         "BEGIN:VCALENDAR\nBEGIN:VEV\n ENT\n\nDTST\n\t ART;VALUE=DATE:2026\r\n 0501\n"
         "SUMMARY:x\nEND:VEVENT\nEND:VCALENDAR"),
    "ics: line 5: this is no property, such as NAME:value");
  EXPECT_EQ(
    read("\xef\xbb\xbf"
         "BEGIN:VCALENDAR\nBEGIN:VEV\n ENT\n\nDTST\n\tART;VALUE=DATE:2026\r\n 0501\n"
         "SUMMARY:One\\, two\\; three\\\\four\\nfi\r\n  ve\\N\nEND:VEVENT\nEND:VCALENDAR"),
    "2026-05-01 One, two; three\\four fi ve ");
  // Not in the middle of a character.
  auto long_summary = std::string(254, 'x') + "\u00e9\u00e9";
  auto events = read_ics(event("DTSTART:20260501\r\nSUMMARY:" + long_summary));
  ASSERT_TRUE(events);
  EXPECT_EQ(events->front().summary, std::string(254, 'x'));
}

TEST(ics, yearly_events_are_one_for_each_year) {
  struct row {
    const char* lines;
    const char* days;
  };
  for (auto [lines, days] :
       {row{"DTSTART:20260501\r\nRRULE:FREQ=YEARLY;COUNT=3", "2026-05-01; 2027-05-01; 2028-05-01"},
        {"DTSTART:20260501\r\nDURATION:P2D\r\nRRULE:freq=yearly;interval=2;count=2",
         "2026-05-01..2026-05-02; 2028-05-01..2028-05-02"},
        {"DTSTART:20260501\r\nRRULE:FREQ=YEARLY;UNTIL=20280501",
         "2026-05-01; 2027-05-01; 2028-05-01"},
        {"DTSTART:20260501\r\nRRULE:UNTIL=20280430;FREQ=YEARLY", "2026-05-01; 2027-05-01"},
        {"DTSTART:20260501\r\nRRULE:FREQ=YEARLY;UNTIL=20270501T000000Z", "2026-05-01; 2027-05-01"},
        {"DTSTART:20260501T090000\r\nRRULE:FREQ=YEARLY;UNTIL=20270501T085959", "2026-05-01"},
        {"DTSTART:20260501T090000Z\r\nRRULE:FREQ=YEARLY;UNTIL=20270501T085959Z", "2026-05-01"},
        // Midnight of the 1st in Shanghai is the 30th's afternoon in UTC.
        {"DTSTART;TZID=Asia/Shanghai:20260501T000000\r\nRRULE:FREQ=YEARLY;UNTIL=20270430T160000Z",
         "2026-05-01; 2027-05-01"},
        {"DTSTART:20260501\r\nRRULE:FREQ=YEARLY;UNTIL=20250501", ""},
        // 29 February comes when it comes.
        {"DTSTART:20240229\r\nRRULE:FREQ=YEARLY;COUNT=3", "2024-02-29; 2028-02-29; 2032-02-29"},
        {"DTSTART:20260115\r\nRRULE:FREQ=YEARLY;BYMONTH=1,7;COUNT=3;WKST=MO",
         "2026-01-15; 2026-07-15; 2027-01-15"},
        {"DTSTART:20260131\r\nRRULE:FREQ=YEARLY;BYMONTHDAY=31;COUNT=3",
         "2026-01-31; 2026-03-31; 2026-05-31"},
        {"DTSTART:20260131\r\nRRULE:FREQ=YEARLY;BYMONTHDAY=-1,1;BYMONTH=1,2;COUNT=4",
         "2026-01-31; 2026-02-01; 2026-02-28; 2027-01-01"},
        {"DTSTART:20261225\r\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=+25,26;COUNT=3",
         "2026-12-25; 2026-12-26; 2027-12-25"},
        // Years before 1970 count but are not kept.
        {"DTSTART:19680501\r\nRRULE:FREQ=YEARLY;COUNT=4", "1970-05-01; 1971-05-01"},
        {"DTSTART:20260501\r\nRRULE:FREQ=YEARLY;INTERVAL=9999", "2026-05-01"},
        {"DTSTART:22000501\r\nRRULE:FREQ=YEARLY", ""}})
    EXPECT_EQ(read(event(lines)), days) << lines;
  auto for_ever = read_ics(event("DTSTART:18000704\r\nRRULE:FREQ=YEARLY;INTERVAL=3"));
  ASSERT_TRUE(for_ever);
  EXPECT_EQ(date(for_ever->front().first), "1971-07-04");
  EXPECT_EQ(date(for_ever->back().first), "2199-07-04");
  EXPECT_EQ(for_ever->size(), 77u);
}

TEST(ics, what_is_wrong_is_said_with_its_line) {
  struct row {
    const char* lines;
    const char* why;
  };
  constexpr auto no_start = "ics: line 3: DTSTART is no date such as 20260102 or date-time such as "
                            "20260102T030405";
  constexpr auto only_yearly = "ics: line 4: only yearly RRULEs are understood, with INTERVAL, "
                               "COUNT, UNTIL, BYMONTH and BYMONTHDAY";
  for (auto [lines, why] :
       {row{"SUMMARY:x", "ics: line 2: an event without DTSTART"},
        {"DTSTART:20260230", no_start},
        {"DTSTART;VALUE=DATE:20260101T000000", "ics: line 3: DTSTART is no date such as 20260102"},
        {"DTSTART;VALUE=DATE-TIME:20260101", no_start},
        {"DTSTART:00000101", no_start},
        {"DTSTART:20260101T240000", no_start},
        {"DTSTART:20260101Z", no_start},
        {"DTSTART:20260101\r\nDTEND:20251231", "ics: line 4: the event ends before it begins"},
        {"DTSTART:20260101\r\nDTEND:20260101T100000",
         "ics: line 4: DTEND and DTSTART are not both dates or both date-times"},
        {"DTSTART:20260101\r\nDTEND:tomorrow",
         "ics: line 4: DTEND is no date such as 20260102 or date-time such as 20260102T030405"},
        {"DTSTART:20260101\r\nDTEND:20260102\r\nDURATION:P1D",
         "ics: line 5: the event has both DTEND and DURATION"},
        {"DTSTART:20260101\r\nDURATION:PT1H",
         "ics: line 4: an event of whole days lasts whole days"},
        {"DTSTART:20260101\r\nDURATION:-P1D", "ics: line 4: DURATION is no duration such as P1D"},
        {"DTSTART:20260101\r\nDURATION:P1H", "ics: line 4: DURATION is no duration such as P1D"},
        {"DTSTART:20260101\r\nDURATION:P1DT", "ics: line 4: DURATION is no duration such as P1D"},
        {"DTSTART:20260101\r\nDURATION:P99999999999999999999D",
         "ics: line 4: DURATION is no duration such as P1D"},
        {"DTSTART:20260101\r\nDTSTART:20260102", "ics: line 4: the event says DTSTART twice"},
        {"DTSTART:20260101\r\nRDATE:20260102", "ics: line 4: RDATE is not understood"},
        {"DTSTART:20260101\r\nEXDATE:20260102", "ics: line 4: EXDATE is not understood"},
        {"DTSTART:20260101\r\nRECURRENCE-ID:20260102",
         "ics: line 4: RECURRENCE-ID is not understood"},
        {"DTSTART:20260101\r\nRRULE:FREQ=WEEKLY", only_yearly},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYDAY=1MO", only_yearly},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYSETPOS=1", only_yearly},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;", "2026-01-01"},
        {"DTSTART:20260101\r\nRRULE:INTERVAL=2", "ics: line 4: RRULE has no FREQ"},
        {"DTSTART:20260101\r\nRRULE:", "ics: line 4: RRULE has no FREQ"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;INTERVAL=0",
         "ics: line 4: malformed INTERVAL of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;COUNT=0", "ics: line 4: malformed COUNT of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;COUNT=-1", "ics: line 4: malformed COUNT of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;UNTIL=2027",
         "ics: line 4: malformed UNTIL of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYMONTH=13",
         "ics: line 4: malformed BYMONTH of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYMONTH=1,",
         "ics: line 4: malformed BYMONTH of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYMONTH=-1",
         "ics: line 4: malformed BYMONTH of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYMONTHDAY=0",
         "ics: line 4: malformed BYMONTHDAY of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYMONTHDAY=32",
         "ics: line 4: malformed BYMONTHDAY of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;WKST=XX", "ics: line 4: malformed WKST of RRULE"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;FREQ=YEARLY", "ics: line 4: RRULE says FREQ twice"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;COUNT=1;UNTIL=20270101",
         "ics: line 4: RRULE has both COUNT and UNTIL"},
        {"DTSTART:20260101\r\nRRULE:FREQ=YEARLY;BYMONTH=12",
         "ics: line 4: DTSTART is no day of its own RRULE"},
        {"DTSTART", "ics: line 3: this is no property, such as NAME:value"},
        {"DTSTART;:20260101", "ics: line 3: this is no property, such as NAME:value"},
        {"DTSTART;X=\"20260101:", "ics: line 3: this is no property, such as NAME:value"},
        {":20260101", "ics: line 3: this is no property, such as NAME:value"},
        {"A B:1", "ics: line 3: this is no property, such as NAME:value"},
        {"END:VCALENDAR", "ics: line 3: END of another than what began: VEVENT"}}) {
    auto yearly_for_ever = std::string_view{why} == "2026-01-01";
    auto said = read(event(lines));
    EXPECT_EQ(yearly_for_ever ? said.substr(0, 10) : said, why) << lines;
  }
}

TEST(ics, what_is_no_calendar_is_refused) {
  for (auto [text, why] :
       {std::pair{"", "ics: line 0: an iCalendar file begins with BEGIN:VCALENDAR"},
        {"\r\n\n", "ics: line 2: an iCalendar file begins with BEGIN:VCALENDAR"},
        {"<html>", "ics: line 1: this is no property, such as NAME:value"},
        {"VERSION:2.0", "ics: line 1: an iCalendar file begins with BEGIN:VCALENDAR"},
        {"END:VCALENDAR", "ics: line 1: an iCalendar file begins with BEGIN:VCALENDAR"},
        {"BEGIN:VEVENT",
         "ics: line 1: an iCalendar file begins with BEGIN:VCALENDAR, and has it nowhere else"},
        {"BEGIN:VCALENDAR\nBEGIN:VCALENDAR",
         "ics: line 2: an iCalendar file begins with BEGIN:VCALENDAR, and has it nowhere else"},
        {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n",
         "ics: line 3: the file ends before END:VEVENT"}})
    EXPECT_EQ(read(text), why) << text;
  EXPECT_EQ(read(std::string((1 << 20) + 1, 'x')), "ics: the file is larger than 1 MiB");
  std::string deep = "BEGIN:VCALENDAR\n";
  for (int i = 0; i < 100; ++i)
    deep += "BEGIN:X\n";
  EXPECT_EQ(read(deep), "ics: line 9: BEGIN within BEGIN within BEGIN, too deep");
}

TEST(ics, a_file_makes_no_more_days_than_a_calendar_holds) {
  std::string one = "BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n", many;
  for (size_t i = 0; i < limits::calendar_ranges_max; ++i)
    many += one;
  auto full = read_ics("BEGIN:VCALENDAR\n" + many + "END:VCALENDAR");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->size(), limits::calendar_ranges_max);
  EXPECT_EQ(
    read("BEGIN:VCALENDAR\n" + many + one + "END:VCALENDAR"),
    "ics: line 30002: the file makes more days than a calendar holds");
  // 366 days a year reach the bound after 28 years.
  EXPECT_EQ(
    read(event("DTSTART:20260101\nRRULE:FREQ=YEARLY;BYMONTHDAY=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,"
               "16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31")),
    "ics: line 4: the file makes more days than a calendar holds");
  // What is counted and not kept costs as well.
  EXPECT_EQ(
    read(
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:00010101\n"
      "RRULE:FREQ=YEARLY;COUNT=10000;BYMONTHDAY=1,2,3,4,5,6,7,8,9\nEND:VEVENT\n"
      + one + "END:VCALENDAR"),
    "ics: line 6: the file makes more days than a calendar holds");
}

TEST(ics, mutated_files_never_do_harm) {
  seeded_entropy random{5545};
  auto roll = [&](size_t sides) { return static_cast<size_t>(random.next_u64() % sides); };
  const auto whole = event(
    "DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260103\r\nSUMMARY;X=\"a:b\":Fold\r\n ed "
    "\\, text\r\nRRULE:FREQ=YEARLY;INTERVAL=2;BYMONTH=1,2;BYMONTHDAY=1,-1;UNTIL=20400101");
  constexpr std::string_view letters = "0123456789TZPWDHMS;:,=\"\\-\r\n ";
  size_t read_well = 0;
  for (int i = 0; i < 3000; ++i) {
    auto hurt = whole;
    for (auto n = 1 + roll(3); n > 0; --n) {
      auto at = roll(hurt.size());
      if (roll(4) == 0)
        hurt.erase(at, 1 + roll(4));
      else
        hurt[at] = letters[roll(letters.size())];
    }
    read_well += read_ics(hurt) ? 1 : 0;
    fuzz::read_anything_as_ics(hurt);
  }
  EXPECT_GT(read_well, 300u);
  EXPECT_LT(read_well, 2700u);
}

} // namespace

} // namespace takt
