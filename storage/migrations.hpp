// migrations: the numbered SQL files of storage/migrations/<dialect>/, embedded at build time.
#pragma once

#include <string_view>
#include <vector>

namespace takt::migrations {

struct migration {
  int number;
  std::string_view name;
  std::string_view sql;
};

/// In the order of their numbers.
const std::vector<migration>& sqlite();

} // namespace takt::migrations
