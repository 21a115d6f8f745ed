#include "actors/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <atomic>

namespace takt {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using counter_family = prometheus::Family<prometheus::Counter>;
using gauge_family = prometheus::Family<prometheus::Gauge>;

constexpr size_t run_state_count = static_cast<size_t>(run_state::missed) + 1;

/// Seconds. Lateness is promised in milliseconds, a backlog shows in minutes.
const prometheus::Histogram::BucketBoundaries lateness_buckets = {
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600};
/// Seconds: from a disk that lies to one that is dying.
const prometheus::Histogram::BucketBoundaries commit_buckets = {
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5};

double seconds(millis t) {
  return std::chrono::duration<double>(t).count();
}

} // namespace

struct metrics::impl {
  prometheus::Registry registry{};

  counter_family& counters(const char* name, const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry);
  }
  gauge_family& gauges(const char* name, const char* help) {
    return BuildGauge().Name(name).Help(help).Register(registry);
  }
  prometheus::Histogram& histogram(
    const char* name, const char* help, const prometheus::Histogram::BucketBoundaries& buckets) {
    return BuildHistogram().Name(name).Help(help).Register(registry).Add({}, buckets);
  }

  /// One counter for each state, all of them shown from the start.
  std::array<prometheus::Counter*, run_state_count> runs{};
  counter_family& runs_family = counters("takt_runs_total", "Runs that entered a state.");
  counter_family& ledger =
    counters("takt_ledger_total", "Planned instants that were not run, by reason.");
  prometheus::Histogram& late = histogram(
    "takt_run_lateness_seconds", "From a planned run's due to its first start.", lateness_buckets);
  prometheus::Gauge& depth =
    gauges("takt_queue_depth", "Runs of this node's shards that wait for an executor.").Add({});
  prometheus::Gauge& jobs = gauges("takt_jobs_live", "Jobs that are live actors.").Add({});
  gauge_family& executors_family = gauges("takt_executors", "Executors by status.");
  prometheus::Gauge& executors_up = executors_family.Add({{"status", "UP"}});
  prometheus::Gauge& executors_down = executors_family.Add({{"status", "DOWN"}});
  prometheus::Gauge& driver =
    gauges("takt_driver", "1 while this node drives any shard, else 0.").Add({});
  prometheus::Gauge& shards = gauges("takt_shards_owned", "Shards that this node drives.").Add({});
  prometheus::Counter& epochs =
    counters("takt_epoch_changes_total", "How often the number of shards driven here changed.")
      .Add({});
  std::atomic<uint64_t> shards_before{0};
  counter_family& commits = counters("takt_store_commits_total", "Group commits, by result.");
  prometheus::Counter& commits_ok = commits.Add({{"result", "ok"}});
  prometheus::Counter& commits_failed = commits.Add({{"result", "failed"}});
  prometheus::Counter& requests =
    counters("takt_store_requests_total", "Writing requests in those commits.").Add({});
  prometheus::Histogram& commit_time =
    histogram("takt_store_commit_seconds", "How long a group commit took.", commit_buckets);
  counter_family& http = counters("takt_http_requests_total", "REST answers, by status.");
  counter_family& frames =
    counters("takt_frames_total", "Frames to and from brokers, by direction and kind.");
  counter_family& dropped = counters("takt_frames_dropped_total", "Frames dropped, by reason.");
  counter_family& steps = counters("takt_clock_steps_total", "Steps of the host's clock.");
  prometheus::Counter& pauses =
    counters("takt_process_pauses_total", "How often this process did not run when it should.")
      .Add({});
  prometheus::Counter& paused =
    counters("takt_process_paused_seconds_total", "For how long, in all.").Add({});
  prometheus::Counter& replanned =
    counters("takt_dues_replanned_total", "Planned dues that changed zones or calendars moved.")
      .Add({});

  impl() {
    for (size_t i = 0; i < runs.size(); ++i) {
      auto word = std::string{to_string(static_cast<run_state>(i))};
      runs[i] = &runs_family.Add({{"state", word}});
    }
    gauges("takt_build_info", "Always 1; the program's version is the label.")
      .Add({{"version", TAKT_VERSION}})
      .Set(1);
  }
};

metrics::metrics() : impl_(std::make_unique<impl>()) {
  // nop
}

metrics::~metrics() = default;

void metrics::run_entered(run_state state) {
  impl_->runs.at(static_cast<size_t>(state))->Increment();
}

void metrics::due_not_run(std::string_view reason, uint64_t count) {
  impl_->ledger.Add({{"reason", std::string{reason}}}).Increment(static_cast<double>(count));
}

void metrics::lateness(millis late) {
  impl_->late.Observe(seconds(late));
}

void metrics::queue_depth(uint64_t runs) {
  impl_->depth.Set(static_cast<double>(runs));
}

void metrics::live_jobs(uint64_t jobs) {
  impl_->jobs.Set(static_cast<double>(jobs));
}

void metrics::executors(uint64_t up, uint64_t down) {
  impl_->executors_up.Set(static_cast<double>(up));
  impl_->executors_down.Set(static_cast<double>(down));
}

void metrics::shards_owned(uint64_t shards) {
  impl_->shards.Set(static_cast<double>(shards));
  impl_->driver.Set(shards > 0 ? 1 : 0);
  if (impl_->shards_before.exchange(shards) != shards)
    impl_->epochs.Increment();
}

void metrics::committed(uint64_t requests, millis took, bool ok) {
  (ok ? impl_->commits_ok : impl_->commits_failed).Increment();
  impl_->requests.Increment(static_cast<double>(requests));
  impl_->commit_time.Observe(seconds(took));
}

void metrics::http_request(int status) {
  impl_->http.Add({{"status", std::to_string(status)}}).Increment();
}

void metrics::frame(std::string_view direction, std::string_view kind) {
  impl_->frames.Add({{"direction", std::string{direction}}, {"kind", std::string{kind}}})
    .Increment();
}

void metrics::frame_dropped(std::string_view reason, uint64_t count) {
  impl_->dropped.Add({{"reason", std::string{reason}}}).Increment(static_cast<double>(count));
}

void metrics::clock_stepped(bool forward) {
  impl_->steps.Add({{"direction", forward ? "forward" : "backward"}}).Increment();
}

void metrics::process_paused(millis how_long) {
  impl_->pauses.Increment();
  impl_->paused.Increment(seconds(how_long));
}

void metrics::due_replanned() {
  impl_->replanned.Increment();
}

std::string metrics::render() const {
  return prometheus::TextSerializer{}.Serialize(impl_->registry.Collect());
}

} // namespace takt
