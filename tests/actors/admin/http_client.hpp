// http_client: a blocking socket that says exactly what a test tells it to, and reads what comes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <string>
#include <string_view>

namespace takt {

struct http_answer {
  int status = 0; ///< 0: the connection ended, or nothing came in time
  std::map<std::string, std::string> headers{}; ///< names in lower case
  std::string body{};

  std::string header(const std::string& name) const {
    auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class http_client {
public:
  /// `address` as gateway::address() gives it.
  explicit http_client(const std::string& address) {
    auto colon = address.rfind(':');
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
      drop();
  }
  ~http_client() { drop(); }
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  bool is_connected() const { return socket_ >= 0; }

  /// False once the other side does not take it any more.
  bool say(std::string_view bytes) {
    while (!bytes.empty()) {
      auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }

  /// The next answer. `of_head`: it has no body, whatever its length says.
  http_answer hear(bool of_head = false) {
    http_answer out;
    size_t end = 0;
    while ((end = read_.find("\r\n\r\n")) == std::string::npos)
      if (!more())
        return out;
    parse_head(read_.substr(0, end), out);
    read_.erase(0, end + 4);
    auto length = out.header("content-length");
    auto wanted = length.empty() || of_head ? size_t{0} : std::stoul(length);
    while (read_.size() < wanted)
      if (!more())
        return {};
    out.body = read_.substr(0, wanted);
    read_.erase(0, wanted);
    return out;
  }

  http_answer request(
    const std::string& method, const std::string& target, const std::string& body = "",
    const std::string& headers = "") {
    say(
      head(method, target, "Content-Length: " + std::to_string(body.size()) + "\r\n" + headers)
      + body);
    return hear(method == "HEAD");
  }

  static std::string
  head(const std::string& method, const std::string& target, const std::string& headers = "") {
    return method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
  }

  /// Whether the other side ends the connection (and says nothing more) within some seconds.
  bool is_ended() {
    while (more())
      ;
    return ended_;
  }

private:
  static constexpr int patience_ms = 10'000;

  bool more() {
    pollfd p{socket_, POLLIN, 0};
    if (::poll(&p, 1, patience_ms) != 1)
      return false;
    char chunk[4096];
    auto n = ::recv(socket_, chunk, sizeof chunk, 0);
    ended_ = n <= 0;
    if (n > 0)
      read_.append(chunk, static_cast<size_t>(n));
    return n > 0;
  }

  static void parse_head(std::string text, http_answer& out) {
    text += "\r\n";
    out.status = std::stoi(text.substr(text.find(' ') + 1));
    for (auto at = text.find("\r\n") + 2; at < text.size();) {
      auto end = text.find("\r\n", at);
      auto line = text.substr(at, end - at);
      auto colon = line.find(": ");
      auto name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
      });
      out.headers[name] = line.substr(colon + 2);
      at = end + 2;
    }
  }

  void drop() {
    if (socket_ >= 0)
      ::close(socket_);
    socket_ = -1;
  }

  int socket_ = -1;
  std::string read_{};
  bool ended_ = false;
};

} // namespace takt
