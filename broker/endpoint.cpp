#include "broker/endpoint.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace takt {

namespace {

/// A dotted address, not a name such as "127.evil.example".
bool is_127(std::string_view host) noexcept {
  if (!host.starts_with("127."))
    return false;
  size_t dots = 0;
  size_t digits = 0;
  for (char c : host) {
    if (c == '.') {
      if (digits == 0)
        return false;
      ++dots;
      digits = 0;
    } else if (c >= '0' && c <= '9' && digits < 3) {
      ++digits;
    } else {
      return false;
    }
  }
  return dots == 3 && digits > 0;
}

/// "*" (any free one, for listening) or 0..65535.
bool is_port(std::string_view text) noexcept {
  if (text == "*")
    return true;
  unsigned number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number <= UINT16_MAX;
}

} // namespace

result<void> check_endpoint(std::string_view endpoint) {
  failure bad{
    errc::setup_bad_option,
    "\"" + std::string{endpoint} + "\" is no endpoint such as tcp://127.0.0.1:7701"};
  for (std::string_view local : {"inproc://", "ipc://"})
    if (endpoint.starts_with(local) && endpoint.size() > local.size())
      return done{};
  constexpr std::string_view tcp = "tcp://";
  auto colon = endpoint.rfind(':');
  if (
    !endpoint.starts_with(tcp) || colon <= tcp.size() || colon == std::string_view::npos
    || !is_port(endpoint.substr(colon + 1)))
    return bad;
  return done{};
}

bool is_loopback_endpoint(std::string_view endpoint) noexcept {
  if (endpoint.starts_with("inproc://") || endpoint.starts_with("ipc://"))
    return true;
  constexpr std::string_view tcp = "tcp://";
  if (!endpoint.starts_with(tcp))
    return false;
  auto address = endpoint.substr(tcp.size());
  // "source;destination": the part after the semicolon is where a connection goes.
  if (auto semicolon = address.find(';'); semicolon != std::string_view::npos)
    address = address.substr(semicolon + 1);
  auto colon = address.rfind(':');
  if (colon == std::string_view::npos)
    return false;
  auto host = address.substr(0, colon);
  return host == "localhost" || host == "[::1]" || host == "::1" || is_127(host);
}

} // namespace takt
