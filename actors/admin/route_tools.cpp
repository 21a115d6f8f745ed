#include "actors/admin/route_tools.hpp"

#include "actors/admin/json_fields.hpp"
#include "actors/logic/civil.hpp"
#include "proto/rfc3339.hpp"

#include <charconv>

namespace takt {

namespace {

/// Decimal digits alone, to the calendar's end.
std::optional<wall_time> unix_ms(std::string_view text) {
  int64_t ms = -1;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (problem != std::errc{} || end != text.data() + text.size() || ms < 0)
    return std::nullopt;
  auto t = wall_from_ms(ms);
  return ms < to_ms(calendar_end) ? std::optional{t} : std::nullopt;
}

/// A "+" in a query is a blank unless it is escaped, which few do; a blank before the offset can be
/// nothing else.
std::string with_its_plus(std::string_view text) {
  constexpr size_t offset_bytes = 6; // "+hh:mm"
  std::string out{text};
  if (out.size() > offset_bytes && out[out.size() - offset_bytes] == ' ')
    out[out.size() - offset_bytes] = '+';
  return out;
}

} // namespace

result<uint32_t>
number_in(const request_target& target, std::string_view name, uint32_t otherwise, uint32_t max) {
  auto given = target.find(name);
  if (!given)
    return otherwise;
  uint32_t n = 0;
  auto [end, problem] = std::from_chars(given->data(), given->data() + given->size(), n);
  if (problem != std::errc{} || end != given->data() + given->size() || n < 1 || n > max)
    return failure{
      errc::bad_field,
      std::string{name} + ": \"" + std::string{given->substr(0, 40)}
        + "\" is not a whole number from 1 to " + std::to_string(max)};
  return n;
}

result<page_request> page_in(const request_target& target, uint32_t size_max) {
  constexpr uint32_t page_max = 1'000'000'000;
  auto page = number_in(target, "page", 1, page_max);
  if (!page)
    return page.failure();
  auto size = number_in(target, "pageSize", limits::page_size_default, size_max);
  if (!size)
    return size.failure();
  return page_request{*page, *size};
}

result<bool> flag_in(const request_target& target, std::string_view name) {
  auto given = target.find(name);
  if (!given || *given == "0" || *given == "false")
    return false;
  if (given->empty() || *given == "1" || *given == "true")
    return true;
  return failure{
    errc::bad_field,
    std::string{name} + ": \"" + std::string{given->substr(0, 40)} + "\" is not 0 or 1"};
}

result<std::optional<wall_time>> time_in(const request_target& target, std::string_view name) {
  auto given = target.find(name);
  if (!given)
    return std::optional<wall_time>{};
  if (auto t = unix_ms(*given))
    return t;
  auto t = from_rfc3339(with_its_plus(*given));
  if (!t)
    return failure{
      errc::bad_field,
      std::string{name} + ": " + t.failure().context + " (Unix milliseconds are taken too)"};
  return std::optional{*t};
}

result<stretch> stretch_in(const request_target& target) {
  auto from = time_in(target, "from");
  if (!from)
    return from.failure();
  auto to = time_in(target, "to");
  if (!to)
    return to.failure();
  if (*from && *to && **to <= **from)
    return failure{errc::bad_field, "to: must be later than from"};
  return stretch{*from, *to};
}

api_response json_response(const value& v, int status) {
  return {.status = status, .body = to_json(v) + "\n"};
}

api_response message_response(std::string_view sentence) {
  return json_response(value{value_map{{"message", value{std::string{sentence}}}}});
}

} // namespace takt
