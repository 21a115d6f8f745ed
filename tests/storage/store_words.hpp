// store_words: what a store answers, as text: enough to compare and to read. Pure.
#pragma once

#include "storage/store.hpp"

#include <string>

namespace takt::test {

inline std::string text_of(const std::optional<wall_time>& t) {
  return t ? std::to_string(to_ms(*t)) : "-";
}

inline std::string text_of(const run& r) {
  return to_string(r.id) + " " + std::string{to_string(r.state)} + " #" + std::to_string(r.attempt)
    + " tries " + std::to_string(r.tries) + " fence " + std::to_string(r.fence) + " due "
    + text_of(r.due) + " not before " + text_of(r.not_before) + " ended " + text_of(r.ended_at)
    + " " + r.reason + " " + r.note;
}

/// What a request answered, as text: enough to compare and to read.
inline std::string text_of(const job& j) {
  return "job v" + std::to_string(j.version) + " due " + text_of(j.next_due) + " fired "
    + std::to_string(j.fired_runs) + " by " + j.zone_version + " "
    + std::to_string(j.calendar_revision) + " " + std::string{to_string(j.overlap)};
}
inline std::string text_of(const assignment& a) {
  return to_string(a.key) + " fence " + std::to_string(a.fence) + " epoch "
    + std::to_string(a.grant.epoch) + " " + std::string{to_string(a.state)}
  + (a.cancel_requested ? " cancel" : "");
}
inline std::string text_of(const attempts_to_cancel& c) {
  std::string out = "cancel";
  for (const auto& a : c.attempts)
    out += " " + text_of(a);
  return out;
}
inline std::string text_of(const fired& f) {
  std::string out = "fired " + std::to_string(f.fired_runs) + " next " + text_of(f.next_due)
    + (f.canceled_pending ? " canceled some" : "");
  for (const auto& a : f.to_cancel)
    out += " call off " + text_of(a);
  for (const auto& e : f.entries)
    out += " " + to_string(e.id) + (e.duplicate ? "=" : ":") + std::string{to_string(e.state)} + "@"
      + text_of(e.due) + e.reason + "*" + std::to_string(e.count);
  return out;
}
inline std::string text_of(const finished& f) {
  return to_string(f.key) + " " + std::string{to_string(f.state)} + "/"
    + std::string{to_string(f.outcome)} + (f.changed ? "" : " unchanged") + " not before "
    + text_of(f.not_before) + " started " + text_of(f.started_at)
    + (f.planned_next ? " planned" : "");
}
inline std::string text_of(uint64_t n) {
  return std::to_string(n);
}
inline std::string text_of(run_state s) {
  return std::string{to_string(s)};
}
template <class T>
std::string answer_text(const result<T>& r) {
  if (!r)
    return std::string{to_string(r.code())} + " " + r.failure().context;
  if constexpr (std::is_void_v<T>)
    return "done";
  else
    return text_of(*r);
}

} // namespace takt::test
