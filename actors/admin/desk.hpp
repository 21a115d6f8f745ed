// DESK: the admin actor; answers management questions and knows no HTTP.
//
// Receives  desk_ask (gateway) · shards_granted (LEASE KEEPER) · almanac_here (ALMANAC KEEPER) ·
//           the answers of both ports and of the PLANNER · stop_working
// Sends     store_job, delete_job, fire_runs, remove_executor, change_almanac (STORE PORT)
//           · read_question (READ PORT, PLANNER) · find_account (READ PORT)
//           · look_at_almanac (ALMANAC KEEPER) · job_changed, job_removed (ROSTER)
//           · runs_ready, runs_gone (DISPATCHER) · cancel_attempts (SWITCHBOARD)
//           · desk_answer (whoever asked)
// Owns      nothing durable: a conversation for each question that is not answered yet
// Dies when its node stops it
//
// A question becomes a conversation of a few steps (read the job, check its type, store it …); its
// number is the ticket of every request that it sends, so an answer finds it again, and an answer
// to a conversation that is over is ignored. Nobody hears success before the store committed. A
// writing question needs the grant of the job's shard: a stand-by refuses with sched_not_driver and
// names the driver. Reading questions are answered everywhere.
#pragma once

#include "actors/interfaces.hpp"
#include "proto/random.hpp"
#include "proto/time.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <map>
#include <string>
#include <unordered_map>

namespace takt {

struct desk_config {
  store_port_actor store{};
  read_port_actor reader{};
  roster_actor roster{};
  dispatcher_actor dispatcher{};
  switchboard_actor switchboard{};
  almanac_keeper_actor keeper{};
  planner_actor planner{};
  /// The edition to begin with; the KEEPER brings newer ones.
  almanac_ptr almanac = std::make_shared<const takt::almanac>();
  /// Both outlive the actor.
  const clock* time = nullptr;
  entropy* random = nullptr;
  /// The driver's gateway as far as this node knows, or empty. Must not block.
  std::function<std::string()> driver_address{};
  /// Questions that wait for an answer; more are refused with `overloaded`.
  size_t conversations_max = 10'000;
  /// Of them those that wait for the PLANNER, whose answers take seconds.
  size_t plannings_max = 4;
};

class desk {
public:
  using interface = desk_actor;
  static inline const char* name = "takt.desk";

  desk(interface::pointer self, desk_config cfg);

  interface::behavior_type make_behavior();

private:
  using answer_promise = caf::typed_response_promise<desk_answer>;

  /// What a conversation waits for.
  enum class step : uint8_t {
    rows,         ///< READ PORT: the answer itself
    runs,         ///< READ PORT: a page of runs
    runs_of,      ///< READ PORT: whether the job of an empty page exists
    subject,      ///< READ PORT: the job to change or to trigger
    task_types,   ///< READ PORT: the known task types
    planning,     ///< PLANNER: the answer itself
    sign_of_life, ///< READ PORT: anything, for health; the last one that a read_answer ends
    account,      ///< READ PORT: a job with a part of its ledger
    stored,       ///< STORE PORT: the job
    overdue,      ///< STORE PORT: that what was due before the change has fired
    deleted,      ///< STORE PORT: that it is gone
    fired,        ///< STORE PORT: the manual run
    removed,      ///< STORE PORT: that the executor is gone
    changed,      ///< STORE PORT: the almanac's next revision
    published     ///< ALMANAC KEEPER: an edition of that revision
  };

  struct conversation {
    desk_question question{};
    ticket_no asker_ticket = 0;
    answer_promise promise{};
    step at = step::rows;
    /// The job as it shall be stored, or is triggered.
    job subject{};
    /// The change does not touch when it is due.
    bool keeps_plan = false;
    /// An empty page of runs, while its job is looked for.
    page_of<run> empty_page{};
    /// How often the definition changed under the conversation.
    uint32_t moved = 0;
    /// How often overdue dues were fired before the change.
    uint32_t firings = 0;
    /// The stretch of time that is accounted for.
    wall_time from{};
    wall_time to{};
    /// What to say when the almanac's revision is known here.
    desk_reply reply{};
    uint64_t revision = 0;
  };
  using talk = std::unordered_map<ticket_no, conversation>::iterator;

  // desk.cpp: opening, reading, answering
  answer_promise on_ask(const desk_ask& m);
  void on_read(const read_answer& m);
  void begin(talk t);
  void read(talk t, step at, desk_question what);
  void found_runs(talk t, page_of<run> page);
  void found_health(talk t, const result<desk_reply>& outcome);
  void answer(talk t, result<desk_reply> outcome);
  talk find(ticket_no ticket, step at);

  // desk_writing.cpp: what changes something
  void begin_writing(talk t);
  void create(talk t, const ask::create_job& q);
  void found_subject(talk t, const job& stored);
  void change(talk t, const job& stored, const job_draft& draft, bool any_type, wall_time now);
  void fire(talk t, const job& stored);
  bool fires_overdue(talk t, const job& stored, wall_time now);
  void on_overdue_fired(talk t, const result<fired>& outcome);
  void tell_of(const fired& outcome, const job& definition);
  void found_task_types(talk t, const std::vector<std::string>& announced);
  void store_subject(talk t);
  void on_stored(const job_stored& m);
  void on_deleted(const job_deleted& m);
  void on_fired(const runs_fired& m);
  void on_removed(const executor_saved& m);
  job_id new_id(wall_time now);
  /// The grant to write for the job, or why there is none.
  result<grant> grant_for(const job_id& id) const;
  failure standing_by() const;

  // desk_time.cpp: about time, and what changes the almanac
  bool begin_about_time(talk t);
  void ask_planner(talk t);
  void find_ledger(talk t, const ask::list_ledger& q);
  void find_around(talk t, const ask::why& q);
  void on_account(const account_found& m);
  result<desk_reply> preview(const ask::preview& q) const;
  bool begin_changing_almanac(talk t);
  void change_almanac_to(talk t, decltype(change_almanac::change) change, desk_reply reply);
  void on_almanac_stored(const almanac_stored& m);
  void on_almanac(const almanac_here& m);

  interface::pointer self_;
  desk_config cfg_;
  std::map<shard_no, epoch_no> grants_;
  std::unordered_map<ticket_no, conversation> conversations_;
  ticket_no last_ticket_ = 0;
  bool stopping_ = false;
};

} // namespace takt
