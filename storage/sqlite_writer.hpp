// sqlite_writer: the writing half of the SQLite store. Included by the sqlite_* files only; its
// methods live by theme in sqlite_store.cpp (batches), sqlite_jobs.cpp, sqlite_runs.cpp and
// sqlite_executors.cpp.
//
// Each request runs inside write(): a savepoint within a batch, else a transaction of its own. A
// request that is refused or fails is rolled back alone; when SQLite ended the whole transaction by
// itself, the batch is broken: nothing more is written until commit() has reported it.
//
// THREADING: one thread at a time.
#pragma once

#include "storage/sqlite_reader.hpp"

namespace takt {

class sqlite_writer : public sqlite_reads<store> {
public:
  using sqlite_reads::sqlite_reads;

  result<void> begin() override;
  result<void> commit() override;

  result<job> create_job(const takt::grant& g, const job& j) override;
  result<job> replace_job(const takt::grant& g, const job& j) override;
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

private:
  template <class F>
  auto write(F&& body) -> std::invoke_result_t<F> {
    if (auto opened = open_request(); !opened)
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

  result<void> open_request();
  /// Throws when SQLite cannot.
  void close_request();
  void abandon_request() noexcept;

  struct run_and_attempt {
    run r{};
    attempt a{};
  };

  /// store_stale_epoch.
  result<void> check_epoch(const takt::grant& g);
  /// store_stale_epoch, also for another shard's job.
  result<void> check(const takt::grant& g, const job_id& id);
  std::optional<fired_entry> find_row(const job_id& j, const fire_entry& entry);
  bool insert_run(const run& r);
  std::optional<run> load_run(const run_id& id);
  void update_run(const run& r);
  result<run_and_attempt> load_attempt(const takt::grant& g, const attempt_key& key, errc unknown);
  void update_attempt(const attempt& a);
  void write_task_types(const executor_info& info);

  bool batch_open_ = false;
  bool batch_broken_ = false;
  size_t requests_since_gap_ = 0;
};

} // namespace takt
