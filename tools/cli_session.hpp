// cli_session: a gateway, and how to print what it says: tables for people, or the API's own JSON
// for scripts. One thread; every call blocks until it is answered or its time is up. Failures carry
// one line for people.
#pragma once

#include "proto/result.hpp"
#include "proto/value.hpp"
#include "tools/cli_rest.hpp"
#include "tools/config/options.hpp"

#include <string>

namespace takt {

/// A failure whose context is the line that the user reads.
failure cannot(std::string why);

result<std::string> read_file(const std::string& path);

void print(const std::string& text);

struct api_answer {
  std::string text{}; ///< the body, as it came
  value data{};
};

class cli_session {
public:
  cli_session(const options& opts, const std::string& token);

  /// Whether answers are printed as they are.
  bool is_json() const noexcept { return json_; }

  /// Any answer but 2xx is a failure with the server's own sentence.
  result<api_answer>
  call(const char* method, const std::string& path, const std::string& body = {});

  /// Calls, then prints the document, or what `for_people` makes of it; 0.
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

} // namespace takt
