#include "broker/dealer_link.hpp"

#include "broker/endpoint.hpp"
#include "broker/link_session.hpp"
#include "broker/socket_io.hpp"
#include "broker/socket_monitor.hpp"

#include <zmq.hpp>

#include <algorithm>
#include <mutex>
#include <thread>

namespace takt {

namespace {

/// Messages taken from one broker before the others have their turn.
constexpr int batch_max = 256;

/// A socket and what watches it; replaced with each session.
struct wire_end {
  zmq::socket_t socket;
  socket_monitor monitor;

  explicit wire_end(zmq::context_t& context)
    : socket(context, zmq::socket_type::dealer), monitor(context, socket) {
    set_usual_options(socket);
    // Without it frames are queued for a connection that may never be, and come out stale.
    socket.set(zmq::sockopt::immediate, true);
  }

  ~wire_end() { monitor.end(); }
  wire_end(const wire_end&) = delete;
  wire_end& operator=(const wire_end&) = delete;

  void use(const client_keys& keys) {
    socket.set(zmq::sockopt::curve_serverkey, keys.broker_public);
    socket.set(zmq::sockopt::curve_publickey, keys.own.public_key);
    socket.set(zmq::sockopt::curve_secretkey, keys.own.secret_key);
  }
};

/// One broker of the list.
struct line {
  broker_no number;
  std::string endpoint;
  link_session session;
  std::unique_ptr<wire_end> end{};
  bool disconnected = false; ///< its connection was closed; what came before may still be read
  log_limiter handshakes{1, std::chrono::seconds{30}};
};

class dealer_link : public link {
public:
  dealer_link(dealer_link_config cfg, link_listener listener, const clock& time)
    : cfg_(std::move(cfg)), listener_(std::move(listener)), clock_(time), queue_(cfg_.queue) {
    if (!cfg_.counters)
      cfg_.counters = std::make_shared<link_counters>();
  }

  ~dealer_link() override { close(); }

  result<void> start() {
    if (cfg_.brokers.empty() || !cfg_.context)
      return failure{errc::setup_bad_option, "a link needs a broker's endpoint"};
    for (const auto& endpoint : cfg_.brokers) {
      if (auto possible = check_endpoint(endpoint); !possible)
        return possible;
      link_session session{
        {cfg_.role, cfg_.name, cfg_.program, cfg_.cluster, endpoint, cfg_.heartbeat_interval,
         cfg_.silence_max}};
      lines_.push_back({lines_.size(), endpoint, std::move(session)});
      if (auto opened = open_socket(lines_.back()); !opened)
        return opened;
    }
    thread_ = std::thread{[this] { run(); }};
    return done{};
  }

  void send(broker_no to, message m) override {
    if (to >= cfg_.brokers.size() || !queue_.push({to, std::move(m)}))
      ++cfg_.counters->dropped_full;
  }

  void close() override {
    queue_.close();
    if (std::this_thread::get_id() == thread_id_)
      return; // from the listener: the loop sees it next, and is joined by the destructor
    std::lock_guard guard{closing_};
    if (thread_.joinable())
      thread_.join();
  }

private:
  void run() {
    thread_id_ = std::this_thread::get_id();
    const auto tick = std::max(cfg_.heartbeat_interval / 4, millis{1});
    auto ticked = clock_.mono() - tick;
    bool alive = true;
    while (alive && !queue_.is_closed()) {
      auto until_tick = ticked + tick - clock_.mono();
      alive = wait(busy_ ? millis{0} : std::clamp(until_tick, millis{0}, tick));
      busy_ = false;
      send_queued();
      for (auto& l : lines_)
        take_from(l);
      if (auto now = clock_.mono(); now - ticked >= tick) {
        ticked = now;
        for (auto& l : lines_)
          drive(l, [&](auto& out) { l.session.on_tick(now, out); });
      }
    }
    say_farewell();
  }

  /// False: the context has ended.
  bool wait(millis at_most) {
    items_.clear();
    items_.push_back({nullptr, queue_.fd(), ZMQ_POLLIN, 0});
    for (auto& l : lines_) {
      int wanted = ZMQ_POLLIN | (l.session.wants_to_write() ? ZMQ_POLLOUT : 0);
      items_.push_back({l.end->socket.handle(), 0, static_cast<short>(wanted), 0});
    }
    for (auto& l : lines_)
      if (auto* handle = l.end->monitor.handle())
        items_.push_back({handle, 0, ZMQ_POLLIN, 0});
    auto n =
      zmq_poll(items_.data(), static_cast<int>(items_.size()), static_cast<long>(at_most.count()));
    if (n < 0)
      return zmq_errno() == EINTR;
    for (auto& l : lines_)
      if (items_[1 + l.number].revents & ZMQ_POLLOUT)
        drive(l, [&](auto& out) { l.session.on_writable(clock_.mono(), out); });
    return true;
  }

  void send_queued() {
    for (auto& [to, m] : queue_.take()) {
      if (auto stamped = lines_[to].session.stamp(std::move(m)))
        hand_over(lines_[to], *stamped);
      else
        ++cfg_.counters->dropped_down;
    }
  }

  void take_from(line& l) {
    while (auto failed = l.end->monitor.next())
      complain(l, *failed);
    l.disconnected |= l.end->monitor.take_disconnected();
    std::vector<std::string> frames;
    for (int i = 0; i < batch_max; ++i) {
      if (!receive(l.end->socket, frames, limits::frames_per_message_max)) {
        // ZeroMQ may have dropped the BYE that came just before the end.
        if (std::exchange(l.disconnected, false))
          drive(l, [&](auto& out) { l.session.on_disconnected(out); });
        return;
      }
      ++cfg_.counters->received;
      auto* socket = l.end.get();
      drive(l, [&](auto& out) { l.session.on_frames(views_of(frames), clock_.mono(), out); });
      if (socket != l.end.get() || queue_.is_closed())
        return;
    }
    busy_ = true;
  }

  /// Lets the session say what is to be done, and does it.
  template <class F>
  void drive(line& l, F&& happen) {
    std::vector<link_effect> effects;
    happen(effects);
    for (auto& e : effects)
      std::visit([&](auto& effect) { carry_out(l, effect); }, e);
  }

  void carry_out(line& l, frame_out& e) { hand_over(l, e.what); }
  void carry_out(line& l, frame_in& e) {
    if (listener_.on_message && !queue_.is_closed())
      listener_.on_message(l.number, std::move(e.what));
  }
  void carry_out(line& l, session_up&) {
    ++cfg_.counters->sessions;
    if (listener_.on_up && !queue_.is_closed())
      listener_.on_up(l.number);
  }
  void carry_out(line& l, session_down&) {
    if (listener_.on_down && !queue_.is_closed())
      listener_.on_down(l.number);
  }
  void carry_out(line&, session_note& e) {
    if (cfg_.log)
      cfg_.log(e.level, std::move(e.text));
  }
  void carry_out(line& l, reopen_socket&) {
    if (auto opened = open_socket(l); !opened && cfg_.log)
      cfg_.log(log_level::error, opened.failure().message());
  }

  void hand_over(line& l, const message& m) {
    auto error = takt::send(l.end->socket, to_frames(m));
    ++(error == 0 ? cfg_.counters->sent : cfg_.counters->eagain);
  }

  result<void> open_socket(line& l) {
    try {
      auto fresh = std::make_unique<wire_end>(*cfg_.context);
      if (cfg_.keys && !l.endpoint.starts_with("inproc://"))
        fresh->use(*cfg_.keys);
      if (zmq_connect(fresh->socket.handle(), l.endpoint.c_str()) != 0)
        return failure{
          errc::setup_bad_option, "broker \"" + l.endpoint + "\": " + zmq_strerror(zmq_errno())};
      l.end = std::move(fresh);
    } catch (const zmq::error_t& e) {
      return failure{errc::setup_bad_option, "broker \"" + l.endpoint + "\": " + e.what()};
    }
    l.disconnected = false;
    l.session.start(clock_.mono());
    return done{};
  }

  void say_farewell() {
    send_queued();
    for (auto& l : lines_) {
      if (l.session.is_up())
        set_farewell_linger(l.end->socket);
      drive(l, [&](auto& out) { l.session.on_close(out); });
      l.end.reset();
    }
  }

  void complain(line& l, const std::string& text) {
    uint64_t suppressed = 0;
    if (cfg_.log && l.handshakes.allow(clock_.mono(), suppressed))
      cfg_.log(log_level::warning, "link to " + l.endpoint + ": " + text);
  }

  dealer_link_config cfg_;
  link_listener listener_;
  const clock& clock_;
  frame_queue queue_;

  // The link's thread's own, once it runs.
  std::vector<line> lines_{};
  std::vector<zmq_pollitem_t> items_{};
  bool busy_ = false;

  std::mutex closing_{};
  std::atomic<std::thread::id> thread_id_{};
  std::thread thread_{};
};

} // namespace

result<std::unique_ptr<link>>
open_dealer_link(dealer_link_config config, link_listener listener, const clock& time) {
  try {
    auto opened = std::make_unique<dealer_link>(std::move(config), std::move(listener), time);
    if (auto started = opened->start(); !started)
      return started.failure();
    return std::unique_ptr<link>{std::move(opened)};
  } catch (const std::exception& e) {
    return failure{errc::setup_bad_option, e.what()};
  }
}

} // namespace takt
