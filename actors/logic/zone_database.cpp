#include "actors/logic/zone_database.hpp"

#include "actors/logic/closest.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace takt {

namespace {

namespace fs = std::filesystem;

/// tzdata.zi has 110 KB, the largest TZif file under 4.
constexpr size_t file_bytes_max = 4 << 20;
constexpr size_t name_bytes_max = 255;
/// A link to a link to a link is the longest chain ever seen.
constexpr int links_in_a_row_max = 8;
constexpr std::string_view utc_name = "UTC";
/// Known without any database.
constexpr std::string_view utc_names[] = {utc_name,   "Etc/UTC", "Etc/UCT",   "Etc/Universal",
                                          "Etc/Zulu", "UCT",     "Universal", "Zulu"};

failure bad(std::string why) {
  return {errc::bad_schedule, "time zone database: " + std::move(why)};
}

result<std::string> read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream bytes;
  std::error_code ignored;
  // A folder opens like a file and fails only when read.
  if (!in || !fs::is_regular_file(path, ignored))
    return bad("cannot read " + path.string());
  if (fs::file_size(path, ignored) > file_bytes_max)
    return bad(path.string() + " is too large for what it should be");
  bytes << in.rdbuf();
  return std::move(bytes).str();
}

/// Relative, and without a way out of the folder.
bool is_name(std::string_view name) {
  auto ok = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
      || std::string_view{"+-_/"}.find(c) != std::string_view::npos;
  };
  return !name.empty() && name.size() <= name_bytes_max && name.front() != '/'
    && std::all_of(name.begin(), name.end(), ok);
}

/// What tzdata.zi says, less the rules.
struct edition {
  std::string version{};
  std::vector<std::string> zones{};
  std::map<std::string, std::string, std::less<>> links{}; ///< name -> what it links to
};

result<edition> read_edition(const std::string& text) {
  edition out;
  std::istringstream lines{text};
  std::string line, kind, first, second;
  while (std::getline(lines, line)) {
    std::istringstream words{line};
    kind = first = second = {};
    words >> kind >> first >> second;
    if (out.version.empty()) {
      if (kind != "#" || first != "version" || second.empty())
        return bad("tzdata.zi does not begin with \"# version\"");
      out.version = second;
    }
    if (kind != "Z" && kind != "L")
      continue;
    if (!is_name(first) || (kind == "L" && !is_name(second)))
      return bad("tzdata.zi has a malformed line \"" + line.substr(0, 80) + "\"");
    if (kind == "Z")
      out.zones.push_back(first);
    else
      out.links.emplace(second, first);
  }
  if (out.version.empty() || out.zones.empty())
    return bad("tzdata.zi is empty");
  return out;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(
    a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

result<std::shared_ptr<const zone_database>> zone_database::load(const fs::path& folder) {
  auto text = read_file(folder / "tzdata.zi");
  if (!text)
    return text.failure();
  auto read = read_edition(*text);
  if (!read)
    return read.failure();
  auto out = std::make_shared<zone_database>();
  out->version_ = read->version;
  for (const auto& name : read->zones) {
    if (name == utc_name || name == "Etc/UTC") {
      out->zones_[name] = zone::utc();
      continue;
    }
    auto bytes = read_file(folder / name);
    if (!bytes)
      return bytes.failure();
    auto made = zone::parse(name, *bytes);
    if (!made)
      return bad((folder / name).string() + ": " + made.failure().context);
    out->zones_[name] = *made;
  }
  for (const auto& [name, first_target] : read->links) {
    const auto* target = &first_target;
    auto link = read->links.find(*target);
    for (int n = 1; n < links_in_a_row_max && link != read->links.end(); ++n) {
      target = &link->second;
      link = read->links.find(*target);
    }
    auto zone = out->zones_.find(*target);
    if (link != read->links.end() || zone == out->zones_.end())
      return bad("the link " + name + " of tzdata.zi leads to no zone");
    out->zones_.emplace(name, zone->second);
  }
  out->zones_[std::string{utc_name}] = zone::utc();
  return std::shared_ptr<const zone_database>{std::move(out)};
}

std::shared_ptr<const zone_database> zone_database::utc_only() {
  auto out = std::make_shared<zone_database>();
  for (auto name : utc_names)
    out->zones_.emplace(name, zone::utc());
  return out;
}

result<std::shared_ptr<const zone>> zone_database::find(std::string_view name) const {
  if (auto found = zones_.find(name.empty() ? utc_name : name); found != zones_.end())
    return found->second;
  std::vector<std::string_view> known;
  known.reserve(zones_.size());
  std::string_view meant;
  for (const auto& [key, zone] : zones_) {
    known.push_back(key);
    if (meant.empty() && same_letters(key, name))
      meant = key;
  }
  if (meant.empty())
    meant = closest(name, known);
  auto why = "time_zone: unknown zone \"" + std::string{name.substr(0, 64)} + "\"";
  if (!meant.empty())
    why += "; did you mean \"" + std::string{meant} + "\"?";
  return failure{errc::bad_schedule, why};
}

std::vector<std::string> zone_database::names() const {
  std::vector<std::string> out;
  out.reserve(zones_.size());
  for (const auto& [key, zone] : zones_)
    out.push_back(zone->name());
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::shared_ptr<const zone_database>
newer_zone_database(const fs::path& folder, const std::string& version) {
  std::ifstream in{folder / "tzdata.zi", std::ios::binary};
  std::string line;
  if (!std::getline(in, line) || line == "# version " + version)
    return nullptr;
  // A package that is being upgraded is looked at again.
  auto loaded = zone_database::load(folder);
  return loaded && (*loaded)->version() != version ? *loaded : nullptr;
}

} // namespace takt
