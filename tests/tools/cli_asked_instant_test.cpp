#include "tools/config/asked_instant.hpp"

#include "proto/rfc3339.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace takt {
namespace {

using namespace std::chrono_literals;
using std::chrono::local_days;
using testing::HasSubstr;

asked_instant exact(const char* rfc3339) {
  return {.is = asked_instant::kind::exact, .at = from_rfc3339(rfc3339).value()};
}

asked_instant clock_at(std::chrono::seconds time, std::optional<local_days> day = {}) {
  return {.is = asked_instant::kind::clock, .day = day, .time_of_day = time};
}

TEST(asked_instant, every_way_to_name_one_is_read) {
  auto sunday = local_days{std::chrono::March / 29 / 2026};
  const std::pair<const char*, asked_instant> rows[] = {
    {"now", {}},
    {"0", exact("1970-01-01T00:00:00Z")},
    {"1774751400123", exact("2026-03-29T02:30:00.123Z")},
    {"253402300799999", exact("9999-12-31T23:59:59.999Z")},
    {"2026-03-29T02:30:00Z", exact("2026-03-29T02:30:00Z")},
    {"2026-03-29T02:30:00.5+02:00", exact("2026-03-29T00:30:00.500Z")},
    {"09:00", clock_at(9h)},
    {"23:59:59", clock_at(23h + 59min + 59s)},
    {"2026-03-29 02:30", clock_at(2h + 30min, sunday)},
    {"2026-03-29T02:30:15", clock_at(2h + 30min + 15s, sunday)},
  };
  for (const auto& [text, wanted] : rows) {
    auto read = asked_instant_from(text);
    ASSERT_TRUE(read) << text << ": " << read.failure().context;
    EXPECT_EQ(*read, wanted) << text;
  }
}

TEST(asked_instant, anything_else_is_refused_with_its_text) {
  for (const auto* text :
       {"",
        "yesterday",
        "9:00",
        "24:00",
        "09:60",
        "09:00:60",
        "09-00",
        "2026-03-29",
        "-5",
        "1.5",
        "2026-02-30 09:00",
        "2026-13-01 09:00",
        "1969-12-31 23:00",
        "2026-03-29 9:00",
        "2026-03-29T25:00:00Z",
        "2026-03-29 02:30 CET",
        "253402300800000",
        "99999999999999999999",
        "+9:00",
        "\xFF\xFE:\xFF\xFF"}) {
    auto read = asked_instant_from(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.code(), errc::setup_bad_option) << text;
    EXPECT_THAT(read.failure().context, HasSubstr(text)) << text;
  }
}

TEST(asked_instant, a_long_text_is_shown_cut) {
  auto read = asked_instant_from(std::string(10'000, '9'));
  ASSERT_FALSE(read);
  EXPECT_LT(read.failure().context.size(), 100U);
}

TEST(asked_instant, where_no_zone_is_known_a_clock_needs_an_offset) {
  EXPECT_TRUE(zoneless_instant_from("now"));
  EXPECT_TRUE(zoneless_instant_from("2026-03-29T02:30:00Z"));
  for (const auto* text : {"09:00", "2026-03-29 02:30"}) {
    auto read = zoneless_instant_from(text);
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.failure().context, HasSubstr("offset"));
  }
}

} // namespace
} // namespace takt
