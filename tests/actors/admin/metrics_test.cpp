#include "actors/metrics.hpp"

#include <gtest/gtest.h>

namespace takt {

namespace {

bool shows(const metrics& m, std::string_view line) {
  return m.render().find(std::string{line} + "\n") != std::string::npos;
}

TEST(metrics, shows_what_is_known_from_the_start) {
  metrics m;
  EXPECT_TRUE(shows(m, "takt_runs_total{state=\"SUCCESS\"} 0"));
  EXPECT_TRUE(shows(m, "takt_runs_total{state=\"MISSED\"} 0"));
  EXPECT_TRUE(shows(m, "takt_executors{status=\"UP\"} 0"));
  EXPECT_TRUE(shows(m, "takt_queue_depth 0"));
  EXPECT_TRUE(shows(m, "# TYPE takt_run_lateness_seconds histogram"));
}

TEST(metrics, counts_and_times) {
  metrics m;
  m.run_entered(run_state::failed);
  m.due_not_run("overlap", 3);
  m.lateness(millis{7});
  m.queue_depth(12);
  m.live_jobs(4);
  m.executors(2, 1);
  m.committed(5, millis{3}, true);
  m.committed(2, millis{3}, false);
  m.http_request(201);
  m.frame("in", "RESULT");
  m.frame_dropped("no_owner", 9);
  m.clock_stepped(false);
  for (auto line :
       {"takt_runs_total{state=\"FAILED\"} 1", "takt_ledger_total{reason=\"overlap\"} 3",
        "takt_run_lateness_seconds_bucket{le=\"0.005\"} 0",
        "takt_run_lateness_seconds_bucket{le=\"0.01\"} 1", "takt_run_lateness_seconds_count 1",
        "takt_queue_depth 12", "takt_jobs_live 4", "takt_executors{status=\"UP\"} 2",
        "takt_executors{status=\"DOWN\"} 1", "takt_store_commits_total{result=\"ok\"} 1",
        "takt_store_commits_total{result=\"failed\"} 1", "takt_store_requests_total 7",
        "takt_store_commit_seconds_count 2", "takt_http_requests_total{status=\"201\"} 1",
        "takt_frames_total{direction=\"in\",kind=\"RESULT\"} 1",
        "takt_frames_dropped_total{reason=\"no_owner\"} 9",
        "takt_clock_steps_total{direction=\"backward\"} 1"})
    EXPECT_TRUE(shows(m, line)) << line << " not in\n" << m.render();
}

TEST(metrics, tells_a_driver_from_a_stand_by_and_counts_the_changes) {
  metrics m;
  m.shards_owned(64);
  m.shards_owned(64);
  EXPECT_TRUE(shows(m, "takt_driver 1"));
  EXPECT_TRUE(shows(m, "takt_shards_owned 64"));
  EXPECT_TRUE(shows(m, "takt_epoch_changes_total 1"));
  m.shards_owned(0);
  EXPECT_TRUE(shows(m, "takt_driver 0"));
  EXPECT_TRUE(shows(m, "takt_epoch_changes_total 2"));
}

} // namespace

} // namespace takt
