// session_harness: a session, its disk, and a hand to play scheduler, broker and task host with.
#pragma once

#include "actors/worker/session.hpp"
#include "tests/actors/worker/memory_journal_file.hpp"

#include <memory>
#include <string>
#include <vector>

namespace takt {

struct session_harness {
  memory_disk disk{};
  seeded_entropy random{1};
  instant now{wall_from_ms(1'700'000'000'000), mono_from_ms(1000)};
  session_config cfg{};
  journal_config journal_cfg{};
  std::unique_ptr<journal> log{};
  std::unique_ptr<session> worker{};
  std::vector<session_effect> effects{}; ///< of the last flush

  session_harness() {
    cfg.info.id.text = "w1";
    cfg.info.task_types = {"NOOP"};
    cfg.info.slots = 2;
  }

  void start() {
    worker.reset();
    auto opened = open_journal(disk, random, journal_cfg);
    log = std::make_unique<journal>(std::move(opened).value());
    worker = std::make_unique<session>(cfg, *log, now);
  }

  /// The host dies; `kept` bytes of what was not synced had reached the disk.
  void crash(size_t kept = 0) {
    worker.reset();
    log.reset();
    disk.crash(kept);
  }

  void pass(millis time) {
    now.wall += time;
    now.mono += time;
    worker->on_tick(now);
  }

  const std::vector<session_effect>& flush() { return effects = worker->flush(); }

  template <class Effect>
  std::vector<Effect> all() const {
    std::vector<Effect> found;
    for (const auto& e : effects)
      if (auto* x = std::get_if<Effect>(&e))
        found.push_back(*x);
    return found;
  }

  std::vector<message> sent(frame_kind kind) const {
    std::vector<message> found;
    for (const auto& e : all<send_message>())
      if (e.what.header.kind == kind)
        found.push_back(e.what);
    return found;
  }

  /// What was sent by the last flush, in order, but for the repeated small talk.
  std::string kinds() const {
    std::string text;
    for (const auto& e : effects) {
      std::string word;
      if (auto* s = std::get_if<send_message>(&e))
        word = to_string(s->what.header.kind);
      else if (std::holds_alternative<start_task>(e))
        word = "start";
      else if (std::holds_alternative<cancel_task>(e))
        word = "cancel";
      else
        continue;
      if (word == "HEARTBEAT")
        continue;
      text += (text.empty() ? "" : " ") + word;
    }
    return text;
  }

  // -- frames

  static cluster_id cluster(uint8_t n = 1) {
    cluster_id id;
    id.bytes[0] = n;
    return id;
  }

  static attempt_ref ref(uint8_t n, attempt_no attempt = 1, uint8_t of_cluster = 1) {
    attempt_ref r{cluster(of_cluster), {{}, attempt}};
    r.key.run.bytes[15] = n;
    return r;
  }

  static frame_header header(frame_kind kind, const attempt_ref& r, epoch_no epoch) {
    frame_header h;
    h.kind = kind;
    h.shard = 3;
    h.epoch = epoch;
    h.cluster = r.cluster;
    h.executor.text = "w1";
    return h;
  }

  static message
  dispatch(const attempt_ref& r, epoch_no epoch = 5, const std::string& type = "NOOP") {
    dispatch_body body{r.key.run, r.key.attempt, 77, {}, type, wall_from_ms(1000), 9};
    return {header(frame_kind::dispatch, r, epoch), pack(body), "payload"};
  }

  static message about(frame_kind kind, const attempt_ref& r, epoch_no epoch = 5) {
    attempt_body body{r.key.run, r.key.attempt, 77, {}, {}};
    return {header(kind, r, epoch), pack(body), {}};
  }

  void get(const message& m, broker_no broker = 0) { worker->on_message(broker, m, now); }

  void finish(
    const attempt_ref& r, attempt_outcome outcome = attempt_outcome::success,
    const std::string& output = "out") {
    worker->on_task_finished(
      r, {outcome, "", now.wall, now.wall, {output, "", output.size()}}, now);
  }
};

} // namespace takt
