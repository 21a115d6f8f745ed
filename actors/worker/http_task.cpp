#include "actors/worker/http_task.hpp"

#include "actors/worker/worker_messages.hpp"
#include "proto/json.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <cctype>

namespace takt {

namespace {

failure bad(std::string why) {
  return {errc::bad_field, std::move(why)};
}

/// The characters of a token (RFC 9110): names of methods and headers.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || marks.find(c) != marks.npos;
  });
}

bool starts_with_scheme(std::string_view url, std::string_view scheme) {
  return url.size() > scheme.size()
    && std::equal(scheme.begin(), scheme.end(), url.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

result<void> read_text(const value& from, std::string_view name, std::string& to) {
  auto* member = from.find(name);
  if (!member || member->is_null())
    return done{};
  auto* text = member->as_text();
  if (!text)
    return bad(std::string{name} + " must be a string");
  to = *text;
  return done{};
}

result<void> read_headers(const value& from, http_request& to) {
  auto* member = from.find("headers");
  if (!member || member->is_null())
    return done{};
  auto* map = member->as_map();
  if (!map)
    return bad("headers must be an object");
  for (const auto& [name, v] : *map) {
    auto* text = v.as_text();
    if (!text)
      return bad("header " + name + " must be a string");
    if (!is_token(name) || text->find_first_of(std::string_view{"\r\n\0", 3}) != text->npos)
      return bad("a header has a line break or a character that headers cannot have");
    to.headers.emplace_back(name, *text);
  }
  return done{};
}

result<void> read_timeout(const value& from, http_request& to) {
  auto* member = from.find("timeout");
  if (!member || member->is_null())
    return done{};
  double seconds = -1;
  if (auto* i = std::get_if<int64_t>(&member->data))
    seconds = static_cast<double>(*i);
  else if (auto* u = std::get_if<uint64_t>(&member->data))
    seconds = static_cast<double>(*u);
  else if (auto* d = std::get_if<double>(&member->data))
    seconds = *d;
  if (!(seconds >= 0 && seconds <= static_cast<double>(limits::timeout_s_max)))
    return bad("timeout must be a number of seconds, 0 or more");
  to.timeout = millis{static_cast<int64_t>(seconds * 1000)};
  return done{};
}

void report(const task_handle& task, const http_answer& answer) {
  if (!answer.error.empty())
    return task.fail("HTTP request failed: " + answer.error);
  task.output(answer.body);
  if (answer.status >= 200 && answer.status < 300)
    return task.succeed();
  task.fail("HTTP " + std::to_string(answer.status));
}

} // namespace

result<http_request> http_request_from(std::string_view payload) {
  auto json = from_json(payload);
  if (!json)
    return json.failure();
  if (!json->as_map())
    return bad("the payload must be a JSON object with a url");
  http_request r;
  for (auto read :
       {read_text(*json, "url", r.url), read_text(*json, "method", r.method),
        read_text(*json, "body", r.body), read_headers(*json, r), read_timeout(*json, r)})
    if (!read)
      return read.failure();
  if (r.url.empty())
    return bad("the payload must have a url");
  if (!starts_with_scheme(r.url, "http://") && !starts_with_scheme(r.url, "https://"))
    return bad("url must begin with http:// or https://");
  if (r.url.find('\0') != std::string::npos)
    return bad("url has a NUL byte");
  if (r.method.empty())
    r.method = "GET";
  if (!is_token(r.method))
    return bad("method must be a word like GET");
  std::transform(r.method.begin(), r.method.end(), r.method.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  return r;
}

task_function http_task(std::shared_ptr<http_client> client) {
  return [client = std::move(client)](
           caf::event_based_actor* self, const task_call& call,
           const task_handle& task) -> caf::behavior {
    auto request = http_request_from(call.payload);
    if (!request) {
      task.fail("Invalid HTTP payload: " + request.failure().message());
      return {};
    }
    auto transfer = client->begin(
      *std::move(request), [me = caf::actor_cast<caf::actor>(self)](http_answer answer) {
        caf::anon_send(me, http_answered{std::move(answer)});
      });
    // However the actor ends, the transfer ends too.
    self->attach_functor([client, transfer] { client->cancel(transfer); });
    return {
      [=](const http_answered& msg) {
        report(task, msg.answer);
        self->quit();
      },
      [=](const task_cancel& why) {
        task.fail(why.reason);
        self->quit();
      },
    };
  };
}

} // namespace takt
