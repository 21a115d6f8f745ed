#include "tools/cli.hpp"

#include "proto/json.hpp"
#include "proto/run_state.hpp"
#include "tools/cli_cron.hpp"
#include "tools/cli_print.hpp"
#include "tools/cli_rest.hpp"
#include "tools/config/endpoint.hpp"
#include "tools/config/option_page.hpp"
#include "tools/setup_checks.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <thread>

namespace takt {

namespace {

using namespace std::chrono_literals;

/// How often `--wait` looks at its run.
constexpr auto look_interval = 200ms;

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
}

failure cannot(std::string why) {
  return {errc::internal, std::move(why)};
}

result<std::string> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()) || file.bad())
    return cannot(path + " cannot be read");
  return text.str();
}

struct api_answer {
  std::string text{}; ///< the body, as it came
  value data{};
};

/// A gateway, and how to print what it says.
class session {
public:
  session(const options& opts, const std::string& token)
    : json_(opts.json), http_(opts.url, token) {}

  result<api_answer>
  call(const char* method, const std::string& path, const std::string& body = {}) {
    auto answer = http_.send(method, path, body);
    if (!answer)
      return answer.failure();
    if (answer->body.empty() && answer->status / 100 == 2)
      return api_answer{"{}", value{value_map{}}};
    auto data = from_json(answer->body);
    if (answer->status / 100 != 2) {
      auto said = data ? text_of(*data, "error") : std::string{};
      return cannot(said.empty() ? "the server answered " + std::to_string(answer->status) : said);
    }
    if (!data)
      return cannot("the server's answer is no JSON: is this takt's gateway?");
    return api_answer{std::move(answer->body), std::move(*data)};
  }

  /// Calls, then prints the document, or what `for_people` makes of it.
  template <class ForPeople>
  result<int>
  show(const char* method, const std::string& path, const std::string& body, ForPeople for_people) {
    auto answer = call(method, path, body);
    if (!answer)
      return answer.failure();
    show_answer(*answer, for_people);
    return 0;
  }

  template <class ForPeople>
  void show_answer(const api_answer& answer, ForPeople for_people) {
    print(json_ ? answer.text + "\n" : for_people(answer.data));
  }

private:
  bool json_;
  rest_client http_;
};

std::string message_line(const value& answer) {
  return one_line(text_of(answer, "message"), 400) + "\n";
}

result<std::string> job_body(const job_form& form) {
  value_map job{{"name", value{form.name}}, {"job_type", value{form.type}}};
  auto add = [&job](const char* key, const auto& given) {
    if (given)
      job.emplace_back(key, value{*given});
  };
  auto payload = form.payload;
  if (form.payload_file) {
    auto text = read_file(*form.payload_file);
    if (!text)
      return text.failure();
    payload = *text;
  }
  add("cron_spec", form.cron);
  add("interval", form.interval_s);
  add("payload", payload);
  add("timeout", form.timeout_s);
  add("retry_times", form.retry_times);
  add("executor_id", form.executor);
  add("description", form.description);
  if (form.paused)
    job.emplace_back("status", value{std::string{"PAUSED"}});
  return to_json(value{std::move(job)});
}

/// Follows a run until it ends.
result<int> follow(session& api, const std::string& run) {
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

result<int> trigger(session& api, const command& asked) {
  auto path = "/api/job/" + path_segment(asked.target) + "/trigger";
  auto id_line = [](const value& answer) { return text_of(answer, "log_id") + "\n"; };
  if (!asked.wait)
    return api.show("POST", path, {}, id_line);
  auto answer = api.call("POST", path);
  if (!answer)
    return answer.failure();
  return follow(api, text_of(answer->data, "log_id"));
}

result<int> speak_rest(session& api, const command& asked) {
  auto target = path_segment(asked.target);
  auto job = "/api/job/" + target;
  auto paging =
    "?page=" + std::to_string(asked.page) + "&pageSize=" + std::to_string(asked.page_size);
  auto removed = [](const value&) { return std::string{"removed\n"}; };
  switch (asked.what) {
  case verb::job_add: {
    auto body = job_body(asked.form);
    if (!body)
      return body.failure();
    auto id_line = [](const value& made) { return text_of(made, "id") + "\n"; };
    return api.show("POST", "/api/job", *body, id_line);
  }
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
    return cannot("this is no command of the REST API");
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
  session api{opts, *token};
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
