#include "tools/setup_checks.hpp"

#include "broker/endpoint.hpp"

#include <cstdio>
#include <fstream>
#include <unistd.h>

namespace takt {

result<std::string> read_token(const std::string& file) {
  if (file.empty())
    return std::string{};
  std::ifstream in{file};
  std::string token;
  if (!in || !std::getline(in, token))
    return failure{errc::setup_bad_option, "token-file: cannot read a line from " + file};
  while (!token.empty() && (token.back() == '\r' || token.back() == ' '))
    token.pop_back();
  if (token.size() < 16)
    return failure{
      errc::setup_unsafe,
      "token-file: the token in " + file
        + " is shorter than 16 characters; make one with: head -c 32 "
          "/dev/urandom | base64 > "
        + file};
  return token;
}

result<void> check_endpoints(const std::vector<std::string>& endpoints, const options& chosen) {
  if (!chosen.keys.empty() || chosen.insecure)
    return done{};
  for (const auto& e : endpoints)
    if (!is_loopback_endpoint(e))
      return failure{
        errc::setup_unsafe,
        e
          + " can be reached from other hosts: make keys with `takt keys new DIR` and give --keys "
            "DIR to every program, or say --insecure"};
  return done{};
}

result<std::optional<broker_keys>> keys_for_broker(const options& chosen) {
  if (chosen.keys.empty())
    return std::optional<broker_keys>{};
  auto keys = load_broker_keys(chosen.keys);
  if (!keys)
    return keys.failure();
  return std::optional{std::move(*keys)};
}

result<std::optional<client_keys>> keys_for_client(const options& chosen) {
  if (chosen.keys.empty())
    return std::optional<client_keys>{};
  auto keys = load_client_keys(chosen.keys);
  if (!keys)
    return keys.failure();
  return std::optional{std::move(*keys)};
}

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name[0] ? name : "localhost";
}

executor_id executor_name(const options& chosen) {
  if (!chosen.id.empty())
    return {chosen.id};
  auto name = host_name().substr(0, 64);
  for (auto& c : name)
    if (!is_valid(executor_id{std::string{c}}))
      c = '-';
  return {name};
}

int fail(program which, const failure& why, int status) {
  std::fprintf(
    stderr, "%s: %s\n", std::string{to_string(which)}.c_str(),
    (why.context.empty() ? why.message() : why.context).c_str());
  return status;
}

} // namespace takt
