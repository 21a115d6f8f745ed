#include "actors/scheduler/attempt_book.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace takt {

namespace {

run_event event_of(attempt_outcome outcome) noexcept {
  switch (outcome) {
  case attempt_outcome::success:
    return run_event::succeed;
  case attempt_outcome::failed:
    return run_event::fail;
  case attempt_outcome::timeout:
    return run_event::time_out;
  case attempt_outcome::canceled:
    return run_event::cancel;
  case attempt_outcome::lost:
    return run_event::lose;
  }
  return run_event::fail;
}

output_excerpt excerpt_of(const result_body& body, const std::string& payload) {
  output_excerpt output;
  auto head = std::min<size_t>(body.output_head, payload.size());
  output.head = payload.substr(0, head);
  output.tail = payload.substr(head, limits::output_tail_bytes_max);
  output.bytes_total =
    std::max<uint64_t>(body.output_bytes, output.head.size() + output.tail.size());
  return output;
}

/// How long endings and cancels are remembered: longer than a reading of the store takes to arrive.
constexpr millis memory_span{10'000};
/// How long an accepted attempt may be silent before its executor is asked how it stands.
constexpr millis start_patience = limits::resend_interval * 5;

/// What the executor never began for reasons of its own past is tried again at once; what it does
/// not want now, in a while.
millis pause_after(std::string_view reason) {
  return reason == "restarted" || reason == "canceled" ? millis{0} : millis{500};
}

bool is_final(errc code) {
  return code == errc::store_run_moved || code == errc::store_no_such_run;
}

} // namespace

attempt_book::attempt_book(executor_id executor, cluster_id cluster)
  : executor_(std::move(executor)), cluster_(cluster), closed_(memory_span),
    called_off_(memory_span) {
  // nop
}

message attempt_book::frame_for(frame_kind kind, const grant& under) const {
  message m;
  m.header.kind = kind;
  m.header.shard = under.shard;
  m.header.epoch = under.epoch;
  m.header.cluster = cluster_;
  m.header.executor = executor_;
  return m;
}

// -- from the scheduler -------------------------------------------------------

void attempt_book::dispatch(const assignment& what, const instant& now, book_effects& out) {
  auto& e = open_[what.key];
  e = entry{};
  e.what = what;
  e.canceling = called_off_.find(what.key) != nullptr;
  strangers_.erase(what.key);
  send_again(e, now, out);
}

void attempt_book::adopt(const assignment& what, const instant& now, book_effects& out) {
  if (auto* ended = closed_.find(what.key)) {
    out.over.push_back({what.key, what.job, executor_, ended->state, ended->not_before});
    return;
  }
  auto& e = open_[what.key];
  if (e.what.grant == what.grant && e.what.key == what.key)
    return; // the book knows more
  e = entry{};
  e.what = what;
  e.at = what.state == run_state::running ? phase::running : phase::sent;
  e.in_doubt = true;
  e.canceling = what.cancel_requested;
  e.start_stored = what.state == run_state::running;
  e.last_sent = now.mono;
}

void attempt_book::cancel(const assignment& what, const instant& now, book_effects& out) {
  if (auto found = open_.find(what.key); found != open_.end()) {
    found->second.canceling = true;
    return send_cancel(found->second, now, out);
  }
  called_off_.put(what.key, true);
  send_cancel(what, now.wall, out);
}

void attempt_book::keep_only(const std::vector<grant>& grants) {
  auto held = [&](const grant& g) {
    return std::find(grants.begin(), grants.end(), g) != grants.end();
  };
  std::erase_if(open_, [&](const auto& item) { return !held(item.second.what.grant); });
  std::erase_if(strangers_, [&](const auto& item) { return !held(item.second.under); });
  closed_.clear(); // another driver may have taken a word about them
  grants_ = grants;
}

std::optional<grant> attempt_book::held_for(shard_no shard) const {
  auto found =
    std::find_if(grants_.begin(), grants_.end(), [&](const grant& g) { return g.shard == shard; });
  return found == grants_.end() ? std::nullopt : std::optional{*found};
}

void attempt_book::send_again(entry& e, const instant& now, book_effects& out) {
  if (e.canceling)
    send_cancel(e, now, out);
  else
    send_dispatch(e, now, out);
}

void attempt_book::send_dispatch(entry& e, const instant& now, book_effects& out) {
  auto m = frame_for(frame_kind::dispatch, e.what.grant);
  dispatch_body body;
  body.run = e.what.key.run;
  body.attempt = e.what.key.attempt;
  body.fence = e.what.fence;
  body.job = e.what.job;
  body.task_type = e.what.task_type;
  body.due = e.what.due;
  body.timeout_s = e.what.timeout_s;
  m.body = pack(body);
  m.payload = e.what.payload;
  e.last_sent = now.mono;
  out.frames.push_back(std::move(m));
}

void attempt_book::send_cancel(entry& e, const instant& now, book_effects& out) {
  e.last_sent = now.mono;
  send_cancel(e.what, now.wall, out);
}

void attempt_book::send_cancel(const assignment& what, wall_time now, book_effects& out) {
  auto m = frame_for(frame_kind::cancel, what.grant);
  attempt_body body;
  body.run = what.key.run;
  body.attempt = what.key.attempt;
  body.fence = what.fence;
  body.at = now;
  body.reason = "canceled";
  m.body = pack(body);
  out.frames.push_back(std::move(m));
}

void attempt_book::send_ack(const attempt_key& key, const grant& under, book_effects& out) {
  auto m = frame_for(frame_kind::result_ack, under);
  attempt_body body;
  body.run = key.run;
  body.attempt = key.attempt;
  m.body = pack(body);
  out.frames.push_back(std::move(m));
}

grant attempt_book::grant_of(const attempt_key& key) const {
  if (auto found = open_.find(key); found != open_.end())
    return found->second.what.grant;
  if (auto found = strangers_.find(key); found != strangers_.end())
    return found->second.under;
  return {};
}

// -- from the executor --------------------------------------------------------

void attempt_book::on_register(const register_body& body, const instant& now, book_effects& out) {
  auto same = body.info.incarnation == incarnation_;
  if (same && body.info.session < session_)
    return;  // an older one, late
  if (!same) // another incarnation's sessions do not compare with this one's
    for (auto& [key, e] : open_)
      if (!incarnation_.is_none() || e.what.incarnation != body.info.incarnation)
        e.session = 0;
  incarnation_ = body.info.incarnation;
  session_ = body.info.session;
  unsure_ = false;
  std::unordered_set<attempt_key> listed;
  for (const auto& held : body.inventory) {
    listed.insert({held.run, held.attempt});
    on_inventory_item(held, now, out);
  }
  for (auto& [key, e] : open_) {
    auto heard_before = e.session < session_ || (e.in_doubt && e.session != session_);
    if (!listed.contains(key) && !e.closing && heard_before)
      judge_missing(e, e.what.incarnation == incarnation_, now, out);
  }
}

void attempt_book::on_inventory_item(
  const held_attempt& held, const instant& now, book_effects& out) {
  attempt_key key{held.run, held.attempt};
  auto started = held.phase == attempt_phase::started;
  if (auto found = open_.find(key); found != open_.end()) {
    auto& e = found->second;
    e.session = session_;
    e.in_doubt = false;
    if (held.phase == attempt_phase::accepted && e.at == phase::sent)
      e.at = phase::accepted;
    if (started)
      saw_running(e, now.wall, out);
    return;
  }
  auto under = held_for(shard_of(held.job));
  // Not in the book: given up as LOST, canceled, or never ours. The store knows: it takes a start
  // from the newest attempt of a LOST run, and refuses all others.
  if (!under || !started)
    return;
  strangers_[key] = {*under, held.job};
  out.starts.push_back({*under, key, now.wall});
}

void attempt_book::saw_running(entry& e, wall_time at, book_effects& out) {
  e.at = phase::running;
  // Given up a moment ago: the store takes LOST first, then this word may call it off.
  if (e.given_up)
    strangers_[e.what.key] = {e.what.grant, e.what.job};
  else if (e.start_stored || e.closing)
    return;
  e.started_at = at;
  out.starts.push_back({e.what.grant, e.what.key, at});
}

void attempt_book::judge_missing(
  entry& e, bool same_incarnation, const instant& now, book_effects& out) {
  if (!same_incarnation)
    return lose(e, "executor_restarted", now, out);
  if (e.at == phase::running)
    return lose(e, "not_in_inventory", now, out);
  e.at = phase::sent;
  e.in_doubt = false;
  send_again(e, now, out);
}

void attempt_book::on_frame(const message& frame, const instant& now, book_effects& out) {
  if (frame.header.kind == frame_kind::result)
    return on_result(frame, now, out);
  auto body = unpack<attempt_body>(frame.body);
  if (!body) {
    out.notes.push_back(
      std::string{to_string(frame.header.kind)} + " of " + executor_.text + ": "
      + body.failure().message());
    return;
  }
  switch (frame.header.kind) {
  case frame_kind::accepted:
    return on_accepted(*body);
  case frame_kind::started:
    return on_started_frame(*body, out);
  case frame_kind::refused:
  case frame_kind::not_started:
    return on_not_run(frame, *body, now, out);
  default:
    return;
  }
}

void attempt_book::on_accepted(const attempt_body& body) {
  auto found = open_.find(body.key());
  if (found == open_.end())
    return;
  found->second.session = std::max(body.session, found->second.session);
  if (found->second.at == phase::sent)
    found->second.at = phase::accepted;
}

void attempt_book::on_started_frame(const attempt_body& body, book_effects& out) {
  auto found = open_.find(body.key());
  if (found == open_.end()) {
    out.reconcile = true; // the inventory says what more there is to know
    return;
  }
  found->second.session = std::max(body.session, found->second.session);
  saw_running(found->second, body.at, out);
}

void attempt_book::on_not_run(
  const message& frame, const attempt_body& body, const instant& now, book_effects& out) {
  grant under;
  if (auto found = open_.find(body.key()); found != open_.end()) {
    if (found->second.closing)
      return; // the store is asked already
    found->second.closing = true;
    found->second.session = std::max(body.session, found->second.session);
    under = found->second.what.grant;
  } else if (auto held = held_for(frame.header.shard)) {
    under = *held;
    strangers_[body.key()] = {under, {}};
  } else {
    return; // not ours any more: its next driver hears it
  }
  give_back_request request;
  request.grant = under;
  request.key = body.key();
  request.reason = body.reason;
  request.now = now.wall;
  request.not_before = now.wall + pause_after(body.reason);
  out.give_backs.push_back(std::move(request));
}

void attempt_book::on_result(const message& frame, const instant& now, book_effects& out) {
  auto body = unpack<result_body>(frame.body);
  if (!body) {
    out.notes.push_back("RESULT of " + executor_.text + ": " + body.failure().message());
    return;
  }
  grant under;
  auto canceling = false;
  if (auto found = open_.find(body->key()); found != open_.end()) {
    auto& e = found->second;
    e.session = std::max(body->session, e.session);
    if (e.closing)
      return;
    e.closing = true;
    under = e.what.grant;
    canceling = e.canceling;
  } else if (auto held = held_for(frame.header.shard)) {
    under = *held;
    strangers_[body->key()] = {under, {}};
  } else {
    return; // not ours any more: its next driver hears it
  }
  finish_request request;
  request.grant = under;
  request.key = body->key();
  request.event = event_of(body->outcome);
  request.error = body->error;
  if (request.event == run_event::lose)
    request.reason = "executor_restarted";
  else if (canceling && request.event == run_event::cancel)
    request.reason = "canceled";
  if (body->started > wall_time{})
    request.started_at = body->started;
  request.ended_at = std::max(body->ended, body->started);
  request.output = excerpt_of(*body, frame.payload);
  request.now = now.wall;
  request.retry_at = now.wall + limits::retry_delay_default;
  out.finishes.push_back(std::move(request));
}

void attempt_book::on_silence(const instant& now, book_effects& out) {
  for (auto& [key, e] : open_)
    if (!e.closing)
      lose(e, "executor_silent", now, out);
}

void attempt_book::lose(entry& e, std::string reason, const instant& now, book_effects& out) {
  e.closing = true;
  e.given_up = true;
  finish_request request;
  request.grant = e.what.grant;
  request.key = e.what.key;
  request.event = run_event::lose;
  request.error = "the executor " + executor_.text
    + (reason == "executor_silent" ? " fell silent" : " no longer knows the attempt");
  request.reason = std::move(reason);
  request.ended_at = now.wall;
  request.now = now.wall;
  request.retry_at = now.wall + limits::retry_delay_default;
  out.finishes.push_back(std::move(request));
}

void attempt_book::on_tick(const instant& now, book_effects& out) {
  closed_.tick(now.mono);
  called_off_.tick(now.mono);
  for (auto& [key, e] : open_) {
    auto waited = now.mono - e.last_sent;
    if (e.closing || waited < limits::resend_interval)
      continue;
    unsure_ = unsure_ || e.in_doubt || (e.at == phase::accepted && waited >= start_patience);
    if (e.canceling) {
      send_cancel(e, now, out);
    } else if (e.at == phase::sent && !e.in_doubt) {
      send_dispatch(e, now, out);
    } else if (e.at == phase::running && !e.start_stored) {
      e.last_sent = now.mono;
      out.starts.push_back({e.what.grant, key, e.started_at});
    }
  }
  if (unsure_ && now.mono - asked_at_ >= limits::resend_interval) {
    asked_at_ = now.mono;
    out.reconcile = true;
  }
}

// -- from the store -----------------------------------------------------------

void attempt_book::on_started(
  const attempt_key& key, const result<void>& outcome, book_effects& out) {
  auto found = open_.find(key);
  if (found != open_.end()) {
    auto& e = found->second;
    if (outcome && !e.start_stored && e.what.kind == run_kind::planned && key.attempt == 1)
      out.lateness.push_back(std::max(millis{0}, e.started_at - e.what.due));
    e.start_stored = e.start_stored || outcome || is_final(outcome.code());
    strangers_.erase(key);
    return;
  }
  auto other = strangers_.find(key);
  if (other == strangers_.end())
    return;
  auto known = std::exchange(other->second, {});
  strangers_.erase(other);
  assignment what;
  what.key = key;
  what.grant = known.under;
  what.job = known.job;
  what.executor = executor_;
  what.incarnation = incarnation_;
  what.state = run_state::running;
  if (outcome) {
    auto& e = open_[key];
    e.what = what;
    e.at = phase::running;
    e.session = session_;
    e.start_stored = true;
    closed_.erase(key);
    out.back.push_back(std::move(what));
  } else if (is_final(outcome.code())) {
    // A newer attempt exists, or the run has ended without it.
    out.notes.push_back("tells " + executor_.text + " to stop " + to_string(key));
    send_cancel(what, wall_time{}, out);
  } else {
    unsure_ = true; // the next inventory says it again
  }
}

void attempt_book::on_given_back(
  const attempt_key& key, const result<run_state>& outcome, wall_time not_before,
  book_effects& out) {
  if (!outcome && !is_final(outcome.code())) {
    if (auto found = open_.find(key); found != open_.end())
      found->second.closing = false; // the executor says it again
    return;
  }
  send_ack(key, grant_of(key), out);
  if (outcome)
    return close(key, *outcome, not_before, out);
  if (auto found = open_.find(key); found != open_.end() && found->second.at == phase::running) {
    // It ran, so this is the word of a life that knows nothing of it: the inventory judges.
    found->second.closing = false;
    found->second.in_doubt = true;
    return;
  }
  close_moved(key, out);
}

void attempt_book::on_finished(
  const attempt_key& key, const result<finished>& outcome, book_effects& out) {
  auto found = open_.find(key);
  auto given_up = found != open_.end() && found->second.given_up;
  if (!outcome && !is_final(outcome.code())) {
    if (found == open_.end())
      return;
    found->second.closing = found->second.given_up = false; // said, or seen, again later
    found->second.in_doubt = given_up;
    return;
  }
  // What the executor reported it keeps until it hears that it is stored. Of what was only given up
  // here it hears nothing: its late result is still wanted.
  if (!given_up)
    send_ack(key, grant_of(key), out);
  if (outcome)
    close(key, outcome->state, outcome->not_before, out);
  else
    close_moved(key, out);
}

/// The store had decided already: what became of the run the DISPATCHER finds out by trying it.
void attempt_book::close_moved(const attempt_key& key, book_effects& out) {
  close(key, run_state::pending, {}, out);
  closed_.erase(key); // what it is in truth a reading of the store may say
}

void attempt_book::close(
  const attempt_key& key, run_state state, wall_time not_before, book_effects& out) {
  closed_.put(key, {state, not_before});
  auto found = open_.find(key);
  if (found == open_.end()) {
    strangers_.erase(key);
    return;
  }
  // A word that may call LOST off is on its way to the store.
  if (!found->second.given_up)
    strangers_.erase(key);
  out.over.push_back({key, found->second.what.job, executor_, state, not_before});
  open_.erase(found);
}

} // namespace takt
