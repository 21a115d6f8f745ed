#include "actors/messages.hpp"

namespace takt {

void add_scheduler_messages(caf::actor_system_config& cfg) {
  cfg.add_message_types<caf::id_block::takt_scheduler>();
}

} // namespace takt
