#include "actors/admin/time_json.hpp"

#include "actors/admin/api_json.hpp"
#include "proto/rfc3339.hpp"

namespace takt {

namespace {

std::string_view to_string(ledger_line::outcome o) noexcept {
  switch (o) {
  case ledger_line::outcome::ran:
    return "ran";
  case ledger_line::outcome::skipped:
    return "skipped";
  case ledger_line::outcome::missed:
    return "missed";
  case ledger_line::outcome::planned:
    return "planned";
  }
  return "?";
}

value ms_of(wall_time t) {
  return value{int64_t{to_ms(t)}};
}

value ms_of(millis span) {
  return value{int64_t{span.count()}};
}

value json_of_line(const ledger_line& l) {
  auto has_row = l.is != ledger_line::outcome::planned;
  return value{value_map{
    {"due_ms", ms_of(l.due)},
    {"outcome", json_text(to_string(l.is))},
    {"run_id", l.run ? json_text(takt::to_string(*l.run)) : value{}},
    {"reason", json_text(l.reason)},
    {"lateness_ms", l.lateness ? ms_of(*l.lateness) : value{}},
    {"count", value{l.count}},
    {"due", json_of(l.due)},
    {"due_last_ms", ms_of(l.due_last)},
    {"note", json_text(l.note)},
    {"status", has_row ? json_text(takt::to_string(l.state)) : value{}},
  }};
}

} // namespace

result<ask::preview> preview_from(std::string_view body) {
  auto parsed = object_from(body, "a schedule");
  if (!parsed)
    return parsed.failure();
  ask::preview q;
  value_map others;
  for (const auto& [name, given] : *parsed->as_map()) {
    if (name == "from") {
      auto from = instant_in(name, given);
      if (!from)
        return from.failure();
      q.from = *from;
    } else if (name == "count") {
      auto count = whole_in(name, given);
      if (!count)
        return count.failure();
      if (*count < 1 || *count > limits::preview_count_max)
        return failure{
          errc::bad_field,
          "count: " + std::to_string(*count) + " is out of range (1-"
            + std::to_string(limits::preview_count_max) + ")"};
      q.count = static_cast<uint32_t>(*count);
    } else {
      others.emplace_back(name, given);
    }
  }
  auto draft = job_draft_of(others);
  if (!draft)
    return draft.failure();
  q.draft = *std::move(draft);
  return q;
}

value json_of(const ledger_page& page) {
  value_list rows;
  for (const auto& line : page.rows)
    rows.push_back(json_of_line(line));
  value_map out{{"data", value{std::move(rows)}}, {"total", value{page.total}}};
  if (page.cut_at)
    out.emplace_back("cut_at", json_of(*page.cut_at));
  return value{std::move(out)};
}

value json_of(const why_answer& answer) {
  return value{value_map{
    {"at", json_of(answer.at)},
    {"at_ms", ms_of(answer.at)},
    {"why", json_text(answer.sentence)},
  }};
}

value json_of(const preview_reply& reply) {
  value_list dues;
  for (const auto& d : reply.dues)
    dues.push_back(value{value_map{
      {"due", value{to_rfc3339(d.due, d.offset)}},
      {"due_ms", ms_of(d.due)},
      {"outcome", json_text(d.verdict.runs ? "planned" : "skipped")},
      {"reason", json_text(d.verdict.reason)},
      {"note", json_text(d.verdict.note)},
    }});
  value_list lints;
  for (const auto& l : reply.lints)
    lints.push_back(value{value_map{{"code", json_text(l.code)}, {"text", json_text(l.text)}}});
  return value{value_map{
    {"time_zone", json_text(reply.time_zone)},
    {"data", value{std::move(dues)}},
    {"lints", value{std::move(lints)}},
    {"explain",
     value{value_map{{"en", json_text(reply.english)}, {"zh", json_text(reply.chinese)}}}},
  }};
}

value json_of(const forecast_report& report) {
  value_list steps;
  auto at = report.from;
  for (auto count : report.counts) {
    steps.push_back(
      value{value_map{{"at", json_of(at)}, {"at_ms", ms_of(at)}, {"count", value{count}}}});
    at += report.step;
  }
  const auto& worst = report.worst;
  value_list jobs;
  for (const auto& name : worst.jobs)
    jobs.push_back(json_text(name));
  value_map herd{
    {"at", worst.count > 0 ? json_of(worst.at) : value{}},
    {"at_ms", worst.count > 0 ? ms_of(worst.at) : value{}},
    {"count", value{worst.count}},
    {"jobs", value{std::move(jobs)}},
  };
  if (worst.suggested_jitter_ms > 0)
    herd.emplace_back("suggested_jitter_ms", value{worst.suggested_jitter_ms});
  return value{value_map{
    {"from", json_of(report.from)},
    {"step_ms", ms_of(report.step)},
    {"data", value{std::move(steps)}},
    {"total", value{report.total}},
    {"jobs", value{report.jobs}},
    {"herd", value{std::move(herd)}},
  }};
}

value json_of(const rehearsal_report& report) {
  value_list overlapping;
  for (const auto& job : report.overlapping)
    overlapping.push_back(value{value_map{
      {"job", json_text(job.name)},
      {"times", value{job.times}},
      {"duration_ms", ms_of(job.duration)},
    }});
  value_map out{
    {"from", json_of(report.from)},
    {"to", json_of(report.to)},
    {"slots", value{uint64_t{report.slots}}},
    {"runs", value{report.runs}},
    {"skipped", value{report.skipped}},
    {"peak_queue", value{report.peak_queue}},
    {"peak_at", report.peak_queue > 0 ? json_of(report.peak_at) : value{}},
    {"lateness_p50_ms", ms_of(report.lateness_p50)},
    {"lateness_p99_ms", ms_of(report.lateness_p99)},
    {"lateness_max_ms", ms_of(report.lateness_max)},
    {"busy_percent", value{report.busy_percent}},
    {"overlapping", value{std::move(overlapping)}},
  };
  if (report.cut_at)
    out.emplace_back("cut_at", json_of(*report.cut_at));
  return value{std::move(out)};
}

} // namespace takt
