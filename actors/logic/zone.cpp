#include "actors/logic/zone.hpp"

#include "actors/logic/posix_tz.hpp"
#include "actors/logic/tzif.hpp"

#include <algorithm>
#include <vector>

namespace takt {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

/// No local time is further from UTC (tzif and posix_tz refuse more).
constexpr millis offset_max = 26h;

/// t + d for |d| <= offset_max, ending where wall_time ends.
wall_time plus(wall_time t, millis d) {
  if (d >= 0ms)
    return t > wall_time::max() - d ? wall_time::max() : t + d;
  return t < wall_time::min() - d ? wall_time::min() : t + d;
}

/// The instant that `t` names under `offset`.
wall_time instant_of(local_time t, seconds offset) {
  return plus(wall_time{t.time_since_epoch()}, -offset);
}

/// The file's transitions, less those where only an abbreviation changes.
struct table {
  std::vector<wall_time> begins{wall_time::min()};
  std::vector<seconds> offsets{}; ///< of the same index
  /// The last transition, whatever it changes; wall_time::min() when there is none.
  wall_time last = wall_time::min();
};

/// A transition before wall_time, such as the Big Bang's of some files, makes the first offset.
/// One after it never comes.
table table_of(const tzif& data) {
  table out;
  out.offsets.push_back(data.first_offset);
  for (const auto& t : data.transitions) {
    if (t.at > std::chrono::floor<seconds>(wall_time::max()))
      break;
    if (t.at < std::chrono::ceil<seconds>(wall_time::min())) {
      out.offsets.back() = t.offset;
      continue;
    }
    out.last = t.at;
    if (t.offset == out.offsets.back())
      continue;
    out.begins.emplace_back(t.at);
    out.offsets.push_back(t.offset);
  }
  return out;
}

/// A table and, from `rules_from` on, rules.
class table_zone final : public zone {
public:
  table_zone(std::string name, table file, const posix_tz& rules, wall_time rules_from)
    : name_(std::move(name)), table_(std::move(file)), rules_(rules), rules_from_(rules_from) {}

  const std::string& name() const noexcept override { return name_; }

  zone_period at(wall_time t) const override {
    if (t >= rules_from_ && rules_.changes())
      return rules_.at(t);
    const auto& begins = table_.begins;
    auto next = std::upper_bound(begins.begin(), begins.end(), t);
    auto i = static_cast<size_t>(next - begins.begin()) - 1;
    return {begins[i], next == begins.end() ? rules_from_ : *next, table_.offsets[i]};
  }

  zone_instants instants_of(local_time t) const override {
    using kind = zone_instants::kind;
    auto utc = wall_time{t.time_since_epoch()};
    auto period = at(plus(utc, -offset_max)), before = period;
    auto first = instant_of(t, period.offset);
    while (first >= period.end && period.end != wall_time::max()) {
      before = period;
      period = at(period.end);
      first = instant_of(t, period.offset);
    }
    if (first < period.begin)
      return {kind::gap, period.begin, period.begin, period.offset - before.offset};
    // Most local times are far from the next change: nothing to look up.
    if (period.end <= plus(utc, offset_max) && period.end != wall_time::max()) {
      auto after = at(period.end);
      if (auto second = instant_of(t, after.offset); second >= after.begin && second < after.end)
        return {kind::fold, first, second, period.offset - after.offset};
    }
    return {kind::unique, first, first, {}};
  }

private:
  std::string name_;
  table table_;
  posix_tz rules_;
  wall_time rules_from_;
};

} // namespace

result<std::shared_ptr<const zone>> zone::parse(std::string name, std::string_view bytes) {
  auto data = read_tzif(bytes);
  if (!data)
    return data.failure();
  auto file = table_of(*data);
  posix_tz rules;
  auto rules_from = wall_time::max();
  if (!data->footer.empty()) {
    auto footer = posix_tz::parse(data->footer);
    if (!footer)
      return footer.failure();
    rules = *footer;
    auto last = rules.at(file.last);
    if (file.last == wall_time::min()) {
      // Without transitions the rules hold from the beginning.
      file.offsets.back() = last.offset;
      rules_from = rules.changes() ? wall_time::min() : wall_time::max();
    } else if (last.offset != file.offsets.back()) {
      return failure{
        errc::bad_schedule, "time zone data: its footer contradicts its last transition"};
    } else {
      // The period of the last transition began in the table, so it is the table's to the end.
      rules_from = last.end;
    }
  }
  return std::shared_ptr<const zone>{
    std::make_shared<table_zone>(std::move(name), std::move(file), rules, rules_from)};
}

std::shared_ptr<const zone> zone::utc() {
  static const std::shared_ptr<const zone> only =
    std::make_shared<table_zone>("UTC", table_of({}), posix_tz{}, wall_time::max());
  return only;
}

} // namespace takt
