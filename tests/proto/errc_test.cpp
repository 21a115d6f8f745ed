#include "proto/result.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace takt {

namespace {

struct row {
  errc code;
  std::string_view name;
  unsigned number;
  int http;
};

const row rows[] = {
#define TAKT_ERRC(name, number, http, retryable, text) {errc::name, #name, number, http},
#include "proto/errc.def"
#undef TAKT_ERRC
};

TEST(errc_test, numbers_and_names_are_unique_and_areas_have_room_for_eight_bits) {
  std::set<unsigned> numbers;
  std::set<std::string_view> names;
  std::map<unsigned, int> per_area;
  for (const auto& r : rows) {
    EXPECT_TRUE(numbers.insert(r.number).second) << r.name;
    EXPECT_TRUE(names.insert(r.name).second) << r.name;
    EXPECT_LE(++per_area[r.number / 1000], 255);
    EXPECT_LE(r.number % 1000, 255u) << r.name;
  }
}

TEST(errc_test, each_code_is_found_by_its_number_and_has_words_and_a_status) {
  for (const auto& r : rows) {
    EXPECT_EQ(errc_from_number(r.number), r.code);
    EXPECT_EQ(to_string(r.code), r.name);
    EXPECT_FALSE(text_of(r.code).empty());
    EXPECT_EQ(http_status(r.code), r.http);
    EXPECT_TRUE(r.http == 200 || (r.http >= 400 && r.http < 600)) << r.name;
  }
  EXPECT_EQ(errc_from_number(9999), std::nullopt);
  EXPECT_EQ(errc_from_number(uint64_t{1} << 40), std::nullopt);
}

TEST(errc_test, a_code_that_was_never_given_reads_as_internal) {
  EXPECT_EQ(to_string(static_cast<errc>(9999)), "internal");
}

TEST(errc_test, a_failure_says_its_text_and_its_context) {
  EXPECT_EQ((failure{errc::not_found, {}}.message()), "no such path");
  EXPECT_EQ((failure{errc::not_found, "/x"}.message()), "no such path: /x");
}

TEST(errc_test, results_hold_a_value_or_a_failure) {
  result<int> good = 7;
  result<int> bad = errc::not_found;
  EXPECT_TRUE(good);
  EXPECT_EQ(*good, 7);
  EXPECT_EQ(good.code(), errc::ok);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.code(), errc::not_found);
  EXPECT_EQ(result<int>{}.code(), errc::internal);
  EXPECT_TRUE(result<void>{});
  EXPECT_EQ(result<void>{errc::bad_json}.code(), errc::bad_json);
}

} // namespace

} // namespace takt
