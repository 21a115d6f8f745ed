// store_backends: every backend behind the same few words, so that one suite runs over all of them.
//
// A world has one store's rows and the objects on them; reopen() closes and opens them again (the
// memory backend's rows live as long as the world). One thread.
#pragma once

#include "storage/lease.hpp"
#include "storage/memory_store.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace takt::test {

enum class backend : uint8_t { memory, sqlite };

inline std::string name_of(backend b) {
  return b == backend::memory ? "memory" : "sqlite";
}

class store_world {
public:
  explicit store_world(backend which) : which_(which) { open(); }

  store& db() { return *store_; }
  store_reader& reader() { return *reader_; }
  lease_table& leases() { return *leases_; }

  void reopen() {
    reader_.reset();
    leases_.reset();
    store_.reset();
    open();
  }

  /// What the expected value holds, or nothing and a failed test.
  template <class T>
  static T unwrap(result<T> r) {
    EXPECT_TRUE(r.has_value()) << (r.has_value() ? "" : r.failure().message());
    return r.has_value() ? std::move(*r) : T{};
  }

private:
  void open() {
    if (which_ == backend::memory) {
      store_ = make_memory_store(rows_);
      reader_ = make_memory_reader(rows_);
      leases_ = make_memory_lease_table(rows_);
    } else {
      store_ = unwrap(open_sqlite_store(folder_.file("takt.db")));
      reader_ = unwrap(open_sqlite_reader(folder_.file("takt.db")));
      leases_ = unwrap(open_sqlite_lease_table(folder_.file("takt.db")));
    }
  }

  backend which_;
  temp_folder folder_{};
  std::shared_ptr<memory_rows> rows_ = make_memory_rows(cluster_id{{7}});
  std::unique_ptr<store> store_{};
  std::unique_ptr<store_reader> reader_{};
  std::unique_ptr<lease_table> leases_{};
};

/// An id made of one number; ids of larger numbers sort later.
template <class Id>
Id id_of(uint64_t n) {
  Id id;
  for (size_t i = 0; i < 8; ++i)
    id.bytes[15 - i] = static_cast<uint8_t>(n >> (8 * i));
  return id;
}

inline const host_time boot_start{"boot-1", mono_from_ms(1'000'000)};
inline const lease_owner first_node{{"node-a"}, "http://127.0.0.1:1"};
inline const lease_owner second_node{{"node-b"}, "http://127.0.0.1:2"};

/// Every shard taken once by first_node, and short ways to move a run along.
class store_test : public testing::TestWithParam<backend> {
protected:
  store_test() {
    for (const auto& g :
         store_world::unwrap(world.leases().take(first_node, boot_start, millis{10'000}, false)))
      epochs_[g.shard] = g.epoch;
  }

  static wall_time at(int64_t ms) { return wall_from_ms(1'700'000'000'000 + ms); }

  grant grant_for(const job_id& id) const { return {shard_of(id), epochs_[shard_of(id)]}; }
  grant stale_grant_for(const job_id& id) const {
    return {shard_of(id), epochs_[shard_of(id)] + 1};
  }

  static job make_job(uint64_t n) {
    job j;
    j.id = id_of<job_id>(n);
    j.name = "job " + std::to_string(n);
    j.task_type = "SHELL_COMMAND";
    j.rules = {interval_rule(millis{10'000})};
    j.payload = R"({"command":"true"})";
    j.anchor = j.created_at = j.updated_at = at(static_cast<int64_t>(n));
    j.next_due = at(10'000);
    return j;
  }

  job add_job(uint64_t n, uint32_t retry_times = 0) {
    auto j = make_job(n);
    j.retry_times = retry_times;
    return store_world::unwrap(db.create_job(grant_for(j.id), j));
  }

  static fire_entry entry_of(uint64_t id, int64_t due_ms, run_kind kind = run_kind::planned) {
    return {id_of<run_id>(id), kind, at(due_ms), at(due_ms), 1, run_state::pending, {}, {}};
  }

  fire_request fire_of(const job& j, std::vector<fire_entry> entries) const {
    return {grant_for(j.id), j.id, j.version, std::move(entries), at(20'000), {}, 0, at(10'001)};
  }

  /// A PENDING run with id `n`.
  run_id fire_one(const job& j, uint64_t n, int64_t due_ms) {
    store_world::unwrap(db.fire(fire_of(j, {entry_of(n, due_ms)})));
    return id_of<run_id>(n);
  }

  assign_request assign_of(const job& j, const run_id& r, attempt_no known = 0) const {
    return {grant_for(j.id), r, known, {"worker-1"}, id_of<incarnation_id>(99), at(10'010)};
  }

  assignment assign_one(const job& j, const run_id& r, attempt_no known = 0) {
    return store_world::unwrap(db.assign(assign_of(j, r, known)));
  }

  start_request start_of(const assignment& a) const {
    return {grant_for(a.job), a.key, at(10'020)};
  }

  finish_request finish_of(const assignment& a, run_event event) const {
    finish_request f;
    f.grant = grant_for(a.job);
    f.key = a.key;
    f.event = event;
    f.reason = "said_so";
    f.error = event == run_event::succeed ? "" : "exit 3";
    f.ended_at = at(10'500);
    f.output = {"head", std::string{"ta\0il", 5}, 9'000};
    f.now = at(10'510);
    f.retry_at = at(11'500);
    return f;
  }

  give_back_request give_back_of(const assignment& a) const {
    return {grant_for(a.job), a.key, "busy", at(10'030), at(10'700)};
  }

  run read_run(const run_id& id) { return store_world::unwrap(world.reader().find_run(id)); }
  run_state state_of(const run_id& id) { return read_run(id).state; }
  attempt read_attempt(const attempt_key& key) {
    auto all = store_world::unwrap(world.reader().list_attempts(key.run));
    EXPECT_GE(all.size(), key.attempt);
    return all.size() >= key.attempt ? all[key.attempt - 1] : attempt{};
  }

  static std::vector<shard_no> all_shards() {
    std::vector<shard_no> out;
    for (shard_no s = 0; s < shard_count; ++s)
      out.push_back(s);
    return out;
  }

private:
  std::array<epoch_no, shard_count> epochs_{};

protected:
  store_world world{GetParam()};
  store& db = world.db();
};

#define TAKT_EVERY_BACKEND(suite)                                                                  \
  INSTANTIATE_TEST_SUITE_P(                                                                        \
    every_backend, suite,                                                                          \
    testing::Values(::takt::test::backend::memory, ::takt::test::backend::sqlite),                 \
    [](const auto& tested) { return ::takt::test::name_of(tested.param); })

} // namespace takt::test
