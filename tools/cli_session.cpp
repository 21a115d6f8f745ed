#include "tools/cli_session.hpp"

#include "proto/json.hpp"
#include "tools/cli_print.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

namespace takt {

namespace {

/// A ledger's page has 10,000 rows of ten members.
constexpr decode_limits answer_limits{.elements_max = 1'000'000};

} // namespace

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

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
}

cli_session::cli_session(const options& opts, const std::string& token)
  : json_(opts.json), http_(opts.url, token) {}

result<api_answer>
cli_session::call(const char* method, const std::string& path, const std::string& body) {
  auto answer = http_.send(method, path, body);
  if (!answer)
    return answer.failure();
  if (answer->body.empty() && answer->status / 100 == 2)
    return api_answer{"{}", value{value_map{}}};
  auto data = from_json(answer->body, answer_limits);
  if (answer->status / 100 != 2) {
    auto said = data ? text_of(*data, "error") : std::string{};
    return cannot(said.empty() ? "the server answered " + std::to_string(answer->status) : said);
  }
  if (!data)
    return cannot("the server's answer is no JSON: is this takt's gateway?");
  while (answer->body.ends_with('\n'))
    answer->body.pop_back();
  return api_answer{std::move(answer->body), std::move(*data)};
}

} // namespace takt
