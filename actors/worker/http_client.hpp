// http_client: HTTP requests on one thread of their own (libcurl's multi interface).
//
// Only http and https, certificates are verified, at most five redirects, http_proxy and the like
// are honoured, answers are cut at limits::http_response_bytes_max.
//
// THREADING: all methods are safe from any thread; handlers are called on the client's thread and
// must not block.
#pragma once

#include "proto/limits.hpp"
#include "proto/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace takt {

struct http_request {
  std::string url{};
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  millis timeout{}; ///< 0: none
};

struct http_answer {
  /// Not empty: there was no answer; the rest is unset.
  std::string error{};
  int status = 0;
  std::string body{};
  bool is_cut = false;
};

using http_no = uint64_t;

class http_client {
public:
  using answer_handler = std::function<void(http_answer)>;

  static result<std::shared_ptr<http_client>> start();
  ~http_client();

  /// `on_answer` is called once, unless the request is canceled or the object ends before.
  http_no begin(http_request request, answer_handler on_answer);
  /// Ends the transfer; its handler is not called any more once the thread has noticed.
  void cancel(http_no no);

private:
  class loop;

  explicit http_client(std::shared_ptr<loop> l);

  std::shared_ptr<loop> loop_;
  std::thread thread_;
};

} // namespace takt
