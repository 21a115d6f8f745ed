// http_server: a tiny HTTP server for tests; answers by path, on a free port of the loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace takt {

class http_server {
public:
  http_server() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&at), size);
    ::listen(fd_, 16);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread{[this] { run(); }};
  }

  ~http_server() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
    for (int c : hung_)
      ::close(c);
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

private:
  void run() {
    for (;;) {
      int c = ::accept(fd_, nullptr, nullptr);
      if (c < 0)
        return;
      if (serve(c))
        ::close(c);
      else
        hung_.push_back(c);
    }
  }

  static std::string request_of(int c) {
    std::string text;
    char block[4096];
    size_t body = std::string::npos;
    size_t wanted = 0;
    while (body == std::string::npos || text.size() < body + wanted) {
      auto n = ::recv(c, block, sizeof block, 0);
      if (n <= 0)
        break;
      text.append(block, static_cast<size_t>(n));
      if (body == std::string::npos && (body = text.find("\r\n\r\n")) != std::string::npos) {
        body += 4;
        if (auto at = text.find("Content-Length: "); at != std::string::npos)
          wanted = static_cast<size_t>(std::stoul(text.substr(at + 16)));
      }
    }
    return text;
  }

  /// false: never answers.
  bool serve(int c) {
    auto text = request_of(c);
    auto path = text.substr(text.find(' ') + 1);
    path = path.substr(0, path.find(' '));
    if (path == "/hang")
      return false;
    if (path == "/500")
      answer(c, "500 Internal Server Error", "", "broken inside");
    else if (path == "/moved")
      answer(c, "302 Found", "Location: /echo\r\n", "");
    else if (path == "/round")
      answer(c, "302 Found", "Location: /round\r\n", "");
    else if (path == "/file")
      answer(c, "302 Found", "Location: file:///etc/passwd\r\n", "");
    else if (path == "/big")
      answer(c, "200 OK", "", std::string(3 << 20, 'b'));
    else
      answer(c, "200 OK", "", text);
    return true;
  }

  static void
  answer(int c, const std::string& status, const std::string& headers, const std::string& body) {
    auto text = "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: "
      + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
    for (size_t at = 0; at < text.size();) {
      auto n = ::send(c, text.data() + at, text.size() - at, MSG_NOSIGNAL);
      if (n <= 0)
        return;
      at += static_cast<size_t>(n);
    }
  }

  int fd_;
  uint16_t port_ = 0;
  std::vector<int> hung_;
  std::thread thread_;
};

} // namespace takt
