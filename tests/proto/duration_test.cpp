#include "proto/duration.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

using namespace std::chrono_literals;

struct accepted {
  const char* text;
  millis span;
  const char* written; ///< how duration_text() says it
};

class duration_accepts : public testing::TestWithParam<accepted> {};

TEST_P(duration_accepts, what_people_write_and_writes_it_back) {
  auto span = duration_from(GetParam().text);
  ASSERT_TRUE(span) << span.failure().message();
  EXPECT_EQ(*span, GetParam().span);
  EXPECT_EQ(duration_text(*span), GetParam().written);
  EXPECT_EQ(duration_from(GetParam().written).value(), *span);
}

INSTANTIATE_TEST_SUITE_P(
  texts, duration_accepts,
  testing::Values(
    accepted{"500ms", 500ms, "500ms"}, accepted{"3s", 3s, "3s"}, accepted{"10m", 10min, "10m"},
    accepted{"1h", 1h, "1h"}, accepted{"2d", 48h, "48h"}, accepted{"3", 3s, "3s"},
    accepted{"0.5", 500ms, "500ms"}, accepted{"1.5s", 1500ms, "1500ms"}, accepted{"0", 0s, "0s"},
    accepted{"90", 90s, "90s"}, accepted{"3660d", 3660 * 24h, "87840h"},
    accepted{"1h30m", 90min, "90m"}, accepted{"2d12h", 60h, "60h"},
    accepted{"1d2h3m4s5ms", 26h + 3min + 4005ms, "93784005ms"},
    accepted{"1m0.5s", 60'500ms, "60500ms"}, accepted{"600", 600s, "10m"},
    accepted{"0h0m", 0s, "0s"}, accepted{"1h90m", 150min, "150m"}));

class duration_refuses : public testing::TestWithParam<const char*> {};

TEST_P(duration_refuses, what_is_none_and_names_it) {
  auto span = duration_from(GetParam());
  ASSERT_FALSE(span);
  EXPECT_EQ(span.code(), errc::setup_bad_option);
  EXPECT_NE(span.failure().context.find(GetParam()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
  texts, duration_refuses,
  testing::Values(
    "", "s", "-1s", "+1s", "1 s", "1S", "1.2.3", ".", "inf", "nan", "1e3", "0x10", "3661d",
    "99999999999999999999999h", "1w", "1h30", "30m1h", "1h1h", "1.5h30m", "1h-30m", "1h 30m", "h1",
    "1s500", "3660d1ms", "ms", "1d2w"));

TEST(duration, its_error_code_is_the_callers) {
  EXPECT_EQ(duration_from("soon", errc::bad_field).code(), errc::bad_field);
  EXPECT_EQ(
    duration_from("soon", errc::bad_field).failure().context,
    "\"soon\" is no duration such as 500ms, 3s, 10m, 1h30m or plain seconds");
  EXPECT_EQ(duration_from("11d4000d", errc::bad_field).code(), errc::bad_field);
  EXPECT_EQ(duration_from("4000d").failure().context, "\"4000d\" is over ten years");
}

TEST(duration, a_long_text_is_shown_to_its_beginning) {
  auto why = duration_from(std::string(1'000, 'x')).failure().context;
  EXPECT_LT(why.size(), 120u);
}

} // namespace
} // namespace takt
