#include "tools/cli_rest.hpp"

#include <curl/curl.h>

#include <cstdlib>
#include <string_view>
#include <utility>

namespace takt {

namespace {

constexpr long connect_timeout_ms = 5'000;
/// More than the gateway takes before it answers 504 by itself.
constexpr long answer_timeout_ms = 30'000;
constexpr size_t answer_bytes_max = 64 << 20;

size_t append(char* data, size_t size, size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > answer_bytes_max)
    return 0;
  body.append(data, size * count);
  return size * count;
}

/// http_proxy is for the world outside; a gateway on this host is never behind it.
std::string without_proxy() {
  std::string hosts = "127.0.0.1,localhost,::1";
  for (const auto* name : {"no_proxy", "NO_PROXY"})
    if (const auto* more = std::getenv(name)) // NOLINT(concurrency-mt-unsafe): one thread
      hosts += "," + std::string{more};
  return hosts;
}

} // namespace

struct rest_client::impl {
  std::string base;
  CURL* curl = nullptr;
  curl_slist* headers = nullptr;
  std::string body{};
  char problem[CURL_ERROR_SIZE] = {};

  impl(std::string where, const std::string& token) : base(std::move(where)) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = curl_easy_init();
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    if (!token.empty())
      headers = curl_slist_append(headers, ("Authorization: Bearer " + token).c_str());
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  ~impl() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    curl_global_cleanup();
  }

  void prepare(const char* method, const std::string& url, const std::string& request_body) {
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, without_proxy().c_str());
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, answer_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, problem);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    // A POST without a body still says so: Content-Length: 0.
    if (!request_body.empty() || std::string_view{method} == "POST") {
      curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request_body.size()));
      curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, request_body.c_str());
    }
  }
};

rest_client::rest_client(std::string base, std::string token)
  : impl_(std::make_unique<impl>(std::move(base), token)) {}

rest_client::~rest_client() = default;

result<rest_answer>
rest_client::send(const char* method, const std::string& path, const std::string& body) {
  if (impl_->curl == nullptr)
    return failure{errc::internal, "libcurl cannot be used"};
  impl_->body.clear();
  impl_->problem[0] = '\0';
  impl_->prepare(method, impl_->base + path, body);
  auto code = curl_easy_perform(impl_->curl);
  if (code != CURLE_OK) {
    std::string why = impl_->problem[0] != '\0' ? impl_->problem : curl_easy_strerror(code);
    auto nobody = code == CURLE_COULDNT_CONNECT;
    return failure{
      errc::internal,
      "cannot reach " + impl_->base + ": " + why + (nobody ? "; is `takt dev` running?" : "")};
  }
  long status = 0;
  curl_easy_getinfo(impl_->curl, CURLINFO_RESPONSE_CODE, &status);
  return rest_answer{static_cast<int>(status), std::move(impl_->body)};
}

std::string path_segment(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
      || c == '-' || c == '_' || (c == '.' && text.size() > 2);
    auto byte = static_cast<unsigned char>(c);
    if (plain)
      out += c;
    else
      out += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

} // namespace takt
