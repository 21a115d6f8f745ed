#include "actors/admin/gateway_session.hpp"

#include "actors/admin/http_date.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <array>

namespace takt {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using beast::error_code;

/// How long, and how much of, an unwanted body is taken in.
constexpr millis linger_time{2000};
constexpr size_t linger_bytes_max = 8 << 20;

std::string_view text_of_field(boost::beast::string_view s) {
  return {s.data(), s.size()};
}

/// Not about the connection, nor a timeout.
bool is_about_http(error_code why) {
  return why.category() == error_code{http::error::end_of_stream}.category();
}

bool is_reading(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

template <class Body>
void put_fields(http::response<Body>& out, const api_response& response, wall_time now) {
  out.set(http::field::server, "takt");
  out.set(http::field::date, http_date(now));
  out.set(http::field::cache_control, "no-store");
  out.set("X-Content-Type-Options", "nosniff");
  if (response.status != 204)
    out.set(http::field::content_type, response.content_type);
  for (const auto& [name, text] : response.headers)
    out.set(name, text);
}

} // namespace

gateway_session::gateway_session(asio::ip::tcp::socket socket, gateway_floor& floor)
  : stream_(std::move(socket)), floor_(floor) {
  floor_.sessions.insert(this);
  error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
}

gateway_session::~gateway_session() {
  floor_.sessions.erase(this);
  if (floor_.on_gone)
    floor_.on_gone();
}

void gateway_session::end(bool now) {
  if (idle_ || now)
    stream_.close();
}

asio::awaitable<void> gateway_session::serve() {
  auto next = after::go_on;
  while (next == after::go_on && !floor_.stopping)
    next = co_await serve_one();
  if (next == after::linger)
    co_await linger();
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
}

asio::awaitable<void> gateway_session::turn_away() {
  idle_ = false;
  head nobody;
  nobody.version(11);
  auto response = refusal({errc::overloaded, "too many connections"});
  if (co_await write(response, nobody, false))
    co_await linger();
}

asio::awaitable<gateway_session::after> gateway_session::serve_one() {
  parser request;
  request.header_limit(limits::http_header_bytes_max);
  request.body_limit(limits::body_bytes_max);
  error_code ec;
  idle_ = buffer_.size() == 0;
  stream_.expires_after(floor_.cfg.idle_timeout);
  co_await http::async_read_header(
    stream_, buffer_, request, asio::redirect_error(asio::use_awaitable, ec));
  idle_ = false;
  if (ec)
    co_return co_await refuse_unread(ec, request);

  const auto& asked = request.get();
  auto found = find_route(text_of_field(asked.method_string()), text_of_field(asked.target()));
  auto* match = std::get_if<route_match>(&found);
  if (auto no = refused(asked, match)) {
    // What was not read must not be taken for the next request.
    auto keep = request.is_done() && asked.keep_alive();
    auto written = co_await write(*no, asked, keep);
    co_return !written ? after::close : keep ? after::go_on : after::linger;
  }
  if (!request.is_done() && beast::iequals(asked[http::field::expect], "100-continue")) {
    http::response<http::empty_body> go_ahead{http::status::continue_, 11};
    co_await http::async_write(stream_, go_ahead, asio::redirect_error(asio::use_awaitable, ec));
  }
  if (!ec) {
    stream_.expires_after(floor_.cfg.idle_timeout);
    co_await http::async_read(
      stream_, buffer_, request, asio::redirect_error(asio::use_awaitable, ec));
  }
  if (ec)
    co_return co_await refuse_unread(ec, request);

  api_response response;
  if (match)
    response = co_await answer(*match, request.get().body());
  else
    response = std::get<api_response>(found);
  auto keep = request.get().keep_alive() && !floor_.stopping;
  auto written = co_await write(response, request.get(), keep);
  co_return written&& keep ? after::go_on : after::close;
}

/// A request that could not be read to its end. Silence is no request, and not answered.
asio::awaitable<gateway_session::after>
gateway_session::refuse_unread(error_code why, parser& request) {
  if (
    !is_about_http(why) || why == http::error::end_of_stream || why == http::error::partial_message)
    co_return after::close;
  api_response response;
  if (why == http::error::body_limit) {
    response = refusal(
      {errc::body_too_large,
       "at most " + std::to_string(limits::body_bytes_max) + " bytes are taken"});
  } else if (why == http::error::header_limit) {
    response = refusal(
      {errc::bad_request,
       "request line and headers have more than " + std::to_string(limits::http_header_bytes_max)
         + " bytes"});
    response.status = 431;
  } else {
    response = refusal({errc::bad_request, "this is not HTTP: " + why.message()});
  }
  auto written = co_await write(response, request.get(), false);
  co_return written ? after::linger : after::close;
}

std::optional<api_response>
gateway_session::refused(const head& request, const route_match* match) const {
  auto host = text_of_field(request[http::field::host]);
  if (request.version() >= 11 && host.empty())
    return refusal({errc::bad_request, "there is no Host header"});
  if (!floor_.guard.is_needed()) {
    if (!host.empty() && !is_own_host(host, floor_.listen.host))
      return refusal(
        {errc::forbidden,
         "\"" + std::string{host.substr(0, 100)}
           + "\" is not a name of this gateway; ask by its address, or start it with a token"});
    auto origin = text_of_field(request[http::field::origin]);
    auto reading = is_reading(text_of_field(request.method_string()));
    if (!reading && !origin.empty() && !is_own_origin(origin, host))
      return refusal(
        {errc::forbidden,
         "a page of \"" + std::string{origin.substr(0, 100)} + "\" may not change anything here"});
    return std::nullopt;
  }
  if (match && match->taken->permission == open_to_all)
    return std::nullopt;
  if (floor_.guard.admits(text_of_field(request[http::field::authorization])))
    return std::nullopt;
  auto response = refusal({errc::unauthorized, "send it as \"Authorization: Bearer <token>\""});
  response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"takt\"");
  return response;
}

asio::awaitable<api_response>
gateway_session::answer(const route_match& match, std::string_view body) {
  auto errand = match.taken->handle(match.input, body);
  if (auto* response = std::get_if<api_response>(&errand))
    co_return std::move(*response);
  if (std::holds_alternative<metrics_errand>(errand)) {
    api_response response;
    response.body = floor_.cfg.counts->render();
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    co_return response;
  }
  auto& asked = std::get<desk_errand>(errand);
  stream_.expires_never();
  auto reply = co_await floor_.desk->ask(std::move(asked.question), floor_.cfg.answer_timeout);
  co_return asked.render(reply);
}

asio::awaitable<bool>
gateway_session::write(const api_response& response, const head& request, bool keep_alive) {
  floor_.cfg.counts->http_request(response.status);
  auto status = static_cast<http::status>(response.status);
  auto version = request.version() == 10 ? 10u : 11u;
  auto now = floor_.cfg.time->wall();
  error_code ec;
  stream_.expires_after(floor_.cfg.idle_timeout);
  if (request.method() == http::verb::head || response.status == 204) {
    http::response<http::empty_body> out{status, version};
    put_fields(out, response, now);
    if (response.status != 204)
      out.content_length(response.body.size());
    out.keep_alive(keep_alive);
    co_await http::async_write(stream_, out, asio::redirect_error(asio::use_awaitable, ec));
  } else {
    http::response<http::string_body> out{status, version};
    put_fields(out, response, now);
    out.body() = response.body;
    out.content_length(response.body.size());
    out.keep_alive(keep_alive);
    co_await http::async_write(stream_, out, asio::redirect_error(asio::use_awaitable, ec));
  }
  co_return !ec;
}

asio::awaitable<void> gateway_session::linger() {
  error_code ec;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  stream_.expires_after(linger_time);
  std::array<char, 16 << 10> scrap{};
  for (size_t taken = 0; !ec && taken < linger_bytes_max;)
    taken += co_await stream_.async_read_some(
      asio::buffer(scrap), asio::redirect_error(asio::use_awaitable, ec));
}

} // namespace takt
