// The corpus tests/golden/cron/next.tsv, made by make.py beside it from the rules alone, against
// takt's cron and zones; and against the oracle that judges random expressions, so that one mistake
// has to be made three times to be missed.
#include "actors/logic/cron.hpp"
#include "actors/logic/zone_database.hpp"
#include "proto/rfc3339.hpp"
#include "tests/support/cron_oracle.hpp"
#include "tests/support/tsv.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <sstream>

using namespace takt;
using namespace std::chrono_literals;

namespace {

struct golden_row {
  std::string id;
  std::string expression;
  std::string zone;
  dst_policy dst = dst_policy::vixie;
  wall_time from{};
  std::vector<wall_time> next;
};

/// "2024-02-29T12:00:00Z", of any year of the calendar.
wall_time read(const std::string& text) {
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  EXPECT_EQ(std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%dZ", &y, &mo, &d, &h, &mi, &s), 6) << text;
  return std::chrono::sys_days{std::chrono::year{y} / mo / d} + std::chrono::hours{h}
  + std::chrono::minutes{mi} + std::chrono::seconds{s};
}

std::string shown_times(const std::vector<wall_time>& all) {
  std::string out;
  for (auto t : all)
    out += (out.empty() ? "" : " ") + to_rfc3339(t);
  return out;
}

std::vector<golden_row> rows() {
  std::vector<golden_row> out;
  for (const auto& cells : test::read_tsv("cron/next.tsv", 7)) {
    auto dst = enum_from<dst_policy>(cells[3]);
    EXPECT_TRUE(dst) << cells[0];
    golden_row r{cells[0], cells[1], cells[2], dst.value_or(dst_policy::vixie), read(cells[4]), {}};
    std::istringstream next{cells[5]};
    for (std::string t; next >> t;)
      r.next.push_back(read(t));
    out.push_back(std::move(r));
  }
  return out;
}

std::shared_ptr<const zone_database> zones() {
  static auto loaded = zone_database::load(system_zones_folder);
  return loaded ? *loaded : nullptr;
}

/// What takt says of a row, five instants or up to the schedule's end.
std::vector<wall_time> following(const cron& c, const golden_row& r, const zone& in) {
  std::vector<wall_time> out;
  for (auto t = c.next(r.from, in, r.dst); t && out.size() < 5; t = c.next(*t, in, r.dst))
    out.push_back(*t);
  return out;
}

} // namespace

TEST(cron_golden, every_row_has_its_next_five) {
  auto all = rows();
  ASSERT_GE(all.size(), 300u);
  ASSERT_TRUE(zones());
  for (const auto& r : all) {
    auto c = cron::parse(r.expression);
    auto in = zones()->find(r.zone);
    if (!c || !in) {
      ADD_FAILURE() << r.id << " " << (c ? in.failure().message() : c.failure().message());
      continue;
    }
    EXPECT_EQ(shown_times(following(*c, r, **in)), shown_times(r.next))
      << r.id << " \"" << r.expression << "\" " << r.zone << " " << to_string(r.dst) << " after "
      << to_rfc3339(r.from);
  }
}

TEST(cron_golden, count_and_last_agree_with_the_rows) {
  ASSERT_TRUE(zones());
  for (const auto& r : rows()) {
    auto c = cron::parse(r.expression);
    auto in = zones()->find(r.zone);
    if (!c || !in || r.next.empty())
      continue;
    auto what = r.id + " \"" + r.expression + "\" " + r.zone;
    for (size_t n = 0; n < r.next.size(); ++n) {
      auto until = r.next[n];
      EXPECT_EQ(c->count(r.from + 1ms, until, **in, r.dst), n + 1) << what;
      EXPECT_EQ(c->count(r.from + 1ms, until - 1ms, **in, r.dst), n) << what;
      EXPECT_EQ(c->last(r.from + 1ms, until, **in, r.dst), until) << what;
      auto before = n ? std::optional{r.next[n - 1]} : std::nullopt;
      EXPECT_EQ(c->last(r.from + 1ms, until - 1ms, **in, r.dst), before) << what;
    }
  }
}

TEST(cron_golden, next_without_a_zone_is_next_in_utc) {
  for (const auto& r : rows()) {
    auto c = cron::parse(r.expression);
    if (!c || r.zone != "UTC")
      continue;
    auto after = r.from;
    for (auto t : r.next) {
      EXPECT_EQ(c->next(after), t) << r.id << " \"" << r.expression << "\"";
      after = t;
    }
  }
}

TEST(cron_golden, a_fraction_of_a_second_changes_nothing) {
  ASSERT_TRUE(zones());
  for (const auto& r : rows()) {
    auto c = cron::parse(r.expression);
    auto in = zones()->find(r.zone);
    if (!c || !in || r.next.empty())
      continue;
    for (auto fraction : {1ms, 500ms, 999ms})
      EXPECT_EQ(c->next(r.from + fraction, **in, r.dst), r.next[0]) << r.id << " " << r.expression;
    EXPECT_EQ(c->next(r.next[0] - 1ms, **in, r.dst), r.next[0]) << r.id << " " << r.expression;
  }
}

TEST(cron_oracle, says_the_same_as_the_corpus) {
  std::map<std::string, test::glibc_zone> seen;
  size_t judged = 0;
  for (const auto& r : rows()) {
    auto oracle = test::cron_oracle::parse(r.expression);
    auto end = r.next.empty() ? r.from : r.next.back();
    if (
      !oracle || r.from < std::chrono::sys_days{std::chrono::year{1971} / 1 / 1}
      || end > std::chrono::sys_days{std::chrono::year{2040} / 1 / 1})
      continue;
    auto in = seen.try_emplace(r.zone, r.zone, 1971, 2040).first;
    auto at = to_ms(r.from) / 1000;
    std::vector<wall_time> found;
    while (found.size() < r.next.size()) {
      auto t = oracle->first_target(in->second, r.dst, at, to_ms(end) / 1000);
      if (!t)
        break;
      found.push_back(wall_from_ms(*t * 1000));
      at = *t;
    }
    EXPECT_EQ(shown_times(found), shown_times(r.next)) << r.id << " " << r.expression;
    ++judged;
  }
  EXPECT_GE(judged, 700u);
}
