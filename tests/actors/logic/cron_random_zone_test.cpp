// 100,000 random expressions in all zones, against the oracle of tests/support/cron_oracle.hpp:
// next(t) is after t, is a target, and no target lies between; count() and last() agree. And the
// offsets of every zone against the C library's.
//
// How hard it looks: the oracle passes over the local dates, hours and minutes that do not match
// (what makes an expression fire on 29 February cheap to judge) and over nothing else; that this
// walk misses nothing is itself judged on every 64th row, where each second of the next three hours
// is asked for, and on the golden corpus. The years are 1990 to 2037, because the oracle asks the C
// library for the zones' offsets in advance; where next() lies beyond, only the nothing before is
// judged. A refusal must hold for 40 years, one in 16 for the calendar's whole cycle. Left out:
// `H`, whose meaning depends on a hash, and forms that the dialect refuses.
#include "actors/logic/cron.hpp"
#include "actors/logic/zone_database.hpp"
#include "proto/rfc3339.hpp"
#include "tests/support/cron_oracle.hpp"

#include <gtest/gtest.h>

#include <random>

using namespace takt;
using namespace std::chrono_literals;

namespace {

constexpr int first_year = 1990;
constexpr int end_year = 2038;
constexpr size_t shards = 10;
constexpr size_t rows_in_all = 100'000;

/// Makes expressions that people write, and some that nobody does.
class expression_maker {
public:
  explicit expression_maker(uint64_t seed) : random_(seed) {}

  int between(int low, int high) { return std::uniform_int_distribution<int>{low, high}(random_); }
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>{low, high}(random_);
  }
  bool one_in(int n) { return between(1, n) == 1; }

  std::string expression() {
    if (one_in(100)) {
      static const char* const macros[] = {"@hourly", "@daily", "@weekly", "@monthly", "@yearly"};
      return macros[between(0, 4)];
    }
    auto out = field(0, 59, 3) + " " + hour() + " " + day() + " " + month() + " " + weekday();
    if (one_in(4))
      out = (one_in(2) ? std::to_string(between(0, 59)) : field(0, 59, 2)) + " " + out
        + (one_in(3) ? " " + year() : "");
    return out;
  }

private:
  /// `*` once in `star`, else a list of one to three items.
  std::string field(int low, int high, int star) {
    if (one_in(star))
      return "*";
    auto out = item(low, high);
    while (one_in(4))
      out += "," + item(low, high);
    return out;
  }

  std::string item(int low, int high) {
    auto a = between(low, high), b = between(low, high);
    auto range = std::to_string(std::min(a, b)) + "-" + std::to_string(std::max(a, b));
    switch (between(0, 9)) {
    case 0:
    case 1:
      return "*/" + std::to_string(between(1, high - low + 1));
    case 2:
      return std::to_string(a) + "/" + std::to_string(between(1, std::max(1, high - a)));
    case 3:
      return range;
    case 4:
      return range + "/" + std::to_string(between(1, std::max(1, std::abs(a - b))));
    default:
      return std::to_string(a);
    }
  }

  /// Most clock changes are in the small hours.
  std::string hour() {
    if (one_in(4))
      return field(0, 23, 2);
    static const char* const hours[] = {"0",   "1",   "2",   "3",     "23",   "0,12", "1-3",
                                        "2,3", "0-4", "*/2", "0-4/2", "23,0", "1/6",  "0-23"};
    return hours[between(0, 13)];
  }

  std::string day() {
    if (between(0, 9) < 5)
      return one_in(8) ? "?" : "*";
    auto out = day_item();
    while (one_in(5))
      out += "," + day_item();
    return out;
  }

  std::string day_item() {
    switch (between(0, 9)) {
    case 0:
      return "L";
    case 1:
      return "L-" + std::to_string(between(1, 30));
    case 2:
      return "LW";
    case 3:
      return std::to_string(between(1, 31)) + "W";
    case 4:
      return one_in(2) ? "1W" : "31W";
    case 5:
      return std::to_string(between(28, 31));
    default:
      return item(1, 31);
    }
  }

  std::string month() {
    static const char* const names[] = {"JAN", "feb", "Mar", "APR", "may", "JUN",
                                        "JUL", "AUG", "sep", "OCT", "NOV", "dec"};
    return one_in(4) ? names[between(0, 11)] : one_in(3) ? field(1, 12, 2) : "*";
  }

  std::string weekday() {
    if (between(0, 9) < 5)
      return one_in(8) ? "?" : "*";
    std::string out = one_in(5) ? "+" : "";
    out += weekday_item();
    while (one_in(5))
      out += "," + weekday_item();
    return out;
  }

  std::string weekday_item() {
    static const char* const names[] = {"SUN", "mon", "TUE", "wed", "THU", "Fri", "SAT"};
    switch (between(0, 9)) {
    case 0:
    case 1:
      return std::to_string(between(0, 7)) + "#" + std::to_string(between(1, 5));
    case 2:
      return std::string{names[between(0, 6)]} + "#" + std::to_string(between(1, 5));
    case 3:
      return (one_in(2) ? std::to_string(between(0, 7)) : names[between(0, 6)]) + std::string{"L"};
    case 4:
      return std::string{"*/"} + std::to_string(between(2, 7));
    case 5:
      return one_in(2) ? "1-5" : "5-7";
    case 6:
      return names[between(0, 6)];
    default:
      return std::to_string(between(0, 7));
    }
  }

  std::string year() {
    auto y = between(first_year, end_year - 1);
    switch (between(0, 3)) {
    case 0:
      return "*";
    case 1:
      return std::to_string(y);
    case 2:
      return std::to_string(y) + "-" + std::to_string(between(y, end_year - 1));
    default:
      return "1970-2199/" + std::to_string(between(1, 8));
    }
  }

  std::mt19937_64 random_;
};

/// One zone, as takt and as the C library know it.
struct judged_zone {
  std::shared_ptr<const zone> ours;
  test::glibc_zone theirs;
};

struct question {
  std::string expression;
  dst_policy dst = dst_policy::vixie;
  wall_time after{};
};

std::string shown(const question& q, const judged_zone& in) {
  return "\"" + q.expression + "\" " + in.ours->name() + " " + std::string{to_string(q.dst)}
  + " after " + to_rfc3339(q.after);
}

wall_time from_s(int64_t t) {
  return wall_from_ms(t * 1000);
}
int64_t floor_s(wall_time t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

/// Half of them around a clock change of the zone, the rest anywhere; never in the last three
/// years, so that there is something to come.
wall_time random_instant(expression_maker& random, const judged_zone& in) {
  const auto& all = in.theirs.stretches();
  auto latest = test::glibc_zone::new_year(end_year - 3);
  auto earliest = in.theirs.begin() + 2 * 86'400;
  auto t = random.between(earliest, latest);
  if (all.size() > 1 && random.one_in(2)) {
    auto change = all[static_cast<size_t>(random.between(int64_t{1}, std::ssize(all) - 1))].begin;
    auto away = random.one_in(2) ? int64_t{4 * 3600} : int64_t{86'400};
    t = std::clamp(change + random.between(-away, away), earliest, latest);
  }
  if (random.one_in(2))
    t -= t % 60;
  static constexpr millis fractions[] = {0ms, 0ms, 1ms, 500ms, 999ms};
  return from_s(t) + fractions[random.between(0, 4)];
}

void judge_next(
  const question& q, const judged_zone& in, const cron& c, const test::cron_oracle& oracle) {
  auto next = c.next(q.after, *in.ours, q.dst);
  auto limit = in.theirs.end() - 1;
  auto until = next ? std::min(floor_s(*next), limit) : limit;
  auto wanted = oracle.first_target(in.theirs, q.dst, floor_s(q.after), until);
  if (!next) {
    EXPECT_FALSE(wanted) << shown(q, in) << ": ends before " << to_rfc3339(from_s(*wanted));
    EXPECT_FALSE(c.fields().any_year) << shown(q, in) << ": ends";
    return;
  }
  EXPECT_GT(*next, q.after) << shown(q, in);
  EXPECT_EQ(next->time_since_epoch() % 1s, 0ms) << shown(q, in);
  if (wanted)
    EXPECT_EQ(to_rfc3339(*next), to_rfc3339(from_s(*wanted))) << shown(q, in) << ": skips one";
  else
    EXPECT_GT(floor_s(*next), limit) << shown(q, in) << ": " << to_rfc3339(*next) << " is none";
}

/// The walk that passes over what does not match finds what asking for each second finds.
void judge_the_walk(const question& q, const judged_zone& in, const test::cron_oracle& oracle) {
  auto begin = floor_s(q.after), end = begin + 3 * 3600;
  std::optional<int64_t> found;
  for (auto t = begin + 1; t <= end && !found; ++t)
    if (oracle.is_target(in.theirs, q.dst, t))
      found = t;
  EXPECT_EQ(oracle.first_target(in.theirs, q.dst, begin, end), found) << shown(q, in);
}

void judge_count_and_last(
  const question& q, const judged_zone& in, const cron& c, const test::cron_oracle& oracle,
  expression_maker& random) {
  auto end = std::min(
    floor_s(q.after) + random.between(int64_t{0}, int64_t{40 * 86'400}), in.theirs.end() - 1);
  auto enough = random.between(1, 150);
  auto first = std::chrono::ceil<std::chrono::seconds>(q.after).time_since_epoch().count();
  std::vector<int64_t> found;
  for (auto t = oracle.first_target(in.theirs, q.dst, first - 1, end); t;
       t = oracle.first_target(in.theirs, q.dst, *t, end)) {
    found.push_back(*t);
    if (std::ssize(found) == enough)
      end = *t;
  }
  auto until = from_s(end);
  if (random.one_in(3) && !found.empty() && found.back() == end) {
    until -= 1ms;
    found.pop_back();
  }
  until = std::max(until, q.after);
  EXPECT_EQ(c.count(q.after, until, *in.ours, q.dst), found.size())
    << shown(q, in) << " until " << to_rfc3339(until);
  auto last = found.empty() ? std::nullopt : std::optional{from_s(found.back())};
  EXPECT_EQ(c.last(q.after, until, *in.ours, q.dst), last)
    << shown(q, in) << " until " << to_rfc3339(until);
}

/// Offsets, and the seconds at which they change.
void judge_offsets(const judged_zone& in) {
  const auto& all = in.theirs.stretches();
  for (size_t i = 0; i < all.size(); ++i) {
    auto end = i + 1 < all.size() ? all[i + 1].begin : in.theirs.end();
    for (auto t : {all[i].begin, all[i].begin + (end - all[i].begin) / 2, end - 1})
      EXPECT_EQ(in.ours->at(from_s(t)).offset.count(), all[i].offset)
        << in.ours->name() << " " << to_rfc3339(from_s(t));
  }
}

class cron_random_zone : public testing::TestWithParam<size_t> {};

} // namespace

TEST_P(cron_random_zone, next_passes_over_no_target_and_names_none_that_is_not) {
  auto zones = zone_database::load(system_zones_folder);
  ASSERT_TRUE(zones) << zones.failure().message();
  auto names = (*zones)->names();
  ASSERT_GT(names.size(), 300u);
  expression_maker random{0x7a17'0003 + GetParam()};
  auto rows_per_zone = (rows_in_all + names.size() - 1) / names.size();
  size_t judged = 0;
  for (size_t z = GetParam(); z < names.size(); z += shards) {
    judged_zone in{*(*zones)->find(names[z]), {names[z], first_year, end_year}};
    judge_offsets(in);
    for (size_t i = 0; i < rows_per_zone && !HasFailure(); ++i, ++judged) {
      question q{random.expression(), static_cast<dst_policy>(random.between(0, 2)), {}};
      q.after = random_instant(random, in);
      auto oracle = test::cron_oracle::parse(q.expression);
      auto c = cron::parse(q.expression);
      ASSERT_TRUE(oracle) << q.expression;
      if (!c) {
        EXPECT_TRUE(oracle->never(i % 16 ? 40 : 400))
          << q.expression << ": " << c.failure().message();
        continue;
      }
      EXPECT_EQ(c->is_wild(), oracle->wild) << q.expression;
      judge_next(q, in, *c, *oracle);
      if (i % 64 == 0)
        judge_the_walk(q, in, *oracle);
      if (i % 8 == 0)
        judge_count_and_last(q, in, *c, *oracle, random);
    }
  }
  EXPECT_GE(judged, rows_in_all / shards * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(shard, cron_random_zone, testing::Range(size_t{0}, shards));
