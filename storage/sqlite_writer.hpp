// sqlite_writer: the writing half of the SQLite store. Included by the sqlite_* files only; its
// methods live by theme in sqlite_store.cpp (batches), sqlite_jobs.cpp, sqlite_fire.cpp,
// sqlite_runs.cpp, sqlite_executors.cpp and sqlite_almanac.cpp.
//
// Each request runs inside write(): a savepoint within a batch, else a transaction of its own. A
// request that is refused or fails is rolled back alone; when SQLite ended the whole transaction by
// itself, the batch is broken: nothing more is written until commit() has reported it.
//
// What happens to every run goes without a savepoint, inside write_checked(): such requests look at
// everything before their first write, so that a refusal has nothing to take back. Only a failure
// of SQLite between two of its writes breaks the batch, and those come in plagues anyhow.
//
// THREADING: one thread at a time.
#pragma once

#include "storage/fire_rules.hpp"
#include "storage/run_rules.hpp"
#include "storage/sqlite_reader.hpp"

#include <array>

namespace takt {

class sqlite_writer : public sqlite_reads<store> {
public:
  using sqlite_reads::sqlite_reads;

  result<void> begin() override;
  result<void> commit() override;

  result<job> create_job(const takt::grant& g, const job& j) override;
  result<job> replace_job(const takt::grant& g, const job& j, bool keeps_plan) override;
  result<void> replan(const replan_request& request) override;
  result<attempts_to_cancel>
  remove_job(const takt::grant& g, const job_id& id, wall_time now) override;

  result<fired> fire(const fire_request& request) override;
  result<assignment> assign(const assign_request& request) override;
  result<void> start(const start_request& request) override;
  result<run_state> give_back(const give_back_request& request) override;
  result<finished> finish(const finish_request& request) override;

  result<void> save_executor(const executor_info& info, wall_time now) override;
  result<void> mark_executor(const executor_id& id, bool up, wall_time now) override;
  result<void> remove_executor(const executor_id& id) override;

  result<uint64_t> save_calendar(const takt::grant& g, const calendar& c) override;
  result<uint64_t> remove_calendar(const takt::grant& g, const std::string& name) override;
  result<uint64_t> save_blackout(const takt::grant& g, const blackout& b) override;
  result<uint64_t> remove_blackout(const takt::grant& g, const std::string& name) override;

private:
  enum class undo : uint8_t { by_savepoint, not_needed };

  template <class F>
  auto write(F&& body) -> std::invoke_result_t<F> {
    return write_with(undo::by_savepoint, body);
  }
  template <class F>
  auto write_checked(F&& body) -> std::invoke_result_t<F> {
    return write_with(undo::not_needed, body);
  }

  template <class F>
  auto write_with(undo how, F&& body) -> std::invoke_result_t<F> {
    if (auto opened = open_request(how); !opened)
      return opened.failure();
    try {
      auto answer = body();
      if (!answer) {
        abandon_request();
        return answer;
      }
      close_request();
      return answer;
    } catch (const std::exception& e) {
      auto why = db_->explain(e);
      abandon_request();
      return why;
    }
  }

  result<void> open_request(undo how);
  /// Throws when SQLite cannot.
  void close_request();
  void abandon_request() noexcept;

  struct run_and_attempt {
    run r{};
    attempt a{};
    retry_policy policy{};
    job_head job{};
  };

  /// store_stale_epoch.
  result<void> check_epoch(const takt::grant& g);
  /// store_stale_epoch, also for another shard's job.
  result<void> check(const takt::grant& g, const job_id& id);
  /// The head of a live job, and how many unfinished runs it has (at most the queue's limit).
  struct head_row {
    job_head head{};
    std::string zone_version{};
    uint64_t calendar_revision = 0;
    uint64_t unfinished = 0;
  };
  std::optional<head_row> find_head(const job_id& id);
  result<fired> fire_on(const head_row& stored, const fire_request& request);
  void write_plan(const head_row& stored, const fire_request& request, const fire_course& course);
  std::optional<fired_entry> find_row(const job_id& j, const fire_entry& entry);
  bool insert_run(const run& r);
  run_id oldest_unfinished(const job_id& job);
  void supersede(const fire_request& request, const run_id& by, fire_course& course, fired& out);
  std::vector<run> unfinished_of(const job_id& job);
  std::vector<assignment> in_flight_of(const job_id& job);

  void update_run(const run& r);
  result<run_and_attempt> load_attempt(const takt::grant& g, const attempt_key& key, errc unknown);
  void update_attempt(const attempt& a);
  /// Whether the run's end gave its job the next due.
  bool plan_after_end(const run_and_attempt& rows, wall_time now);
  uint64_t next_almanac_revision();
  void write_task_types(const executor_info& info);

  bool batch_open_ = false;
  bool batch_broken_ = false;
  /// Of the request that is open.
  undo undo_ = undo::by_savepoint;
  int64_t changes_before_ = 0;
  /// Within a batch nobody else can change them.
  std::optional<std::array<epoch_no, shard_count>> epochs_{};
  size_t requests_since_gap_ = 0;
};

} // namespace takt
