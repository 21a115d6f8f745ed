// What a store does in a second: fires alone, and whole lives of runs (fire, assign, start,
// finish), 256 requests a commit, 5,000 jobs in turn. Time/CPU of one iteration is that of one
// batch's worth of work; items_per_second counts fires or lives per second of this thread's CPU.
//
// SQLite files lie in TAKT_BENCH_FOLDER or the system's temporary folder; wall time has the disk's
// fdatasync in it, CPU time has not.
#include "storage/memory_store.hpp"
#include "storage/sqlite_checkpointer.hpp"
#include "storage/sqlite_store.hpp"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace takt {
namespace {

constexpr uint64_t job_count = 5'000;
constexpr uint64_t batch = limits::commit_batch_max;

/// Spread like random ids, and the same in every run.
job_id job_of(uint64_t n) {
  job_id id;
  uint64_t x = (n + 1) * 0x9E3779B97F4A7C15ULL;
  for (size_t i = 0; i < 8; ++i)
    id.bytes[i] = static_cast<uint8_t>(x >> (8 * i));
  id.bytes[15] = 1;
  return id;
}

/// Growing, as UUIDv7 do.
run_id run_of(uint64_t n) {
  run_id id;
  for (size_t i = 0; i < 8; ++i)
    id.bytes[7 - i] = static_cast<uint8_t>(n >> (8 * i));
  id.bytes[15] = 1;
  return id;
}

class world {
public:
  explicit world(bool sqlite) {
    if (!sqlite) {
      auto rows = make_memory_rows(cluster_id{{1}});
      db_ = make_memory_store(rows);
      leases_ = make_memory_lease_table(rows);
    } else {
      const auto* asked = std::getenv("TAKT_BENCH_FOLDER");
      auto name = (asked ? std::filesystem::path{asked} : std::filesystem::temp_directory_path())
        / "takt-bench-XXXXXX";
      folder_ = name.string();
      if (!mkdtemp(folder_.data()))
        std::abort();
      db_ = *open_sqlite_store(folder_ + "/takt.db");
      leases_ = *open_sqlite_lease_table(folder_ + "/takt.db");
      checkpoints_ = *sqlite_checkpointer::start(folder_ + "/takt.db");
    }
    auto held =
      leases_->take({{"bench"}, ""}, {"boot", mono_from_ms(1)}, millis{1'000'000'000}, false);
    for (const auto& g : *held)
      grants_[g.shard] = g;
    must(db_->begin());
    for (uint64_t n = 0; n < job_count; ++n) {
      job j;
      j.id = job_of(n);
      j.name = "job " + std::to_string(n);
      j.task_type = "SHELL_COMMAND";
      j.payload = R"({"command":"/usr/bin/true --with some --arguments"})";
      j.next_due = wall_from_ms(1'000);
      must(db_->create_job(grant_of(n), j));
    }
    must(db_->commit());
  }

  ~world() {
    checkpoints_.reset();
    leases_.reset();
    db_.reset();
    std::error_code ignored;
    if (!folder_.empty())
      std::filesystem::remove_all(folder_, ignored);
  }

  /// The next batch of fires, each of another job.
  void fire_batch() {
    must(db_->begin());
    for (uint64_t i = 0; i < batch; ++i) {
      auto n = next_ + i;
      fire_request f;
      f.grant = grant_of(n);
      f.job = job_of(n % job_count);
      f.version = 1;
      auto due = due_of(n);
      fire_entry e;
      e.id = run_of(n);
      e.due = e.due_last = due;
      f.entries.push_back(e);
      f.next_due = due + millis{1'000};
      f.now = due + millis{1};
      must(db_->fire(f));
    }
    must(db_->commit());
    next_ += batch;
  }

  /// What follows the fires of the newest batch.
  void live_batch() {
    auto each = [&](auto&& request) {
      must(db_->begin());
      for (auto n = next_ - batch; n < next_; ++n)
        request(n, attempt_key{run_of(n), 1}, due_of(n));
      must(db_->commit());
    };
    each([&](uint64_t n, const attempt_key& key, wall_time due) {
      must(
        db_->assign({grant_of(n), key.run, 0, {"worker-1"}, incarnation_id{{9}}, due + millis{2}}));
    });
    each([&](uint64_t n, const attempt_key& key, wall_time due) {
      must(db_->start({grant_of(n), key, due + millis{3}}));
    });
    each([&](uint64_t n, const attempt_key& key, wall_time due) {
      finish_request f;
      f.grant = grant_of(n);
      f.key = key;
      f.event = run_event::succeed;
      f.ended_at = f.now = due + millis{9};
      f.output = {"done\n", "", 5};
      must(db_->finish(f));
    });
  }

private:
  template <class T>
  static void must(const result<T>& r) {
    if (!r)
      std::abort();
  }

  grant grant_of(uint64_t n) const { return grants_[shard_of(job_of(n % job_count))]; }
  static wall_time due_of(uint64_t n) {
    return wall_from_ms(1'700'000'000'000 + static_cast<int64_t>(n / job_count) * 1'000);
  }

  std::string folder_{};
  std::unique_ptr<store> db_{};
  std::unique_ptr<lease_table> leases_{};
  std::unique_ptr<sqlite_checkpointer> checkpoints_{};
  std::array<grant, shard_count> grants_{};
  uint64_t next_ = 0;
};

/// Only the first run of each job finds no other in its way, so whole lives are lived untimed.
void fires(benchmark::State& state, bool sqlite) {
  world w{sqlite};
  for (auto _ : state) {
    w.fire_batch();
    state.PauseTiming();
    w.live_batch();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(batch));
}

void lives(benchmark::State& state, bool sqlite) {
  world w{sqlite};
  for (auto _ : state) {
    w.fire_batch();
    w.live_batch();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(batch));
}

// 100,000 runs: the ledger has grown to what it is after 20 s of the issue's load.
BENCHMARK_CAPTURE(fires, memory, false)->Unit(benchmark::kMillisecond)->Iterations(400);
BENCHMARK_CAPTURE(fires, sqlite, true)->Unit(benchmark::kMillisecond)->Iterations(400);
BENCHMARK_CAPTURE(lives, memory, false)->Unit(benchmark::kMillisecond)->Iterations(400);
BENCHMARK_CAPTURE(lives, sqlite, true)->Unit(benchmark::kMillisecond)->Iterations(400);

} // namespace
} // namespace takt
