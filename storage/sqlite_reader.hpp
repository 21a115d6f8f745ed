// sqlite_reads: the reading half of a SQLite store or reader. Included by those only.
// THREADING: one thread at a time per object.
#pragma once

#include "storage/sqlite_connection.hpp"
#include "storage/store.hpp"

namespace takt {

/// @tparam Base store_reader or store
template <class Base>
class sqlite_reads : public Base {
public:
  sqlite_reads(std::unique_ptr<sqlite_connection> db, cluster_id id)
    : db_(std::move(db)), cluster_(id) {}

  cluster_id cluster() const override { return cluster_; }
  result<job> find_job(const job_id& id) override;
  result<page_of<job>> list_jobs(const page_request& page) override;
  result<std::vector<job>> jobs_due(
    const std::vector<shard_no>& shards, wall_time until, uint32_t max,
    const std::optional<store_reader::due_cursor>& after) override;
  result<std::vector<job>> jobs_planned_otherwise(
    const std::vector<shard_no>& shards, const std::string& zones, uint64_t calendars,
    const std::optional<job_id>& after, uint32_t max) override;
  result<run> find_run(const run_id& id) override;
  result<page_of<run>> list_runs(const job_id& job, const page_request& page) override;
  result<page_of<run>>
  list_ledger(const job_id& job, wall_time from, wall_time to, const page_request& page) override;
  result<store_reader::ledger_place> find_due(const job_id& job, wall_time at) override;
  result<std::vector<millis>> recent_durations(const job_id& job, uint32_t max) override;
  result<std::vector<attempt>> list_attempts(const run_id& run) override;
  result<std::vector<ready_run>>
  ready_runs(const std::vector<shard_no>& shards, uint32_t max) override;
  result<std::vector<assignment>> in_flight(const std::vector<shard_no>& shards) override;
  result<uint64_t> count_ready(const std::vector<shard_no>& shards) override;
  result<std::vector<executor>> list_executors() override;
  result<std::vector<std::string>> known_task_types() override;
  result<store_reader::almanac_rows> almanac() override;
  result<uint64_t> almanac_revision() override;

protected:
  template <class F>
  auto read(F&& body) -> std::invoke_result_t<F> {
    try {
      return body();
    } catch (const std::exception& e) {
      return db_->explain(e);
    }
  }

  std::unique_ptr<sqlite_connection> db_;

private:
  /// The instant that a ledger's listing from `from` starts at: a row may reach into it.
  wall_time ledger_start(const job_id& job, wall_time from);

  cluster_id cluster_;
};

extern template class sqlite_reads<store_reader>;
extern template class sqlite_reads<store>;

/// Newest attempts, ready to be sent, of in-flight runs, by (due, id). `where` is on r (runs), its
/// parameters are bound by the caller.
std::string select_assignments(std::string_view where);
assignment get_assignment(sqlite_statement& row);

} // namespace takt
