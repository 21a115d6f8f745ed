#include "storage/sqlite_rows.hpp"
#include "storage/sqlite_writer.hpp"

#include <algorithm>
#include <cassert>
#include <set>

namespace takt {

using namespace sqlite_rows;

namespace {

/// A trigger behind other entries may be refused when those are written already.
bool may_be_refused_late(const fire_request& request) {
  return request.entries.size() > 1 && std::ranges::any_of(request.entries, [](const auto& e) {
           return e.kind == run_kind::manual;
         });
}

} // namespace

result<fired> sqlite_writer::fire(const fire_request& request) {
  auto how = may_be_refused_late(request) ? undo::by_savepoint : undo::not_needed;
  return write_with(how, [&]() -> result<fired> {
    if (auto may = check(request.grant, request.job); !may)
      return may.failure();
    auto stored = find_head(request.job);
    if (!stored)
      return no_such_job(request.job);
    if (auto may = check_fire(stored->head, request); !may)
      return may.failure();
    return fire_on(*stored, request);
  });
}

std::optional<sqlite_writer::head_row> sqlite_writer::find_head(const job_id& id) {
  static const sqlite_text sql{
    "SELECT " + columns(job_head_fields)
    + ", zone_version, calendar_revision, (SELECT count(*) FROM (SELECT 1 FROM runs"
      " WHERE job_id = ?1 AND state <= 2 LIMIT "
    + std::to_string(limits::queued_runs_per_job_max)
    + ")) FROM jobs WHERE id = ?1 AND deleted_at_ms IS NULL"};
  auto s = db_->prepare(sql);
  if (!s.bind(id).step())
    return std::nullopt;
  head_row row;
  s.get_fields(job_head_fields, row.head);
  s.get(row.zone_version, row.calendar_revision, row.unfinished);
  return row;
}

result<fired> sqlite_writer::fire_on(const head_row& stored, const fire_request& request) {
  fire_course course{stored.head, request, stored.unfinished};
  fired out;
  out.job = request.job;
  for (const auto& entry : request.entries) {
    if (course.is_over())
      break;
    auto as = course.admit(entry);
    if (!as) {
      // A trigger sent again is answered with its row, however full the queue.
      auto row = find_row(request.job, entry);
      if (!row)
        return as.failure();
      out.entries.push_back(*row);
      continue;
    }
    if (as->names_blocker)
      as->note = to_string(oldest_unfinished(request.job));
    auto row = new_run(request, entry, *as);
    if (!insert_run(row)) {
      auto stored_row = find_row(request.job, entry);
      assert(stored_row);
      out.entries.push_back(*stored_row);
      continue;
    }
    course.wrote(entry, *as);
    if (as->supersedes)
      supersede(request, entry.id, course, out);
    out.entries.push_back(answer_of(row, false));
  }
  if (follows_schedule(request))
    write_plan(stored, request, course);
  out.next_due = course.next_due();
  out.fired_runs = course.fired_runs();
  return out;
}

void sqlite_writer::write_plan(
  const head_row& stored, const fire_request& request, const fire_course& course) {
  // What a plan was worked out with is indexed and hardly ever another than before.
  static const sqlite_text often{"UPDATE jobs SET next_due_ms = ?, fired_runs = ? WHERE id = ?"};
  static const sqlite_text seldom{"UPDATE jobs SET next_due_ms = ?, fired_runs = ?,"
                                  " zone_version = ?, calendar_revision = ? WHERE id = ?"};
  auto same = stored.zone_version == request.zone_version
    && stored.calendar_revision == request.calendar_revision;
  auto s = db_->prepare(same ? often : seldom);
  s.bind(course.next_due(), course.fired_runs());
  if (!same)
    s.bind(request.zone_version, request.calendar_revision);
  s.bind(request.job).run();
}

void sqlite_writer::supersede(
  const fire_request& request, const run_id& by, fire_course& course, fired& out) {
  uint64_t pending = 0;
  std::set<run_id> asked;
  for (auto& r : unfinished_of(request.job)) {
    if (r.id == by)
      continue;
    if (r.state == run_state::pending)
      ++pending;
    else if (!r.cancel_requested)
      asked.insert(r.id);
    else
      continue;
    apply_superseded(r, by, request.now);
    update_run(r);
  }
  if (!asked.empty())
    for (auto& a : in_flight_of(request.job))
      if (asked.contains(a.key.run))
        out.to_cancel.push_back(std::move(a));
  course.called_off(pending, out);
}

std::optional<fired_entry> sqlite_writer::find_row(const job_id& j, const fire_entry& entry) {
  static const std::string select = "SELECT id, state, due_ms, reason, count FROM runs WHERE ";
  static const sqlite_text by_due{select + "job_id = ? AND due_ms = ? AND kind = ? AND part = 0"};
  static const sqlite_text by_id{select + "id = ?"};
  run row;
  auto read = [&](sqlite_statement& s) {
    return s.get_row(row.id, row.state, row.due, row.reason, row.count);
  };
  auto is_there =
    is_unique_by_due(entry.kind) && read(db_->prepare(by_due).bind(j, entry.due, entry.kind));
  if (!is_there && !read(db_->prepare(by_id).bind(entry.id)))
    return std::nullopt;
  return answer_of(row, true);
}

bool sqlite_writer::insert_run(const run& r) {
  static const sqlite_text sql{
    "INSERT INTO runs (" + columns(run_fields) + ", shard) VALUES (" + marks(run_fields)
    + ", ?) ON CONFLICT DO NOTHING"};
  auto s = db_->prepare(sql);
  return s.bind_fields(run_fields, r).bind(shard_of(r.job)).run() == 1;
}

run_id sqlite_writer::oldest_unfinished(const job_id& job) {
  static const sqlite_text sql{
    "SELECT id FROM runs WHERE job_id = ? AND state <= 2 ORDER BY due_ms, id LIMIT 1"};
  run_id id;
  db_->prepare(sql).bind(job).get_row(id);
  return id;
}

} // namespace takt
