#include "actors/logic/tzif.hpp"

#include <string>

namespace takt {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr size_t header_bytes = 44;
constexpr size_t type_bytes = 6;
/// RFC 8536's recommended bounds, made equal: no clock was ever further from UTC.
constexpr int32_t offset_max = 26 * 3600;
/// Files that begin at the Big Bang say -2^59; nothing sane is further, and sums cannot overflow.
constexpr int64_t instant_max = int64_t{1} << 60;

failure bad(std::string_view why) {
  return {errc::bad_schedule, "time zone data: " + std::string{why}};
}

/// Big-endian, two's complement.
template <class T>
T number_at(std::string_view bytes, size_t pos) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof(T); ++i)
    value = value << 8 | static_cast<uint8_t>(bytes[pos + i]);
  return static_cast<T>(value);
}

struct block_header {
  uint32_t ut_marks = 0;
  uint32_t standard_marks = 0;
  uint32_t leap_seconds = 0;
  uint32_t transitions = 0;
  uint32_t types = 0;
  uint32_t letters = 0;

  /// Without the header. Counts of 32 bits cannot overflow it.
  uint64_t body_bytes(uint64_t time_bytes) const {
    return transitions * (time_bytes + 1) + uint64_t{types} * type_bytes + letters
      + leap_seconds * (time_bytes + 4) + standard_marks + ut_marks;
  }
};

result<block_header> header_of(std::string_view bytes) {
  if (bytes.size() < header_bytes)
    return bad("cut short");
  if (!bytes.starts_with("TZif"))
    return bad("not a TZif file");
  if (bytes[4] < '2')
    return bad("version 1 has no 64-bit times; version 2 or later is needed");
  auto count = [&](size_t i) { return number_at<uint32_t>(bytes, 20 + 4 * i); };
  return block_header{count(0), count(1), count(2), count(3), count(4), count(5)};
}

result<std::monostate> check_header(const block_header& h) {
  if (h.types == 0 || h.types > 256 || h.letters == 0)
    return bad("a file has 1 to 256 types and their abbreviations");
  if (
    (h.ut_marks != 0 && h.ut_marks != h.types)
    || (h.standard_marks != 0 && h.standard_marks != h.types))
    return bad("marks are either none or one per type");
  if (h.leap_seconds != 0)
    return bad("it counts leap seconds (a \"right\" file), which takt's instants do not");
  return std::monostate{};
}

result<std::vector<seconds>> types_of(std::string_view bytes, const block_header& h) {
  std::vector<seconds> offsets;
  offsets.reserve(h.types);
  for (size_t i = 0; i < h.types; ++i) {
    auto type = bytes.substr(i * type_bytes, type_bytes);
    auto offset = number_at<int32_t>(type, 0);
    if (offset < -offset_max || offset > offset_max)
      return bad("an offset of over 26 hours");
    if (static_cast<uint8_t>(type[4]) > 1 || static_cast<uint8_t>(type[5]) >= h.letters)
      return bad("a type that is out of range");
    offsets.emplace_back(offset);
  }
  return offsets;
}

/// `bytes`: the times, then for each the number of its type.
result<std::vector<tzif_transition>>
transitions_of(std::string_view bytes, size_t count, const std::vector<seconds>& offsets) {
  std::vector<tzif_transition> all;
  all.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    auto at = number_at<int64_t>(bytes, i * 8);
    size_t type = static_cast<uint8_t>(bytes[count * 8 + i]);
    if (at < -instant_max || at > instant_max || type >= offsets.size())
      return bad("a transition that is out of range");
    if (!all.empty() && sys_seconds{seconds{at}} <= all.back().at)
      return bad("transitions out of order");
    all.push_back({sys_seconds{seconds{at}}, offsets[type]});
  }
  return all;
}

} // namespace

result<tzif> read_tzif(std::string_view bytes) {
  auto old = header_of(bytes);
  if (!old)
    return old.failure();
  bytes.remove_prefix(header_bytes);
  if (auto size = old->body_bytes(4); size <= bytes.size())
    bytes.remove_prefix(size);
  else
    return bad("cut short");

  auto h = header_of(bytes);
  if (!h)
    return h.failure();
  if (auto ok = check_header(*h); !ok)
    return ok.failure();
  bytes.remove_prefix(header_bytes);
  auto body_bytes = h->body_bytes(8);
  if (body_bytes > bytes.size())
    return bad("cut short");
  auto footer = bytes.substr(body_bytes);
  // What later versions may append after the footer is not ours to judge.
  auto end = footer.find('\n', 1);
  if (!footer.starts_with('\n') || end == std::string_view::npos)
    return bad("cut short");

  auto offsets = types_of(bytes.substr(size_t{h->transitions} * 9), *h);
  if (!offsets)
    return offsets.failure();
  auto transitions = transitions_of(bytes, h->transitions, *offsets);
  if (!transitions)
    return transitions.failure();
  return tzif{offsets->front(), std::move(*transitions), footer.substr(1, end - 1)};
}

} // namespace takt
