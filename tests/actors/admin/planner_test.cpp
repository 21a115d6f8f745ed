#include "actors/admin/planner.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

using namespace std::chrono_literals;

const auto now = wall_from_ms(1'700'000'000'000);

/// What the PLANNER reads: jobs, and how long their runs took.
class shelf : public store_reader {
public:
  cluster_id cluster() const override { return {}; }
  result<job> find_job(const job_id&) override { return not_asked; }
  result<std::vector<job>> jobs_due(
    const std::vector<shard_no>&, wall_time, uint32_t, const std::optional<due_cursor>&) override {
    return not_asked;
  }
  result<std::vector<job>> jobs_planned_otherwise(
    const std::vector<shard_no>&, const std::string&, uint64_t, const std::optional<job_id>&,
    uint32_t) override {
    return not_asked;
  }
  result<run> find_run(const run_id&) override { return not_asked; }
  result<page_of<run>> list_runs(const job_id&, const page_request&) override { return not_asked; }
  result<page_of<run>>
  list_ledger(const job_id&, wall_time, wall_time, const page_request&) override {
    return not_asked;
  }
  result<ledger_place> find_due(const job_id&, wall_time) override { return not_asked; }
  result<std::vector<attempt>> list_attempts(const run_id&) override { return not_asked; }
  result<std::vector<ready_run>> ready_runs(const std::vector<shard_no>&, uint32_t) override {
    return not_asked;
  }
  result<std::vector<assignment>> in_flight(const std::vector<shard_no>&) override {
    return not_asked;
  }
  result<uint64_t> count_ready(const std::vector<shard_no>&) override { return not_asked; }
  result<std::vector<executor>> list_executors() override { return not_asked; }
  result<std::vector<std::string>> known_task_types() override { return not_asked; }
  result<almanac_rows> almanac() override { return not_asked; }
  result<uint64_t> almanac_revision() override { return not_asked; }

  result<page_of<job>> list_jobs(const page_request& page) override {
    ++pages;
    page_of<job> out;
    out.total = jobs.size();
    for (size_t i = size_t{page.page - 1} * page.size;
         i < std::min(jobs.size(), size_t{page.page} * page.size); ++i)
      out.rows.push_back(jobs[i]);
    return out;
  }
  result<std::vector<millis>> recent_durations(const job_id&, uint32_t max) override {
    asked_for = max;
    return durations;
  }

  void add(std::string name, millis every, bool paused = false) {
    job j;
    j.id.bytes[0] = static_cast<uint8_t>(jobs.size());
    j.name = std::move(name);
    j.rules = {interval_rule(every)};
    j.anchor = now;
    j.next_due = now + every;
    j.paused = paused;
    jobs.push_back(std::move(j));
  }

  static constexpr auto not_asked = errc::internal;
  std::vector<job> jobs{};
  std::vector<millis> durations{};
  uint32_t asked_for = 0;
  int pages = 0;
};

almanac_ptr edition() {
  return std::make_shared<const takt::almanac>();
}

TEST(planner, a_forecast_counts_all_jobs_over_all_pages) {
  shelf rows;
  for (int i = 0; i < 2500; ++i)
    rows.add("n", 1h);
  rows.add("paused", 1h, true);
  auto report = forecast_of(rows, edition(), {now, now + 2h, 1h}, now);
  ASSERT_TRUE(report) << report.failure().message();
  EXPECT_EQ(rows.pages, 3);
  EXPECT_EQ(report->jobs, 2500u);
  EXPECT_EQ(report->counts, (std::vector<uint64_t>{0, 2500}));
  EXPECT_EQ(report->worst.count, 2500u);
}

TEST(planner, a_forecast_is_of_the_coming_day_by_minutes_unless_told_otherwise) {
  shelf rows;
  auto report = forecast_of(rows, edition(), {}, now);
  EXPECT_EQ(report->from, now);
  EXPECT_EQ(report->counts.size(), 1440u);
  EXPECT_EQ(report->step, 1min);
}

TEST(planner, a_job_that_cannot_be_read_is_left_out) {
  shelf rows;
  rows.add("n", 1h);
  rows.add("lost", 1h);
  rows.jobs.back().time_zone = "Mars/Olympus";
  EXPECT_EQ(forecast_of(rows, edition(), {now, now + 2h, 1h}, now)->jobs, 1u);
}

TEST(planner, a_forecast_beyond_its_limits_is_refused) {
  shelf rows;
  auto says = [&rows](const ask::forecast& q) {
    auto no = forecast_of(rows, edition(), q, now);
    return no ? "" : no.failure().context;
  };
  EXPECT_EQ(says({now, now, 1min}), "to: must be later than from");
  EXPECT_EQ(says({now, now + 32 * 24h, 1h}), "to: is more than 31 days after from");
  EXPECT_EQ(says({now, now + 1h, 0ms}), "step: must be more than 0");
  EXPECT_EQ(
    says({now, now + 24h, 1s}),
    "step: is so short that there are 86400 of them; at most 10000 are counted");
  EXPECT_EQ(says({now, now + 10'000s, 1s}), "");
}

TEST(planner, a_rehearsal_takes_the_median_of_past_runs) {
  shelf rows;
  rows.add("n", 10s);
  rows.durations = {15s, 1s, 25s};
  auto report = rehearsal_of(rows, edition(), {1, 1}, now);
  ASSERT_TRUE(report) << report.failure().message();
  EXPECT_EQ(rows.asked_for, 20u);
  ASSERT_EQ(report->overlapping.size(), 1u);
  EXPECT_EQ(report->overlapping[0].duration, 15s);
  EXPECT_EQ(report->slots, 1u);
  EXPECT_EQ(report->to, now + 24h);
}

TEST(planner, runs_of_a_job_without_past_take_a_second) {
  shelf rows;
  rows.add("n", 10s);
  auto report = rehearsal_of(rows, edition(), {1, 1}, now);
  EXPECT_TRUE(report->overlapping.empty());
  EXPECT_NEAR(report->busy_percent, 10, 1);
}

} // namespace

} // namespace takt
