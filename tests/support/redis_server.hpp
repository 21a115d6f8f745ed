// redis_server: a real redis-server on a free loopback port, in a folder of its own, nothing saved.
// Ended (SIGKILL, by its pid) with the object. One thread.
#pragma once

#include "tests/support/temp_folder.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace takt::test {

class redis_server {
public:
  redis_server() : port_(free_port()) { start(); }
  ~redis_server() { stop(); }

  redis_server(const redis_server&) = delete;
  redis_server& operator=(const redis_server&) = delete;

  int port() const noexcept { return port_; }
  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

  /// Starts it on its port and waits until it listens; false when it ended instead.
  bool start() {
    pid_ = fork();
    if (pid_ == 0)
      become_server();
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (is_listening())
        return true;
      usleep(5'000); // bounded by the server's own end
    }
    pid_ = -1;
    return false;
  }

  void stop() {
    if (pid_ <= 0)
      return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

  /// Stops its clock hands without closing its sockets, and lets them go on.
  void pause() { kill(pid_, SIGSTOP); }
  void resume() { kill(pid_, SIGCONT); }

private:
  static sockaddr_in loopback(int port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons(static_cast<uint16_t>(port));
    return a;
  }

  static int free_port() {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    auto a = loopback(0);
    socklen_t size = sizeof a;
    bind(s, reinterpret_cast<sockaddr*>(&a), size);
    getsockname(s, reinterpret_cast<sockaddr*>(&a), &size);
    close(s);
    return ntohs(a.sin_port);
  }

  bool is_listening() const {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    auto a = loopback(port_);
    bool up = connect(s, reinterpret_cast<sockaddr*>(&a), sizeof a) == 0;
    close(s);
    return up;
  }

  [[noreturn]] void become_server() const {
    int null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    dup2(null, 2);
    auto port = std::to_string(port_);
    execlp(
      "redis-server", "redis-server", "--bind", "127.0.0.1", "--port", port.c_str(), "--dir",
      folder_.path().c_str(), "--save", "", "--appendonly", "no", "--daemonize", "no",
      static_cast<char*>(nullptr));
    _exit(127);
  }

  temp_folder folder_{};
  int port_;
  pid_t pid_ = -1;
};

} // namespace takt::test
