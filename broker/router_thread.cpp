#include "broker/router_thread.hpp"

#include "broker/endpoint.hpp"
#include "broker/frame_queue.hpp"
#include "broker/socket_io.hpp"
#include "broker/socket_monitor.hpp"
#include "broker/zap_handler.hpp"

#include <zmq.hpp>

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

namespace takt {

namespace {

/// Messages taken from one side before the other has its turn.
constexpr int batch_max = 256;

enum gauge : size_t { eagain, schedulers, workers, executors, owned_shards, gauge_size };

/// What the log sums up: each of them means that something is wrong somewhere.
constexpr router_count problems[] = {router_count::malformed,       router_count::too_large,
                                     router_count::version_refused, router_count::out_of_range,
                                     router_count::unknown_kind,    router_count::unknown_peer,
                                     router_count::not_allowed,     router_count::executor_taken,
                                     router_count::too_many_peers,  router_count::no_owner};

/// One of the broker's two sockets.
struct door {
  broker_side side;
  zmq::socket_t socket;
  socket_monitor monitor;

  door(broker_side s, zmq::context_t& context)
    : side(s), socket(context, zmq::socket_type::router), monitor(context, socket) {
    set_usual_options(socket);
    socket.set(zmq::sockopt::router_mandatory, true);
    socket.set(zmq::sockopt::backlog, 1024);
  }

  // Without a ZAP handler libzmq lets every CURVE key in (ZAP_ENFORCE_DOMAIN is not in Debian's
  // build): the handler starts before the first bind and ends after the sockets.
  void use(const curve_pair& keys) {
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::curve_secretkey, keys.secret_key);
    socket.set(zmq::sockopt::zap_domain, std::string{zap_domain});
  }

  result<std::vector<std::string>> listen(const std::vector<std::string>& endpoints) {
    std::vector<std::string> bound;
    for (const auto& endpoint : endpoints) {
      if (auto possible = check_endpoint(endpoint); !possible)
        return failure{errc::setup_cannot_listen, possible.failure().context};
      if (zmq_bind(socket.handle(), endpoint.c_str()) != 0)
        return failure{errc::setup_cannot_listen, endpoint + ": " + zmq_strerror(zmq_errno())};
      bound.push_back(socket.get(zmq::sockopt::last_endpoint));
    }
    return bound;
  }
};

class router_thread_impl : public router_thread {
public:
  router_thread_impl(router_thread_config cfg, zmq_context context, const clock& time)
    : cfg_(std::move(cfg)), context_(std::move(context)), clock_(time),
      router_(cfg_.router), doors_{
                              door{broker_side::frontend, *context_},
                              door{broker_side::backend, *context_}} {}

  ~router_thread_impl() override { stop(); }

  result<void> start() {
    if (cfg_.keys) {
      auto zap = start_zap_handler(cfg_.keys->clients, context_, clock_, cfg_.log);
      if (!zap)
        return zap.failure();
      zap_ = std::move(*zap);
      for (auto& d : doors_)
        d.use(cfg_.keys->own);
    }
    const std::vector<std::string>* wanted[] = {&cfg_.frontend, &cfg_.backend};
    for (size_t i = 0; i < doors_.size(); ++i) {
      auto bound = doors_[i].listen(*wanted[i]);
      if (!bound)
        return bound.failure();
      endpoints_[i] = std::move(*bound);
    }
    thread_ = std::thread{[this] { run(); }};
    return done{};
  }

  void stop() override {
    std::lock_guard guard{stopping_};
    wake_.close();
    if (thread_.joinable())
      thread_.join();
    zap_.reset();
  }

  broker_stats stats() const override {
    broker_stats s;
    for (size_t i = 0; i < router_count_size; ++i)
      s.counters.values[i] = counters_[i].load(std::memory_order_relaxed);
    s.eagain = gauges_[eagain].load(std::memory_order_relaxed);
    s.schedulers = gauges_[schedulers].load(std::memory_order_relaxed);
    s.workers = gauges_[workers].load(std::memory_order_relaxed);
    s.executors = gauges_[executors].load(std::memory_order_relaxed);
    s.owned_shards = gauges_[owned_shards].load(std::memory_order_relaxed);
    return s;
  }

  const std::vector<std::string>& frontend_endpoints() const noexcept override {
    return endpoints_[0];
  }
  const std::vector<std::string>& backend_endpoints() const noexcept override {
    return endpoints_[1];
  }

private:
  void run() {
    const auto tick = std::max(cfg_.router.heartbeat_interval / 4, millis{1});
    auto ticked = clock_.mono() - tick;
    bool alive = true;
    while (alive && !wake_.is_closed()) {
      auto until_tick = ticked + tick - clock_.mono();
      alive = wait(busy_ ? millis{0} : std::clamp(until_tick, millis{0}, tick));
      busy_ = false;
      for (auto& d : doors_)
        take_from(d);
      if (auto now = clock_.mono(); now - ticked >= tick) {
        ticked = now;
        router_.on_tick(now, effects_);
        carry_out();
        sum_up(now);
      }
      publish();
    }
    say_farewell();
  }

  /// False: the context has ended.
  bool wait(millis at_most) {
    zmq_pollitem_t items[] = {
      {doors_[0].socket.handle(), 0, ZMQ_POLLIN, 0},
      {doors_[1].socket.handle(), 0, ZMQ_POLLIN, 0},
      {nullptr, wake_.fd(), ZMQ_POLLIN, 0},
      {doors_[0].monitor.handle(), 0, ZMQ_POLLIN, 0},
      {doors_[1].monitor.handle(), 0, ZMQ_POLLIN, 0}};
    bool monitored = items[3].socket && items[4].socket;
    return zmq_poll(items, monitored ? 5 : 3, static_cast<long>(at_most.count())) >= 0
      || zmq_errno() == EINTR;
  }

  void take_from(door& d) {
    while (auto failed = d.monitor.next())
      complain(*failed);
    std::vector<std::string> frames;
    for (int i = 0; i < batch_max; ++i) {
      if (!receive(d.socket, frames, limits::frames_per_message_max))
        return;
      router_.on_frames({d.side, frames[0]}, views_of(frames, 1), effects_);
      carry_out();
    }
    busy_ = true; // more may wait, and the poll would say so only after the other side's turn
  }

  /// Effects may lead to others; each time a peer is forgotten, so that this ends.
  void carry_out() {
    for (size_t i = 0; i < effects_.size(); ++i) {
      auto effect = std::move(effects_[i]);
      auto& d = doors_[effect.to.side == broker_side::frontend ? 0 : 1];
      auto error = send_to_peer(d.socket, effect.to.routing_id, to_frames(effect.what));
      if (error == EHOSTUNREACH)
        router_.on_unroutable(effect, effects_);
      else if (error == EAGAIN)
        gauges_[eagain].fetch_add(1, std::memory_order_relaxed);
    }
    effects_.clear();
  }

  void publish() {
    for (size_t i = 0; i < router_count_size; ++i)
      counters_[i].store(router_.counters().values[i], std::memory_order_relaxed);
    gauges_[schedulers].store(router_.peer_count(broker_side::frontend), std::memory_order_relaxed);
    gauges_[workers].store(router_.peer_count(broker_side::backend), std::memory_order_relaxed);
    gauges_[executors].store(router_.executor_count(), std::memory_order_relaxed);
    gauges_[owned_shards].store(router_.owned_shard_count(), std::memory_order_relaxed);
  }

  void say_farewell() {
    router_.on_stop(effects_);
    carry_out();
    publish();
    for (auto& d : doors_) {
      set_farewell_linger(d.socket);
      d.monitor.end();
      d.socket.close();
    }
  }

  // -- the log ------------------------------------------------------------------

  void say(log_level level, std::string text) {
    if (cfg_.log)
      cfg_.log(level, "broker: " + std::move(text));
  }

  void complain(const std::string& text) {
    uint64_t suppressed = 0;
    if (!handshakes_.allow(clock_.mono(), suppressed))
      return;
    auto more = " (and " + std::to_string(suppressed) + " more before)";
    say(log_level::warning, suppressed > 0 ? text + more : text);
  }

  void sum_up(mono_time now) {
    if (summed_up_ && now - *summed_up_ < cfg_.summary_interval)
      return;
    summed_up_ = now;
    std::string text;
    for (auto which : problems) {
      auto more = router_.counters()[which] - told_[which];
      if (more == 0)
        continue;
      told_[which] += more;
      text += text.empty() ? "not forwarded: " : ", ";
      text += std::to_string(more) + " " + std::string{to_string(which)};
    }
    if (!text.empty())
      say(log_level::warning, std::move(text));
  }

  router_thread_config cfg_;
  zmq_context context_;
  const clock& clock_;
  std::unique_ptr<zap_handler> zap_{};
  frame_queue wake_{}; // only its fd and its closed flag are used
  std::array<std::vector<std::string>, 2> endpoints_{};
  std::array<std::atomic<uint64_t>, router_count_size> counters_{};
  std::array<std::atomic<uint64_t>, gauge_size> gauges_{};

  // The broker's thread's own, once it runs.
  router router_;
  std::array<door, 2> doors_;
  std::vector<send_to> effects_{};
  bool busy_ = false;
  router_counters told_{};
  std::optional<mono_time> summed_up_{};
  log_limiter handshakes_{5, std::chrono::seconds{10}};

  std::mutex stopping_{};
  std::thread thread_{};
};

} // namespace

result<std::unique_ptr<router_thread>>
start_router_thread(router_thread_config config, zmq_context context, const clock& time) {
  try {
    auto broker = std::make_unique<router_thread_impl>(std::move(config), std::move(context), time);
    if (auto started = broker->start(); !started)
      return started.failure();
    return std::unique_ptr<router_thread>{std::move(broker)};
  } catch (const std::exception& e) {
    return failure{errc::setup_cannot_listen, e.what()};
  }
}

} // namespace takt
