// attempt_book: what a scheduler knows of the attempts at one executor, and what follows from each
// frame, answer and tick. Pure: `now` is an argument, effects are returned; the EXECUTOR PROXY
// carries them out. Owned by one actor.
//
// The rules are design.md's crash rules. In short: only the executor's own word or its silence
// changes a state; the store decides every race; a word of the executor is acknowledged only when
// the store has it; everything unacknowledged is sent again.
//
// An attempt is judged by an inventory only when the last frame about it came from an older session
// than the inventory's, so that a frame and an inventory that cross on the way do no harm. What is
// not known for sure (adopted, given up but not stored, started unheard) is asked for again.
//
// What the executor says of an attempt that is not in the book goes to the store under the grant
// that is held now, whatever epoch the executor knows: the store's compare-and-set judges it.
#pragma once

#include "actors/log.hpp"
#include "actors/messages.hpp"
#include "actors/scheduler/recent.hpp"
#include "proto/time.hpp"

#include <optional>
#include <unordered_map>
#include <vector>

namespace takt {

/// What the book wants done, in this order.
struct book_effects {
  std::vector<message> frames{};
  std::vector<start_request> starts{};
  std::vector<give_back_request> give_backs{};
  std::vector<finish_request> finishes{};
  /// Attempts that left the executor, for the DISPATCHER.
  std::vector<attempt_over> over{};
  /// Attempts that are open again after they were given up.
  std::vector<assignment> back{};
  /// How late planned runs started, once each.
  std::vector<millis> lateness{};
  /// The executor should say REGISTER again.
  bool reconcile = false;
  std::vector<std::string> notes{};
};

class attempt_book {
public:
  attempt_book(executor_id executor, cluster_id cluster);

  // -- from the scheduler -----------------------------------------------------

  /// A committed assignment: DISPATCH it, again and again until the executor answers.
  void dispatch(const assignment& what, const instant& now, book_effects& out);
  /// Found in flight in the store: judged by the next inventory. One that ended since the store was
  /// read is over at once.
  void adopt(const assignment& what, const instant& now, book_effects& out);
  /// CANCEL it, again and again until the executor answers. Unknown: sent once, and remembered for
  /// a DISPATCH that this cancel overtook.
  void cancel(const assignment& what, const instant& now, book_effects& out);
  /// The grants held now; forgets everything under others.
  void keep_only(const std::vector<grant>& grants);

  // -- from the executor ------------------------------------------------------

  /// A REGISTER of this cluster id. An older one is ignored.
  void on_register(const register_body& body, const instant& now, book_effects& out);
  /// ACCEPTED, REFUSED, NOT_STARTED, STARTED, RESULT. Malformed bodies are noted and dropped.
  void on_frame(const message& frame, const instant& now, book_effects& out);
  /// The executor was silent for too long: everything it has is LOST.
  void on_silence(const instant& now, book_effects& out);
  /// Sends again what was not answered.
  void on_tick(const instant& now, book_effects& out);

  // -- from the store ---------------------------------------------------------

  void on_started(const attempt_key& key, const result<void>& outcome, book_effects& out);
  void on_given_back(
    const attempt_key& key, const result<run_state>& outcome, wall_time not_before,
    book_effects& out);
  void on_finished(const attempt_key& key, const result<finished>& outcome, book_effects& out);

  size_t size() const noexcept { return open_.size(); }
  uint64_t session() const noexcept { return session_; }

private:
  enum class phase : uint8_t { sent, accepted, running };

  struct entry {
    assignment what{};
    phase at = phase::sent;
    /// The executor's session when it last spoke of this attempt; 0: not since we know of it.
    uint64_t session = 0;
    /// Only an inventory can say how it stands: it was adopted, or the store could not take LOST.
    bool in_doubt = false;
    bool canceling = false;
    bool start_stored = false;
    /// A finish or give-back is on its way to the store.
    bool closing = false;
    /// It was this book that gave it up: the executor said nothing that could be acknowledged.
    bool given_up = false;
    wall_time started_at{};
    mono_time last_sent{};
  };

  /// An attempt that is not in the book, of which the executor spoke: whose shard, for the answer.
  struct stranger {
    grant under{};
    job_id job{};
  };

  struct ending {
    run_state state = run_state::failed;
    wall_time not_before{};
  };

  void on_inventory_item(const held_attempt& held, const instant& now, book_effects& out);
  void judge_missing(entry& e, bool same_incarnation, const instant& now, book_effects& out);
  void saw_running(entry& e, wall_time at, book_effects& out);
  void on_accepted(const attempt_body& body);
  void on_started_frame(const attempt_body& body, book_effects& out);
  void
  on_not_run(const message& frame, const attempt_body& body, const instant& now, book_effects& out);
  void on_result(const message& frame, const instant& now, book_effects& out);
  void lose(entry& e, std::string reason, const instant& now, book_effects& out);
  void send_dispatch(entry& e, const instant& now, book_effects& out);
  void send_cancel(const assignment& what, wall_time now, book_effects& out);
  void send_cancel(entry& e, const instant& now, book_effects& out);
  void send_again(entry& e, const instant& now, book_effects& out);
  void send_ack(const attempt_key& key, const grant& under, book_effects& out);
  grant grant_of(const attempt_key& key) const;
  std::optional<grant> held_for(shard_no shard) const;
  void close(const attempt_key& key, run_state state, wall_time not_before, book_effects& out);
  void close_moved(const attempt_key& key, book_effects& out);
  message frame_for(frame_kind kind, const grant& under) const;

  executor_id executor_;
  cluster_id cluster_;
  std::vector<grant> grants_{};
  incarnation_id incarnation_;
  uint64_t session_ = 0;
  std::unordered_map<attempt_key, entry> open_;
  std::unordered_map<attempt_key, stranger> strangers_;
  recent<attempt_key, ending> closed_;
  recent<attempt_key, bool> called_off_;
  /// An inventory is wanted, and when one was asked for last.
  bool unsure_ = false;
  mono_time asked_at_{};
};

} // namespace takt
