// cli_rest: one HTTP request after another to a gateway. One thread; every call has a time limit
// and an upper bound on what it reads.
#pragma once

#include "proto/result.hpp"

#include <memory>
#include <string>

namespace takt {

struct rest_answer {
  int status = 0;
  std::string body{};
};

class rest_client {
public:
  /// `base` as "http://127.0.0.1:8080"; `token` is sent as Authorization: Bearer unless empty.
  rest_client(std::string base, std::string token);
  ~rest_client();

  /// Any answer is a success here, whatever its status. Nobody there, no answer in time, an answer
  /// without end: a failure whose context is one line for people.
  result<rest_answer>
  send(const char* method, const std::string& path, const std::string& body = {});

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// What may stand in a path as it is; everything else becomes %XX.
std::string path_segment(std::string_view text);

} // namespace takt
