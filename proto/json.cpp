#include "proto/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace takt {

namespace {

using ordered_json = nlohmann::ordered_json;

ordered_json to_library(const value& v) {
  return std::visit(
    []<class T>(const T& x) -> ordered_json {
      if constexpr (std::is_same_v<T, std::monostate>) {
        return nullptr;
      } else if constexpr (std::is_same_v<T, blob>) {
        assert(false && "JSON has no bytes");
        return nullptr;
      } else if constexpr (std::is_same_v<T, value_list>) {
        auto list = ordered_json::array();
        for (const auto& item : x)
          list.push_back(to_library(item));
        return list;
      } else if constexpr (std::is_same_v<T, value_map>) {
        auto map = ordered_json::object();
        for (const auto& [key, member] : x)
          map[key] = to_library(member);
        return map;
      } else {
        return x;
      }
    },
    v.data);
}

/// Builds a value as the library reads, so that the limits hold before anything is allocated.
class builder : public nlohmann::json_sax<ordered_json> {
public:
  explicit builder(const decode_limits& limits) : limits_(limits) {}

  bool null() override { return put(value{}); }
  bool boolean(bool x) override { return put(value{x}); }
  bool number_integer(number_integer_t x) override { return put(value{int64_t{x}}); }
  bool number_unsigned(number_unsigned_t x) override { return put(value{uint64_t{x}}); }
  bool number_float(number_float_t x, const string_t&) override { return put(value{x}); }
  bool string(string_t& x) override {
    return x.size() > limits_.text_bytes_max ? refuse("a string is too long")
                                             : put(value{std::move(x)});
  }
  bool binary(binary_t&) override { return refuse("bytes"); }
  bool start_object(size_t) override { return open(value{value_map{}}); }
  bool start_array(size_t) override { return open(value{value_list{}}); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& map = std::get<value_map>(open_.back().data);
    auto given = [&name](const auto& member) { return member.first == name; };
    if (std::any_of(map.begin(), map.end(), given))
      return refuse("the key \"" + name.substr(0, 40) + "\" is given twice");
    if (map.size() >= keys_max)
      return refuse("an object has too many keys");
    map.emplace_back(std::move(name), value{});
    return true;
  }

  bool
  parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    why_ = "it ends or goes wrong at byte " + std::to_string(position);
    return false;
  }

  value take() { return std::move(root_); }
  const std::string& why() const { return why_; }

private:
  static constexpr size_t keys_max = 1000;

  bool refuse(std::string why) {
    why_ = std::move(why);
    return false;
  }

  bool open(value container) {
    if (open_.size() >= limits_.depth_max)
      return refuse("it is nested too deeply");
    open_.push_back(std::move(container));
    return true;
  }

  bool close() {
    auto finished = std::move(open_.back());
    open_.pop_back();
    return put(std::move(finished));
  }

  bool put(value x) {
    if (++elements_ > limits_.elements_max)
      return refuse("it has too many elements");
    if (open_.empty())
      root_ = std::move(x);
    else if (auto* list = std::get_if<value_list>(&open_.back().data))
      list->push_back(std::move(x));
    else
      std::get<value_map>(open_.back().data).back().second = std::move(x);
    return true;
  }

  decode_limits limits_;
  std::vector<value> open_;
  value root_;
  size_t elements_ = 0;
  std::string why_;
};

} // namespace

std::string to_json(const value& v, int indent) {
  return to_library(v).dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

result<value> from_json(std::string_view text, const decode_limits& limits) {
  builder b{limits};
  try {
    if (!ordered_json::sax_parse(text.begin(), text.end(), &b))
      return failure{errc::bad_json, b.why()};
  } catch (const std::exception& e) {
    return failure{errc::bad_json, e.what()};
  }
  return b.take();
}

} // namespace takt
