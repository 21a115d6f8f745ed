#include "tools/actor_host.hpp"

#include "actors/messages.hpp"
#include "actors/worker/worker_messages.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>

namespace takt {

struct actor_host::impl {
  struct config : caf::actor_system_config {
    config() {
      add_scheduler_messages(*this);
      add_worker_messages(*this);
      set("scheduler.policy", caf::atom("sharing"));
      set("scheduler.max-throughput", size_t{50});
    }
  };

  config cfg{};
  caf::actor_system system{cfg};
};

actor_host::actor_host() : impl_(std::make_unique<impl>()) {
  // nop
}

actor_host::~actor_host() = default;

caf::actor_system& actor_host::system() {
  return impl_->system;
}

} // namespace takt
