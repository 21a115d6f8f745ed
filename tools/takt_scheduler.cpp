// takt-scheduler: a scheduler node on its own: store, leases, jobs, gateway.
#include "broker/dealer_link.hpp"
#include "proto/random.hpp"
#include "tools/actor_host.hpp"
#include "tools/logging.hpp"
#include "tools/scheduler_node.hpp"
#include "tools/setup_checks.hpp"
#include "tools/stop_signal.hpp"

#include <cstdio>

using namespace takt;

namespace {

constexpr auto me = program::scheduler;

result<scheduler_node_config> configure(const options& chosen) {
  if (auto safe = check_endpoints(chosen.brokers, chosen); !safe)
    return safe.failure();
  auto keys = keys_for_client(chosen);
  if (!keys)
    return keys.failure();
  auto token = read_token(chosen.token_file);
  if (!token)
    return token.failure();
  scheduler_node_config cfg;
  cfg.data = chosen.data;
  cfg.listen = chosen.listen;
  cfg.token = *token;
  cfg.lease_url = chosen.lease;
  cfg.lease_ttl = chosen.lease_ttl;
  cfg.lock_ttl = chosen.lock_ttl;
  cfg.executor_silence = chosen.executor_silence;
  cfg.time = &os_clock();
  cfg.random = &os_entropy();
  cfg.say = actor_log();
  cfg.open_link = [brokers = chosen.brokers, keys = *keys](
                    const node_id& node, const cluster_id& cluster, link_listener listener) {
    dealer_link_config link;
    link.brokers = brokers;
    link.role = peer_role::scheduler;
    link.name = node.text;
    link.program = "takt " TAKT_VERSION;
    link.cluster = cluster;
    link.keys = keys;
    link.context = make_zmq_context();
    link.log = broker_log();
    return open_dealer_link(std::move(link), std::move(listener), os_clock());
  };
  return cfg;
}

} // namespace

int main(int argc, char** argv) {
  auto parsed = parse_options(me, argc, argv);
  if (!parsed)
    return fail(me, parsed.failure(), 2);
  if (!parsed->print.empty())
    return (std::fputs(parsed->print.c_str(), stdout), 0);
  const auto& chosen = parsed->options;
  set_up_logging(chosen.log_level, chosen.log_format);
  stop_signal stop;
  auto cfg = configure(chosen);
  if (!cfg)
    return fail(me, cfg.failure());
  actor_host host;
  auto node = scheduler_node::start(host.system(), std::move(*cfg));
  if (!node)
    return fail(me, node.failure());
  actor_log().info("takt-scheduler " TAKT_VERSION " listens on " + (*node)->address());
  stop.wait();
  stop.limit_stop(chosen.stop_grace);
  actor_log().info("stopping");
  (*node)->stop();
  return 0;
}
