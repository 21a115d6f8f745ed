// metrics: what a program counts and times, rendered as Prometheus text at /metrics.
//
// Names begin with takt_; docs/OPERATING.md lists them. Safe from any thread: the library's
// counters are atomic, and the object is handed to whoever counts.
#pragma once

#include "proto/run_state.hpp"
#include "proto/time.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace takt {

class metrics {
public:
  metrics();
  ~metrics();

  /// takt_runs_total{state}: runs that entered a state.
  void run_entered(run_state state);
  /// takt_ledger_total{reason}: SKIPPED and MISSED dues by reason, `count` of them.
  void due_not_run(std::string_view reason, uint64_t count);
  /// takt_run_lateness_seconds: start - due of a planned run's first start.
  void lateness(millis late);
  /// takt_queue_depth: PENDING runs of the shards this node drives.
  void queue_depth(uint64_t runs);
  /// takt_jobs_live: JOB actors.
  void live_jobs(uint64_t jobs);
  /// takt_executors{status}.
  void executors(uint64_t up, uint64_t down);
  /// takt_driver: 1 while this node drives, takt_shards_owned, takt_epoch_changes_total.
  void shards_owned(uint64_t shards);
  /// takt_store_commits_total, takt_store_requests_total, takt_store_commit_seconds.
  void committed(uint64_t requests, millis took, bool ok);
  /// takt_http_requests_total{status}.
  void http_request(int status);
  /// takt_frames_total{direction,kind}; takt_frames_dropped_total{reason}.
  void frame(std::string_view direction, std::string_view kind);
  void frame_dropped(std::string_view reason, uint64_t count = 1);
  /// takt_clock_steps_total{direction}.
  void clock_stepped(bool forward);
  /// takt_process_pauses_total, takt_process_paused_seconds_total: this process did not run.
  void process_paused(millis how_long);
  /// takt_dues_replanned_total: next_dues that other zones or calendars moved.
  void due_replanned();

  /// The Prometheus text format, version 0.0.4.
  std::string render() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace takt
