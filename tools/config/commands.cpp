#include "tools/config/commands_cli.hpp"

#include "proto/duration.hpp"
#include "proto/limits.hpp"
#include "tools/config/asked_instant.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

namespace takt {

namespace {

using add_options_fn = std::function<void(CLI::App&, bool)>;

/// A command that sets `what` and takes the table's options.
CLI::App*
verb_command(CLI::App& parent, command& out, verb what, const char* name, const char* help) {
  auto* sub = parent.add_subcommand(name, help);
  sub->callback([&out, what] { out.what = what; });
  return sub;
}

void add_paging(CLI::App& sub, command& out) {
  sub.add_option("--page", out.page, "Which page, from 1")->check(CLI::Range(1, 1'000'000'000));
  sub.add_option("--page-size", out.page_size, "Rows of a page")
    ->check(CLI::Range(1, static_cast<int>(limits::page_size_max)));
}

/// A check of CLI11: "" when `read` can read the text, else what is wrong with it.
template <class Read>
auto readable(Read read) {
  return [read](const std::string& text) {
    auto got = read(text);
    return got ? std::string{} : got.failure().context;
  };
}

auto is_instant() {
  return readable([](const std::string& text) { return asked_instant_from(text); });
}
auto is_zoneless_instant() {
  return readable([](const std::string& text) { return zoneless_instant_from(text); });
}
auto is_duration() {
  return readable([](const std::string& text) { return duration_from(text); });
}

/// The six ways to say when, of which at most one.
void add_rules(CLI::App& sub, job_form& form) {
  std::vector<CLI::Option*> rules = {
    sub.add_option("--cron", form.cron, "When: a cron expression (docs/CRON.md), in quotes"),
    sub.add_option("--interval", form.interval_s, "When: every so many seconds")
      ->check(CLI::Range(int64_t{1}, limits::interval_s_max)),
    sub.add_option("--interval-ms", form.interval_ms, "When: every so many milliseconds")
      ->check(CLI::Range(limits::interval_ms_min, limits::interval_s_max * 1000)),
    sub
      .add_option(
        "--fixed-delay", form.fixed_delay, "When: so long (90s, 10m) after each run ended")
      ->check(is_duration()),
    sub.add_option("--run-at", form.run_at, "When: once, at this RFC 3339 instant")
      ->check(is_zoneless_instant()),
    sub.add_option("--run-after", form.run_after, "When: once, so long (90s, 10m) from now")
      ->check(is_duration()),
  };
  for (auto one = rules.begin(); one != rules.end(); ++one)
    for (auto other = one + 1; other != rules.end(); ++other)
      (*one)->excludes(*other);
}

/// What holds for any rule.
void add_timing(CLI::App& sub, job_form& form) {
  sub.add_option("--tz", form.time_zone, "The zone that cron and calendars are read in; UTC");
  sub.add_option("--dst", form.dst, "At changes of the clocks: vixie, skip or all");
  sub.add_option("--start-at", form.start_at, "Nothing is due before this RFC 3339 instant")
    ->check(is_zoneless_instant());
  sub.add_option("--end-at", form.end_at, "Nothing is due after it")->check(is_zoneless_instant());
  sub.add_option("--max-runs", form.max_runs, "Ends after so many planned runs; 0: never")
    ->check(CLI::NonNegativeNumber);
  sub
    .add_option(
      "--calendar", form.calendars, "A calendar that must let a day pass; may be repeated")
    ->allow_extra_args(false);
  sub.add_option(
    "--on-excluded", form.on_excluded, "A due that it excludes: skip, next_day, previous_day");
  sub.add_option("--jitter-ms", form.jitter_ms, "Fire each due up to so much later")
    ->check(CLI::Range(int64_t{0}, limits::jitter_ms_max));
  sub.add_option(
    "--misfire", form.misfire, "What could not fire in time: skip, last or all are run");
  sub
    .add_option("--catch-up-window", form.catch_up_window, "Older dues are never made up for (1h)")
    ->check(is_duration());
  sub.add_option("--catch-up-rate", form.catch_up_rate, "With --misfire all: so many a second")
    ->check(CLI::Range(int64_t{1}, int64_t{limits::catch_up_rate_max}));
  sub.add_option(
    "--overlap", form.overlap,
    "A due while an earlier run is unfinished: queue, skip, allow, cancel_running or buffer_one");
}

void add_job_form(CLI::App& sub, job_form& form) {
  sub.add_option("--name", form.name, "The job's name")->required();
  sub.add_option("--type", form.type, "The task type: SHELL_COMMAND, HTTP_CALLBACK, …")->required();
  add_rules(sub, form);
  auto* payload = sub.add_option("--payload", form.payload, "Handed to the task untouched");
  auto* file = sub.add_option("--payload-file", form.payload_file, "The same, from a file");
  payload->excludes(file);
  sub.add_option("--timeout", form.timeout_s, "Seconds that an attempt may take; 0: no limit")
    ->check(CLI::Range(int64_t{0}, limits::timeout_s_max));
  sub.add_option("--retry-times", form.retry_times, "How often a failed attempt is tried again")
    ->check(CLI::Range(int64_t{0}, int64_t{limits::retry_times_max}));
  sub.add_option("--executor", form.executor, "Run on this executor only");
  sub.add_option("--description", form.description, "For people");
  sub.add_flag("--paused", form.paused, "Do not start its schedule yet");
  add_timing(sub, form);
}

void add_job_commands(CLI::App& app, command& out, const add_options_fn& add_options) {
  auto* job = app.add_subcommand("job", "Add, list, show, trigger, pause, resume, remove jobs");
  job->require_subcommand(1);
  auto* add = verb_command(*job, out, verb::job_add, "add", "Add a job and print its id");
  add_job_form(*add, out.form);
  auto* list = verb_command(*job, out, verb::job_list, "list", "List jobs");
  add_paging(*list, out);
  struct row {
    verb what;
    const char* name;
    const char* help;
  };
  constexpr row rows[] = {
    {verb::job_show, "show", "Show one job"},
    {verb::job_trigger, "trigger", "Run a job now and print the run's id"},
    {verb::job_pause, "pause", "Stop a job's schedule"},
    {verb::job_resume, "resume", "Start a paused job's schedule again"},
    {verb::job_remove, "rm", "Remove a job; its runs stay in the ledger"},
  };
  for (const auto& r : rows) {
    auto* sub = verb_command(*job, out, r.what, r.name, r.help);
    sub->add_option("id", out.target, "The job's id")->required();
    if (r.what == verb::job_trigger)
      sub->add_flag("--wait", out.wait, "Follow the run; exit 0 when it ends in SUCCESS, else 1");
    add_options(*sub, false);
  }
  add_options(*add, false);
  add_options(*list, false);
}

void add_run_commands(CLI::App& app, command& out, const add_options_fn& add_options) {
  auto* logs = verb_command(app, out, verb::logs, "logs", "Print what a run wrote");
  logs->add_option("run", out.target, "The run's id")->required();
  add_options(*logs, false);
  auto* runs = verb_command(app, out, verb::runs, "runs", "List a job's runs, newest first");
  runs->add_option("job", out.target, "The job's id")->required();
  add_paging(*runs, out);
  add_options(*runs, false);
  auto* executors = app.add_subcommand("executors", "List executors, or remove a record");
  executors->require_subcommand(0, 1);
  auto* remove = executors->add_subcommand("rm", "Remove an executor's record");
  remove->add_option("id", out.target, "The executor's id")->required();
  executors->callback(
    [&out, remove] { out.what = remove->parsed() ? verb::executor_remove : verb::executors; });
  add_options(*remove, false);
  add_options(*executors, false);
}

/// --from and --to, which `check` can read.
template <class Check>
void add_stretch(CLI::App& sub, time_question& about, const Check& check, const char* from_help) {
  sub.add_option("--from", about.from, from_help)->check(check);
  sub.add_option("--to", about.to, "Up to this instant, not included")->check(check);
}

void add_time_commands(CLI::App& app, command& out, const add_options_fn& add_options) {
  auto* why = verb_command(app, out, verb::why, "why", "Say why a job did or did not run");
  why->add_option("job", out.target, "The job's id")->required();
  why
    ->add_option(
      "instant", out.time.at,
      "now, RFC 3339, Unix ms, or a clock in the job's zone: 09:00 (the latest), '2026-03-29 "
      "02:30'")
    ->required()
    ->check(is_instant());
  add_options(*why, false);
  auto* ledger = verb_command(
    app, out, verb::ledger, "ledger", "Account for a job's planned instants, newest at the bottom");
  ledger->add_option("job", out.target, "The job's id")->required();
  add_stretch(
    *ledger, out.time, is_instant(), "From this instant, as `why` reads it; 24 hours ago");
  ledger->add_option("--last", out.time.last, "So many rows, the newest; 100 when not given")
    ->check(CLI::Range(uint32_t{1}, limits::ledger_page_size_max));
  add_options(*ledger, false);
  auto* forecast =
    verb_command(app, out, verb::forecast, "forecast", "Count the coming fires of all jobs");
  add_stretch(*forecast, out.time, is_zoneless_instant(), "From this RFC 3339 instant; now");
  forecast->add_option("--step", out.time.step, "Count in steps so long; 1h when not given")
    ->check(is_duration());
  add_options(*forecast, false);
  auto* simulate =
    verb_command(app, out, verb::simulate, "simulate", "Replay the coming days of all jobs");
  simulate->add_option("--days", out.time.days, "So many days, 7 when not given")
    ->check(CLI::Range(1, 31));
  simulate->add_option("--slots", out.time.slots, "So many runs at once, 8 when not given")
    ->check(CLI::Range(uint32_t{1}, limits::slots_max));
  add_options(*simulate, false);
}

void add_calendar_commands(CLI::App& app, command& out, const add_options_fn& add_options) {
  auto* calendar = app.add_subcommand("calendar", "List, show, import, remove calendars of days");
  calendar->require_subcommand(1);
  auto* blackout = app.add_subcommand("blackout", "List, add, remove times when nothing fires");
  blackout->require_subcommand(1);
  auto named = [&](CLI::App& of, verb what, const char* name, const char* help) {
    auto* sub = verb_command(of, out, what, name, help);
    sub->add_option("name", out.target, "Its name")->required();
    add_options(*sub, false);
    return sub;
  };
  add_options(*verb_command(*calendar, out, verb::calendar_list, "list", "List calendars"), false);
  named(*calendar, verb::calendar_show, "show", "Show one calendar and its days");
  named(*calendar, verb::calendar_import, "import", "Take its days from an .ics file; makes it")
    ->add_option("file", out.time.file, "An iCalendar file, such as one of holidays")
    ->required();
  named(*calendar, verb::calendar_remove, "rm", "Remove a calendar that no job uses");
  add_options(*verb_command(*blackout, out, verb::blackout_list, "list", "List blackouts"), false);
  auto* add = named(*blackout, verb::blackout_add, "add", "Let nothing fire for a while");
  add_stretch(*add, out.time, is_zoneless_instant(), "From this RFC 3339 instant, or now");
  add->get_option("--from")->required();
  add->get_option("--to")->required();
  add->add_option("--reason", out.time.reason, "Why; the ledger says it");
  named(*blackout, verb::blackout_remove, "rm", "Remove a blackout");
}

void add_cron_commands(CLI::App& app, command& out) {
  auto* cron = app.add_subcommand("cron", "Explain a cron expression, or list when it fires");
  cron->require_subcommand(1);
  auto expression = [&out](CLI::App& sub, const char* help) {
    sub.add_option("expression", out.cron.expression, help)->required();
  };
  constexpr auto quoted = "The expression, in quotes: '0 9 * * MON-FRI'";
  auto* explain =
    verb_command(*cron, out, verb::cron_explain, "explain", "Say it in English and Chinese");
  expression(*explain, quoted);
  explain->add_option("--lang", out.cron.lang, "Only one of them: en or zh")
    ->check(CLI::IsMember({"en", "zh"}));
  auto* next =
    verb_command(*cron, out, verb::cron_next, "next", "Print the next instants, one a line");
  expression(*next, quoted);
  next->add_option("--tz", out.cron.zone, "The zone that it is read in; UTC when not given");
  next->add_option("--from", out.cron.from, "Strictly after this RFC 3339 instant; now");
  next->add_option("--count", out.cron.count, "How many, 5 when not given")
    ->check(CLI::Range(uint32_t{1}, limits::preview_count_max));
  next->add_option("--dst", out.cron.dst, "At changes of the clocks: vixie, skip or all")
    ->check(CLI::IsMember({"vixie", "skip", "all"}));
  auto* import = app.add_subcommand("import", "Translate a cron expression of another scheduler");
  import->require_subcommand(1);
  constexpr std::pair<const char*, const char*> sources[] = {
    {"quartz", "From Quartz"}, {"xxl", "From XXL-JOB"}};
  for (const auto& [name, help] : sources) {
    auto* from = import->add_subcommand(name, help);
    from->callback([&out, source = name] {
      out.what = verb::cron_import;
      out.cron.source = source;
    });
    expression(*from, "The expression, in quotes: '0 15 10 ? * 2-6'");
  }
}

} // namespace

void add_commands(CLI::App& app, command& out, const add_options_fn& add_options) {
  app.require_subcommand(1);
  auto* dev =
    verb_command(app, out, verb::dev, "dev", "Everything in one process: try takt, develop jobs");
  add_options(*dev, true);
  add_job_commands(app, out, add_options);
  add_run_commands(app, out, add_options);
  add_time_commands(app, out, add_options);
  add_calendar_commands(app, out, add_options);
  add_cron_commands(app, out);
  auto* keys = app.add_subcommand("keys", "CURVE keys for brokers, schedulers and workers");
  keys->require_subcommand(1);
  auto* fresh = verb_command(*keys, out, verb::keys_new, "new", "Make new keys in a folder");
  fresh->add_option("dir", out.target, "The folder; made when missing")->required();
  verb_command(app, out, verb::version, "version", "Print the version");
  verb_command(app, out, verb::config_page, "config-page", "Print docs/CONFIG.md")->group("");
}

} // namespace takt
