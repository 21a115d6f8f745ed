#include "proto/value.hpp"

namespace takt {

const value* value::find(std::string_view key) const noexcept {
  if (auto* map = as_map())
    for (const auto& [name, member] : *map)
      if (name == key)
        return &member;
  return nullptr;
}

std::string_view value::kind() const noexcept {
  switch (data.index()) {
  case 0:
    return "null";
  case 1:
    return "a boolean";
  case 2:
  case 3:
  case 4:
    return "a number";
  case 5:
    return "a string";
  case 6:
    return "bytes";
  case 7:
    return "a list";
  default:
    return "an object";
  }
}

} // namespace takt
