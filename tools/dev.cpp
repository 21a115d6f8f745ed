#include "tools/dev.hpp"

#include "broker/dealer_link.hpp"
#include "broker/router_thread.hpp"
#include "proto/random.hpp"
#include "tools/actor_host.hpp"
#include "tools/logging.hpp"
#include "tools/scheduler_node.hpp"
#include "tools/setup_checks.hpp"
#include "tools/stop_signal.hpp"
#include "tools/worker_setup.hpp"

namespace takt {

namespace {

constexpr auto me = program::takt;
constexpr auto frontend = "inproc://takt-frontend";
constexpr auto backend = "inproc://takt-backend";

dealer_link_config inproc_link(const zmq_context& context, peer_role role, std::string name) {
  dealer_link_config link;
  link.brokers = {role == peer_role::scheduler ? frontend : backend};
  link.role = role;
  link.name = std::move(name);
  link.program = "takt " TAKT_VERSION;
  link.context = context;
  link.log = broker_log();
  return link;
}

scheduler_node_config
configure_scheduler(const options& chosen, std::string token, const zmq_context& context) {
  scheduler_node_config cfg;
  cfg.data = chosen.data;
  cfg.sharing = data_folder::mode::exclusive;
  cfg.listen = chosen.listen;
  cfg.token = std::move(token);
  cfg.lease_ttl = chosen.lease_ttl;
  cfg.executor_silence = chosen.executor_silence;
  cfg.time = &os_clock();
  cfg.random = &os_entropy();
  cfg.say = actor_log();
  cfg.open_link =
    [context](const node_id& node, const cluster_id& cluster, link_listener listener) {
      auto link = inproc_link(context, peer_role::scheduler, node.text);
      link.cluster = cluster;
      return open_dealer_link(std::move(link), std::move(listener), os_clock());
    };
  return cfg;
}

} // namespace

int run_dev(const options& chosen) {
  set_up_logging(chosen.log_level, chosen.log_format);
  stop_signal stop;
  auto token = read_token(chosen.token_file);
  if (!token)
    return fail(me, token.failure());
  auto types = all_task_types();
  if (!types)
    return fail(me, types.failure());
  auto working = configure_worker(chosen, *types, chosen.data + "/worker", true);
  if (!working)
    return fail(me, working.failure());
  auto context = make_zmq_context();
  router_thread_config forwarding;
  forwarding.frontend = {frontend};
  forwarding.backend = {backend};
  forwarding.log = broker_log();
  auto broker = start_router_thread(std::move(forwarding), context, os_clock());
  if (!broker)
    return fail(me, broker.failure());
  actor_host host;
  auto node =
    scheduler_node::start(host.system(), configure_scheduler(chosen, std::move(*token), context));
  if (!node)
    return fail(me, node.failure());
  auto worker = worker_node::start(
    host.system(), *working, *types,
    [&](link_listener listener) {
      return open_dealer_link(
        inproc_link(context, peer_role::worker, working->id.text), std::move(listener), os_clock());
    },
    os_clock(), os_entropy(), actor_log());
  if (!worker)
    return fail(me, worker.failure());
  actor_log().info("takt dev " TAKT_VERSION " listens on " + (*node)->address());
  stop.wait([&] { return !(*worker)->is_broken(); });
  stop.limit_stop(chosen.stop_grace + millis{2000});
  actor_log().info("stopping");
  (*worker)->stop(chosen.stop_grace);
  (*node)->stop();
  (*broker)->stop();
  return 0;
}

} // namespace takt
