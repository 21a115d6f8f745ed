#include "tools/cli.hpp"

#include "proto/json.hpp"
#include "proto/run_state.hpp"
#include "tools/cli_cron.hpp"
#include "tools/cli_job.hpp"
#include "tools/cli_print.hpp"
#include "tools/cli_session.hpp"
#include "tools/cli_time.hpp"
#include "tools/config/endpoint.hpp"
#include "tools/config/option_page.hpp"
#include "tools/setup_checks.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

namespace takt {

namespace {

using namespace std::chrono_literals;

/// How often `--wait` looks at its run.
constexpr auto look_interval = 200ms;

std::string message_line(const value& answer) {
  return one_line(text_of(answer, "message"), 400) + "\n";
}

result<int> add_job(cli_session& api, job_form form) {
  if (form.payload_file) {
    auto text = read_file(*form.payload_file);
    if (!text)
      return text.failure();
    form.payload = *std::move(text);
  }
  auto id_line = [](const value& made) { return text_of(made, "id") + "\n"; };
  return api.show("POST", "/api/job", to_json(job_body(form, os_clock().wall())), id_line);
}

/// Follows a run until it ends.
result<int> follow(cli_session& api, const std::string& run) {
  while (true) {
    auto answer = api.call("GET", "/api/run/" + path_segment(run));
    if (!answer)
      return answer.failure();
    auto state = run_state_from(text_of(answer->data, "status"));
    if (!state)
      return cannot("run " + run + " is in a state that this program does not know");
    if (!is_unfinished(*state)) {
      api.show_answer(*answer, [&run, state](const value& row) {
        auto error = one_line(text_of(row, "error"), 400);
        return run + " " + std::string{to_string(*state)} + (error.empty() ? "" : ": " + error)
          + "\n" + text_of(row, "output");
      });
      return *state == run_state::success ? 0 : 1;
    }
    std::this_thread::sleep_for(look_interval);
  }
}

result<int> trigger(cli_session& api, const command& asked) {
  auto path = "/api/job/" + path_segment(asked.target) + "/trigger";
  auto id_line = [](const value& answer) { return text_of(answer, "log_id") + "\n"; };
  if (!asked.wait)
    return api.show("POST", path, {}, id_line);
  auto answer = api.call("POST", path);
  if (!answer)
    return answer.failure();
  return follow(api, text_of(answer->data, "log_id"));
}

result<int> speak_rest(cli_session& api, const command& asked) {
  auto target = path_segment(asked.target);
  auto job = "/api/job/" + target;
  auto paging =
    "?page=" + std::to_string(asked.page) + "&pageSize=" + std::to_string(asked.page_size);
  auto removed = [](const value&) { return std::string{"removed\n"}; };
  switch (asked.what) {
  case verb::job_add:
    return add_job(api, asked.form);
  case verb::job_list:
    return api.show("GET", "/api/jobs" + paging, {}, show_jobs);
  case verb::job_show:
    return api.show("GET", job, {}, show_job);
  case verb::job_trigger:
    return trigger(api, asked);
  case verb::job_pause:
    return api.show("POST", job + "/pause", {}, message_line);
  case verb::job_resume:
    return api.show("POST", job + "/resume", {}, message_line);
  case verb::job_remove:
    return api.show("DELETE", job, {}, removed);
  case verb::logs:
    return api.show(
      "GET", "/api/run/" + target, {}, [](const value& run) { return text_of(run, "output"); });
  case verb::runs:
    return api.show("GET", "/api/job/logs/" + target + paging, {}, show_runs);
  case verb::executors:
    return api.show("GET", "/api/executors", {}, show_executors);
  case verb::executor_remove:
    return api.show("DELETE", "/api/executor/" + target, {}, removed);
  default:
    return speak_of_time(api, asked, os_clock().wall());
  }
}

result<int> carry_out(const parsed& asked) {
  switch (asked.command.what) {
  case verb::version:
    print("takt " TAKT_VERSION "\n");
    return 0;
  case verb::config_page:
    print(option_page());
    return 0;
  case verb::cron_explain:
  case verb::cron_next:
  case verb::cron_import:
    return run_cron_command(asked.command);
  case verb::keys_new: {
    auto made = write_new_keys(asked.command.target);
    if (!made)
      return made.failure();
    print("new keys in " + asked.command.target + "\n");
    return 0;
  }
  default:
    break;
  }
  auto url = http_url_from(asked.options.url);
  if (!url)
    return url.failure();
  auto token = read_token(asked.options.token_file);
  if (!token)
    return token.failure();
  auto opts = asked.options;
  opts.url = *url;
  cli_session api{opts, *token};
  return speak_rest(api, asked.command);
}

} // namespace

int run_cli(const parsed& asked) {
  auto code = carry_out(asked);
  if (!code) {
    const auto& why = code.failure();
    auto line = why.context.empty() ? why.message() : why.context;
    std::fprintf(stderr, "takt: %s\n", one_line(line, 1000).c_str());
    return 1;
  }
  // A full disk or a closed pipe must not look like success to a script.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fputs("takt: the output cannot be written\n", stderr);
    return 1;
  }
  return *code;
}

} // namespace takt
