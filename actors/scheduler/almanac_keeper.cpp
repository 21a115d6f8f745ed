#include "actors/scheduler/almanac_keeper.hpp"

#include <utility>

namespace takt {

namespace {

constexpr millis look_interval{5'000};
/// The zone database changes with a package's upgrade: a look a minute.
constexpr uint64_t looks_per_zone_look = 12;

} // namespace

almanac_ptr
make_almanac(std::shared_ptr<const zone_database> zones, const store_reader::almanac_rows& rows) {
  almanac made;
  made.zones = std::move(zones);
  made.revision = rows.revision;
  made.blackouts = rows.blackouts;
  for (const auto& c : rows.calendars)
    made.calendars.emplace(c.name, std::make_shared<const calendar>(c));
  return std::make_shared<const almanac>(std::move(made));
}

almanac_keeper::almanac_keeper(interface::pointer self, almanac_keeper_config cfg)
  : self_(self), cfg_(std::move(cfg)), edition_(cfg_.first) {
  // nop
}

almanac_keeper::interface::behavior_type almanac_keeper::make_behavior() {
  self_->delayed_send(self_, look_interval, look_at_almanac{true});
  return {
    [this](const almanac_readers& m) { readers_ = m; },
    [this](const look_at_almanac& m) { on_look(m); },
    [this](const almanac_found& m) { on_found(m); },
  };
}

void almanac_keeper::on_look(const look_at_almanac& m) {
  self_->send(cfg_.reader, find_almanac{edition_->revision});
  if (!m.again)
    return;
  self_->delayed_send(self_, look_interval, look_at_almanac{true});
  if (++looks_ % looks_per_zone_look != 0 || !cfg_.newer_zones)
    return;
  if (auto zones = cfg_.newer_zones(edition_->zones->version())) {
    cfg_.say.warning(
      "the zone database changed from " + edition_->zones->version() + " to " + zones->version()
      + "; dues to come are planned anew");
    auto next = *edition_;
    next.zones = std::move(zones);
    publish(std::make_shared<const almanac>(std::move(next)));
  }
}

void almanac_keeper::on_found(const almanac_found& m) {
  if (!m.outcome)
    return cfg_.say.error("looking at calendars: " + m.outcome.failure().message());
  if (*m.outcome && (*m.outcome)->revision != edition_->revision)
    publish(make_almanac(edition_->zones, **m.outcome));
}

void almanac_keeper::publish(almanac_ptr edition) {
  edition_ = std::move(edition);
  almanac_here news{edition_};
  if (readers_.roster)
    self_->send(readers_.roster, news);
  if (readers_.desk)
    self_->send(readers_.desk, news);
  if (readers_.planner)
    self_->send(readers_.planner, news);
}

} // namespace takt
