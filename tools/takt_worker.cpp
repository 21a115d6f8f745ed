// takt-worker: an executor: runs task actors, journals every attempt until its result is stored.
#include "broker/dealer_link.hpp"
#include "proto/random.hpp"
#include "tools/actor_host.hpp"
#include "tools/logging.hpp"
#include "tools/setup_checks.hpp"
#include "tools/stop_signal.hpp"
#include "tools/worker_setup.hpp"

#include <cstdio>

using namespace takt;

namespace {

constexpr auto me = program::worker;

result<link_factory> link_to(const options& chosen) {
  if (auto safe = check_endpoints(chosen.brokers, chosen); !safe)
    return safe.failure();
  auto keys = keys_for_client(chosen);
  if (!keys)
    return keys.failure();
  return link_factory{[chosen, keys = *keys](link_listener listener) {
    dealer_link_config link;
    link.brokers = chosen.brokers;
    link.role = peer_role::worker;
    link.name = executor_name(chosen).text;
    link.program = "takt " TAKT_VERSION;
    link.keys = keys;
    link.context = make_zmq_context();
    link.log = broker_log();
    return open_dealer_link(std::move(link), std::move(listener), os_clock());
  }};
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
  auto types = all_task_types();
  if (!types)
    return fail(me, types.failure());
  auto cfg = configure_worker(chosen, *types, chosen.data, false);
  if (!cfg)
    return fail(me, cfg.failure());
  auto open = link_to(chosen);
  if (!open)
    return fail(me, open.failure());
  actor_host host;
  auto node =
    worker_node::start(host.system(), *cfg, *types, *open, os_clock(), os_entropy(), actor_log());
  if (!node)
    return fail(me, node.failure());
  actor_log().info("takt-worker " TAKT_VERSION " is executor " + cfg->id.text);
  stop.wait([&] { return !(*node)->is_broken(); });
  stop.limit_stop(chosen.stop_grace + millis{2000});
  auto broken = (*node)->is_broken();
  (*node)->stop(chosen.stop_grace);
  return broken ? 1 : 0;
}
