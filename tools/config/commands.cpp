#include "tools/config/commands_cli.hpp"

#include "proto/limits.hpp"

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

void add_job_form(CLI::App& sub, job_form& form) {
  sub.add_option("--name", form.name, "The job's name")->required();
  sub.add_option("--type", form.type, "The task type: SHELL_COMMAND, HTTP_CALLBACK, …")->required();
  auto* cron = sub.add_option("--cron", form.cron, "When: five cron fields, or six with seconds");
  auto* interval = sub.add_option("--interval", form.interval_s, "When: every so many seconds");
  cron->excludes(interval);
  interval->check(CLI::Range(int64_t{1}, limits::interval_s_max));
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
  add_cron_commands(app, out);
  auto* keys = app.add_subcommand("keys", "CURVE keys for brokers, schedulers and workers");
  keys->require_subcommand(1);
  auto* fresh = verb_command(*keys, out, verb::keys_new, "new", "Make new keys in a folder");
  fresh->add_option("dir", out.target, "The folder; made when missing")->required();
  verb_command(app, out, verb::version, "version", "Print the version");
  verb_command(app, out, verb::config_page, "config-page", "Print docs/CONFIG.md")->group("");
}

} // namespace takt
