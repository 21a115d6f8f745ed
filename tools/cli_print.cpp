#include "tools/cli_print.hpp"

#include "proto/json.hpp"
#include "tools/cli_job.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace takt {

namespace {

constexpr size_t name_width = 32;
constexpr size_t output_width = 48;
constexpr size_t schedule_width = 48;

/// Members that schedule_words() says in one line.
constexpr std::array<std::string_view, 8> schedule_members = {
  "cron_spec", "interval",          "interval_ms",  "fixed_delay",
  "run_at",    "calendar_interval", "daily_window", "schedules"};

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

size_t width_of(std::string_view text) {
  return static_cast<size_t>(
    std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string total_line(const value& page) {
  auto total = text_of(page, "total");
  auto shown = std::to_string(rows_of(page).size());
  return total.empty() || total == shown ? "" : shown + " of " + total + " (--page, --page-size)\n";
}

} // namespace

std::string one_line(std::string_view text, size_t width) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
    text.remove_suffix(1);
  std::string out;
  size_t used = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    auto byte = static_cast<unsigned char>(c);
    if (!is_continuation(c) && ++used > width)
      return out + "…";
    // C1 controls are U+0080 to U+009F: 0xC2 and a continuation below 0xA0.
    auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte == 0xC2 && next < 0xA0) {
      out += ' ';
      ++i;
    } else {
      out += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
  }
  return out;
}

std::string text_table(const std::vector<text_row>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::string text_of(const value& object, std::string_view key) {
  const auto* member = object.find(key);
  if (member == nullptr || member->is_null())
    return {};
  const auto* text = member->as_text();
  return text != nullptr ? *text : to_json(*member);
}

std::optional<int64_t> whole_of(const value& object, std::string_view key) {
  const auto* member = object.find(key);
  if (member == nullptr)
    return std::nullopt;
  if (const auto* n = std::get_if<int64_t>(&member->data))
    return *n;
  const auto* n = std::get_if<uint64_t>(&member->data);
  if (n == nullptr || *n > uint64_t{std::numeric_limits<int64_t>::max()})
    return std::nullopt;
  return static_cast<int64_t>(*n);
}

std::string instant_of(const value& object, std::string_view key) {
  auto text = text_of(object, key);
  if (text.size() > 11 && text[10] == 'T')
    text[10] = ' ';
  if (text.ends_with('Z'))
    text.pop_back();
  if (text.ends_with(".000"))
    text.resize(text.size() - 4);
  return one_line(text, name_width);
}

const value_list& rows_of(const value& page) {
  static const value_list none;
  const auto* list = page.as_list();
  if (const auto* data = page.find("data"); data != nullptr)
    list = data->as_list();
  return list != nullptr ? *list : none;
}

std::string show_jobs(const value& page) {
  std::vector<text_row> rows{{"ID", "NAME", "TYPE", "WHEN", "STATUS", "NEXT"}};
  for (const auto& job : rows_of(page))
    rows.push_back(
      {text_of(job, "id"), one_line(text_of(job, "name"), name_width), text_of(job, "job_type"),
       one_line(schedule_line(job), schedule_width), text_of(job, "status"),
       instant_of(job, "next_due")});
  return text_table(rows) + total_line(page);
}

std::string show_job(const value& job) {
  std::vector<text_row> rows;
  if (const auto* members = job.as_map())
    for (const auto& [key, member] : *members) {
      auto in_words = std::find(schedule_members.begin(), schedule_members.end(), key);
      if (in_words == schedule_members.end())
        rows.push_back({key + ":", one_line(text_of(job, key), 4096)});
      else if (in_words == schedule_members.begin())
        rows.push_back({"when:", schedule_words(job)});
    }
  return text_table(rows);
}

std::string show_runs(const value& page) {
  std::vector<text_row> rows{{"RUN", "STATUS", "DUE", "MS", "EXECUTOR", "OUTPUT"}};
  for (const auto& run : rows_of(page)) {
    auto said = text_of(run, "error");
    if (said.empty())
      said = text_of(run, "output");
    if (said.empty())
      said = text_of(run, "reason");
    rows.push_back(
      {text_of(run, "id"), text_of(run, "status"), instant_of(run, "due"), text_of(run, "duration"),
       one_line(text_of(run, "executor_id"), name_width), one_line(said, output_width)});
  }
  return text_table(rows) + total_line(page);
}

std::string show_executors(const value& list) {
  std::vector<text_row> rows{{"ID", "STATUS", "SLOTS", "HEARTBEAT", "TYPES"}};
  for (const auto& executor : rows_of(list)) {
    std::string types;
    if (const auto* names = executor.find("task_types"); names != nullptr && names->as_list())
      for (const auto& name : *names->as_list())
        if (const auto* text = name.as_text())
          types += (types.empty() ? "" : ",") + *text;
    rows.push_back(
      {text_of(executor, "id"), text_of(executor, "status"), text_of(executor, "slots"),
       instant_of(executor, "heartbeat"), types});
  }
  return text_table(rows);
}

} // namespace takt
