#include "tools/cli_time.hpp"

#include "actors/logic/zone_database.hpp"
#include "proto/duration.hpp"
#include "proto/json.hpp"
#include "proto/rfc3339.hpp"
#include "tools/cli_print.hpp"
#include "tools/cli_time_print.hpp"

#include <cassert>
#include <memory>

namespace takt {

namespace {

using namespace std::chrono_literals;
using zone_ptr = std::shared_ptr<const zone>;

/// As long a gap is a day that was left out (Apia, 2011-12-30): no clock showed its times.
constexpr auto left_out = 3h;

std::string job_path(const command& asked) {
  return "/api/job/" + path_segment(asked.target);
}

/// The job's zone, out of this host's database.
result<zone_ptr> zone_of(cli_session& api, const command& asked) {
  auto job = api.call("GET", job_path(asked));
  if (!job)
    return job.failure();
  auto name = text_of(job->data, "time_zone");
  if (name.empty() || name == "UTC")
    return zone::utc();
  auto zones = zone_database::load(system_zones_folder);
  if (!zones)
    return zones.failure();
  return (*zones)->find(name);
}

/// What was asked, in Unix milliseconds; the zone is fetched when it is needed first.
class instant_reader {
public:
  instant_reader(cli_session& api, const command& asked, wall_time now)
    : api_(api), asked_(asked), now_(now) {}

  result<wall_time> read(const std::string& text) {
    auto wanted = asked_instant_from(text);
    if (!wanted)
      return wanted.failure();
    if (wanted->is == asked_instant::kind::clock && !zone_) {
      auto found = zone_of(api_, asked_);
      if (!found)
        return found.failure();
      zone_ = *std::move(found);
    }
    return instant_meant(*wanted, zone_ ? *zone_ : *zone::utc(), now_);
  }

  const zone_ptr& zone_read() const noexcept { return zone_; }

private:
  cli_session& api_;
  const command& asked_;
  wall_time now_;
  zone_ptr zone_{};
};

std::string ms_text(wall_time t) {
  return std::to_string(to_ms(t));
}

/// RFC 3339 out of an instant that needs no zone.
result<std::string> exact_text(const std::string& text, wall_time now) {
  auto wanted = zoneless_instant_from(text);
  if (!wanted)
    return wanted.failure();
  return to_rfc3339(instant_meant(*wanted, *zone::utc(), now));
}

// -- commands -----------------------------------------------------------------------

result<int> tell_why(cli_session& api, const command& asked, wall_time now) {
  auto at = instant_reader{api, asked, now}.read(asked.time.at);
  if (!at)
    return at.failure();
  auto sentence = [](const value& answer) { return one_line(text_of(answer, "why"), 4096) + "\n"; };
  return api.show("GET", job_path(asked) + "/why?at=" + ms_text(*at), {}, sentence);
}

/// The last `n` rows of a listing that begins with the oldest, as one page. `path` has a query.
result<api_answer> newest_rows(cli_session& api, const std::string& path, uint64_t n) {
  auto page = [&](uint64_t number) {
    return api.call(
      "GET", path + "&page=" + std::to_string(number) + "&pageSize=" + std::to_string(n));
  };
  auto first = page(1);
  if (!first)
    return first;
  auto total = static_cast<uint64_t>(whole_of(first->data, "total").value_or(0));
  if (total <= n)
    return first;
  auto last_number = (total + n - 1) / n;
  auto last = page(last_number);
  if (!last || rows_of(last->data).size() >= n)
    return last;
  auto before = last_number == 2 ? std::move(first) : page(last_number - 1);
  if (!before)
    return before;
  const auto& tail = rows_of(last->data);
  auto rows = rows_of(before->data);
  rows.erase(
    rows.begin(), rows.begin() + static_cast<ptrdiff_t>(std::min(tail.size(), rows.size())));
  rows.insert(rows.end(), tail.begin(), tail.end());
  value_map joined{{"data", value{std::move(rows)}}};
  for (const auto& [key, member] : *last->data.as_map())
    if (key != "data")
      joined.emplace_back(key, member);
  api_answer out;
  out.data = value{std::move(joined)};
  out.text = to_json(out.data);
  return out;
}

result<int> show_account(cli_session& api, const command& asked, wall_time now) {
  instant_reader reader{api, asked, now};
  std::optional<wall_time> from, to;
  for (auto [text, out] : {std::pair{&asked.time.from, &from}, std::pair{&asked.time.to, &to}})
    if (*text) {
      auto read = reader.read(**text);
      if (!read)
        return read.failure();
      *out = *read;
    }
  // Every page must be of the same stretch.
  if (!to && (!from || *from < now))
    to = now;
  auto path = job_path(asked) + "/ledger?";
  path += (from ? "from=" + ms_text(*from) : "") + (from && to ? "&" : "")
    + (to ? "to=" + ms_text(*to) : "");
  auto answer = newest_rows(api, path, asked.time.last);
  if (!answer)
    return answer.failure();
  zone_ptr in = reader.zone_read();
  if (!in && !api.is_json()) {
    auto found = zone_of(api, asked);
    in = found ? *std::move(found) : zone::utc();
  }
  api.show_answer(*answer, [&in](const value& page) { return show_ledger(page, *in); });
  return 0;
}

result<int> look_ahead(cli_session& api, const command& asked, wall_time now) {
  auto step = duration_from(asked.time.step);
  if (!step)
    return cannot("--step: " + step.failure().context);
  if (*step < 1ms)
    return cannot("--step: must be more than 0");
  auto path = "/api/forecast?step=" + duration_text(*step);
  // Whole hours read better, and what is over has no fires to come.
  auto from = asked.time.from ? exact_text(*asked.time.from, now)
                              : result{to_rfc3339(now - now.time_since_epoch() % *step)};
  if (!from)
    return from.failure();
  path += "&from=" + *from;
  if (asked.time.to) {
    auto to = exact_text(*asked.time.to, now);
    if (!to)
      return to.failure();
    path += "&to=" + *to;
  }
  return api.show("GET", path, {}, show_forecast);
}

result<int> import_calendar(cli_session& api, const command& asked) {
  auto file = read_file(asked.time.file);
  if (!file)
    return file.failure();
  if (file->empty())
    return cannot(asked.time.file + " is empty");
  auto made = [](const value& calendar) {
    const auto* dates = calendar.find("dates");
    auto count = dates != nullptr && dates->as_list() ? dates->as_list()->size() : 0;
    return text_of(calendar, "name") + ": " + std::to_string(count)
      + (count == 1 ? " stretch of days\n" : " stretches of days\n");
  };
  return api.show("POST", "/api/calendars/" + path_segment(asked.target) + "/import", *file, made);
}

result<int> add_blackout(cli_session& api, const command& asked, wall_time now) {
  value_map body{{"name", value{asked.target}}};
  for (auto [name, text] : {std::pair{"from", &asked.time.from}, std::pair{"to", &asked.time.to}}) {
    auto exact = exact_text(text->value_or(""), now);
    if (!exact)
      return exact.failure();
    body.emplace_back(name, value{*exact});
  }
  if (asked.time.reason)
    body.emplace_back("reason", value{*asked.time.reason});
  auto name_line = [](const value& made) { return text_of(made, "name") + "\n"; };
  return api.show("POST", "/api/blackouts", to_json(value{std::move(body)}), name_line);
}

} // namespace

wall_time instant_meant(const asked_instant& asked, const zone& in, wall_time now) {
  if (asked.is == asked_instant::kind::now)
    return now;
  if (asked.is == asked_instant::kind::exact)
    return asked.at;
  if (asked.day)
    return in.instants_of(local_time{*asked.day + asked.time_of_day}).first;
  auto day = std::chrono::floor<std::chrono::days>(to_local(now, in));
  // The day before yesterday is looked at only where yesterday was left out.
  for (auto back = 0; back < 3; ++back, day -= std::chrono::days{1}) {
    auto named = in.instants_of(local_time{day + asked.time_of_day});
    auto none = named.is == zone_instants::kind::gap && named.shift >= left_out;
    if (!none && named.first <= now)
      return named.first;
  }
  return now;
}

result<int> speak_of_time(cli_session& api, const command& asked, wall_time now) {
  auto calendar = "/api/calendars/" + path_segment(asked.target);
  auto removed = [](const value&) { return std::string{"removed\n"}; };
  switch (asked.what) {
  case verb::why:
    return tell_why(api, asked, now);
  case verb::ledger:
    return show_account(api, asked, now);
  case verb::forecast:
    return look_ahead(api, asked, now);
  case verb::simulate:
    return api.show(
      "GET",
      "/api/simulate?days=" + std::to_string(asked.time.days)
        + "&slots=" + std::to_string(asked.time.slots),
      {}, show_simulation);
  case verb::calendar_list:
    return api.show("GET", "/api/calendars", {}, show_calendars);
  case verb::calendar_show:
    return api.show("GET", calendar, {}, show_calendar);
  case verb::calendar_import:
    return import_calendar(api, asked);
  case verb::calendar_remove:
    return api.show("DELETE", calendar, {}, removed);
  case verb::blackout_list:
    return api.show("GET", "/api/blackouts", {}, show_blackouts);
  case verb::blackout_add:
    return add_blackout(api, asked, now);
  case verb::blackout_remove:
    return api.show("DELETE", "/api/blackouts/" + path_segment(asked.target), {}, removed);
  default:
    assert(false && "no command about time");
    return cannot("this is no command about time");
  }
}

} // namespace takt
