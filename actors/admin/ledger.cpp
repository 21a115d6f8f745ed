#include "actors/admin/ledger.hpp"

#include "proto/limits.hpp"

#include <algorithm>
#include <cassert>
#include <limits>

namespace takt {

namespace {

/// Steps that one answer may take: some tens of milliseconds.
constexpr uint64_t steps_max = 400'000;
/// Days that are looked at around a due that calendars move.
constexpr uint64_t days_per_moved_due = 70;

ledger_line line_of(const run& r) {
  ledger_line line;
  line.due = r.due;
  line.due_last = r.due_last;
  line.count = r.count;
  line.run = r.id;
  line.state = r.state;
  line.reason = r.reason;
  line.note = r.note;
  line.is = r.state == run_state::skipped ? ledger_line::outcome::skipped
    : r.state == run_state::missed        ? ledger_line::outcome::missed
                                          : ledger_line::outcome::ran;
  if (r.started_at)
    line.lateness = *r.started_at - r.due;
  return line;
}

/// Counts lines, and keeps those of one page.
class page_filler {
public:
  page_filler(const page_request& page, uint64_t rows_before)
    : first_(uint64_t{page.page - 1} * page.size), end_(first_ + page.size), n_(rows_before) {}

  bool wants_next() const noexcept { return n_ >= first_ && n_ < end_; }
  void add(ledger_page& out, ledger_line line) {
    if (wants_next())
      out.rows.push_back(std::move(line));
    skip();
  }
  void skip() noexcept { ++n_; }
  uint64_t total() const noexcept { return n_; }

private:
  uint64_t first_;
  uint64_t end_;
  uint64_t n_;
};

/// The dues from next_due on, one after the other. next_due is one whatever the rules say: the
/// definition may have changed since.
class dues_to_come {
public:
  dues_to_come(const job& definition, const schedule& when, wall_time from)
    : when_(when), only_one_(when.fixed_delay().count() > 0), due_(definition.next_due) {
    if (due_ && *due_ < from)
      due_ = only_one_ ? std::nullopt : when_.next(from - millis{1});
  }

  const std::optional<wall_time>& due() const noexcept { return due_; }
  void go_on() { due_ = only_one_ ? std::nullopt : when_.next(*due_); }

private:
  const schedule& when_;
  bool only_one_;
  std::optional<wall_time> due_;
};

/// How many dues may still become runs.
uint64_t runs_left(const job& j) {
  if (j.max_runs == 0)
    return std::numeric_limits<uint64_t>::max();
  return j.max_runs - std::min(j.max_runs, j.fired_runs);
}

void add_planned(
  ledger_page& out, page_filler& filler, const job& definition, const schedule& when,
  const ledger_question& about) {
  // Dues before `from` use up runs too.
  auto counted_from = definition.max_runs == 0 ? about.from : wall_time::min();
  dues_to_come coming{definition, when, counted_from};
  auto left = runs_left(definition);
  std::optional<due_verdict> verdict;
  auto affordable = affordable_dues(definition, limits::ledger_planned_max);
  uint64_t walked = 0;
  for (; coming.due() && *coming.due() < about.to && left > 0; coming.go_on()) {
    auto due = *coming.due();
    if (walked++ == affordable) {
      out.cut_at = due;
      return;
    }
    if (!verdict || due >= verdict->until)
      verdict = when.judge(due);
    if (verdict->runs && definition.max_runs > 0)
      --left;
    if (due < about.from)
      continue;
    if (!filler.wants_next()) {
      filler.skip();
      continue;
    }
    ledger_line line;
    line.due = line.due_last = due;
    line.reason = verdict->reason;
    line.note = verdict->note;
    filler.add(out, std::move(line));
  }
}

/// One line for what a pause has swallowed by now.
void add_paused(
  ledger_page& out, page_filler& filler, const job& definition, const schedule& when,
  const ledger_question& about) {
  dues_to_come coming{definition, when, about.from};
  ledger_line line;
  line.is = ledger_line::outcome::skipped;
  line.state = run_state::skipped;
  line.reason = "paused";
  line.count = 0;
  auto affordable = affordable_dues(definition, limits::ledger_planned_max);
  for (; coming.due() && *coming.due() < about.to && *coming.due() <= about.now; coming.go_on()) {
    if (line.count == affordable) {
      out.cut_at = *coming.due();
      break;
    }
    if (line.count++ == 0)
      line.due = *coming.due();
    line.due_last = *coming.due();
  }
  if (line.count > 0)
    filler.add(out, std::move(line));
}

} // namespace

uint64_t affordable_dues(const job& definition, uint64_t wanted) noexcept {
  uint64_t steps = std::max<size_t>(definition.rules.size(), 1);
  if (!definition.calendars.empty() && definition.on_excluded != excluded_policy::skip)
    steps *= days_per_moved_due * (1 + definition.calendars.size() / 4);
  return std::min(wanted, std::max<uint64_t>(steps_max / steps, 1));
}

ledger_page make_ledger(
  const page_of<run>& rows, const job& definition, const std::optional<schedule>& when,
  const ledger_question& about) {
  assert(about.from < about.to);
  ledger_page out;
  for (const auto& r : rows.rows)
    out.rows.push_back(line_of(r));
  page_filler filler{about.page, rows.total};
  if (when && definition.next_due && *definition.next_due < about.to) {
    if (definition.paused)
      add_paused(out, filler, definition, *when, about);
    else
      add_planned(out, filler, definition, *when, about);
  }
  out.total = filler.total();
  return out;
}

} // namespace takt
