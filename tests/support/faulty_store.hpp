// faulty_store: a store whose answers cannot be trusted, on a seeded schedule.
//
// Each writing request fails before it was applied, or after (applied but reported lost), with the
// given chances. begin() fails only before, commit() only after: a batch that is lost whole is the
// backend's to make (memory_options::on_commit). Reads pass through. One thread.
#pragma once

#include "proto/random.hpp"
#include "storage/store.hpp"

namespace takt::test {

struct fault_plan {
  uint64_t seed = 1;
  uint32_t before_permille = 0;
  uint32_t after_permille = 0;
};

class faulty_store : public store {
public:
  /// `inner` must outlive it.
  faulty_store(store& inner, const fault_plan& plan)
    : inner_(inner), plan_(plan), random_(plan.seed) {}

  /// From now on; {} heals it.
  void set_plan(const fault_plan& plan) {
    plan_ = plan;
    random_ = seeded_entropy{plan.seed};
  }
  uint64_t failed_before() const noexcept { return failed_before_; }
  uint64_t failed_after() const noexcept { return failed_after_; }

  // -- reads pass through -----------------------------------------------------
  cluster_id cluster() const override { return inner_.cluster(); }
  result<job> find_job(const job_id& id) override { return inner_.find_job(id); }
  result<page_of<job>> list_jobs(const page_request& p) override { return inner_.list_jobs(p); }
  result<std::vector<job>> jobs_due(
    const std::vector<shard_no>& shards, wall_time until, uint32_t max,
    const std::optional<due_cursor>& after) override {
    return inner_.jobs_due(shards, until, max, after);
  }
  result<std::vector<job>> jobs_planned_otherwise(
    const std::vector<shard_no>& shards, const std::string& zones, uint64_t calendars,
    const std::optional<job_id>& after, uint32_t max) override {
    return inner_.jobs_planned_otherwise(shards, zones, calendars, after, max);
  }
  result<run> find_run(const run_id& id) override { return inner_.find_run(id); }
  result<page_of<run>> list_runs(const job_id& id, const page_request& p) override {
    return inner_.list_runs(id, p);
  }
  result<page_of<run>>
  list_ledger(const job_id& id, wall_time from, wall_time to, const page_request& p) override {
    return inner_.list_ledger(id, from, to, p);
  }
  result<ledger_place> find_due(const job_id& id, wall_time at) override {
    return inner_.find_due(id, at);
  }
  result<std::vector<millis>> recent_durations(const job_id& id, uint32_t max) override {
    return inner_.recent_durations(id, max);
  }
  result<std::vector<attempt>> list_attempts(const run_id& id) override {
    return inner_.list_attempts(id);
  }
  result<std::vector<ready_run>>
  ready_runs(const std::vector<shard_no>& shards, uint32_t max) override {
    return inner_.ready_runs(shards, max);
  }
  result<std::vector<assignment>> in_flight(const std::vector<shard_no>& shards) override {
    return inner_.in_flight(shards);
  }
  result<uint64_t> count_ready(const std::vector<shard_no>& shards) override {
    return inner_.count_ready(shards);
  }
  result<std::vector<executor>> list_executors() override { return inner_.list_executors(); }
  result<std::vector<std::string>> known_task_types() override { return inner_.known_task_types(); }
  result<almanac_rows> almanac() override { return inner_.almanac(); }
  result<uint64_t> almanac_revision() override { return inner_.almanac_revision(); }

  // -- writes may not ---------------------------------------------------------
  result<void> begin() override {
    if (strikes(plan_.before_permille))
      return (++failed_before_, lost());
    return inner_.begin();
  }
  result<void> commit() override {
    auto answer = inner_.commit();
    if (strikes(plan_.after_permille))
      return (++failed_after_, lost());
    return answer;
  }
  result<job> create_job(const takt::grant& g, const job& j) override {
    return shaky([&] { return inner_.create_job(g, j); });
  }
  result<job> replace_job(const takt::grant& g, const job& j, bool keeps_plan) override {
    return shaky([&] { return inner_.replace_job(g, j, keeps_plan); });
  }
  result<void> replan(const replan_request& r) override {
    return shaky([&] { return inner_.replan(r); });
  }
  result<attempts_to_cancel>
  remove_job(const takt::grant& g, const job_id& id, wall_time now) override {
    return shaky([&] { return inner_.remove_job(g, id, now); });
  }
  result<fired> fire(const fire_request& r) override {
    return shaky([&] { return inner_.fire(r); });
  }
  result<assignment> assign(const assign_request& r) override {
    return shaky([&] { return inner_.assign(r); });
  }
  result<void> start(const start_request& r) override {
    return shaky([&] { return inner_.start(r); });
  }
  result<run_state> give_back(const give_back_request& r) override {
    return shaky([&] { return inner_.give_back(r); });
  }
  result<finished> finish(const finish_request& r) override {
    return shaky([&] { return inner_.finish(r); });
  }
  result<void> save_executor(const executor_info& info, wall_time now) override {
    return shaky([&] { return inner_.save_executor(info, now); });
  }
  result<void> mark_executor(const executor_id& id, bool up, wall_time now) override {
    return shaky([&] { return inner_.mark_executor(id, up, now); });
  }
  result<void> remove_executor(const executor_id& id) override {
    return shaky([&] { return inner_.remove_executor(id); });
  }
  result<uint64_t> save_calendar(const takt::grant& g, const calendar& c) override {
    return shaky([&] { return inner_.save_calendar(g, c); });
  }
  result<uint64_t> remove_calendar(const takt::grant& g, const std::string& name) override {
    return shaky([&] { return inner_.remove_calendar(g, name); });
  }
  result<uint64_t> save_blackout(const takt::grant& g, const blackout& b) override {
    return shaky([&] { return inner_.save_blackout(g, b); });
  }
  result<uint64_t> remove_blackout(const takt::grant& g, const std::string& name) override {
    return shaky([&] { return inner_.remove_blackout(g, name); });
  }

private:
  template <class F>
  auto shaky(F&& request) -> std::invoke_result_t<F> {
    if (strikes(plan_.before_permille))
      return (++failed_before_, lost());
    auto answer = request();
    if (strikes(plan_.after_permille))
      return (++failed_after_, lost());
    return answer;
  }

  bool strikes(uint32_t permille) { return permille > 0 && random_.next_u64() % 1000 < permille; }

  static failure lost() { return {errc::store_failed, "injected"}; }

  store& inner_;
  fault_plan plan_;
  seeded_entropy random_;
  uint64_t failed_before_ = 0;
  uint64_t failed_after_ = 0;
};

} // namespace takt::test
