#include "tools/config/endpoint.hpp"

#include <algorithm>
#include <charconv>

namespace takt {

namespace {

failure bad(std::string_view text, std::string_view wanted) {
  return {errc::setup_bad_option, "\"" + std::string{text} + "\" is not " + std::string{wanted}};
}

template <class Number>
bool number_from(std::string_view text, Number& out) {
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return problem == std::errc{} && end == text.data() + text.size();
}

bool is_host(std::string_view host, bool bracketed) {
  auto fits = [bracketed](char c) {
    auto alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return alnum || c == '.' || (bracketed ? c == ':' || c == '%' : c == '-' || c == '_');
  };
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), fits);
}

bool split(std::string_view text, tcp_address& out) {
  auto bracketed = text.starts_with('[');
  auto end = bracketed ? text.find("]:") : text.rfind(':');
  if (end == std::string_view::npos)
    return false;
  auto host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  auto port = text.substr(end + (bracketed ? 2 : 1));
  out.host = std::string{host};
  return (is_host(host, bracketed) || host == "*") && number_from(port, out.port);
}

} // namespace

result<tcp_address> tcp_address_from(std::string_view text) {
  tcp_address out;
  if (!split(text, out) || out.host == "*")
    return bad(text, "HOST:PORT such as 127.0.0.1:8080");
  return out;
}

std::string to_string(const tcp_address& where) {
  auto is_v6 = where.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

result<tcp_address> tcp_endpoint_from(std::string_view text) {
  constexpr std::string_view scheme = "tcp://";
  tcp_address out;
  if (!text.starts_with(scheme) || !split(text.substr(scheme.size()), out))
    return bad(text, "tcp://HOST:PORT");
  return out;
}

result<redis_url> redis_url_from(std::string_view text) {
  constexpr std::string_view scheme = "redis://";
  constexpr std::string_view wanted = "redis://HOST:PORT or redis://HOST:PORT/DATABASE";
  if (!text.starts_with(scheme))
    return bad(text, wanted);
  auto rest = text.substr(scheme.size());
  redis_url out;
  if (auto slash = rest.find('/'); slash != std::string_view::npos) {
    auto database = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    if (!database.empty() && !number_from(database, out.database))
      return bad(text, wanted);
  }
  if (split(rest, out.server) && out.server.host != "*")
    return out;
  if (!is_host(rest, false))
    return bad(text, wanted);
  out.server = {std::string{rest}, 6379};
  return out;
}

result<std::string> http_url_from(std::string_view text) {
  auto rest = text;
  for (std::string_view scheme : {"http://", "https://"})
    if (text.starts_with(scheme))
      rest = text.substr(scheme.size());
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  auto is_plain = [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '?' && c != '#'; };
  if (
    rest.data() == text.data() || rest.empty() || rest.front() == '/'
    || !std::all_of(rest.begin(), rest.end(), is_plain))
    return bad(text, "an address such as http://127.0.0.1:8080");
  return std::string{text.substr(0, static_cast<size_t>(rest.data() - text.data()) + rest.size())};
}

} // namespace takt
