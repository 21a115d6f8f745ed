#include "actors/admin/routes.hpp"

#include "actors/admin/route_tools.hpp"
#include "proto/json.hpp"

namespace takt {

namespace {

bool matches(
  std::string_view pattern, const std::vector<std::string>& segments,
  std::vector<std::string>& parameters) {
  parameters.clear();
  for (const auto& segment : segments) {
    if (pattern.empty())
      return false;
    pattern.remove_prefix(1); // the slash
    auto wanted = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(wanted.size());
    if (wanted.starts_with(':'))
      parameters.push_back(segment);
    else if (wanted != segment)
      return false;
  }
  return pattern.empty();
}

} // namespace

std::span<const route> all_routes() noexcept {
  static const auto table = [] {
    std::vector<route> all;
    for (auto part : {job_routes(), time_routes()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return table;
}

std::variant<route_match, api_response>
find_route(std::string_view method, std::string_view target) {
  auto parsed = parse_target(target);
  if (!parsed)
    return refusal(parsed.failure());
  auto wanted = method == "HEAD" ? std::string_view{"GET"} : method;
  route_match found{nullptr, {{}, *std::move(parsed)}};
  std::string allow;
  for (const auto& r : all_routes()) {
    if (!matches(r.pattern, found.input.target.segments, found.input.parameters))
      continue;
    if (r.method == wanted) {
      found.taken = &r;
      return found;
    }
    allow += (allow.empty() ? "" : ", ") + std::string{r.method};
    if (r.method == "GET")
      allow += ", HEAD";
  }
  auto path = target.substr(0, target.find('?'));
  if (allow.empty())
    return refusal({errc::not_found, std::string{path.substr(0, 200)}});
  auto response =
    refusal({errc::method_not_allowed, std::string{method.substr(0, 20)} + "; there is " + allow});
  response.headers.emplace_back("Allow", allow);
  return response;
}

api_response refusal(const failure& why, std::string_view deed) {
  auto status = http_status(why.code);
  std::string sentence;
  switch (why.code) {
  case errc::store_no_such_job:
    sentence = "Job not found";
    break;
  case errc::store_no_such_run:
    sentence = "Run not found";
    break;
  case errc::store_no_such_executor:
    sentence = "Executor not found";
    break;
  case errc::bad_field:
  case errc::bad_schedule:
  case errc::unknown_task_type:
    sentence = "Invalid request: " + why.context; // it names the field
    break;
  default:
    if (status == 400)
      sentence = "Invalid request: ";
    else if (status != 404 && !deed.empty())
      sentence = std::string{deed} + ": ";
    sentence += why.message();
  }
  auto response = json_response(json_of_error(std::move(sentence), why.code), status);
  if (is_retryable(why.code) && status != 409)
    response.headers.emplace_back("Retry-After", "1");
  return response;
}

} // namespace takt
