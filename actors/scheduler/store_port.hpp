// STORE PORT: the one writer of this node's store; makes many requests one commit.
//
// Receives  every writing request of actors/interfaces.hpp · commit_batch (itself)
// Sends     the answers, after the commit and never before · job_doubted (ROSTER): a run's end
//           planned its job's next due
// Owns      the store's writing connection
// Dies when its node stops it
//
// The first request of a batch sends commit_batch to the port itself: it comes back behind all that
// was in the mailbox by then, so a batch is what piled up during the last commit, and no timer is
// needed. Spawned detached in production (it waits for the disk), plain in tests.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"
#include "proto/time.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace takt {

class store_port {
public:
  using interface = store_port_actor;
  static inline const char* name = "takt.store-port";

  store_port(
    interface::pointer self, std::shared_ptr<store> rows, std::shared_ptr<metrics> counts,
    const clock* time);

  interface::behavior_type make_behavior();

private:
  struct queued {
    std::function<void(store&)> apply;
    /// nullptr: committed; otherwise why the batch failed.
    std::function<void(const failure*)> answer;
  };

  template <class Answer, class Apply>
  caf::result<Answer> enqueue(Answer blank, Apply apply);
  void on_commit();
  void count(const job_stored&) {}
  void count(const job_deleted&) {}
  void count(const executor_saved&) {}
  void count(const job_replanned&) {}
  void count(const almanac_stored&) {}
  void count(const runs_fired& answer);
  void count(const run_assigned& answer);
  void count(const attempt_started& answer);
  void count(const attempt_given_back& answer);
  void count(const attempt_finished& answer);

  interface::pointer self_;
  std::shared_ptr<store> store_;
  std::shared_ptr<metrics> metrics_;
  const clock* clock_;
  roster_actor roster_;
  std::vector<queued> queue_;
};

} // namespace takt
