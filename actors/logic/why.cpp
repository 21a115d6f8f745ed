#include "actors/logic/why.hpp"

#include "actors/logic/why_text.hpp"

#include <algorithm>

namespace takt {

namespace {

using namespace std::chrono_literals;

class answer {
public:
  explicit answer(const why_input& about)
    : in_(about), zone_(about.when ? about.when->in_zone() : *utc_),
      name_("\"" + about.definition.name + "\"") {}

  std::string sentence() const {
    if (in_.covering)
      return of_row(*in_.covering);
    if (in_.deleted)
      return name_ + " has been deleted, and nothing in its ledger covers " + asked() + ".";
    const auto& j = in_.definition;
    if (in_.at < j.created_at)
      return name_ + " did not exist yet at " + asked() + ": it was created at "
        + text(j.created_at) + ".";
    if (in_.at <= in_.now && in_.at < j.updated_at)
      return "No run of " + name_ + " was planned at " + asked()
        + ": the definition of that time planned nothing then; it was changed at "
        + text(j.updated_at) + ".";
    if (j.rules.empty())
      return name_ + " has no schedule: it runs only when it is triggered.";
    if (!in_.when)
      return name_ + " " + (in_.at > in_.now ? "will not run" : "did not run") + " at " + asked()
        + ": its schedule cannot be read on this node.";
    if (auto bound = of_bounds(); !bound.empty())
      return bound;
    if (in_.when->fixed_delay() != 0ms)
      return of_fixed_delay();
    return is_due() ? of_due_without_row() : of_no_due();
  }

private:
  std::string text(wall_time t) const { return zoned_text(t, zone_); }
  std::string asked() const { return text(in_.at); }
  bool is_due() const { return in_.when && in_.when->next(in_.at - 1ms) == in_.at; }

  // -- what the ledger says -----------------------------------------------------

  std::string of_row(const run& r) const {
    auto is_one_of_it = in_.at == r.due || in_.at == r.due_last || is_due() || !in_.when;
    auto what = of_state(r);
    if (is_one_of_it)
      return what;
    return name_ + " was not due at " + asked() + "; of its dues around then: " + what;
  }

  std::string of_state(const run& r) const {
    auto run_of = "The run of " + name_ + " due at " + text(r.due);
    switch (r.state) {
    case run_state::pending:
      return run_of + of_waiting(r);
    case run_state::scheduling:
      return run_of + " has been given to executor \"" + r.executor.text
        + "\", which has not started it yet.";
    case run_state::running:
      return run_of + " is running" + on_executor(r) + started(r) + ".";
    case run_state::success:
      return run_of + " ran" + on_executor(r) + started(r) + ", and succeeded" + after(r) + ".";
    case run_state::failed:
      return run_of + (r.started_at ? " ran" + on_executor(r) + started(r) + ", and" : "")
        + " failed" + after(r) + because(r) + ".";
    case run_state::timeout:
      return run_of + " ran" + on_executor(r) + started(r) + ", and was stopped at its time limit"
        + after(r) + ".";
    case run_state::lost:
      return run_of + (r.started_at ? " ran" + on_executor(r) + started(r) + ", and" : "")
        + " was lost: its executor fell silent or came back without it" + because(r) + ".";
    case run_state::canceled:
      return run_of + of_canceled(r);
    case run_state::skipped:
      return of_skipped(r);
    case run_state::missed:
      return of_missed(r);
    }
    return run_of + " is in a state that this version does not know.";
  }

  std::string on_executor(const run& r) const {
    return r.executor.empty() ? "" : " on executor \"" + r.executor.text + "\"";
  }
  std::string started(const run& r) const {
    if (!r.started_at)
      return "";
    auto late = *r.started_at - r.due;
    return " since " + text(*r.started_at) + ", "
      + (late > 0ms ? spoken(late) + " after it was due" : "when it was due");
  }
  std::string after(const run& r) const {
    return r.started_at && r.ended_at && *r.ended_at >= *r.started_at
      ? " after " + spoken(*r.ended_at - *r.started_at)
      : "";
  }
  std::string because(const run& r) const {
    auto word = r.reason.empty() ? "" : " (" + r.reason + ")";
    return word + (r.note.empty() ? "" : ": " + r.note);
  }

  std::string of_waiting(const run& r) const {
    if (r.cancel_requested)
      return " is being canceled.";
    if (r.attempt > 0 && r.not_before > in_.now)
      return " waits until " + text(r.not_before) + " for another try, after attempt "
        + std::to_string(r.attempt) + because(r) + ".";
    return " waits for an executor" + because(r) + ".";
  }

  std::string of_canceled(const run& r) const {
    auto when = r.ended_at ? " at " + text(*r.ended_at) : "";
    if (r.reason == "superseded")
      return " was canceled" + when + ": a later due took its place (overlap cancel_running"
        + (r.note.empty() ? "" : ", run " + r.note) + ").";
    if (r.reason == "job_deleted")
      return " was canceled" + when + " because the job was deleted.";
    return " was canceled" + when + (r.note.empty() ? "" : ": " + r.note) + ".";
  }

  /// "The due of "x" at …", "The 4 dues of "x" from … to …".
  std::string dues_of(const run& r) const {
    if (r.count <= 1)
      return "The due of " + name_ + " at " + text(r.due);
    return "The " + std::to_string(r.count) + " dues of " + name_ + " from " + text(r.due) + " to "
      + text(r.due_last);
  }
  static const char* was(const run& r) { return r.count <= 1 ? " was " : " were "; }

  std::string of_skipped(const run& r) const {
    auto begin = dues_of(r) + was(r) + "skipped: ";
    auto named = [&](const char* before, const char* behind) {
      return r.note.empty() ? std::string{} : before + r.note + behind;
    };
    if (r.reason == "overlap")
      return begin + "an earlier run of the job" + named(" (", ")")
        + " was unfinished, and its overlap policy is "
        + std::string{to_string(in_.definition.overlap)} + ".";
    if (r.reason == "queue_full")
      return begin + "the job already had " + std::to_string(limits::queued_runs_per_job_max)
        + " unfinished runs.";
    if (r.reason == "calendar")
      return begin + "its day is excluded by calendar" + named(" \"", "\"") + ".";
    if (r.reason == "blackout")
      return begin + "a blackout was in force" + named(" (", ")") + ".";
    if (r.reason == "paused")
      return begin + "the job was paused.";
    return begin + r.reason + named(" (", ")") + ".";
  }

  std::string of_missed(const run& r) const {
    return dues_of(r) + was(r) + "missed: " + of_cause(r) + "; " + of_policy() + ".";
  }

  std::string of_cause(const run& r) const {
    auto stretch =
      r.count <= 1 ? " at that time" : " from " + text(r.due) + " to " + text(r.due_last);
    if (r.reason == "no_scheduler")
      return "no scheduler was driving this job" + stretch;
    if (r.reason == "clock_stepped")
      return "the scheduler's clock was set forward over "
        + std::string{r.count <= 1 ? "it" : "them"};
    if (r.reason == "process_paused")
      return "the scheduler's process or host slept" + stretch;
    if (r.reason == "overloaded")
      return "the scheduler was too busy" + stretch;
    return r.reason;
  }

  std::string of_policy() const {
    const auto& j = in_.definition;
    auto window = spoken(millis{j.catch_up_window_ms});
    switch (j.misfire) {
    case misfire_policy::skip:
      return "its misfire policy is skip, so none is made up for";
    case misfire_policy::last:
      return "its misfire policy is last, so only the latest due runs, if it is no older than "
        + window;
    case misfire_policy::all:
      return "its misfire policy is all, but only for dues no older than " + window;
    }
    return "its misfire policy left it out";
  }

  // -- what the schedule says -----------------------------------------------------

  std::string of_bounds() const {
    const auto& j = in_.definition;
    auto not_run = name_ + (in_.at > in_.now ? " will not run at " : " did not run at ") + asked();
    if (j.start_at && in_.at < *j.start_at && !is_due())
      return not_run + ": its schedule starts at " + text(*j.start_at) + ".";
    if (j.end_at && in_.at > *j.end_at && !is_due())
      return not_run + ": its schedule ended at " + text(*j.end_at) + ".";
    if (j.max_runs != 0 && j.fired_runs >= j.max_runs && !j.next_due)
      return not_run + ": it has had the " + std::to_string(j.max_runs)
        + " runs that max_runs allows.";
    return "";
  }

  std::string of_fixed_delay() const {
    const auto& j = in_.definition;
    auto delay = spoken(in_.when->fixed_delay());
    if (!j.next_due)
      return name_ + (in_.at > in_.now ? " is not planned for " : " was not due at ") + asked()
        + ": it is due " + delay
        + " after each run's end, and its last run has not ended; nothing is planned until then.";
    if (*j.next_due == in_.at)
      return of_due_without_row();
    return name_ + (in_.at > in_.now ? " is not planned for " : " was not due at ") + asked()
      + ": it is due " + delay + " after each run's end, next at " + text(*j.next_due) + ".";
  }

  /// `by its cron_spec "0 2 * * *"`.
  std::string by_rule() const {
    auto index = in_.when->rule_of(in_.at);
    if (index && *index < in_.definition.rules.size())
      return " by " + spoken(in_.definition.rules[*index]);
    return in_.when->fixed_delay() != 0ms ? " by " + spoken(in_.definition.rules.front())
                                          : ", where its calendars move a due";
  }

  std::string of_due_without_row() const {
    const auto& j = in_.definition;
    auto is_to_come = in_.when->fires_at(in_.at) > in_.now;
    if (j.paused)
      return name_ + (in_.at > in_.now ? " will not run at " : " did not run at ") + asked()
        + " while it is paused, as it is now; it is planned then" + by_rule() + ".";
    auto v = in_.when->judge(in_.at);
    if (is_to_come && !v.runs)
      return name_ + " will be skipped at " + asked() + ", where it is planned" + by_rule() + ": "
        + (v.reason == "calendar"
             ? "calendar \"" + v.note + "\" excludes the day"
             : "a blackout is planned" + (v.note.empty() ? "" : " (" + v.note + ")"))
        + ".";
    if (in_.at > in_.now)
      return name_ + " will run at " + asked() + by_rule() + of_jitter() + of_runs_left() + ".";
    if (is_to_come)
      return name_ + " is due at " + asked() + by_rule() + of_jitter() + ".";
    if (j.next_due && *j.next_due <= in_.at)
      return name_ + " is due at " + asked() + by_rule()
        + ", and no scheduler has looked at it yet.";
    return name_ + " did not run at " + asked()
      + ": its schedule names that instant as it is read now, but did not when the time came "
        "(the zone's rules or a calendar have changed since).";
  }

  std::string of_jitter() const {
    auto fires = in_.when->fires_at(in_.at);
    return fires > in_.at ? "; with its jitter it fires at " + text(fires) : "";
  }
  std::string of_runs_left() const {
    const auto& j = in_.definition;
    if (j.max_runs == 0)
      return "";
    auto left = j.max_runs - std::min(j.max_runs, j.fired_runs);
    return ", unless the " + std::to_string(left) + " runs that max_runs leaves are used up before";
  }

  std::string of_no_due() const {
    auto is_future = in_.at > in_.now;
    auto out = name_ + (is_future ? " is not planned for " : " was not due at ") + asked();
    auto before = in_.when->last(in_.definition.created_at, in_.at);
    auto following = in_.when->next(in_.at);
    if (before && following)
      out += ": its nearest dues are " + text(*before) + " and " + text(*following);
    else if (before)
      out += ": its last due was " + text(*before);
    else if (following)
      out += ": its first due after that is " + text(*following);
    else
      out += ": its schedule has no due";
    return out + ".";
  }

  const why_input& in_;
  std::shared_ptr<const zone> utc_ = zone::utc();
  const zone& zone_;
  std::string name_;
};

} // namespace

std::string why(const why_input& about) {
  return answer{about}.sentence();
}

} // namespace takt
