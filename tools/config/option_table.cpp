#include "tools/config/option_table.hpp"

#include "proto/duration.hpp"
#include "proto/ids.hpp"
#include "tools/config/endpoint.hpp"

#include <array>
#include <charconv>

namespace takt {

namespace {

using namespace std::chrono_literals;
using rule = option_bounds::rule;

failure refuse(std::string why) {
  return {errc::setup_bad_option, std::move(why)};
}

std::string quoted(std::string_view text) {
  return "\"" + std::string{text} + "\"";
}

/// "text, json or yaml" of "text|json|yaml".
std::string spoken_choices(std::string_view choices) {
  std::string out{choices};
  if (auto last = out.rfind('|'); last != std::string::npos)
    out.replace(last, 1, " or ");
  for (auto at = out.find('|'); at != std::string::npos; at = out.find('|'))
    out.replace(at, 1, ", ");
  return out;
}

bool is_choice(std::string_view choices, std::string_view text) {
  while (!choices.empty()) {
    auto end = choices.find('|');
    if (choices.substr(0, end) == text)
      return true;
    choices = end == std::string_view::npos ? "" : choices.substr(end + 1);
  }
  return false;
}

template <class Read>
result<void> accepts(const Read& read) {
  return read ? result<void>{} : result<void>{read.failure()};
}

result<void> check_text(const std::string& text, const option_row& row) {
  // Empty means "not given" where the default is empty too.
  if (text.empty() && row.default_text.empty())
    return {};
  switch (row.bounds.what) {
  case rule::any:
  case rule::range:
    return {};
  case rule::not_empty:
    return text.empty() ? result<void>{refuse("it must not be empty")} : result<void>{};
  case rule::choice:
    if (is_choice(row.bounds.choices, text))
      return {};
    return refuse(quoted(text) + " is not " + spoken_choices(row.bounds.choices));
  case rule::name:
    if (is_valid(executor_id{text}))
      return {};
    return refuse(quoted(text) + " is not 1 to 64 of A-Z a-z 0-9 . _ -");
  case rule::tcp_endpoint:
    return accepts(tcp_endpoint_from(text));
  case rule::host_and_port:
    return accepts(tcp_address_from(text));
  case rule::redis_url:
    return accepts(redis_url_from(text));
  case rule::http_url:
    return accepts(http_url_from(text));
  }
  return {};
}

result<void> check_range(int64_t x, const option_row& row, std::string_view text) {
  if (x >= row.bounds.low && x <= row.bounds.high)
    return {};
  return refuse(quoted(text) + " is not within " + bounds_text(row));
}

result<void>
read_into(std::string& out, const std::vector<std::string>& texts, const option_row& row) {
  out = texts.back();
  return check_text(out, row);
}

result<void> read_into(bool& out, const std::vector<std::string>& texts, const option_row&) {
  const auto& text = texts.back();
  if (!is_choice("true|1|yes|on|false|0|no|off", text))
    return refuse(quoted(text) + " is not true or false");
  out = is_choice("true|1|yes|on", text);
  return {};
}

result<void>
read_into(uint32_t& out, const std::vector<std::string>& texts, const option_row& row) {
  const auto& text = texts.back();
  int64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size())
    return refuse(quoted(text) + " is no whole number within " + bounds_text(row));
  out = static_cast<uint32_t>(number);
  return check_range(number, row, text);
}

result<void> read_into(millis& out, const std::vector<std::string>& texts, const option_row& row) {
  auto span = duration_from(texts.back());
  if (!span)
    return span.failure();
  out = *span;
  return check_range(out.count(), row, texts.back());
}

result<void> read_into(
  std::vector<std::string>& out, const std::vector<std::string>& texts, const option_row& row) {
  out.clear();
  for (std::string_view rest : texts) {
    while (!rest.empty()) {
      auto comma = rest.find(',');
      std::string item{rest.substr(0, comma)};
      rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
      item.erase(0, item.find_first_not_of(' '));
      item.erase(item.find_last_not_of(' ') + 1);
      if (item.empty())
        continue;
      if (auto checked = check_text(item, row); !checked)
        return checked;
      out.push_back(std::move(item));
    }
  }
  if (out.empty() && !row.default_text.empty())
    return refuse("at least one is needed");
  return {};
}

template <class T>
constexpr std::string_view kind_of = "text";
template <>
constexpr std::string_view kind_of<bool> = "flag";
template <>
constexpr std::string_view kind_of<uint32_t> = "number";
template <>
constexpr std::string_view kind_of<millis> = "duration";
template <>
constexpr std::string_view kind_of<std::vector<std::string>> = "list";

// -- the words of options.def ---------------------------------------------------------------------

constexpr auto dev = part::dev;
constexpr auto scheduler = part::scheduler;
constexpr auto broker = part::broker;
constexpr auto worker = part::worker;
constexpr auto cli = part::cli;
constexpr bool restart = true;

constexpr option_bounds of_rule(rule r) {
  return {r, 0, 0, {}};
}
constexpr option_bounds any_text() {
  return of_rule(rule::any);
}
constexpr option_bounds not_empty() {
  return of_rule(rule::not_empty);
}
constexpr option_bounds name() {
  return of_rule(rule::name);
}
constexpr option_bounds names() {
  return of_rule(rule::name);
}
constexpr option_bounds tcp_endpoints() {
  return of_rule(rule::tcp_endpoint);
}
constexpr option_bounds host_and_port() {
  return of_rule(rule::host_and_port);
}
constexpr option_bounds redis_address() {
  return of_rule(rule::redis_url);
}
constexpr option_bounds http_address() {
  return of_rule(rule::http_url);
}
constexpr option_bounds one_of(std::string_view choices) {
  return {rule::choice, 0, 0, choices};
}
constexpr option_bounds between(int64_t low, int64_t high) {
  return {rule::range, low, high, {}};
}
constexpr option_bounds between(millis low, millis high) {
  return between(low.count(), high.count());
}

struct special_default {
  std::string_view key;
  part who;
  std::string_view text;
};

} // namespace

std::string_view to_string(part p) noexcept {
  switch (p) {
  case part::dev:
    return "takt dev";
  case part::scheduler:
    return "takt-scheduler";
  case part::broker:
    return "takt-broker";
  case part::worker:
    return "takt-worker";
  case part::cli:
    return "takt";
  }
  return "";
}

std::span<const option_row> option_rows() {
  static const option_row rows[] = {
#define TAKT_OPTION(field, key, type, text, bounds, parts, effect, help)                           \
  {key,                                                                                            \
   kind_of<type>,                                                                                  \
   text,                                                                                           \
   bounds,                                                                                         \
   parts,                                                                                          \
   effect,                                                                                         \
   help,                                                                                           \
   [](options& o, const std::vector<std::string>& texts, const option_row& row) {                  \
     return read_into(o.field, texts, row);                                                        \
   }},
#define TAKT_DEFAULT(field, part, text)
#include "tools/config/options.def"
#undef TAKT_DEFAULT
#undef TAKT_OPTION
  };
  return rows;
}

const option_row* find_option(std::string_view key) {
  for (const auto& row : option_rows())
    if (row.key == key)
      return &row;
  return nullptr;
}

std::string_view default_of(const option_row& row, part p) {
  static constexpr special_default specials[] = {
#define TAKT_OPTION(field, key, type, text, bounds, parts, effect, help)
#define TAKT_DEFAULT(field, who, text) {#field, who, text},
#include "tools/config/options.def"
#undef TAKT_DEFAULT
#undef TAKT_OPTION
  };
  for (const auto& special : specials)
    if (special.key == row.key && special.who == p)
      return special.text;
  return row.default_text;
}

std::string variable_of(std::string_view key) {
  std::string out = "TAKT_";
  for (char c : key)
    out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

std::string bounds_text(const option_row& row) {
  const auto& b = row.bounds;
  if (b.what == rule::choice)
    return spoken_choices(b.choices);
  if (b.what != rule::range)
    return {};
  auto text = [&row](int64_t x) {
    return row.kind == "duration" ? duration_text(millis{x}) : std::to_string(x);
  };
  return text(b.low) + " to " + text(b.high);
}

} // namespace takt
