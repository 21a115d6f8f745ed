// routes: the whole REST API as one table: method, path, permission, what it asks the DESK and how
// the answer is written down. Knows no HTTP library and no actor.
//
// Pure; safe from any thread. The gateway first finds the route, then asks whether the caller has
// its permission, and only then reads the body: who may do what hangs on the route, never on the
// text of a path.
#pragma once

#include "actors/admin/target.hpp"
#include "actors/questions.hpp"
#include "proto/result.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace takt {

struct api_response {
  int status = 200;
  std::string body{};
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers{};

  bool operator==(const api_response&) const = default;
};

/// Asks the DESK; `render` writes down what it answers.
struct desk_errand {
  desk_question question{};
  std::function<api_response(const result<desk_reply>&)> render{};
};

/// The program's own numbers; no actor is asked.
struct metrics_errand {};

using api_errand = std::variant<api_response, desk_errand, metrics_errand>;

/// The permission that nobody needs to have.
inline constexpr std::string_view open_to_all = "open";

/// What a request matched: the values of the path's ":name" segments, in order, and its query.
struct route_input {
  std::vector<std::string> parameters{};
  request_target target{};
};

struct route {
  std::string_view method;
  std::string_view pattern;
  /// What the caller must be allowed: a word for each kind of thing and deed.
  std::string_view permission;
  api_errand (*handle)(const route_input& in, std::string_view body);
};

/// Every route there is; of two that match a path the first is taken.
std::span<const route> all_routes() noexcept;

struct route_match {
  const route* taken = nullptr;
  route_input input{};
};

/// The route of a request; HEAD is answered as GET. Otherwise the refusal: 400 for a target that
/// cannot be read, 404, or 405 with Allow.
std::variant<route_match, api_response>
find_route(std::string_view method, std::string_view target);

/// {"error": …, "code": …} with the code's status; Retry-After where the same may succeed later.
/// `deed` ("Failed to create job") comes before what went wrong on the server's side.
api_response refusal(const failure& why, std::string_view deed = {});

} // namespace takt
