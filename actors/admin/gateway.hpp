// gateway: HTTP in front of the DESK. Takes requests, checks who asks, asks the DESK, writes down
// what it says. What the requests mean is in routes.hpp, who may ask in guard.hpp.
//
// One thread of its own, one coroutine per connection (Boost.Beast over Asio; only gateway*.cpp
// know them). It talks to the DESK as a CAF companion: answers are posted to its thread.
//
// THREADING: start() and stop() from one thread; address() from any.
// ERRORS: of start(): setup_bad_option, setup_cannot_listen, setup_unsafe. Everything later is an
// answer to somebody's request.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/log.hpp"
#include "actors/metrics.hpp"
#include "proto/limits.hpp"
#include "proto/result.hpp"
#include "proto/time.hpp"

#include <memory>
#include <string>

namespace takt {

struct gateway_config {
  /// "HOST:PORT"; IPv6 in brackets; port 0 takes a free one.
  std::string listen = "127.0.0.1:8080";
  /// Sent as "Authorization: Bearer <token>". Empty: nobody needs one, and the gateway starts only
  /// on loopback.
  std::string token{};
  std::shared_ptr<metrics> counts{};
  takt::log log{};
  /// For the Date header. Outlives the gateway.
  const clock* time = nullptr;
  /// How long the DESK may take before the answer is 504.
  millis answer_timeout = limits::desk_answer_timeout;
  /// How long a connection may be idle, a request may take to arrive, an answer to leave.
  millis idle_timeout = limits::http_idle_timeout;
  /// Connections beyond are answered 429 and closed.
  size_t connections_max = limits::http_connections_max;
};

class gateway {
public:
  /// Whether start() would listen: what can be wrong with the address is said before anything else
  /// is started. Its errors are start()'s.
  static result<void> probe(const gateway_config& cfg);

  /// Listens when it returns. `cfg.counts` and `cfg.time` must be given.
  static result<std::unique_ptr<gateway>>
  start(caf::actor_system& system, desk_actor desk, gateway_config cfg);

  /// stop().
  ~gateway();
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  /// "http://HOST:PORT", with the port that was taken.
  std::string address() const;

  /// Takes no more connections, lets requests that are being answered finish for a moment, and ends
  /// the thread. Idempotent.
  void stop();

private:
  struct impl;
  explicit gateway(std::unique_ptr<impl> parts);
  std::unique_ptr<impl> impl_;
};

} // namespace takt
