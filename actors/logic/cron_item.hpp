// cron_item: one item of a field's list: *, n, a-b, each with /step; H; and what only a day field
// knows (L, W, #). The inner part of cron_fields and cron_import.
//
// Pure; safe from any thread. Errors: bad_schedule.
#pragma once

#include "actors/logic/cron_fields.hpp"
#include "proto/result.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace takt {

/// What a field may hold. `high` is the largest value of a step's or `*`'s range; `accepted` the
/// largest that may be written (7 is Sunday too); `hash_high` the largest that `H` alone chooses
/// (28, a day that every month has), or below `low` where there is no `H`.
struct cron_field_spec {
  std::string_view name{};
  int low = 0;
  int high = 0;
  int accepted = 0;
  int hash_high = -1;
  std::string_view range{};
  /// All that may be written there, for whoever wrote none of it.
  std::string_view allowed{};
  std::span<const std::string_view> names{};

  int span() const { return high - low + 1; }
  bool has_hash() const { return hash_high >= low; }
};

enum cron_field_no : unsigned {
  cron_second,
  cron_minute,
  cron_hour,
  cron_day,
  cron_month,
  cron_weekday,
  cron_year
};

const cron_field_spec& spec_of(cron_field_no field) noexcept;

/// What the items of one field have named so far; the members are those of cron_fields.
struct cron_field_values {
  /// Bit n is the value n; of years, 1970 + n.
  std::array<uint64_t, 4> bits{};
  uint32_t days_before_last = 0;
  uint32_t nearest_weekdays = 0;
  bool last_weekday_of_month = false;
  uint64_t nth_weekdays = 0;
  uint32_t last_weekdays = 0;
  /// The latest item's step does not divide the range that it runs through to the end.
  bool short_cycle = false;
};

result<void> add_cron_item(
  cron_field_no field, const cron_piece& item, uint64_t hash_seed, cron_field_values& into);

/// "cron_spec: <why>".
failure bad_cron(std::string why);
/// "cron_spec: <field>: <what> at column <n> <why>".
failure bad_cron(
  const cron_field_spec& spec, const std::string& what, size_t column, const std::string& why);

/// Digits alone, at least one.
bool is_cron_number(std::string_view text);
/// Saturates: whatever does not fit is out of every field's range.
int cron_number(std::string_view digits);

bool same_word(std::string_view a, std::string_view b);

} // namespace takt
