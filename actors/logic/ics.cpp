#include "actors/logic/ics.hpp"

#include "actors/logic/ics_lines.hpp"
#include "actors/logic/ics_rule.hpp"

#include <algorithm>
#include <map>

namespace takt {

namespace {

using namespace std::chrono;

constexpr size_t summary_bytes_max = 255;
constexpr size_t depth_max = 8;

/// What of an event is read, each at most once.
constexpr std::string_view ours[] = {"DTSTART", "DTEND", "DURATION", "RRULE",  "SUMMARY",
                                     "STATUS",  "RDATE", "EXDATE",   "EXRULE", "RECURRENCE-ID"};
/// Of these, what would change an event's days in ways not understood here.
constexpr std::string_view beyond_us[] = {"RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID"};

/// Escapes undone, line ends made spaces, cut between two characters of UTF-8.
std::string summary_of(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size() && out.size() <= summary_bytes_max; ++i) {
    auto c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      c = text[++i];
      if (c == 'n' || c == 'N')
        c = ' ';
    }
    out += c;
  }
  if (out.size() <= summary_bytes_max)
    return out;
  auto end = summary_bytes_max;
  while (end > 0 && (static_cast<uint8_t>(out[end]) & 0xc0) == 0x80)
    --end;
  out.resize(end);
  return out;
}

class event {
public:
  explicit event(size_t line) : line_(line) {}

  result<void> add(ics_property p) {
    if (std::find(std::begin(ours), std::end(ours), p.name) == std::end(ours))
      return {};
    auto line = p.line;
    auto [at, fresh] = said_.emplace(p.name, std::move(p));
    return fresh ? result<void>{} : ics_failure(line, "the event says " + at->first + " twice");
  }

  /// Appends what the event marks; takes as many from `left`.
  result<void> finish(std::vector<ics_event>& out, size_t& left) const {
    if (auto* status = find("STATUS"); status && in_capitals(status->value) == "CANCELLED")
      return {};
    for (auto name : beyond_us)
      if (auto* p = find(name))
        return ics_failure(p->line, std::string{name} + " is not understood");
    auto start = moment("DTSTART");
    if (!start)
      return start.failure();
    auto last = last_day(*start);
    if (!last)
      return last.failure();
    auto first_days = days_from(*start, left);
    if (!first_days)
      return first_days.failure();
    auto* summary = find("SUMMARY");
    auto text = summary ? summary_of(summary->value) : std::string{};
    for (auto day : *first_days)
      out.push_back({day, day + (*last - start->day), text});
    return {};
  }

private:
  const ics_property* find(std::string_view name) const {
    auto at = said_.find(name);
    return at == said_.end() ? nullptr : &at->second;
  }

  result<ics_moment> moment(std::string_view name) const {
    auto* p = find(name);
    if (!p)
      return ics_failure(line_, "an event without " + std::string{name});
    auto out = ics_moment_of(p->value);
    auto wants_date = p->value_type == "DATE";
    if (!out || (wants_date && out->has_time) || (p->value_type == "DATE-TIME" && !out->has_time))
      return ics_failure(
        p->line,
        std::string{name} + " is no date such as 20260102"
          + (wants_date ? "" : " or date-time such as 20260102T030405"));
    return *out;
  }

  /// Included: the day before a DTEND of a date, the one with the last second before a time.
  result<sys_days> last_day(const ics_moment& start) const {
    auto *end = find("DTEND"), *duration = find("DURATION");
    if (!end && !duration)
      return start.day;
    if (end && duration)
      return ics_failure(duration->line, "the event has both DTEND and DURATION");
    auto until = start.at();
    if (end) {
      auto m = moment("DTEND");
      if (!m)
        return m.failure();
      if (m->has_time != start.has_time)
        return ics_failure(end->line, "DTEND and DTSTART are not both dates or both date-times");
      until = m->at();
    } else {
      auto length = ics_duration_of(duration->value);
      if (!length)
        return ics_failure(duration->line, "DURATION is no duration such as P1D");
      if (!start.has_time && *length % days{1} != 0s)
        return ics_failure(duration->line, "an event of whole days lasts whole days");
      until += *length;
    }
    if (until < start.at())
      return ics_failure(end ? end->line : duration->line, "the event ends before it begins");
    return std::max(start.day, floor<days>(until - 1s));
  }

  result<std::vector<sys_days>> days_from(const ics_moment& start, size_t& left) const {
    auto* p = find("RRULE");
    if (!p) {
      if (left == 0)
        return ics_failure(line_, "the file makes more days than a calendar holds");
      --left;
      return std::vector{start.day};
    }
    auto rule = read_ics_rule(p->value);
    if (!rule)
      return ics_failure(p->line, rule.failure().context);
    auto out = days_of(*rule, start, left);
    if (!out)
      return ics_failure(p->line, out.failure().context);
    return out;
  }

  size_t line_;
  std::map<std::string, ics_property, std::less<>> said_{};
};

/// Follows BEGIN and END, and gathers the events directly below a VCALENDAR.
class file_reader {
public:
  result<void> on(ics_property p) {
    if (p.name == "BEGIN")
      return on_begin(in_capitals(p.value), p.line);
    if (open_.empty())
      return ics_failure(p.line, "an iCalendar file begins with BEGIN:VCALENDAR");
    if (p.name == "END")
      return on_end(in_capitals(p.value), p.line);
    return in_event() ? event_.add(std::move(p)) : result<void>{};
  }

  result<std::vector<ics_event>> finish(size_t line) && {
    if (!open_.empty())
      return ics_failure(line, "the file ends before END:" + open_.back().substr(0, 40));
    if (!any_)
      return ics_failure(line, "an iCalendar file begins with BEGIN:VCALENDAR");
    return std::move(events_);
  }

private:
  bool in_event() const { return open_.size() == 2 && open_.back() == "VEVENT"; }

  result<void> on_begin(std::string what, size_t line) {
    if (open_.empty() != (what == "VCALENDAR"))
      return ics_failure(
        line,
        "an iCalendar file begins with BEGIN:VCALENDAR, and has it nowhere "
        "else");
    if (open_.size() == depth_max)
      return ics_failure(line, "BEGIN within BEGIN within BEGIN, too deep");
    any_ = true;
    open_.push_back(std::move(what));
    if (in_event())
      event_ = event{line};
    return {};
  }

  result<void> on_end(const std::string& what, size_t line) {
    if (what != open_.back())
      return ics_failure(line, "END of another than what began: " + open_.back().substr(0, 40));
    auto ends_event = in_event();
    open_.pop_back();
    return ends_event ? event_.finish(events_, left_) : result<void>{};
  }

  std::vector<std::string> open_{};
  bool any_ = false;
  event event_{0};
  std::vector<ics_event> events_{};
  size_t left_ = limits::calendar_ranges_max;
};

} // namespace

result<std::vector<ics_event>> read_ics(std::string_view text) {
  if (text.size() > limits::body_bytes_max)
    return failure{errc::bad_field, "ics: the file is larger than 1 MiB"};
  ics_lines lines{text};
  file_reader reader;
  while (true) {
    auto p = lines.next();
    if (!p)
      return p.failure();
    if (!*p)
      return std::move(reader).finish(lines.line());
    if (auto ok = reader.on(std::move(**p)); !ok)
      return ok.failure();
  }
}

} // namespace takt
