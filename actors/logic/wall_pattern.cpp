#include "actors/logic/wall_pattern.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace takt {

namespace {

using namespace std::chrono;

/// Division towards minus infinity.
constexpr int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}
constexpr int64_t ceil_div(int64_t a, int64_t b) {
  return -floor_div(-a, b);
}

class every : public wall_pattern {
public:
  every(local_time start, millis length, int64_t first)
    : start_(start), length_(length.count()), first_(first) {
    assert(length_ > 0);
  }

  int64_t rank(local_time t) const override {
    return std::max(first_, ceil_div((t - start_).count(), length_));
  }
  local_time nth(int64_t number) const override { return start_ + millis{number * length_}; }

private:
  local_time start_;
  int64_t length_;
  int64_t first_;
};

class every_months : public wall_pattern {
public:
  every_months(local_time start, int64_t months, int64_t first) : months_(months), first_(first) {
    assert(months_ > 0);
    auto day = floor<days>(start);
    date_ = year_month_day{day};
    time_of_day_ = start - day;
  }

  int64_t rank(local_time t) const override {
    year_month_day date{floor<days>(t)};
    auto ahead = (date.year() - date_.year()).count() * 12LL
      + static_cast<int>(static_cast<unsigned>(date.month()))
      - static_cast<int>(static_cast<unsigned>(date_.month()));
    auto number = std::max(first_, floor_div(ahead, months_));
    // The element of that month may lie before `t`; the one after it does not.
    return nth(number) < t ? number + 1 : number;
  }

  local_time nth(int64_t number) const override {
    auto month = date_.year() / date_.month() + std::chrono::months{number * months_};
    auto last = (month / std::chrono::last).day();
    return local_days{month / std::min(date_.day(), last)} + time_of_day_;
  }

private:
  year_month_day date_{};
  millis time_of_day_{};
  int64_t months_;
  int64_t first_;
};

class window : public wall_pattern {
public:
  window(uint32_t from_s, uint32_t until_s, millis step, uint32_t weekdays)
    : from_(seconds{from_s}), step_(step.count()), weekdays_(weekdays & 0x7f) {
    assert(step_ > 0 && from_s <= until_s && weekdays_ != 0);
    per_day_ = millis{seconds{until_s - from_s}}.count() / step_ + 1;
    days_per_week_ = std::popcount(weekdays_);
  }

  int64_t rank(local_time t) const override {
    auto day = floor<days>(t);
    auto since = (day - sunday).count();
    auto week = floor_div(since, 7);
    auto weekday = since - week * 7;
    auto days_before = week * days_per_week_ + std::popcount(weekdays_ & ((1u << weekday) - 1));
    int64_t today = 0;
    if (weekdays_ >> weekday & 1)
      today = std::clamp(ceil_div((t - day - from_).count(), step_), int64_t{0}, per_day_);
    return days_before * per_day_ + today;
  }

  local_time nth(int64_t number) const override {
    auto day = floor_div(number, per_day_);
    auto week = floor_div(day, days_per_week_);
    auto left = weekdays_;
    for (auto skip = day - week * days_per_week_; skip > 0; --skip)
      left &= left - 1;
    return sunday + days{week * 7 + std::countr_zero(left)} + from_
      + millis{(number - day * per_day_) * step_};
  }

private:
  static constexpr local_days sunday{local_days{days{3}}}; // 1970-01-04

  millis from_;
  int64_t step_;
  uint32_t weekdays_;
  int64_t per_day_ = 0;
  int64_t days_per_week_ = 0;
};

} // namespace

std::unique_ptr<const wall_pattern> every_pattern(local_time start, millis length, int64_t first) {
  return std::make_unique<every>(start, length, first);
}

std::unique_ptr<const wall_pattern>
calendar_pattern(local_time start, uint32_t units, calendar_unit unit, int64_t first) {
  switch (unit) {
  case calendar_unit::days:
    return std::make_unique<every>(start, days{units}, first);
  case calendar_unit::weeks:
    return std::make_unique<every>(start, weeks{units}, first);
  case calendar_unit::months:
    return std::make_unique<every_months>(start, units, first);
  case calendar_unit::years:
    break;
  }
  return std::make_unique<every_months>(start, int64_t{units} * 12, first);
}

std::unique_ptr<const wall_pattern>
window_pattern(uint32_t from_s, uint32_t until_s, millis step, uint32_t weekdays) {
  return std::make_unique<window>(from_s, until_s, step, weekdays);
}

} // namespace takt
