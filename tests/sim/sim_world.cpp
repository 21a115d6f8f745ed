#include "tests/sim/sim_world.hpp"

#include "actors/scheduler/clockwork.hpp"
#include "actors/scheduler/dispatcher.hpp"
#include "actors/scheduler/read_port.hpp"
#include "actors/scheduler/roster.hpp"
#include "actors/scheduler/store_port.hpp"
#include "actors/spawn.hpp"
#include "storage/sqlite_store.hpp"
#include "tests/sim/sim_jobs.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace takt::sim {

namespace {

using namespace std::chrono_literals;

/// How far time goes at once while nothing is due: housekeeping of the actors happens at its ends.
constexpr millis stride = 60s;
/// After the last fault, so that everything can converge.
constexpr millis quiet_time = 3h;

struct sim_actor_config : caf::actor_system_config {
  sim_actor_config() {
    add_scheduler_messages(*this);
    set("scheduler.policy", caf::atom("testing"));
  }
};

template <class T>
T must(result<T> r) {
  if (!r) {
    std::fprintf(stderr, "takt-sim: %s\n", r.failure().message().c_str());
    std::exit(2);
  }
  return *std::move(r);
}

} // namespace

struct sim_world::node {
  sim_actor_config cfg{};
  caf::actor_system system{cfg};
  caf::scheduler::test_coordinator& sched =
    dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  store_port_actor rows{};
  read_port_actor reader{};
  clockwork_actor clockwork{};
  dispatcher_actor dispatcher{};
  sim_executor_actor executor{};
  roster_actor roster{};
};

sim_world::sim_world(const sim_config& cfg)
  : cfg_(cfg), dice_(cfg.seed), begun_at_(time_.wall()),
    almanac_(make_sim_almanac(dice_, begun_at_, cfg.days)), load_(cfg.seed ^ 0x5eed),
    ids_(cfg.seed) {
  if (cfg_.sqlite) {
    folder_ = std::make_unique<test::temp_folder>();
    auto path = folder_->file("sim.db");
    backend_ = must(open_sqlite_store(path));
    reader_ = must(open_sqlite_reader(path));
    leases_ = must(open_sqlite_lease_table(path));
  } else {
    memory_ = make_memory_rows(make_random_id<cluster_id>(ids_));
    backend_ = make_memory_store(memory_);
    reader_ = make_memory_reader(memory_);
    leases_ = make_memory_lease_table(memory_);
  }
  rows_ = std::make_shared<sim_store>(*backend_, time_);
  rows_->plant_canary(cfg_.canary_one_in);
}

sim_world::~sim_world() {
  shut_down();
}

void sim_world::run() {
  boot();
  create_jobs();
  auto end = begun_at_ + 24h * cfg_.days;
  while (time_.wall() < end) {
    pass_until(std::min(end, time_.wall() + 1min * dice_.between(10, 60 * 24 * 3)));
    if (cfg_.faults && time_.wall() < end)
      do_mischief();
  }
  rows_->set_plan({});
  rows_->set_slowness(millis{0});
  // A clock that was set back may still have to come past what it saw.
  auto seen = time_.wall();
  for (const auto& t : troubles_)
    seen = std::max(seen, t.end);
  pass_until(seen + quiet_time);
  settle();
}

void sim_world::create_jobs() {
  auto held = must(leases_->take(
    {node_id{"sim"}, "sim"}, {"boot", time_.mono()}, std::chrono::hours{24 * 3650}, true));
  for (size_t n = 0; n < cfg_.jobs; ++n) {
    auto j = make_sim_job(dice_, n, time_.wall(), cfg_.days, almanac_);
    auto under = std::ranges::find(held, shard_of(j.id), &grant::shard);
    must(backend_->create_job(*under, j));
    jobs_.push_back(j.id);
  }
  crash_for(millis{0}); // so that the node learns of its grants, and the jobs from the store
  troubles_.clear();
}

// -- time -----------------------------------------------------------------------

void sim_world::settle() {
  auto& jobs = node_->sched.jobs;
  while (!jobs.empty()) {
    if (jobs.size() > 1)
      std::swap(jobs.front(), jobs[dice_.next() % jobs.size()]);
    node_->sched.run_once();
  }
}

std::optional<mono_time> sim_world::next_event() const {
  auto next = load_.next_end();
  if (wake_at_) {
    auto alarm = time_.mono() + std::max(millis{0}, *wake_at_ - time_.wall());
    next = next ? std::min(*next, alarm) : alarm;
  }
  return next;
}

void sim_world::move_to(mono_time at, bool slept) {
  auto by = at - time_.mono();
  if (by > millis{0}) {
    time_.advance(by);
    node_->sched.advance_time(by);
  }
  if (wake_at_ && *wake_at_ <= time_.wall()) {
    // The timer's thread wakes on time, however long the store keeps the actors; but not while the
    // whole host sleeps.
    auto woke = slept ? time_.wall() : *wake_at_;
    wake_at_.reset();
    caf::anon_send(node_->clockwork, clock_tick{woke});
  }
  if (auto next = load_.next_end(); next && *next <= time_.mono())
    caf::anon_send(node_->executor, clock_tick{});
  settle();
}

void sim_world::pass_until(wall_time end) {
  settle();
  while (time_.wall() < end) {
    auto until = time_.mono() + std::min(stride, end - time_.wall());
    auto next = next_event();
    move_to(next ? std::min(*next, until) : until);
  }
}

/// The timer's thread has woken already for a wish whose instant passed while the store was slow.
void sim_world::wish(std::optional<wall_time> at) {
  if (wake_at_ && *wake_at_ <= time_.wall() && at != wake_at_)
    caf::anon_send(node_->clockwork, clock_tick{*wake_at_});
  wake_at_ = at;
}

// -- mischief -------------------------------------------------------------------

void sim_world::do_mischief() {
  auto before = time_.wall();
  switch (dice_.between(0, 6)) {
  case 0:
    crash_for(1s * dice_.between(0, 300));
    break;
  case 1:
    crash_for(1min * dice_.between(5, 60 * 30));
    break;
  case 2: { // somebody sets the clock forward; the kernel tells the timer thread
    time_.step(1s * dice_.between(1, 7200));
    troubles_.push_back({before, time_.wall(), late_cause::clock_stepped});
    caf::anon_send(node_->clockwork, clock_tick{time_.wall()});
    settle();
    break;
  }
  case 3: // and back
    time_.step(-1s * dice_.between(1, 7200));
    set_backs_.emplace_back(before, time_.wall());
    caf::anon_send(node_->clockwork, clock_tick{time_.wall()});
    settle();
    break;
  case 4: { // the host sleeps
    auto slept = 1s * dice_.between(1, 1200);
    time_.advance(slept);
    node_->sched.advance_time(slept);
    troubles_.push_back({before, time_.wall(), late_cause::process_paused});
    move_to(time_.mono(), true);
    break;
  }
  case 5: { // the disk is slow, and sometimes fails
    rows_->set_slowness(1ms * dice_.between(1, 20'000));
    if (dice_.one_in(2))
      rows_->set_plan({dice_.next(), 50, 50});
    pass_until(before + 1min * dice_.between(1, 240));
    rows_->set_plan({});
    rows_->set_slowness(millis{0});
    troubles_.push_back({before, time_.wall() + 2min, late_cause::overloaded});
    break;
  }
  default:
    break; // a quiet day
  }
}

void sim_world::crash_for(millis outage) {
  auto before = time_.wall();
  shut_down();
  time_.advance(outage);
  ++restarts_;
  boot();
  auto held = must(leases_->take(
    {node_id{"sim"}, "sim"}, {"boot" + std::to_string(restarts_), time_.mono()},
    std::chrono::hours{24 * 3650}, true));
  for (const auto& listener :
       {caf::actor_cast<grant_listener_actor>(node_->executor),
        caf::actor_cast<grant_listener_actor>(node_->dispatcher),
        caf::actor_cast<grant_listener_actor>(node_->roster)})
    caf::anon_send(listener, shards_granted{held});
  settle();
  troubles_.push_back({before, time_.wall(), late_cause::no_scheduler});
}

void sim_world::boot() {
  node_ = std::make_unique<node>();
  auto& system = node_->system;
  auto counts = std::make_shared<metrics>();
  log say{[this](severity level, std::string text) {
    if (level >= severity::error)
      errors_.push_back(std::move(text));
  }};
  node_->rows = spawn_state<store_port>(system, rows_, counts, &time_);
  node_->reader = spawn_state<read_port>(system, reader_);
  node_->clockwork = spawn_state<clockwork>(
    system, &time_, clockwork::wake_at_fn{[this](std::optional<wall_time> at) { wish(at); }},
    counts, say);
  node_->dispatcher = spawn_state<dispatcher>(
    system, dispatcher_deps{node_->rows, node_->reader, node_->clockwork, &time_, counts, say});
  node_->executor =
    spawn_state<sim_executor>(system, node_->rows, node_->dispatcher, &load_, &time_);
  node_->roster = spawn_state<roster>(
    system,
    job_runner_deps{
      node_->rows, node_->clockwork, node_->dispatcher,
      caf::actor_cast<switchboard_actor>(node_->executor), &time_, &ids_, counts, say},
    node_->reader, counts, almanac_);
  settle();
}

/// As kill -9 would: what the STORE PORT has not committed is gone, nobody says good-bye.
void sim_world::shut_down() {
  if (!node_)
    return;
  auto kill = [](const auto& who) { caf::anon_send_exit(who, caf::exit_reason::kill); };
  kill(node_->rows);
  settle();
  caf::anon_send(node_->roster, stop_working{}); // only so that its JOBs end
  settle();
  kill(node_->roster);
  kill(node_->executor);
  kill(node_->dispatcher);
  kill(node_->clockwork);
  kill(node_->reader);
  settle();
  node_.reset();
  wake_at_.reset();
}

} // namespace takt::sim
