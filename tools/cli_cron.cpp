#include "tools/cli_cron.hpp"

#include "actors/logic/almanac.hpp"
#include "actors/logic/cron_explain.hpp"
#include "actors/logic/cron_hash.hpp"
#include "actors/logic/cron_import.hpp"
#include "actors/logic/schedule.hpp"
#include "proto/duration.hpp"
#include "proto/job.hpp"
#include "proto/rfc3339.hpp"
#include "tools/cli_print.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace takt {

namespace {

cli_answer refused(const std::string& why) {
  return {2, {}, "takt: " + one_line(why, 1000) + "\n"};
}

cli_answer refused(const failure& why) {
  return refused(why.context.empty() ? why.message() : why.context);
}

/// A job that has nothing but this schedule.
job job_of(const cron_question& asked, wall_time from) {
  job made;
  made.rules = {cron_rule(asked.expression)};
  made.time_zone = asked.zone;
  made.dst = enum_from<dst_policy>(asked.dst).value_or(dst_policy::vixie);
  made.anchor = from;
  return made;
}

/// The duration of `@every 90s`; nothing for a cron expression.
std::optional<millis> interval_of(const std::string& expression) {
  constexpr std::string_view word = "@every";
  auto begin = expression.find_first_not_of(" \t");
  if (begin == std::string::npos || expression.compare(begin, word.size(), word) != 0)
    return std::nullopt;
  auto text = expression.find_first_not_of(" \t", begin + word.size());
  if (text == std::string::npos)
    return std::nullopt;
  auto end = expression.find_last_not_of(" \t") + 1;
  auto span = duration_from(std::string_view{expression}.substr(text, end - text));
  return span ? std::optional{*span} : std::nullopt;
}

/// "Every 90 seconds", in the largest unit that leaves no rest.
std::string every(millis span, language in) {
  struct unit {
    int64_t ms;
    const char* english;
    const char* chinese;
  };
  constexpr std::array units = {
    unit{86'400'000, "day", "天"}, unit{3'600'000, "hour", "小时"}, unit{60'000, "minute", "分钟"},
    unit{1000, "second", "秒"}, unit{1, "millisecond", "毫秒"}};
  for (const auto& [ms, english, chinese] : units) {
    if (span.count() % ms != 0)
      continue;
    auto n = span.count() / ms;
    auto number = std::to_string(n);
    if (in == language::chinese)
      return "每" + (n == 1 ? std::string{} : number) + chinese + "，从任务创建时起算";
    return "Every " + (n == 1 ? std::string{english} : number + " " + english + "s")
      + ", counted from the job's creation";
  }
  return {};
}

bool has_hash(const std::string& expression) {
  for (size_t i = 0; i < expression.size(); ++i) {
    auto begins = i == 0 || expression[i - 1] == ' ' || expression[i - 1] == '\t'
      || expression[i - 1] == ',' || expression[i - 1] == '+';
    if (expression[i] == 'H' && begins)
      return true;
  }
  return false;
}

/// "2026-03-29T03:00:00+02:00"; UTC, and only UTC, ends with Z.
std::string instant_text(wall_time t, const zone& in) {
  auto text = to_rfc3339(t, in.at(t).offset);
  constexpr std::string_view zero = "+00:00";
  if (in.is_utc() && text.ends_with(zero))
    text.replace(text.size() - zero.size(), zero.size(), "Z");
  return text;
}

void put(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
}

} // namespace

cli_answer explain_cron_answer(const cron_question& asked) {
  auto when = schedule::of(job_of(asked, {}), std::make_shared<const almanac>());
  if (!when)
    return refused(when.failure());
  cli_answer answer;
  auto interval = interval_of(asked.expression);
  constexpr std::array languages = {
    std::pair{"en", language::english}, std::pair{"zh", language::chinese}};
  for (const auto& [name, in] : languages) {
    if (!asked.lang.empty() && asked.lang != name)
      continue;
    auto words = interval ? result<std::string>{every(*interval, in)}
                          : explain_cron(asked.expression, in, hash_seed_of(job_id{}));
    if (!words)
      return refused(words.failure());
    answer.out += *words + "\n";
  }
  for (const auto& lint : when->lints())
    answer.out += "  " + lint.code + ": " + lint.text + "\n";
  if (has_hash(asked.expression))
    answer.out += "  hash: what H stands for is fixed by each job's id; this is one example\n";
  return answer;
}

cli_answer next_cron_answer(
  const cron_question& asked, const std::shared_ptr<const zone_database>& zones, wall_time now) {
  // Whole seconds, so that an interval's instants are readable.
  wall_time from = std::chrono::floor<std::chrono::seconds>(now);
  if (asked.from) {
    auto given = from_rfc3339(*asked.from);
    if (!given)
      return refused("--from: " + given.failure().context);
    from = *given;
  }
  auto by = std::make_shared<almanac>();
  by->zones = zones;
  auto when = schedule::of(job_of(asked, from), by);
  if (!when)
    return refused(when.failure());
  cli_answer answer;
  auto last = std::optional{from};
  for (uint32_t i = 0; i < asked.count && (last = when->next(*last)); ++i)
    answer.out += instant_text(*last, when->in_zone()) + "\n";
  if (answer.out.empty())
    answer.err = "takt: it never fires after " + instant_text(from, when->in_zone()) + "\n";
  return answer;
}

cli_answer import_cron_answer(const cron_question& asked) {
  auto ours =
    import_cron(asked.source == "xxl" ? cron_source::xxl : cron_source::quartz, asked.expression);
  return ours ? cli_answer{0, *ours + "\n", {}} : refused(ours.failure());
}

int run_cron_command(const command& asked) {
  cli_answer answer;
  if (asked.what == verb::cron_explain) {
    answer = explain_cron_answer(asked.cron);
  } else if (asked.what == verb::cron_import) {
    answer = import_cron_answer(asked.cron);
  } else {
    // UTC needs no tzdata.
    auto zones = asked.cron.zone.empty() ? result{zone_database::utc_only()}
                                         : zone_database::load(system_zones_folder);
    answer =
      zones ? next_cron_answer(asked.cron, *zones, os_clock().wall()) : refused(zones.failure());
  }
  put(stdout, answer.out);
  put(stderr, answer.err);
  return answer.code;
}

} // namespace takt
