#include "proto/errc.hpp"

#include "proto/result.hpp"

namespace takt {

namespace {

struct row {
  errc code;
  std::string_view name;
  std::string_view text;
  int http;
  bool retryable;
};

constexpr row rows[] = {
#define TAKT_ERRC(name, number, http, retryable, text) {errc::name, #name, text, http, retryable},
#include "proto/errc.def"
#undef TAKT_ERRC
};

const row& find(errc code) noexcept {
  for (const auto& r : rows)
    if (r.code == code)
      return r;
  return rows[1]; // internal
}

} // namespace

std::string_view to_string(errc code) noexcept {
  return find(code).name;
}

std::string_view text_of(errc code) noexcept {
  return find(code).text;
}

int http_status(errc code) noexcept {
  return find(code).http;
}

bool is_retryable(errc code) noexcept {
  return find(code).retryable;
}

std::optional<errc> errc_from_number(uint64_t number) noexcept {
  for (const auto& r : rows)
    if (static_cast<uint64_t>(r.code) == number)
      return r.code;
  return std::nullopt;
}

std::string failure::message() const {
  std::string text{text_of(code)};
  if (context.empty())
    return text;
  return text + ": " + context;
}

} // namespace takt
