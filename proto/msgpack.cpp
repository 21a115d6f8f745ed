#include "proto/msgpack.hpp"

#include <msgpack.hpp>

#include <algorithm>

namespace takt {

namespace {

using packer = msgpack::packer<msgpack::sbuffer>;

void pack(packer& out, const value& v) {
  std::visit(
    [&out]<class T>(const T& x) {
      if constexpr (std::is_same_v<T, std::monostate>) {
        out.pack_nil();
      } else if constexpr (std::is_same_v<T, blob>) {
        out.pack_bin(static_cast<uint32_t>(x.data.size()));
        out.pack_bin_body(x.data.data(), static_cast<uint32_t>(x.data.size()));
      } else if constexpr (std::is_same_v<T, value_list>) {
        out.pack_array(static_cast<uint32_t>(x.size()));
        for (const auto& item : x)
          pack(out, item);
      } else if constexpr (std::is_same_v<T, value_map>) {
        out.pack_map(static_cast<uint32_t>(x.size()));
        for (const auto& [key, member] : x) {
          out.pack(key);
          pack(out, member);
        }
      } else {
        out.pack(x);
      }
    },
    v.data);
}

/// Builds a value as the library reads; containers are checked when they open, before a byte of
/// their contents is allocated.
class builder : public msgpack::null_visitor {
public:
  explicit builder(const decode_limits& limits) : limits_(limits) {}

  bool visit_nil() { return put(value{}); }
  bool visit_boolean(bool x) { return put(value{x}); }
  bool visit_positive_integer(uint64_t x) { return put(value{x}); }
  bool visit_negative_integer(int64_t x) { return put(value{x}); }
  bool visit_float32(float x) { return put(value{static_cast<double>(x)}); }
  bool visit_float64(double x) { return put(value{x}); }
  bool visit_str(const char* data, uint32_t size) {
    if (size > limits_.text_bytes_max)
      return refuse("a string is too long");
    if (in_key_)
      return take_key(std::string{data, size});
    return put(value{std::string{data, size}});
  }
  bool visit_bin(const char* data, uint32_t size) {
    return size > limits_.text_bytes_max ? refuse("bytes are too long")
                                         : put(value{blob{std::string{data, size}}});
  }
  bool visit_ext(const char*, uint32_t) { return refuse("an extension type"); }

  bool start_array(uint32_t count) { return open(value{value_list{}}, count); }
  bool end_array() { return close(); }
  bool start_map(uint32_t count) { return open(value{value_map{}}, count); }
  bool end_map() { return close(); }
  bool start_map_key() { return in_key_ = true; }
  bool end_map_key() {
    in_key_ = false;
    return true;
  }

  void parse_error(size_t, size_t) { refuse("a byte that means nothing"); }
  void insufficient_bytes(size_t, size_t) { refuse("it ends too early"); }

  bool failed() const { return !why_.empty() || !complete_; }
  const std::string& why() const { return why_; }
  value take() { return std::move(root_); }

private:
  bool refuse(std::string why) {
    if (why_.empty())
      why_ = std::move(why);
    return false;
  }

  bool take_key(std::string name) {
    auto& map = std::get<value_map>(open_.back().data);
    auto given = [&name](const auto& member) { return member.first == name; };
    if (map.size() >= keys_max || std::any_of(map.begin(), map.end(), given))
      return refuse("a map key given twice, or too many");
    map.emplace_back(std::move(name), value{});
    return true;
  }

  bool open(value container, uint32_t count) {
    if (in_key_)
      return refuse("a map key that is not text");
    if (open_.size() >= limits_.depth_max)
      return refuse("nested too deeply");
    if (count > limits_.elements_max - std::min(elements_, limits_.elements_max))
      return refuse("too many elements");
    open_.push_back(std::move(container));
    return true;
  }

  bool close() {
    auto finished = std::move(open_.back());
    open_.pop_back();
    return put(std::move(finished));
  }

  bool put(value x) {
    if (in_key_)
      return refuse("a map key that is not text");
    if (++elements_ > limits_.elements_max)
      return refuse("too many elements");
    if (open_.empty()) {
      root_ = std::move(x);
      complete_ = true;
    } else if (auto* list = std::get_if<value_list>(&open_.back().data)) {
      list->push_back(std::move(x));
    } else {
      std::get<value_map>(open_.back().data).back().second = std::move(x);
    }
    return true;
  }

  static constexpr size_t keys_max = 1000;

  decode_limits limits_;
  std::vector<value> open_;
  value root_;
  size_t elements_ = 0;
  bool in_key_ = false;
  bool complete_ = false;
  std::string why_;
};

} // namespace

std::string to_msgpack(const value& v) {
  msgpack::sbuffer buffer;
  packer out{buffer};
  pack(out, v);
  return {buffer.data(), buffer.size()};
}

result<value> from_msgpack(std::string_view data, const decode_limits& limits) {
  builder b{limits};
  size_t used = 0;
  try {
    msgpack::parse(data.data(), data.size(), used, b);
  } catch (const std::exception& e) {
    return failure{errc::frame_malformed, e.what()};
  }
  if (b.failed())
    return failure{errc::frame_malformed, b.why()};
  if (used != data.size())
    return failure{errc::frame_malformed, "bytes after the value"};
  return b.take();
}

} // namespace takt
