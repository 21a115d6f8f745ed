#include "actors/admin/gateway.hpp"

#include "actors/admin/gateway_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cassert>
#include <thread>

namespace takt {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How long requests may go on that are being answered at a stop.
constexpr millis farewell_time{2000};
/// Wait after a failed accept: descriptors have run out, and come back when connections end.
constexpr millis accept_pause{100};
/// Connections beyond the limit that are told so at once; the others are just closed.
constexpr size_t turned_away_max = 64;

failure cannot_listen(const gateway_config& cfg, const error_code& why) {
  return {errc::setup_cannot_listen, cfg.listen + ": " + why.message()};
}

/// Opens the first of the host's addresses that can be listened on.
result<void>
open(tcp::acceptor& out, const tcp::resolver::results_type& found, const gateway_config& cfg) {
  error_code ec = asio::error::host_not_found;
  for (const auto& entry : found) {
    out.close(ec);
    out.open(entry.endpoint().protocol(), ec);
    if (!ec)
      out.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (!ec)
      out.bind(entry.endpoint(), ec);
    if (!ec)
      out.listen(asio::socket_base::max_listen_connections, ec);
    if (!ec)
      return done{};
  }
  return cannot_listen(cfg, ec);
}

bool is_loopback(const tcp::resolver::results_type& found) {
  for (const auto& entry : found)
    if (!entry.endpoint().address().is_loopback())
      return false;
  return true;
}

failure unsafe(const gateway_config& cfg) {
  return {
    errc::setup_unsafe,
    cfg.listen
      + " can be reached from other hosts, and whoever reaches it runs commands here: it needs a "
        "token. Make one with: head -c 32 /dev/urandom | base64 > token; then add: "
        "--token-file token"};
}

/// Everything that can be wrong with the address, or a listening socket.
result<void> listen_on(
  const host_port& listen, const gateway_config& cfg, asio::io_context& io, tcp::acceptor& out) {
  error_code ec;
  tcp::resolver resolver{io};
  auto found = resolver.resolve(
    listen.host, std::to_string(listen.port),
    tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  if (ec)
    return cannot_listen(cfg, ec);
  if (cfg.token.empty() && !is_loopback(found))
    return unsafe(cfg);
  return open(out, found, cfg);
}

} // namespace

struct gateway::impl {
  // First here, so that it is the last to go.
  std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
  gateway_floor floor{};
  tcp::acceptor acceptor{*io};
  asio::steady_timer pause{*io};
  asio::steady_timer farewell{*io};
  std::string address{};
  std::thread thread{};

  asio::awaitable<void> accept();
  void run();
  void begin_stop();
  void end_sessions(bool now);
};

result<void> gateway::probe(const gateway_config& cfg) {
  auto listen = parse_listen(cfg.listen);
  if (!listen)
    return listen.failure();
  asio::io_context io;
  tcp::acceptor acceptor{io};
  return listen_on(*listen, cfg, io, acceptor);
}

result<std::unique_ptr<gateway>>
gateway::start(caf::actor_system& system, desk_actor desk, gateway_config cfg) {
  assert(cfg.counts && cfg.time);
  auto listen = parse_listen(cfg.listen);
  if (!listen)
    return listen.failure();
  auto parts = std::make_unique<impl>();
  if (auto ok = listen_on(*listen, cfg, *parts->io, parts->acceptor); !ok)
    return ok.failure();
  error_code ec;
  auto port = parts->acceptor.local_endpoint(ec).port();
  auto is_v6 = listen->host.find(':') != std::string::npos;
  parts->address =
    "http://" + (is_v6 ? "[" + listen->host + "]" : listen->host) + ":" + std::to_string(port);
  parts->floor.guard = token_guard{cfg.token};
  parts->floor.listen = *std::move(listen);
  parts->floor.desk = std::make_shared<desk_line>(system, parts->io, std::move(desk));
  parts->floor.desk->open();
  parts->floor.cfg = std::move(cfg);
  parts->thread = std::thread{[p = parts.get()] { p->run(); }};
  return std::unique_ptr<gateway>{new gateway{std::move(parts)}};
}

gateway::gateway(std::unique_ptr<impl> parts) : impl_(std::move(parts)) {
  // nop
}

gateway::~gateway() {
  stop();
}

std::string gateway::address() const {
  return impl_->address;
}

void gateway::stop() {
  if (!impl_->thread.joinable())
    return;
  asio::post(*impl_->io, [p = impl_.get()] { p->begin_stop(); });
  impl_->thread.join();
}

void gateway::impl::run() {
  asio::co_spawn(*io, accept(), asio::detached);
  io->run(); // until nobody listens, no connection is open and no timer runs
}

void gateway::impl::begin_stop() {
  floor.stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  end_sessions(false);
  if (floor.sessions.empty())
    return;
  farewell.expires_after(farewell_time);
  farewell.async_wait([this](error_code) {
    floor.desk->hang_up();
    end_sessions(true);
  });
  floor.on_gone = [this] {
    if (floor.sessions.empty())
      farewell.cancel();
  };
}

void gateway::impl::end_sessions(bool now) {
  for (auto* session : floor.sessions)
    session->end(now);
}

asio::awaitable<void> gateway::impl::accept() {
  size_t turned_away = 0;
  while (!floor.stopping) {
    error_code ec;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (floor.stopping)
      co_return;
    if (ec) {
      floor.cfg.log.warning("a connection could not be taken: " + ec.message());
      pause.expires_after(accept_pause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      continue;
    }
    auto full = floor.sessions.size() >= floor.cfg.connections_max;
    if (full && floor.sessions.size() >= floor.cfg.connections_max + turned_away_max) {
      if (turned_away++ % 1000 == 0)
        floor.cfg.log.warning("too many connections: new ones are closed unanswered");
      continue;
    }
    auto talk = [](tcp::socket peer, gateway_floor& shared, bool welcome) -> asio::awaitable<void> {
      gateway_session session{std::move(peer), shared};
      if (welcome)
        co_await session.serve();
      else
        co_await session.turn_away();
    };
    auto on_end = [log = floor.cfg.log](std::exception_ptr broken) {
      if (!broken)
        return;
      try {
        std::rethrow_exception(broken);
      } catch (const std::exception& e) {
        log.error(std::string{"a connection ended with an exception: "} + e.what());
      }
    };
    asio::co_spawn(*io, talk(std::move(socket), floor, !full), on_end);
  }
}

} // namespace takt
