// session: the worker's side of the protocol, without sockets, threads, tasks or clocks.
//
// Inputs are method calls with `now`; outputs are effects, handed out by flush(). THE ONE RULE:
// nothing leaves that the journal could forget. Every handler journals first and queues effects;
// flush() syncs the journal once for all of them, then hands them out. When the journal fails,
// nothing is handed out any more but a log line and cancel_task for what runs: the process should
// end, and its successor tells the truth from what was durable.
//
// One attempt goes through: unknown -> ACCEPTED -> STARTED -> FINISHED -> acknowledged, or unknown
// -> REFUSED / NOT_STARTED -> acknowledged. An attempt that was ever met is never started again.
// What ends an attempt is sent every resend_interval until RESULT_ACK.
//
// THREADING: one thread at a time (the WORKER). docs/PROTOCOL.md has the frames.
#pragma once

#include "actors/log.hpp"
#include "actors/worker/include/takt/task_call.hpp"
#include "actors/worker/journal.hpp"
#include "broker/link.hpp"
#include "proto/wire.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace takt {

// -- effects ------------------------------------------------------------------

/// For the link; what it cannot send now is sent again later.
struct send_message {
  broker_no to = 0;
  message what{};
};

/// STARTED is durable: the task may run now. Answered by on_task_started, on_task_finished.
struct start_task {
  attempt_ref ref{};
  task_call call{};
};

/// The task shall end; it answers with on_task_finished as always.
struct cancel_task {
  attempt_ref ref{};
  std::string reason{};
};

struct log_line {
  severity level = severity::info;
  std::string text{};
};

using session_effect = std::variant<send_message, start_task, cancel_task, log_line>;

/// How a task ended, before it is a RESULT.
struct task_outcome {
  attempt_outcome outcome = attempt_outcome::failed;
  std::string error{};
  wall_time started{};
  wall_time ended{};
  output_excerpt output{};
};

// -- the session --------------------------------------------------------------

struct session_config {
  /// Everything but incarnation and session, which the journal knows.
  executor_info info{};
  millis resend_interval = limits::resend_interval;
  millis heartbeat_interval = limits::heartbeat_interval;
  /// How often an executor id that the broker says is taken is tried again.
  millis register_retry = limits::resend_interval * 5;
  /// Attempts not yet acknowledged; beyond it nothing new is met, as no inventory could list it.
  size_t open_max = limits::inventory_max;
};

class session {
public:
  /// Judges what the last process left: ACCEPTED becomes NOT_STARTED, STARTED becomes LOST.
  /// `log` must outlive the session.
  session(session_config cfg, journal& log, instant now);

  void on_link_up(broker_no broker, instant now);
  void on_link_down(broker_no broker);
  void on_message(broker_no broker, const message& m, instant now);
  /// To be called a few times per heartbeat_interval.
  void on_tick(instant now);
  void on_task_started(const attempt_ref& ref, wall_time at);
  void on_task_finished(const attempt_ref& ref, task_outcome outcome, instant now);

  /// From here on no new attempt is accepted; credit is 0.
  void stop(instant now);
  /// Says BYE to every broker.
  void say_bye();

  /// Syncs the journal if something depends on it, then hands out what was queued, in order.
  std::vector<session_effect> flush();

  /// Attempts that were started and have not finished.
  uint32_t running() const noexcept { return static_cast<uint32_t>(running_.size()); }
  std::vector<attempt_ref> running_refs() const;
  /// Attempts not yet acknowledged.
  size_t open() const noexcept { return log_.attempts().size(); }
  bool has_link() const noexcept { return !brokers_.empty(); }
  bool is_stopping() const noexcept { return stopping_; }

private:
  struct broker_state {
    uint64_t dispatch_seen = 0;
    mono_time heartbeat_at{};
    std::optional<mono_time> register_at{}; ///< the id was taken: try again then
  };

  struct running_task {
    wall_time started{};
    bool cancel_sent = false;
  };

  /// Where answers about an attempt go; not durable: any broker will do after a restart.
  struct answer_route {
    broker_no broker = 0;
    epoch_no epoch = 0;
  };

  // -- frames
  void on_reconcile(broker_no broker, const message& m, instant now);
  void on_dispatch(broker_no broker, const message& m, instant now);
  void on_cancel(broker_no broker, const message& m, instant now);
  void on_result_ack(const message& m);
  void on_error(broker_no broker, const message& m, instant now);

  // -- decisions
  bool may_meet(const message& m);
  void meet_cluster(const cluster_id& cluster);
  std::optional<std::string> refusal(const message& m, const dispatch_body& body) const;
  void accept(broker_no broker, const message& m, const dispatch_body& body, instant now);
  void settle(broker_no broker, const attempt_met& met, instant now);
  void finish(const attempt_ref& ref, task_outcome outcome, instant now);
  void judge_leftovers(instant now);
  void forget_evicted();

  // -- sending
  void answer(broker_no broker, const attempt_ref& ref);
  void send(
    broker_no broker, frame_kind kind, frame_header header, std::string body,
    std::string payload = {});
  void send_register(broker_no broker, instant now);
  void send_credit(broker_no broker, frame_kind kind);
  void send_error(broker_no broker, const message& about, errc code, std::string text);
  void resend_from(const attempt_ref& ref, mono_time due);
  std::optional<broker_no> broker_for(const attempt_ref& ref, bool again);
  uint32_t slots_granted() const;
  void journal_it(const journal_record& record);
  void note(severity level, std::string text);

  session_config cfg_;
  journal& log_;
  bool stopping_ = false;
  bool needs_sync_ = false;
  bool broken_told_ = false;
  std::map<broker_no, broker_state> brokers_{}; ///< those that are up
  std::map<attempt_ref, running_task> running_{};
  std::unordered_map<attempt_ref, answer_route> routes_{};
  std::deque<std::pair<mono_time, attempt_ref>> resends_{}; ///< by instant, earliest first
  broker_no last_resend_to_ = 0;
  std::vector<session_effect> effects_{};
};

} // namespace takt
