// gateway_session: one connection: reads a request, has it answered, writes the answer, and again
// while the client wants to keep the connection.
//
// THREADING: the gateway's thread. A session is a coroutine; the object lives in its frame, and
// `floor` knows it from its beginning to its end.
#pragma once

#include "actors/admin/gateway.hpp"
#include "actors/admin/gateway_desk_line.hpp"
#include "actors/admin/guard.hpp"
#include "actors/admin/routes.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <optional>
#include <unordered_set>

namespace takt {

class gateway_session;

/// What all sessions share.
struct gateway_floor {
  gateway_config cfg{};
  host_port listen{};
  token_guard guard{""};
  std::shared_ptr<desk_line> desk{};
  std::unordered_set<gateway_session*> sessions{};
  bool stopping = false;
  /// When each connection ends.
  std::function<void()> on_gone{};
};

class gateway_session {
public:
  gateway_session(boost::asio::ip::tcp::socket socket, gateway_floor& floor);
  ~gateway_session();

  /// Until the connection ends.
  boost::asio::awaitable<void> serve();

  /// Says that there are too many connections, and ends.
  boost::asio::awaitable<void> turn_away();

  /// Ends the connection: an idle one at once, with `now` also a busy one.
  void end(bool now);

private:
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using head = boost::beast::http::request_header<>;

  /// What became of a request: more may follow on this connection, or none.
  enum class after : uint8_t { go_on, close, linger };

  boost::asio::awaitable<after> serve_one();
  boost::asio::awaitable<after> refuse_unread(boost::beast::error_code why, parser& request);
  boost::asio::awaitable<api_response> answer(const route_match& match, std::string_view body);
  /// False: the connection cannot go on.
  boost::asio::awaitable<bool>
  write(const api_response& response, const head& request, bool keep_alive);
  /// Takes in what the client still sends, so that it gets to read the answer.
  boost::asio::awaitable<void> linger();

  /// Why the caller may not have this answered, or nothing.
  std::optional<api_response> refused(const head& request, const route_match* match) const;

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  gateway_floor& floor_;
  bool idle_ = true;
};

} // namespace takt
