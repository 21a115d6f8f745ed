#include "broker/zap_handler.hpp"

#include "broker/frame_queue.hpp"
#include "broker/socket_io.hpp"

#include <zmq.hpp>

#include <array>
#include <thread>

namespace takt {

namespace {

constexpr const char* zap_endpoint = "inproc://zeromq.zap.01";
constexpr size_t key_bytes = 32;

/// The request's frames as RFC 27 numbers them.
enum part : size_t { version, request_id, domain, address, routing_id, mechanism, credentials };

struct verdict {
  bool allowed = false;
  std::string user{}; ///< or why not
};

class zap_handler_impl : public zap_handler {
public:
  zap_handler_impl(
    std::vector<enrolled_key> clients, zmq_context context, const clock& time, log_hook log,
    zmq::socket_t socket)
    : clients_(std::move(clients)), context_(std::move(context)), clock_(time),
      log_(std::move(log)), socket_(std::move(socket)), thread_([this] { run(); }) {}

  ~zap_handler_impl() override {
    stop_.close();
    thread_.join();
  }

private:
  void run() {
    while (!stop_.is_closed()) {
      zmq_pollitem_t items[] = {
        {socket_.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, stop_.fd(), ZMQ_POLLIN, 0}};
      if (zmq_poll(items, 2, -1) < 0 && zmq_errno() != EINTR)
        break;
      std::vector<std::string> request;
      while (receive(socket_, request, 8))
        answer(request);
    }
    socket_.close();
  }

  void answer(const std::vector<std::string>& request) {
    // REP must answer whatever came; libzmq itself never sends less than six frames.
    auto v = request.size() > mechanism ? judge(request) : verdict{false, "malformed request"};
    auto id = request.size() > request_id ? request[request_id] : std::string{};
    send(
      socket_,
      {"1.0", id, v.allowed ? "200" : "400", v.allowed ? "OK" : "denied", v.allowed ? v.user : "",
       ""});
    if (!v.allowed)
      complain(request.size() > address ? request[address] : "?", v.user);
  }

  verdict judge(const std::vector<std::string>& request) const {
    if (request[domain] != zap_domain)
      return {false, "it is for another ZAP domain"};
    if (
      request[mechanism] != "CURVE" || request.size() <= credentials
      || request[credentials].size() != key_bytes)
      return {false, "it uses " + request[mechanism] + " instead of a CURVE key"};
    std::array<char, 41> key{};
    zmq_z85_encode(
      key.data(), reinterpret_cast<const uint8_t*>(request[credentials].data()), key_bytes);
    for (const auto& c : clients_)
      if (c.public_key == key.data())
        return {true, c.name};
    return {false, std::string{"its key is not enrolled: "} + key.data()};
  }

  void complain(const std::string& from, const std::string& why) {
    uint64_t suppressed = 0;
    if (!log_ || !limiter_.allow(clock_.mono(), suppressed))
      return;
    auto text = "refused a connection from " + from + ": " + why;
    if (suppressed > 0)
      text += " (and " + std::to_string(suppressed) + " more before)";
    log_(log_level::warning, std::move(text));
  }

  std::vector<enrolled_key> clients_;
  zmq_context context_;
  const clock& clock_;
  log_hook log_;
  log_limiter limiter_{5, std::chrono::seconds{10}};
  zmq::socket_t socket_;
  frame_queue stop_{}; // only its fd and its closed flag are used
  std::thread thread_;
};

} // namespace

result<std::unique_ptr<zap_handler>> start_zap_handler(
  std::vector<enrolled_key> clients, zmq_context context, const clock& time, log_hook log) {
  try {
    zmq::socket_t socket{*context, zmq::socket_type::rep};
    socket.set(zmq::sockopt::linger, 0);
    socket.bind(zap_endpoint);
    std::unique_ptr<zap_handler> handler = std::make_unique<zap_handler_impl>(
      std::move(clients), std::move(context), time, std::move(log), std::move(socket));
    return handler;
  } catch (const std::exception& e) {
    return failure{errc::setup_keys, std::string{"no handler for keys: "} + e.what()};
  }
}

} // namespace takt
