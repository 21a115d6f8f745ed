// zone_database: all zones of one edition of the IANA time zone database, read once.
//
// load() reads a folder (the system's: /usr/share/zoneinfo) at the edge of the program: names,
// links and the version come from its tzdata.zi (its first line, its Z and L lines), the rules from
// its TZif files. Names are looked up exactly as written; a link gives the zone it leads to, by its
// canonical name. Immutable afterwards; safe from any thread.
#pragma once

#include "actors/logic/zone.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace takt {

/// Where Debian's tzdata keeps it.
inline constexpr const char* system_zones_folder = "/usr/share/zoneinfo";

class zone_database {
public:
  /// Errors: bad_schedule when the folder has no tzdata.zi, or a file that it names is missing or
  /// damaged (the message names it).
  static result<std::shared_ptr<const zone_database>> load(const std::filesystem::path& folder);

  /// Only UTC; its version is "none". For tests and for hosts without tzdata.
  static std::shared_ptr<const zone_database> utc_only();

  /// "2025b".
  const std::string& version() const noexcept { return version_; }

  /// The zone, whose name() is canonical. Empty text is UTC; so are the links to Etc/UTC ("UTC",
  /// "Etc/UTC", "Zulu" …), whose zone is named "UTC". bad_schedule: `time_zone: unknown zone
  /// "Europe/Belin"; did you mean "Europe/Berlin"?`
  result<std::shared_ptr<const zone>> find(std::string_view name) const;

  /// Canonical names, sorted.
  std::vector<std::string> names() const;

private:
  std::string version_ = "none";
  std::map<std::string, std::shared_ptr<const zone>, std::less<>> zones_; ///< links included
};

/// The folder's database when its tzdata.zi names another version; nothing when it names this one
/// or cannot be read. Reads files.
std::shared_ptr<const zone_database>
newer_zone_database(const std::filesystem::path& folder, const std::string& version);

} // namespace takt
