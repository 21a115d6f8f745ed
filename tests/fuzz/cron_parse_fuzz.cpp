// Anybody's text as a cron expression: parsing ends without a fault, and what parses keeps what
// cron.hpp promises. The first byte chooses what H stands for.
#include "actors/logic/cron.hpp"
#include "actors/logic/cron_explain.hpp"
#include "actors/logic/cron_import.hpp"
#include "tests/fuzz/tzif_read.hpp"

#include <string_view>

namespace takt::fuzz {
namespace {

using namespace std::chrono_literals;

constexpr wall_time start = std::chrono::sys_days{std::chrono::year{2026} / 3 / 8};

/// A change forward in the first day and one back in the second, as no real zone has them.
class restless_zone final : public zone {
public:
  const std::string& name() const noexcept override { return name_; }

  zone_period at(wall_time t) const override {
    if (t < start + 7h)
      return {wall_time::min(), start + 7h, -5h};
    if (t < start + 30h)
      return {start + 7h, start + 30h, -4h};
    return {start + 30h, wall_time::max(), -5h};
  }

  zone_instants instants_of(local_time t) const override {
    using kind = zone_instants::kind;
    auto utc = wall_time{t.time_since_epoch()};
    auto early = utc + 4h, late = utc + 5h;
    if (early < start + 7h && late >= start + 7h)
      return {kind::gap, start + 7h, start + 7h, 1h};
    if (early < start + 30h && early >= start + 7h && late >= start + 30h)
      return {kind::fold, early, late, 1h};
    auto first = early >= start + 7h && early < start + 30h ? early : late;
    return {kind::unique, first, first, 0s};
  }

private:
  std::string name_ = "Test/Restless";
};

void check_dues(const cron& c) {
  if (auto t = c.next(start))
    require(*t > start);
  static const restless_zone in;
  for (auto dst : {dst_policy::vixie, dst_policy::skip, dst_policy::all}) {
    auto t = c.next(start, in, dst);
    require(!t || *t > start);
    auto n = c.count(start, start + 24h, in, dst);
    require(n <= 86'401);
    auto last = c.last(start, start + 24h, in, dst);
    require(last.has_value() == (n > 0));
    require(!last || (start <= *last && *last <= start + 24h));
    // The first after the day's beginning is in the day exactly when the day has one after it.
    auto after = c.count(start + 1s, start + 24h, in, dst);
    require((t && *t <= start + 24h) == (after > 0));
  }
}

void parse_anything(uint64_t seed, std::string_view text) {
  auto c = cron::parse(text, seed);
  for (auto in : {language::english, language::chinese}) {
    auto words = explain_cron(text, in, seed);
    require(words.has_value() == c.has_value());
    require(!words || (!words->empty() && words->find('\n') == std::string::npos));
  }
  if (c) {
    check_dues(*c);
    (void)c->lints();
  } else {
    require(c.code() == errc::bad_schedule && c.failure().context.find('\n') == std::string::npos);
  }
  if (auto ours = import_cron(cron_source::quartz, text))
    require(cron::parse(*ours).has_value());
}

} // namespace
} // namespace takt::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0)
    takt::fuzz::parse_anything(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
