#include "tools/config/config_file.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fstream>
#include <optional>

namespace takt {

namespace {

std::optional<part> section_part(std::string_view section) {
  constexpr std::pair<std::string_view, part> names[] = {
    {"dev", part::dev},       {"scheduler", part::scheduler},
    {"broker", part::broker}, {"worker", part::worker},
    {"cli", part::cli},
  };
  for (const auto& [name, p] : names)
    if (name == section)
      return p;
  return std::nullopt;
}

} // namespace

result<option_texts> read_config_file(const std::string& path, part p) {
  auto refuse = [&path](const std::string& why) {
    return failure{errc::setup_bad_option, "the file " + path + ": " + why};
  };
  std::ifstream file{path};
  if (!file)
    return refuse("it cannot be read");
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML{}.from_config(file);
  } catch (const CLI::Error& e) {
    return refuse(e.what());
  }
  option_texts everybody;
  option_texts own;
  for (const auto& item : items) {
    if (item.name == "++" || item.name == "--") // CLI11's marks for a section's begin and end
      continue;
    const auto* row = find_option(item.name);
    if (row == nullptr)
      return refuse("\"" + item.fullname() + "\" is no option");
    if (item.parents.empty()) {
      everybody[item.name] = item.inputs;
      continue;
    }
    auto section = section_part(item.parents.front());
    if (!section || item.parents.size() > 1)
      return refuse(
        "[" + item.parents.front() + "] is no section (dev, scheduler, broker, worker, cli)");
    if (*section == p)
      own[item.name] = item.inputs;
  }
  for (auto& [key, texts] : everybody)
    own.emplace(key, std::move(texts));
  return own;
}

} // namespace takt
