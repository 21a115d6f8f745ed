// attempt_book_fixture: one book, one attempt, and short words for what is said to the book. The
// effects pile up in `out` until a test clears them.
#pragma once

#include "actors/scheduler/attempt_book.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace takt::test {

template <class Id>
Id id_of(uint8_t n) {
  Id id;
  id.bytes.fill(n);
  return id;
}

inline const executor_id worker{"w1"};
inline const cluster_id cluster = id_of<cluster_id>(7);
inline const incarnation_id first_life = id_of<incarnation_id>(1);
inline const incarnation_id second_life = id_of<incarnation_id>(2);
inline const job_id the_job = id_of<job_id>(3);
inline const grant held{shard_of(the_job), 5};
inline const attempt_key the_key{id_of<run_id>(9), 1};

class book_test : public ::testing::Test {
protected:
  book_test() {
    book.keep_only({held});
    on_register(first_life, 1, {});
    out = {};
  }

  assignment assigned(attempt_no attempt = 1) const {
    assignment a;
    a.key = {the_key.run, attempt};
    a.fence = 40 + attempt;
    a.grant = held;
    a.executor = worker;
    a.incarnation = first_life;
    a.job = the_job;
    a.task_type = "ECHO";
    a.payload = "payload";
    a.timeout_s = 60;
    a.due = now.wall - millis{25};
    return a;
  }

  void pass(millis by) {
    now.wall += by;
    now.mono += by;
    book.on_tick(now, out);
  }

  message frame(frame_kind kind, std::string body, epoch_no epoch = held.epoch) const {
    message m;
    m.header.kind = kind;
    m.header.shard = held.shard;
    m.header.epoch = epoch;
    m.header.cluster = cluster;
    m.header.executor = worker;
    m.body = std::move(body);
    return m;
  }

  void says(frame_kind kind, uint64_t session = 1, std::string reason = {}) {
    attempt_body body;
    body.run = the_key.run;
    body.attempt = the_key.attempt;
    body.at = now.wall;
    body.reason = std::move(reason);
    body.session = session;
    book.on_frame(frame(kind, pack(body)), now, out);
  }

  void says_result(
    attempt_outcome outcome, epoch_no epoch = held.epoch, uint64_t session = 1,
    std::string output = {}) {
    result_body body;
    body.run = the_key.run;
    body.attempt = the_key.attempt;
    body.outcome = outcome;
    body.started = now.wall - millis{100};
    body.ended = now.wall;
    body.output_bytes = output.size();
    body.output_head = static_cast<uint32_t>(std::min<size_t>(output.size(), 2));
    body.session = session;
    auto m = frame(frame_kind::result, pack(body), epoch);
    m.payload = std::move(output);
    book.on_frame(m, now, out);
  }

  void
  on_register(incarnation_id incarnation, uint64_t session, std::vector<held_attempt> inventory) {
    register_body body;
    body.info.id = worker;
    body.info.incarnation = incarnation;
    body.info.session = session;
    body.inventory = std::move(inventory);
    book.on_register(body, now, out);
  }

  held_attempt listed(attempt_phase phase) const {
    return {the_key.run, the_key.attempt, the_job, 41, phase};
  }

  finished ended(run_state state, wall_time not_before = {}) const {
    finished f;
    f.key = the_key;
    f.job = the_job;
    f.state = f.outcome = state;
    f.not_before = not_before;
    return f;
  }

  void dispatch() { book.dispatch(assigned(), now, out); }
  void running() {
    dispatch();
    says(frame_kind::accepted);
    says(frame_kind::started);
    book.on_started(the_key, done{}, out);
    out = {};
  }

  std::vector<message> frames(frame_kind kind) const {
    std::vector<message> found;
    std::copy_if(
      out.frames.begin(), out.frames.end(), std::back_inserter(found),
      [&](const message& m) { return m.header.kind == kind; });
    return found;
  }
  size_t count(frame_kind kind) const { return frames(kind).size(); }
  /// Nothing was said to the executor or to the store.
  bool is_quiet() const {
    return out.frames.empty() && out.starts.empty() && out.give_backs.empty()
      && out.finishes.empty() && out.over.empty() && out.back.empty();
  }

  instant now{wall_from_ms(1'767'225'600'000), mono_from_ms(5'000'000)};
  attempt_book book{worker, cluster};
  book_effects out{};
};

inline const failure moved{errc::store_run_moved, ""};
inline const failure broken{errc::store_failed, ""};
inline const failure stale{errc::store_stale_epoch, ""};

} // namespace takt::test
