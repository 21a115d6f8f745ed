// cron_words: what the languages of cron_explain share: the sets of a cron expression seen as
// people see them (all, one, a range, a step, a list), and the choice of how to tell the time of
// day.
//
// For cron_explain.cpp and the files of the languages only. Pure; safe from any thread; cannot
// fail.
#pragma once

#include "actors/logic/cron_fields.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace takt {

/// Neighbours in a set: first … last, both included.
struct value_run {
  int first = 0;
  int last = 0;

  int size() const noexcept { return last - first + 1; }
  bool operator==(const value_run&) const = default;
};

/// How a set is best told.
struct value_shape {
  enum class kind : uint8_t {
    all,
    one,
    range, ///< two or more neighbours
    step,  ///< first, first + step … last
    list
  };
  kind is = kind::all;
  int first = 0;
  int last = 0;
  int step = 1;
  /// A step that goes round without a shorter last one: 0, 15, 30, 45 of 60.
  bool whole = false;
  /// In order; a range is one run.
  std::vector<value_run> runs{};

  bool operator==(const value_shape&) const = default;
};

/// The set's values in low..high; bits outside are ignored. `written` is the field's text: a list
/// that its author wrote out is told as a list, unless it is long.
/// @pre some bit of low..high is set
value_shape shape_of(uint64_t bits, int low, int high, std::string_view written = {});

/// Every value of a set, in order.
std::vector<int> values_of(uint64_t bits, int low, int high);

/// Days of the week as runs around the week: Sunday to Thursday is one run of first 0, last 4;
/// Friday to Monday first 5, last 8. The week starts on Monday, so that Sundays come last.
std::vector<value_run> weekday_runs(uint32_t weekdays);

/// How the time of day is told.
struct time_shape {
  enum class kind : uint8_t {
    clock,  ///< a few moments: 09:30, 17:00
    hourly, ///< one minute of hours that follow each other evenly: every 2 hours from 00:30 to
            ///< 22:30
    fields  ///< second by second, minute by minute, hour by hour
  };
  kind is = kind::fields;
  /// clock: seconds since midnight, in order.
  std::vector<int> moments{};
  bool with_seconds = false;
  value_shape seconds{};
  value_shape minutes{};
  /// A run that goes on past midnight ends beyond 23, where the expression holds on every day.
  value_shape hours{};
};

time_shape time_of_day(const cron_expression& of);

/// Whether any day of the month is named (by number, L, W), or any day of the week.
bool names_month_days(const cron_fields& fields);
bool names_weekdays(const cron_fields& fields);

/// Years of the year field, in order.
value_shape years_of(const cron_expression& of);

/// "09:30", or "09:30:15" with seconds.
std::string clock_text(int second_of_day, bool with_seconds = false);
/// An hour's first and last moment that count: "09:00", "17:59"; with seconds "17:59:59".
std::string hour_begin(int hour, bool with_seconds);
std::string hour_end(int hour, bool with_seconds);

/// The sentences, without full stops.
std::string english_words(const cron_expression& of);
std::string chinese_words(const cron_expression& of);

} // namespace takt
