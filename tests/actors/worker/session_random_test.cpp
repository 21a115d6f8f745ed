// The session against a terrible network, a terrible host and a model, seed by seed.
//
// Invariants, checked at every step: no attempt starts twice, ever; nothing is said that the disk
// could forget. And after a quiet period: everything met was acknowledged, as what it was.
#include "tests/actors/worker/session_harness.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace takt {
namespace {

using namespace std::chrono_literals;

/// A scheduler, a network and a task host around one worker.
class world {
public:
  explicit world(uint64_t seed) : dice_(seed) {
    h_.journal_cfg.bytes_max = 6000; // compaction happens all the time
    h_.start();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i)
      step();
    heal();
  }

private:
  uint64_t roll(uint64_t sides) { return dice_.next_u64() % sides; }

  attempt_ref any_ref() {
    return session_harness::ref(
      static_cast<uint8_t>(roll(30)), static_cast<attempt_no>(1 + roll(2)));
  }

  void step() {
    switch (roll(12)) {
    case 0:
    case 1:
    case 2: {
      auto r = any_ref();
      if (!acked_.contains(r)) // the scheduler itself never asks for what it has stored
        in_flight_.push_back(session_harness::dispatch(r, 3 + roll(3)));
      break;
    }
    case 3:
      if (auto r = any_ref(); !acked_.contains(r))
        in_flight_.push_back(session_harness::about(frame_kind::cancel, r, 5));
      break;
    case 4:
    case 5:
      deliver_one();
      break;
    case 6:
      finish_one();
      break;
    case 7:
      h_.pass(millis{static_cast<int64_t>(roll(3000))});
      break;
    case 8:
      if (up_)
        h_.worker->on_link_down(0);
      else
        h_.worker->on_link_up(0, h_.now);
      up_ = !up_;
      break;
    case 9:
      if (roll(4) == 0)
        crash();
      break;
    default:
      flush(roll(3) == 0);
    }
  }

  /// In any order, sometimes twice, sometimes never.
  void deliver_one() {
    if (in_flight_.empty())
      return;
    auto i = roll(in_flight_.size());
    auto m = in_flight_[i];
    if (roll(4) != 0)
      in_flight_.erase(in_flight_.begin() + static_cast<ptrdiff_t>(i));
    if (roll(8) != 0)
      h_.get(m);
  }

  void finish_one() {
    if (tasks_.empty())
      return;
    auto i = tasks_.begin();
    std::advance(i, static_cast<ptrdiff_t>(roll(tasks_.size())));
    h_.finish(*i, attempt_outcome::success, std::string(roll(500), 'o'));
    tasks_.erase(i);
  }

  void crash() {
    ASSERT_TRUE(h_.log->write());
    auto unsynced = h_.disk.content.size() - h_.disk.synced;
    h_.crash(roll(2) != 0 ? roll(unsynced + 1) : 0);
    tasks_.clear();
    up_ = false;
    h_.start();
  }

  void flush(bool lossy) {
    h_.flush();
    if (h_.kinds().empty())
      return;
    memory_disk after_crash{h_.disk.content, h_.disk.synced};
    after_crash.crash();
    auto durable = open_journal(after_crash, h_.random);
    ASSERT_TRUE(durable) << durable.failure().message();
    for (const auto& e : h_.effects) {
      if (auto* start = std::get_if<start_task>(&e))
        started(*start, *durable);
      if (auto* send = std::get_if<send_message>(&e))
        said(send->what, *durable, lossy);
    }
  }

  void started(const start_task& e, const journal& durable) {
    EXPECT_TRUE(starts_.insert(e.ref).second) << to_string(e.ref.key) << " started twice";
    EXPECT_FALSE(never_.contains(e.ref)) << to_string(e.ref.key) << " was said never to start";
    ASSERT_TRUE(durable.find(e.ref));
    EXPECT_GE(durable.find(e.ref)->phase, attempt_phase::started);
    tasks_.insert(e.ref);
  }

  void said(const message& m, const journal& durable, bool lossy) {
    static const std::map<frame_kind, attempt_phase> says = {
      {frame_kind::accepted, attempt_phase::accepted},
      {frame_kind::started, attempt_phase::started},
      {frame_kind::result, attempt_phase::finished},
      {frame_kind::refused, attempt_phase::refused},
      {frame_kind::not_started, attempt_phase::not_started}};
    if (m.header.kind == frame_kind::register_) {
      auto session = unpack<register_body>(m.body)->info.session;
      EXPECT_GT(session, last_session_);
      EXPECT_GE(durable.session(), session);
      last_session_ = session;
    }
    auto phase = says.find(m.header.kind);
    if (phase == says.end())
      return;
    attempt_ref ref{m.header.cluster, {}};
    ref.key = m.header.kind == frame_kind::result ? unpack<result_body>(m.body)->key()
                                                  : unpack<attempt_body>(m.body)->key();
    if (!durable.is_acked(ref)) {
      ASSERT_TRUE(durable.find(ref)) << to_string(m.header.kind);
      EXPECT_GE(durable.find(ref)->phase, phase->second);
    }
    if (phase->second < attempt_phase::finished)
      return;
    if (m.header.kind == frame_kind::result) {
      EXPECT_FALSE(never_.contains(ref));
      results_.insert(ref);
    } else {
      EXPECT_FALSE(starts_.contains(ref)) << "said never started, but it was";
      never_.insert(ref);
    }
    if (lossy)
      return;
    acked_.insert(ref);
    in_flight_.push_back(session_harness::about(frame_kind::result_ack, ref));
  }

  /// The quiet period: nothing is lost, tasks finish, links hold.
  void heal() {
    if (!up_)
      h_.worker->on_link_up(0, h_.now);
    up_ = true;
    for (int i = 0; i < 20; ++i) {
      for (const auto& m : std::exchange(in_flight_, {}))
        h_.get(m);
      while (!tasks_.empty())
        finish_one();
      h_.pass(limits::resend_interval);
      flush(false);
    }
    EXPECT_EQ(h_.worker->open(), 0u) << "something was never acknowledged";
    EXPECT_EQ(h_.worker->running(), 0u);
    for (const auto& r : starts_)
      EXPECT_TRUE(results_.contains(r)) << to_string(r.key) << " started and never ended";
  }

  session_harness h_;
  seeded_entropy dice_;
  bool up_ = false;
  uint64_t last_session_ = 0;
  std::vector<message> in_flight_;
  std::set<attempt_ref> tasks_;   ///< run now
  std::set<attempt_ref> starts_;  ///< were handed to the host
  std::set<attempt_ref> never_;   ///< were said to be refused or not started
  std::set<attempt_ref> results_; ///< a result was sent
  std::set<attempt_ref> acked_;   ///< the scheduler stored how they ended
};

TEST(session_in_a_terrible_world, keeps_its_promises_for_every_seed) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    world w{seed};
    w.run(200);
    if (::testing::Test::HasFailure())
      break;
  }
}

/// One attempt's whole life, with a crash after each number of bytes that the disk may have kept.
TEST(session_in_a_terrible_world, a_crash_at_every_byte_of_a_life_starts_nothing_twice) {
  for (int stage = 0; stage < 4; ++stage) {
    for (size_t kept = 0;; ++kept) {
      session_harness h;
      auto ref = session_harness::ref(1);
      h.start();
      h.worker->on_link_up(0, h.now);
      h.get({session_harness::header(frame_kind::reconcile, ref, 0), {}, {}});
      h.flush();
      h.get(h.dispatch(ref));
      size_t starts = 0;
      if (stage >= 1)
        starts += (h.flush(), h.all<start_task>().size());
      if (stage >= 2)
        h.finish(ref);
      if (stage >= 3) {
        h.flush();
        h.get(h.about(frame_kind::result_ack, ref));
      }
      ASSERT_TRUE(h.log->write());
      auto unsynced = h.disk.content.size() - h.disk.synced;
      if (kept > unsynced)
        break;
      h.crash(kept);
      h.start();
      h.worker->on_link_up(0, h.now);
      h.get(h.dispatch(ref));
      h.flush();
      starts += h.all<start_task>().size();
      EXPECT_LE(starts, 1u) << "stage " << stage << ", kept " << kept;
      EXPECT_EQ(starts == 0 || h.all<start_task>().empty() || stage == 0, true);
    }
  }
}

} // namespace
} // namespace takt
