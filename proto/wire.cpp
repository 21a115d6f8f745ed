#include "proto/wire.hpp"

#include <array>

namespace takt {

namespace {

constexpr std::string_view magic = "takt";

constexpr std::array<std::string_view, 20> kind_names = {
  "?",          "HELLO",    "OWNS",       "REGISTER",      "RECONCILE", "HEARTBEAT", "CREDIT",
  "DISPATCH",   "ACCEPTED", "REFUSED",    "NOT_STARTED",   "STARTED",   "CANCEL",    "OUTPUT",
  "OUTPUT_ACK", "RESULT",   "RESULT_ACK", "UNDELIVERABLE", "ERROR",     "BYE"};

/// The header's fields in their order on the wire, so that one reader serves them.
struct header_fields {
  frame_header header;
  static constexpr size_t count = 8;
};

failure malformed(std::string why) {
  return {errc::frame_malformed, "header: " + std::move(why)};
}

} // namespace

std::string_view to_string(frame_kind kind) noexcept {
  auto i = static_cast<size_t>(kind);
  return i < kind_names.size() ? kind_names[i] : kind_names[0];
}

bool is_known(frame_kind kind) noexcept {
  auto i = static_cast<size_t>(kind);
  return i >= 1 && i < kind_names.size();
}

std::string encode_header(const frame_header& h) {
  value_list list;
  list.reserve(header_fields::count);
  list.emplace_back(std::string{magic});
  list.push_back(to_value(h.version));
  list.push_back(to_value(h.kind));
  list.push_back(to_value(h.shard));
  list.push_back(to_value(h.epoch));
  list.push_back(to_value(h.sequence));
  list.push_back(to_value(h.cluster));
  list.push_back(to_value(h.executor));
  return to_msgpack(value{std::move(list)});
}

result<frame_header> decode_header(std::string_view frame) {
  if (frame.size() > limits::header_frame_bytes_max)
    return failure{errc::frame_too_large, "header of " + std::to_string(frame.size()) + " bytes"};
  auto v = from_msgpack(frame, {.depth_max = 2, .elements_max = 64, .text_bytes_max = 128});
  if (!v)
    return v.failure();
  auto* list = v->as_list();
  if (!list || list->empty() || !(*list)[0].as_text() || *(*list)[0].as_text() != magic)
    return malformed("no magic");
  if (list->size() < header_fields::count)
    return malformed("too few fields");
  frame_header h;
  auto read = [&](size_t i, auto& x, std::string_view name, int64_t min, int64_t max) {
    return detail::read_value((*list)[i], x, name, min, max);
  };
  if (auto r = read(1, h.version, "version", 0, UINT16_MAX); !r)
    return r.failure();
  if (h.version != protocol_version)
    return failure{errc::frame_version, "version " + std::to_string(h.version)};
  if (auto r = read(2, h.kind, "kind", 0, UINT8_MAX); !r)
    return r.failure();
  if (auto r = read(3, h.shard, "shard", 0, shard_count - 1); !r)
    return r.failure();
  if (auto r = read(4, h.epoch, "epoch", 0, INT64_MAX); !r)
    return r.failure();
  if (auto r = read(5, h.sequence, "sequence", 0, INT64_MAX); !r)
    return r.failure();
  if (auto r = read(6, h.cluster, "cluster", 0, 0); !r)
    return r.failure();
  if (auto r = read(7, h.executor, "executor", 0, 64); !r)
    return r.failure();
  if (!h.executor.empty() && !is_valid(h.executor))
    return failure{errc::frame_out_of_range, "executor"};
  return h;
}

std::vector<std::string> to_frames(const message& m) {
  std::vector<std::string> frames{encode_header(m.header), m.body};
  if (!m.payload.empty())
    frames.push_back(m.payload);
  return frames;
}

result<message> from_frames(const std::vector<std::string_view>& frames) {
  if (frames.empty() || frames.size() > 3)
    return failure{errc::frame_malformed, std::to_string(frames.size()) + " frames"};
  for (const auto& f : frames)
    if (f.size() > limits::frame_bytes_max)
      return failure{errc::frame_too_large, std::to_string(f.size()) + " bytes"};
  auto header = decode_header(frames[0]);
  if (!header)
    return header.failure();
  message m{*header, {}, {}};
  if (frames.size() > 1)
    m.body = frames[1];
  if (frames.size() > 2)
    m.payload = frames[2];
  return m;
}

} // namespace takt
