#include "actors/logic/ics_lines.hpp"

#include <algorithm>

namespace takt {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_name(std::string_view text) {
  auto ok = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), ok);
}

/// Where the first of `ends` stands that is not between quotes.
size_t find_unquoted(std::string_view text, std::string_view ends) {
  auto quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && ends.find(text[i]) != std::string_view::npos)
      return i;
  }
  return std::string_view::npos;
}

/// name *(";" parameter "=" value) ":" value
std::optional<ics_property> property_of(std::string_view line) {
  auto end = line.find_first_of(";:");
  if (end == std::string_view::npos || !is_name(line.substr(0, end)))
    return std::nullopt;
  ics_property out;
  out.name = in_capitals(line.substr(0, end));
  line.remove_prefix(end);
  while (line.front() == ';') {
    line.remove_prefix(1);
    end = find_unquoted(line, ";:");
    if (end == std::string_view::npos)
      return std::nullopt;
    auto parameter = line.substr(0, end);
    auto equals = parameter.find('=');
    if (equals == std::string_view::npos || !is_name(parameter.substr(0, equals)))
      return std::nullopt;
    if (in_capitals(parameter.substr(0, equals)) == "VALUE")
      out.value_type = in_capitals(parameter.substr(equals + 1));
    line.remove_prefix(end);
  }
  out.value = line.substr(1);
  return out;
}

} // namespace

failure ics_failure(size_t line, std::string_view why) {
  return {errc::bad_field, "ics: line " + std::to_string(line) + ": " + std::string{why}};
}

std::string in_capitals(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
  return out;
}

ics_lines::ics_lines(std::string_view text) : rest_(text) {
  if (rest_.starts_with(byte_order_mark))
    rest_.remove_prefix(byte_order_mark.size());
}

/// Up to its LF or CR LF, or the end.
std::string_view ics_lines::take_line() {
  ++line_;
  auto end = rest_.find('\n');
  auto line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

result<std::optional<ics_property>> ics_lines::next() {
  std::string_view line;
  while (line.empty()) {
    if (rest_.empty())
      return std::optional<ics_property>{};
    line = take_line();
  }
  auto begin = line_;
  std::string whole{line};
  while (rest_.starts_with(' ') || rest_.starts_with('\t'))
    whole += take_line().substr(1);
  auto out = property_of(whole);
  if (!out)
    return ics_failure(begin, "this is no property, such as NAME:value");
  out->line = begin;
  return out;
}

} // namespace takt
