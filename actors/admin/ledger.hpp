// ledger: a job's account of a stretch of time: the rows that the store has, and after them what is
// still to come, line by line, oldest first.
//
// Rows are what became of dues; from next_due on there are none yet. What is to come:
// - each due is a line "planned", with the reason why it will be skipped, when a calendar or a
//   blackout says so already; jitter is left out, a line's instant is its due
// - of a job with max_runs, as many as may still run
// - of a fixed delay only the next; the others depend on when that one ends
// - of a paused job, what the pause has swallowed by now is one line "skipped"; nothing after it
// At most limits::ledger_planned_max of them are counted, fewer where finding one is dear
// (affordable_dues); `cut_at` says where that ended.
//
// Pure; safe from any thread; `now` is an argument. Cannot fail. Cost: one next() for each due to
// come.
#pragma once

#include "actors/logic/schedule.hpp"
#include "actors/questions.hpp"

namespace takt {

/// How many dues of such a job may be walked over for one answer, at most `wanted`: a due that
/// calendars move, or that many rules merge into, costs up to thousands of times an ordinary one,
/// and nobody's question may hold up the others'.
uint64_t affordable_dues(const job& definition, uint64_t wanted) noexcept;

struct ledger_question {
  wall_time from{};
  wall_time to{}; ///< not included
  page_request page{};
  wall_time now{};
};

/// `rows` is the store's page of the same question. Without a schedule (its zone is gone) nothing
/// is planned.
/// @pre about.from < about.to
ledger_page make_ledger(
  const page_of<run>& rows, const job& definition, const std::optional<schedule>& when,
  const ledger_question& about);

} // namespace takt
