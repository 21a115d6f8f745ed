// HTTP_CALLBACK: calls a URL; an answer of 2xx is success, its body is the output.
//
// Payload: {"url": "http://…", "method": "GET", "headers": {"Name": "text"}, "body": "text",
// "timeout": seconds}; only url must be given, members not named here are ignored.
#pragma once

#include "actors/worker/http_client.hpp"
#include "actors/worker/include/takt/task.hpp"

namespace takt {

inline constexpr const char* http_task_type = "HTTP_CALLBACK";

/// bad_json, or bad_field naming the member: wrong types, another scheme than http and https, a
/// method that is no word, line breaks in headers.
result<http_request> http_request_from(std::string_view payload);

task_function http_task(std::shared_ptr<http_client> client);

} // namespace takt
