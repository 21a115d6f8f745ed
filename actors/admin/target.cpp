#include "actors/admin/target.hpp"

#include <cstdint>

namespace takt {

namespace {

failure bad(std::string_view why) {
  return {errc::bad_request, std::string{why}};
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// In a query "+" is a blank.
result<std::string> decode(std::string_view text, bool in_query) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && in_query) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
      auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return bad("the path has a % that two hex digits do not follow");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (out.find('\0') != std::string::npos || !is_utf8(out))
    return bad("the path is not text");
  return out;
}

/// Calls f for each part between separators.
template <class F>
result<void> split(std::string_view text, char separator, F&& f) {
  while (true) {
    auto end = text.find(separator);
    if (auto ok = f(text.substr(0, end)); !ok)
      return ok;
    if (end == std::string_view::npos)
      return done{};
    text.remove_prefix(end + 1);
  }
}

/// "http://host/path" is how a proxy is asked; the host is the Host header's business.
std::string_view without_authority(std::string_view text) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (text.starts_with(scheme)) {
      auto path = text.find('/', scheme.size());
      return path == std::string_view::npos ? "/" : text.substr(path);
    }
  }
  return text;
}

} // namespace

bool is_utf8(std::string_view bytes) noexcept {
  for (size_t i = 0; i < bytes.size();) {
    auto first = static_cast<uint8_t>(bytes[i]);
    size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || i + more >= bytes.size())
      return false;
    uint32_t code = more == 0 ? first : first & (0x3fu >> more);
    for (size_t k = 1; k <= more; ++k) {
      auto next = static_cast<uint8_t>(bytes[i + k]);
      if ((next & 0xc0) != 0x80)
        return false;
      code = code << 6 | (next & 0x3fu);
    }
    bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
    if (overlong || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      return false;
    i += more + 1;
  }
  return true;
}

std::optional<std::string_view> request_target::find(std::string_view name) const {
  for (const auto& [key, text] : query)
    if (key == name)
      return text;
  return std::nullopt;
}

result<request_target> parse_target(std::string_view text) {
  text = without_authority(text);
  if (!text.starts_with('/'))
    return bad("the path does not begin with /");
  auto mark = text.find('?');
  auto path = text.substr(1, mark == std::string_view::npos ? mark : mark - 1);
  if (path.ends_with('/'))
    path.remove_suffix(1);
  request_target out;
  auto take_segment = [&out](std::string_view part) -> result<void> {
    auto plain = decode(part, false);
    if (!plain)
      return plain.failure();
    out.segments.push_back(*std::move(plain));
    return done{};
  };
  if (!path.empty())
    if (auto ok = split(path, '/', take_segment); !ok)
      return ok.failure();
  auto take_pair = [&out](std::string_view part) -> result<void> {
    if (part.empty())
      return done{};
    auto equals = part.find('=');
    auto key = decode(part.substr(0, equals), true);
    auto given = decode(equals == std::string_view::npos ? "" : part.substr(equals + 1), true);
    if (!key || !given)
      return key ? given.failure() : key.failure();
    out.query.emplace_back(*std::move(key), *std::move(given));
    return done{};
  };
  if (mark != std::string_view::npos)
    if (auto ok = split(text.substr(mark + 1), '&', take_pair); !ok)
      return ok.failure();
  return out;
}

} // namespace takt
