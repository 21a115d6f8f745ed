#include "proto/run.hpp"

namespace takt {

std::string_view to_string(run_kind k) noexcept {
  switch (k) {
  case run_kind::planned:
    return "planned";
  case run_kind::manual:
    return "manual";
  case run_kind::event:
    return "event";
  case run_kind::child:
    return "child";
  }
  return "unknown";
}

std::string output_excerpt::text() const {
  if (!is_cut())
    return head + tail;
  auto cut = bytes_total - head.size() - tail.size();
  return head + "\n[... " + std::to_string(cut) + " bytes cut ...]\n" + tail;
}

} // namespace takt
