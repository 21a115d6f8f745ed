#include "tools/cli_time_print.hpp"

#include "proto/duration.hpp"
#include "proto/rfc3339.hpp"
#include "tools/cli_print.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace takt {

namespace {

constexpr size_t forecast_lines_max = 24;
constexpr int64_t bar_width = 40;
constexpr size_t words_width = 100;

std::string padded(int64_t n) {
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%02lld", static_cast<long long>(n));
  return out.data();
}

std::string one_decimal(double x) {
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%.1f", x);
  return out.data();
}

/// A number in a column of numbers.
std::string right(const std::string& text, size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

double real_of(const value& object, std::string_view key) {
  const auto* member = object.find(key);
  const auto* x = member != nullptr ? std::get_if<double>(&member->data) : nullptr;
  return x != nullptr ? *x : static_cast<double>(whole_of(object, key).value_or(0));
}

std::string span_at(const value& object, std::string_view key) {
  auto ms = whole_of(object, key);
  return ms ? span_words(millis{*ms}) : "";
}

std::string plural(int64_t n, const char* thing) {
  return std::to_string(n) + " " + thing + (n == 1 ? "" : "s");
}

std::string names_of(const value& object, std::string_view key, const char* between) {
  std::string out;
  const auto* list = object.find(key);
  if (list != nullptr && list->as_list())
    for (const auto& each : *list->as_list())
      if (const auto* text = each.as_text())
        out += (out.empty() ? "" : between) + one_line(*text, 32);
  return out;
}

// -- ledger -------------------------------------------------------------------------

/// "calendar: holidays; up to 2026-01-02 05:00:00" of reason, note and the last due.
std::string because(const value& row, const zone& in) {
  auto text = text_of(row, "reason");
  if (auto note = text_of(row, "note"); !note.empty())
    text += (text.empty() ? "" : ": ") + note;
  auto last = whole_of(row, "due_last_ms");
  if (last && whole_of(row, "count").value_or(1) > 1)
    text += (text.empty() ? "up to " : "; up to ") + clock_text(wall_from_ms(*last), in);
  return one_line(text, words_width);
}

text_row ledger_row(const value& row, const zone& in) {
  auto due = whole_of(row, "due_ms");
  auto outcome = text_of(row, "outcome");
  return {
    due ? clock_text(wall_from_ms(*due), in) : "",
    outcome,
    outcome == "ran" ? text_of(row, "status") : "",
    span_at(row, "lateness_ms"),
    text_of(row, "count"),
    text_of(row, "run_id"),
    because(row, in)};
}

// -- forecast -----------------------------------------------------------------------

std::string bar(int64_t count, int64_t most) {
  auto length = most > 0 ? std::max<int64_t>(count * bar_width / most, 1) : 0;
  std::string out;
  for (int64_t i = 0; i < length; ++i)
    out += "█";
  return out;
}

std::string herd_line(const value& report) {
  const auto* herd = report.find("herd");
  auto count = herd != nullptr ? whole_of(*herd, "count").value_or(0) : 0;
  if (count < 1)
    return {};
  auto line = "busiest second: " + instant_of(*herd, "at") + ", " + plural(count, "fire");
  auto jobs = names_of(*herd, "jobs", ", ");
  auto named = herd->find("jobs") != nullptr && herd->find("jobs")->as_list()
    ? static_cast<int64_t>(herd->find("jobs")->as_list()->size())
    : 0;
  if (!jobs.empty())
    line += " (" + jobs + (named < count ? ", …)" : ")");
  auto jitter = whole_of(*herd, "suggested_jitter_ms").value_or(0);
  return line
    + (jitter > 0
         ? "\n  --jitter-ms " + std::to_string(jitter) + " on these jobs would flatten it\n"
         : "\n");
}

} // namespace

std::string span_words(millis span) {
  auto ms = span.count();
  if (ms < 0)
    return "-" + span_words(-span);
  if (ms < 1000)
    return std::to_string(ms) + " ms";
  auto s = ms / 1000;
  if (s < 60)
    return one_decimal(static_cast<double>(ms / 100) / 10) + " s";
  if (s < 3600)
    return std::to_string(s / 60) + "m" + padded(s % 60) + "s";
  if (s < 86'400)
    return std::to_string(s / 3600) + "h" + padded(s / 60 % 60) + "m";
  return std::to_string(s / 86'400) + "d" + padded(s / 3600 % 24) + "h";
}

std::string clock_text(wall_time t, const zone& in) {
  auto text = to_rfc3339(t, in.at(t).offset);
  text[10] = ' ';
  if (in.is_utc())
    text.resize(text.size() - std::string_view{"+00:00"}.size());
  return text;
}

std::string show_ledger(const value& page, const zone& in) {
  std::vector<text_row> rows{
    {"DUE (" + in.name() + ")", "OUTCOME", "STATUS", "LATE", "COUNT", "RUN", "BECAUSE"}};
  for (const auto& row : rows_of(page))
    rows.push_back(ledger_row(row, in));
  auto out = text_table(rows);
  auto shown = static_cast<int64_t>(rows.size()) - 1;
  if (auto total = whole_of(page, "total"); total && *total != shown)
    out += "the newest " + std::to_string(shown) + " of " + std::to_string(*total)
      + " rows (--last, --from, --to)\n";
  if (auto cut = instant_of(page, "cut_at"); !cut.empty())
    out += "planned instants from " + cut + " UTC on are not counted\n";
  return out;
}

std::string show_forecast(const value& report) {
  struct step {
    std::string at{};
    int64_t count = 0;
    size_t place = 0;
  };
  std::vector<step> steps;
  const auto& all = rows_of(report);
  for (const auto& row : all)
    if (auto count = whole_of(row, "count").value_or(0); count > 0)
      steps.push_back({instant_of(row, "at"), count, steps.size()});
  auto busy = steps.size();
  std::stable_sort(
    steps.begin(), steps.end(), [](const step& a, const step& b) { return a.count > b.count; });
  steps.resize(std::min(busy, forecast_lines_max));
  auto most = steps.empty() ? 0 : steps.front().count;
  std::sort(
    steps.begin(), steps.end(), [](const step& a, const step& b) { return a.place < b.place; });
  auto width = std::max(std::string_view{"FIRES"}.size(), std::to_string(most).size());
  std::vector<text_row> rows{{"FROM (UTC)", right("FIRES", width), ""}};
  for (const auto& each : steps)
    rows.push_back({each.at, right(std::to_string(each.count), width), bar(each.count, most)});
  auto out = steps.empty() ? std::string{} : text_table(rows);
  if (busy > steps.size())
    out += "the busiest " + std::to_string(steps.size()) + " of " + std::to_string(busy)
      + " steps with fires\n";
  auto step_ms = whole_of(report, "step_ms").value_or(0);
  out += plural(whole_of(report, "total").value_or(0), "fire") + " of "
    + plural(whole_of(report, "jobs").value_or(0), "job") + " in "
    + plural(static_cast<int64_t>(all.size()), "step") + " of " + duration_text(millis{step_ms})
    + "\n";
  return out + herd_line(report);
}

std::string show_simulation(const value& report) {
  auto number = [&report](const char* key) {
    return std::to_string(whole_of(report, key).value_or(0));
  };
  auto peak_at = instant_of(report, "peak_at");
  std::vector<text_row> rows{
    {"from, to:", instant_of(report, "from") + ", " + instant_of(report, "to") + " UTC"},
    {"runs:", number("runs") + ", and " + number("skipped") + " skipped"},
    {"peak queue:", number("peak_queue") + (peak_at.empty() ? "" : " at " + peak_at + " UTC")},
    {"lateness:",
     "p50 " + span_at(report, "lateness_p50_ms") + ", p99 " + span_at(report, "lateness_p99_ms")
       + ", max " + span_at(report, "lateness_max_ms")},
    {"slots:", number("slots") + ", used " + one_decimal(real_of(report, "busy_percent")) + " %"}};
  auto out = text_table(rows);
  if (auto cut = instant_of(report, "cut_at"); !cut.empty())
    out += "too many fires to replay them all: it ends at " + cut + " UTC\n";
  const auto* list = report.find("overlapping");
  if (list == nullptr || !list->as_list() || list->as_list()->empty())
    return out + "\nno job would overlap with itself\n";
  rows = {{"JOB", "TIMES", "MEDIAN"}};
  for (const auto& each : *list->as_list())
    rows.push_back(
      {one_line(text_of(each, "job"), 48), text_of(each, "times"), span_at(each, "duration_ms")});
  return out + "\njobs that would come due while they still run:\n" + text_table(rows);
}

std::string show_calendars(const value& list) {
  std::vector<text_row> rows{{"NAME", "MODE", "STRETCHES", "WEEKDAYS", "DESCRIPTION"}};
  for (const auto& each : rows_of(list)) {
    const auto* dates = each.find("dates");
    auto count = dates != nullptr && dates->as_list() ? dates->as_list()->size() : 0;
    rows.push_back(
      {text_of(each, "name"), text_of(each, "mode"), std::to_string(count),
       names_of(each, "weekdays", " "), one_line(text_of(each, "description"), 48)});
  }
  return text_table(rows);
}

std::string show_calendar(const value& calendar) {
  std::vector<text_row> rows;
  for (const auto* key : {"name", "description", "mode"})
    rows.push_back({key + std::string{":"}, one_line(text_of(calendar, key), 4096)});
  rows.push_back({"weekdays:", names_of(calendar, "weekdays", " ")});
  rows.push_back({"updated_at:", instant_of(calendar, "updated_at")});
  auto dates = names_of(calendar, "dates", "\n");
  return text_table(rows) + dates + (dates.empty() ? "" : "\n");
}

std::string show_blackouts(const value& list) {
  std::vector<text_row> rows{{"NAME", "FROM (UTC)", "TO", "REASON"}};
  for (const auto& each : rows_of(list))
    rows.push_back(
      {text_of(each, "name"), instant_of(each, "from"), instant_of(each, "to"),
       one_line(text_of(each, "reason"), words_width)});
  return text_table(rows);
}

} // namespace takt
