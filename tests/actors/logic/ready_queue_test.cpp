#include "actors/logic/ready_queue.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

using namespace takt;
using namespace std::chrono_literals;

namespace {

constexpr wall_time t0 = wall_from_ms(1'700'000'000'000);

template <class Id>
Id numbered(uint32_t n) {
  Id id;
  for (size_t i = 0; i < 4; ++i)
    id.bytes[15 - i] = static_cast<uint8_t>(n >> (8 * i));
  return id;
}

uint32_t number_of(const run_id& id) {
  uint32_t n = 0;
  for (size_t i = 12; i < 16; ++i)
    n = n << 8 | id.bytes[i];
  return n;
}

struct spec {
  uint32_t run = 0;
  uint32_t job = 0;
  millis due{};
  millis not_before{};
  std::string pinned{};
};

queued_run made(const spec& s) {
  auto job = numbered<job_id>(s.job);
  return {numbered<run_id>(s.run), job,       shard_of(job), 0, t0 + s.due, t0 + s.not_before,
          "SHELL_COMMAND",         {s.pinned}};
}

using numbers = std::vector<uint32_t>;

/// Offers at `now`, answers with `answer`, and returns what was offered.
numbers offer(
  ready_queue& queue, millis now,
  const std::function<offered(const queued_run&)>& answer = [](auto&) { return offered::taken; }) {
  numbers seen;
  queue.offer(t0 + now, [&](const queued_run& r) {
    seen.push_back(number_of(r.id));
    return answer(r);
  });
  return seen;
}

} // namespace

TEST(ready_queue, heads_of_all_jobs_are_offered_in_due_order) {
  ready_queue queue;
  queue.add(made({1, 10, 30ms}));
  queue.add(made({2, 20, 10ms}));
  queue.add(made({3, 30, 20ms, 0ms, "w1"})); // another kind
  queue.add(made({4, 40, 10ms}));            // the same due: by id
  EXPECT_EQ(queue.size(), 4u);
  EXPECT_EQ(offer(queue, 50ms), (numbers{2, 4, 3, 1}));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(ready_queue, a_jobs_runs_go_one_after_the_other) {
  ready_queue queue;
  queue.add(made({1, 10, 20ms}));
  queue.add(made({2, 10, 10ms}));
  EXPECT_EQ(offer(queue, 50ms), (numbers{2}));
  EXPECT_EQ(offer(queue, 50ms), (numbers{})); // busy with 2
  queue.set_busy(numbered<job_id>(10), false);
  EXPECT_EQ(offer(queue, 50ms), (numbers{1}));
}

TEST(ready_queue, a_busy_job_is_not_offered_even_when_its_runs_come_later) {
  ready_queue queue;
  queue.set_busy(numbered<job_id>(10), true);
  queue.add(made({1, 10, 0ms}));
  EXPECT_EQ(offer(queue, 50ms), (numbers{}));
  queue.set_busy(numbered<job_id>(10), false);
  EXPECT_EQ(offer(queue, 50ms), (numbers{1}));
}

TEST(ready_queue, a_declined_run_stays_and_its_kind_is_passed_over_for_this_offer) {
  ready_queue queue;
  for (uint32_t n = 1; n <= 1000; ++n)
    queue.add(made({n, n, 0ms, 0ms, "away"}));
  queue.add(made({2000, 2000, 10ms}));
  queue.add(made({2001, 2001, 20ms, 0ms, "here"}));
  auto answer = [](const queued_run& r) {
    return r.pinned.text == "away" ? offered::declined : offered::taken;
  };
  EXPECT_EQ(offer(queue, 50ms, answer), (numbers{1, 2000, 2001}));
  EXPECT_EQ(queue.size(), 1000u);
  EXPECT_EQ(offer(queue, 50ms, answer), (numbers{1}));
}

TEST(ready_queue, stop_ends_the_offer_and_keeps_the_run) {
  ready_queue queue;
  queue.add(made({1, 10, 10ms}));
  queue.add(made({2, 20, 20ms, 0ms, "w1"}));
  queue.add(made({3, 30, 30ms}));
  int answers = 0;
  auto one = [&](const queued_run&) { return answers++ == 0 ? offered::taken : offered::stop; };
  EXPECT_EQ(offer(queue, 50ms, one), (numbers{1, 2}));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(offer(queue, 50ms), (numbers{2, 3}));
}

TEST(ready_queue, the_number_taken_is_returned) {
  ready_queue queue;
  queue.add(made({1, 10}));
  queue.add(made({2, 20, 0ms, 0ms, "away"}));
  queue.add(made({3, 30}));
  EXPECT_EQ(
    queue.offer(
      t0,
      [](const queued_run& r) { return r.pinned.empty() ? offered::taken : offered::declined; }),
    2u);
}

TEST(ready_queue, a_head_that_must_wait_holds_its_line_and_names_the_next_instant) {
  ready_queue queue;
  queue.add(made({1, 10, 0ms, 500ms})); // a retry
  queue.add(made({2, 10, 10ms}));       // behind it
  queue.add(made({3, 20, 20ms, 300ms}));
  EXPECT_EQ(offer(queue, 100ms), (numbers{}));
  EXPECT_EQ(queue.next_instant(), t0 + 300ms);
  EXPECT_EQ(offer(queue, 300ms), (numbers{3}));
  EXPECT_EQ(queue.next_instant(), t0 + 500ms);
  EXPECT_EQ(offer(queue, 500ms), (numbers{1}));
  EXPECT_EQ(queue.next_instant(), std::nullopt);
}

TEST(ready_queue, busy_jobs_have_no_next_instant) {
  ready_queue queue;
  queue.add(made({1, 10, 0ms, 500ms}));
  queue.set_busy(numbered<job_id>(10), true);
  EXPECT_EQ(queue.next_instant(), std::nullopt);
  queue.set_busy(numbered<job_id>(10), false);
  EXPECT_EQ(queue.next_instant(), t0 + 500ms);
}

TEST(ready_queue, adding_again_replaces) {
  ready_queue queue;
  queue.add(made({1, 10, 0ms, 0ms}));
  queue.add(made({1, 10, 0ms, 400ms, "w1"}));
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(offer(queue, 100ms), (numbers{}));
  numbers pinned;
  EXPECT_EQ(
    offer(
      queue, 400ms,
      [&](const queued_run& r) {
        EXPECT_EQ(r.pinned.text, "w1");
        return offered::taken;
      }),
    (numbers{1}));
}

TEST(ready_queue, an_erased_head_gives_way_to_the_next_in_line) {
  ready_queue queue;
  queue.add(made({1, 10, 0ms}));
  queue.add(made({2, 10, 10ms}));
  EXPECT_TRUE(queue.erase(numbered<run_id>(1)));
  EXPECT_FALSE(queue.erase(numbered<run_id>(1)));
  EXPECT_EQ(offer(queue, 50ms), (numbers{2}));
}

TEST(ready_queue, a_dropped_shard_takes_its_runs_and_its_busy_jobs_along) {
  ready_queue queue;
  auto gone = made({1, 10});
  auto other = made({2, 11});
  ASSERT_NE(gone.shard, other.shard);
  queue.add(gone);
  queue.add(made({3, 10, 10ms, 900ms}));
  queue.add(other);
  queue.set_busy(gone.job, true);
  queue.drop_shard(gone.shard);
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_FALSE(queue.erase(gone.id));
  queue.add(gone); // taken over again: nothing is known to be in flight
  EXPECT_EQ(offer(queue, 50ms), (numbers{1, 2}));
}

TEST(ready_queue, a_clock_that_steps_back_makes_heads_wait_again) {
  ready_queue queue;
  queue.add(made({1, 10, 0ms, 500ms}));
  EXPECT_EQ(offer(queue, 600ms, [](auto&) { return offered::declined; }), (numbers{1}));
  EXPECT_EQ(offer(queue, 100ms), (numbers{}));
  EXPECT_EQ(queue.next_instant(), t0 + 500ms);
  EXPECT_EQ(offer(queue, 500ms), (numbers{1}));
}

// -- against a plain list -----------------------------------------------------

namespace {

/// The same promises, kept by looking at everything.
struct model {
  std::map<uint32_t, queued_run> runs{};
  std::set<job_id> busy{};

  std::vector<const queued_run*> heads() const {
    std::map<job_id, const queued_run*> first;
    for (const auto& [n, r] : runs) {
      auto& head = first[r.job];
      if (!head || std::pair{r.due, r.id} < std::pair{head->due, head->id})
        head = &r;
    }
    std::vector<const queued_run*> out;
    for (auto [job, head] : first)
      if (!busy.contains(job))
        out.push_back(head);
    std::sort(out.begin(), out.end(), [](auto* a, auto* b) {
      return std::pair{a->due, a->id} < std::pair{b->due, b->id};
    });
    return out;
  }
};

} // namespace

TEST(ready_queue, random_operations_do_what_a_plain_list_does) {
  std::mt19937_64 random{7};
  auto below = [&](uint32_t n) { return static_cast<uint32_t>(random() % n); };
  ready_queue queue;
  model expected;
  auto now = 0ms;
  for (int i = 0; i < 20'000; ++i) {
    auto run = below(60) + 1;
    auto job = run % 20; // a run's job never changes
    switch (below(8)) {
    case 0:
    case 1:
    case 2: {
      auto pinned = below(3) ? "" : "w" + std::to_string(below(3));
      auto r = made({run, job, millis{below(100)}, now + millis{below(100)} - 60ms, pinned});
      queue.add(r);
      expected.runs[run] = r;
      break;
    }
    case 3:
      ASSERT_EQ(queue.erase(numbered<run_id>(run)), expected.runs.erase(run) == 1);
      break;
    case 4: {
      auto busy = below(3) == 0;
      queue.set_busy(numbered<job_id>(job), busy);
      busy ? void(expected.busy.insert(numbered<job_id>(job)))
           : void(expected.busy.erase(numbered<job_id>(job)));
      break;
    }
    case 5:
      if (below(20) == 0) {
        auto shard = shard_of(numbered<job_id>(job));
        queue.drop_shard(shard);
        std::erase_if(expected.runs, [&](auto& e) { return e.second.shard == shard; });
        std::erase_if(expected.busy, [&](auto& id) { return shard_of(id) == shard; });
      }
      break;
    default: {
      now += millis{below(40)} - (below(10) == 0 ? 60ms : 0ms);
      auto stop_at = below(6) ? below(8) : 1000;
      auto away = "w" + std::to_string(below(3));
      auto answer = [&](const queued_run& r, size_t nth) {
        if (nth == stop_at)
          return offered::stop;
        return r.pinned.text == away ? offered::declined : offered::taken;
      };
      numbers wanted;
      bool away_declined = false;
      for (auto* head : expected.heads()) {
        if (head->not_before > t0 + now || (away_declined && head->pinned.text == away))
          continue;
        auto reply = answer(*head, wanted.size());
        wanted.push_back(number_of(head->id));
        if (reply == offered::stop)
          break;
        away_declined = away_declined || reply == offered::declined;
        if (reply == offered::taken) {
          expected.busy.insert(head->job);
          expected.runs.erase(number_of(head->id));
        }
      }
      size_t nth = 0;
      ASSERT_EQ(offer(queue, now, [&](const queued_run& r) { return answer(r, nth++); }), wanted);
      std::optional<wall_time> next;
      for (auto* head : expected.heads())
        if (head->not_before > t0 + now && (!next || head->not_before < *next))
          next = head->not_before;
      ASSERT_EQ(queue.next_instant(), next);
    }
    }
    ASSERT_EQ(queue.size(), expected.runs.size());
  }
}
