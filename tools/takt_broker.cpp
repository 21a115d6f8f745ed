// takt-broker: forwards frames between schedulers and workers; holds no job state.
#include "broker/router_thread.hpp"
#include "tools/logging.hpp"
#include "tools/setup_checks.hpp"
#include "tools/stop_signal.hpp"

#include <cstdio>

using namespace takt;

namespace {

constexpr auto me = program::broker;

result<router_thread_config> configure(const options& chosen) {
  auto endpoints = chosen.frontend;
  endpoints.insert(endpoints.end(), chosen.backend.begin(), chosen.backend.end());
  if (auto safe = check_endpoints(endpoints, chosen); !safe)
    return safe.failure();
  auto keys = keys_for_broker(chosen);
  if (!keys)
    return keys.failure();
  router_thread_config cfg;
  cfg.frontend = chosen.frontend;
  cfg.backend = chosen.backend;
  cfg.keys = std::move(*keys);
  cfg.log = broker_log();
  return cfg;
}

std::string joined(const std::vector<std::string>& endpoints) {
  std::string text;
  for (const auto& e : endpoints)
    text += (text.empty() ? "" : ",") + e;
  return text;
}

} // namespace

int main(int argc, char** argv) {
  auto parsed = parse_options(me, argc, argv);
  if (!parsed)
    return fail(me, parsed.failure(), 2);
  if (!parsed->print.empty())
    return (std::fputs(parsed->print.c_str(), stdout), 0);
  set_up_logging(parsed->options.log_level, parsed->options.log_format);
  stop_signal stop;
  auto cfg = configure(parsed->options);
  if (!cfg)
    return fail(me, cfg.failure());
  auto broker = start_router_thread(std::move(*cfg), make_zmq_context(), os_clock());
  if (!broker)
    return fail(me, broker.failure());
  broker_log()(
    log_level::info,
    "takt-broker " TAKT_VERSION " forwards between schedulers on "
      + joined((*broker)->frontend_endpoints()) + " and workers on "
      + joined((*broker)->backend_endpoints()));
  stop.wait();
  stop.limit_stop(parsed->options.stop_grace);
  (*broker)->stop();
  return 0;
}
