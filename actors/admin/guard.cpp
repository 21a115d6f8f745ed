#include "actors/admin/guard.hpp"

#include <sodium.h>

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace takt {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_text(std::string_view a, std::string_view b) {
  auto same = [](char x, char y) { return lower(x) == lower(y); };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
}

bool is_address(const std::string& host) {
  in6_addr buffer{};
  return inet_pton(AF_INET, host.c_str(), &buffer) == 1
    || inet_pton(AF_INET6, host.c_str(), &buffer) == 1;
}

/// The host of "host", "host:port" or "[v6]:port", without brackets.
std::string_view host_of(std::string_view text) {
  if (text.starts_with('[')) {
    auto end = text.find(']');
    return end == std::string_view::npos ? std::string_view{} : text.substr(1, end - 1);
  }
  return text.substr(0, text.rfind(':'));
}

} // namespace

token_guard::digest token_guard::digest_of(std::string_view text) {
  digest out{};
  crypto_generichash(
    out.data(), out.size(), reinterpret_cast<const uint8_t*>(text.data()), text.size(), nullptr, 0);
  return out;
}

token_guard::token_guard(std::string_view token)
  : needed_(!token.empty()), wanted_(digest_of(token)) {
  // nop
}

bool token_guard::admits(std::string_view authorization) const {
  if (!needed_)
    return true;
  constexpr std::string_view scheme = "Bearer ";
  if (!same_text(authorization.substr(0, scheme.size()), scheme))
    return false;
  auto given = authorization.substr(scheme.size());
  auto begin = given.find_first_not_of(' ');
  given.remove_prefix(begin == std::string_view::npos ? given.size() : begin);
  // Digests have one length, so that not even the token's can be measured.
  auto found = digest_of(given);
  return sodium_memcmp(found.data(), wanted_.data(), found.size()) == 0;
}

bool is_own_host(std::string_view host_header, std::string_view listen_host) {
  auto host = host_of(host_header);
  return !host.empty()
    && (same_text(host, "localhost") || same_text(host, listen_host) || is_address(std::string{host}));
}

bool is_own_origin(std::string_view origin, std::string_view host_header) {
  for (std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme))
      return same_text(origin.substr(scheme.size()), host_header);
  return false;
}

result<host_port> parse_listen(std::string_view text) {
  auto bad = [text](std::string_view why) {
    return failure{
      errc::setup_bad_option,
      "listen \"" + std::string{text} + "\": " + std::string{why}
        + "; say HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080"};
  };
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return bad("there is no port");
  auto host = text.substr(0, colon);
  auto port_text = text.substr(colon + 1);
  uint16_t port = 0;
  auto [end, problem] =
    std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (problem != std::errc{} || end != port_text.data() + port_text.size())
    return bad("\"" + std::string{port_text} + "\" is not a port");
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return bad("an IPv6 address needs brackets");
  if (host.empty())
    return bad("there is no host");
  return host_port{std::string{host}, port};
}

} // namespace takt
