#include "proto/rfc3339.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

TEST(rfc3339_test, is_written_in_utc_with_milliseconds) {
  EXPECT_EQ(to_rfc3339(wall_from_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(wall_from_ms(1'767'323'045'678)), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(to_rfc3339(wall_from_ms(951'782'400'001)), "2000-02-29T00:00:00.001Z");
  EXPECT_EQ(to_rfc3339(wall_from_ms(253'402'300'799'999)), "9999-12-31T23:59:59.999Z");
}

TEST(rfc3339_test, is_written_with_an_offset) {
  struct row {
    int64_t ms;
    int offset_s;
    const char* text;
  } rows[] = {
    {0, 0, "1970-01-01T00:00:00+00:00"},
    {1'774'746'000'000, 7200, "2026-03-29T03:00:00+02:00"},
    {1'774'745'999'000, 3600, "2026-03-29T01:59:59+01:00"},
    {1'774'746'000'050, -34'200, "2026-03-28T15:30:00.050-09:30"},
    {1'774'746'000'000, 20'700, "2026-03-29T06:45:00+05:45"},
    {0, -1, "1970-01-01T00:00:00+00:00"},
    {0, -2670, "1969-12-31T23:16:00-00:44"}, // Monrovia until 1972 was 44 min 30 s behind
    {253'402'300'799'000, -43'200, "9999-12-31T11:59:59-12:00"},
  };
  for (const auto& r : rows) {
    auto text = to_rfc3339(wall_from_ms(r.ms), std::chrono::seconds{r.offset_s});
    EXPECT_EQ(text, r.text);
    if (!text.starts_with("1969")) { // which is not read
      EXPECT_EQ(from_rfc3339(text).value(), wall_from_ms(r.ms)) << text;
    }
  }
}

TEST(rfc3339_test, reads_offsets_fractions_and_letters_as_the_rfc_allows) {
  struct row {
    const char* text;
    int64_t ms;
  } rows[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"2026-01-02T03:04:05.678Z", 1'767'323'045'678},
    {"2026-01-02t03:04:05.678z", 1'767'323'045'678},
    {"2026-01-02 03:04:05.678Z", 1'767'323'045'678},
    {"2026-01-02T11:04:05.678+08:00", 1'767'323'045'678},
    {"2026-01-01T21:34:05.678-05:30", 1'767'323'045'678},
    {"2026-01-02T03:04:05.6789999Z", 1'767'323'045'678},
    {"2026-01-02T03:04:05.6Z", 1'767'323'045'600},
    {"2026-01-02T03:04:05.123456789Z", 1'767'323'045'123},
    {"2000-02-29T00:00:00+00:00", 951'782'400'000},
  };
  for (const auto& r : rows) {
    auto t = from_rfc3339(r.text);
    ASSERT_TRUE(t) << r.text << ": " << t.failure().message();
    EXPECT_EQ(to_ms(*t), r.ms) << r.text;
  }
}

TEST(rfc3339_test, everything_else_is_refused) {
  for (auto* bad :
       {"",
        "2026",
        "2026-01-02",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:60:00Z",
        "2026-01-02T03:04:60Z",
        "2026-01-02T03:04:05.Z",
        "2026-01-02T03:04:05.1234567890Z",
        "2026-01-02T03:04:05,5Z",
        "2026-01-02T03:04:05+0800",
        "2026-01-02T03:04:05+8:00",
        "2026-01-02T03:04:05+24:00",
        "2026-01-02T03:04:05+08:60",
        "2026-01-02T03:04:05Zx",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05Z ",
        "-026-01-02T03:04:05Z",
        "20260102T030405Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+01:00",
        "2026/01/02T03:04:05Z",
        "2026-01-02X03:04:05Z",
        "10000-01-01T00:00:00Z",
        "2026-1-2T3:4:5Z"})
    EXPECT_EQ(from_rfc3339(bad).code(), errc::bad_field) << bad;
}

TEST(rfc3339_test, says_what_is_wrong_with_a_date_time) {
  struct row {
    const char* text;
    const char* why;
  } rows[] = {
    {"tomorrow", "is not an RFC 3339 date-time such as 2026-01-02T03:04:05Z"},
    {"2026-01-02", "is not an RFC 3339 date-time such as 2026-01-02T03:04:05Z"},
    {"10000-01-01T00:00:00Z", "is not an RFC 3339 date-time such as 2026-01-02T03:04:05Z"},
    {"2026-01-02T03:04:05", "has no offset; end it with Z or +hh:mm"},
    {"2026-01-02T03:04:05.5", "has no offset; end it with Z or +hh:mm"},
    {"2026-01-02T03:04:05 Z", "has a malformed offset; end it with Z or +hh:mm"},
    {"2026-01-02T03:04:05+0800", "has a malformed offset; end it with Z or +hh:mm"},
    {"2026-01-02T03:04:05+24:00", "has a malformed offset; end it with Z or +hh:mm"},
    {"2026-01-02T03:04:05Europe/Berlin", "has a malformed offset; end it with Z or +hh:mm"},
    {"2026-02-30T00:00:00Z", "names a date that does not exist"},
    {"2025-02-29T00:00:00Z", "names a date that does not exist"},
    {"2026-13-01T00:00:00Z", "names a date that does not exist"},
    {"2026-00-01T00:00:00Z", "names a date that does not exist"},
    {"2026-01-02T24:00:00Z", "names the hour 24; midnight is 00:00 of the next day"},
    {"2026-12-31T24:30:00Z", "names a time that does not exist"},
    {"2026-01-02T25:00:00Z", "names a time that does not exist"},
    {"2026-01-02T03:60:00Z", "names a time that does not exist"},
    {"2026-01-02T03:04:61Z", "names a time that does not exist"},
    {"2016-12-31T23:59:60Z", "names a leap second, which takt's clock does not have"},
    {"2026-01-02T03:04:60Z", "names a leap second, which takt's clock does not have"},
    {"2026-01-02T03:04:05.Z", "has a malformed fraction of a second"},
    {"2026-01-02T03:04:05.1234567890Z", "has a malformed fraction of a second"},
    {"0000-01-01T00:00:00Z", "is before 1970"},
    {"1969-12-31T23:59:59Z", "is before 1970"},
    {"1970-01-01T00:00:00+01:00", "is before 1970"},
    {"9999-12-31T23:59:59-00:01", "is after the year 9999"},
  };
  for (const auto& r : rows) {
    auto t = from_rfc3339(r.text);
    ASSERT_FALSE(t) << r.text;
    EXPECT_EQ(t.code(), errc::bad_field);
    EXPECT_EQ(t.failure().context, "\"" + std::string{r.text} + "\" " + r.why);
  }
}

TEST(rfc3339_test, an_instant_survives_the_way_through_text) {
  for (int64_t ms = 0; ms < 253'402'300'799'999; ms += 123'456'789'012)
    EXPECT_EQ(to_ms(*from_rfc3339(to_rfc3339(wall_from_ms(ms)))), ms);
}

} // namespace

} // namespace takt
