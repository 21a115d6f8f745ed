// tzif_file: TZif bytes made by hand, and those of the system's tzdata. Pure but for the file read.
#pragma once

#include "actors/logic/zone_database.hpp"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace takt::test {

/// The bytes of the system's file of that zone; empty if there is none.
inline std::string zoneinfo(std::string_view name) {
  std::ifstream in{std::string{system_zones_folder} + "/" + std::string{name}, std::ios::binary};
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

/// A sound file with an empty first block; change a part to damage it.
struct tzif_file {
  struct type {
    int32_t offset_s = 0;
    uint8_t is_dst = 0;
    uint8_t letters_at = 0;
  };
  struct transition {
    int64_t at_s = 0;
    uint8_t type = 0;
  };

  std::vector<type> types{{}};
  std::vector<transition> transitions{};
  std::string footer{};
  std::string letters{"XXX\0", 4};
  uint32_t leap_seconds = 0;
  uint32_t standard_marks = 0;
  uint32_t ut_marks = 0;
  char version = '2';

  template <class T>
  static void put(std::string& out, T number) {
    for (int shift = static_cast<int>(sizeof(T) * 8) - 8; shift >= 0; shift -= 8)
      out += static_cast<char>(static_cast<uint64_t>(number) >> shift & 0xff);
  }

  std::string header(bool first) const {
    auto out = std::string{"TZif"} + version + std::string(15, '\0');
    for (auto count :
         {size_t{ut_marks}, size_t{standard_marks}, size_t{leap_seconds}, transitions.size(),
          types.size(), letters.size()})
      put(out, first ? uint32_t{0} : static_cast<uint32_t>(count));
    return out;
  }

  std::string bytes() const {
    auto out = header(true) + header(false);
    for (auto t : transitions)
      put(out, t.at_s);
    for (auto t : transitions)
      out += static_cast<char>(t.type);
    for (auto t : types) {
      put(out, t.offset_s);
      out += static_cast<char>(t.is_dst);
      out += static_cast<char>(t.letters_at);
    }
    out += letters + std::string(leap_seconds * 12 + standard_marks + ut_marks, '\0');
    return out + "\n" + footer + "\n";
  }
};

} // namespace takt::test
