// The corpus tests/golden/cron/bad.tsv: wrong expressions, each with what is said about it. The
// text is compared whole: messages are part of what takt promises, and whoever changes one reads it
// here.
#include "actors/logic/cron.hpp"
#include "tests/support/tsv.hpp"

#include <gtest/gtest.h>

#include <set>

using namespace takt;

namespace {

struct bad_row {
  std::string id;
  std::string expression;
  std::string field;
  std::string column; ///< empty: the expression as a whole
  std::string contains;
  std::string message;
};

std::vector<bad_row> rows() {
  std::vector<bad_row> out;
  for (auto& c : test::read_tsv("cron/bad.tsv", 6))
    out.push_back({c[0], c[1], c[2], c[3], c[4], c[5]});
  return out;
}

} // namespace

TEST(cron_bad, every_row_is_refused_with_its_message) {
  auto all = rows();
  ASSERT_GE(all.size(), 150u);
  std::set<std::string> ids;
  for (const auto& r : all) {
    EXPECT_TRUE(ids.insert(r.id).second) << r.id << " twice";
    auto c = cron::parse(r.expression);
    if (c) {
      ADD_FAILURE() << r.id << " \"" << r.expression << "\" is accepted";
      continue;
    }
    EXPECT_EQ(c.code(), errc::bad_schedule) << r.id;
    EXPECT_EQ(c.failure().context, r.message) << r.id << " \"" << r.expression << "\"";
  }
}

// What a person needs to mend it, whatever the wording: which field, where, and what of it.
TEST(cron_bad, every_message_names_field_and_column) {
  for (const auto& r : rows()) {
    auto c = cron::parse(r.expression);
    if (c)
      continue;
    const auto& text = c.failure().context;
    EXPECT_TRUE(text.starts_with("cron_spec: " + r.field)) << r.id << ": " << text;
    EXPECT_NE(text.find(r.contains), std::string::npos) << r.id << ": " << text;
    auto column = r.column.empty() ? "" : "at column " + r.column;
    EXPECT_NE(text.find(column), std::string::npos) << r.id << ": " << text;
    for (unsigned char letter : text)
      EXPECT_GE(letter, 0x20) << r.id << ": control characters do not belong in a message";
    EXPECT_LE(text.size(), 300u) << r.id << ": " << text;
  }
}
