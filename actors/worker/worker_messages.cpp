#include "actors/worker/worker_messages.hpp"

namespace takt {

void add_worker_messages(caf::actor_system_config& cfg) {
  cfg.add_message_types<caf::id_block::takt_worker>();
}

} // namespace takt
