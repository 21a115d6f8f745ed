#include "tools/scheduler_node.hpp"

#include "actors/admin/desk.hpp"
#include "actors/admin/gateway.hpp"
#include "actors/admin/planner.hpp"
#include "actors/metrics.hpp"
#include "actors/scheduler/almanac_keeper.hpp"
#include "actors/scheduler/clockwork.hpp"
#include "actors/scheduler/dispatcher.hpp"
#include "actors/scheduler/lease_keeper.hpp"
#include "actors/scheduler/read_port.hpp"
#include "actors/scheduler/roster.hpp"
#include "actors/scheduler/store_port.hpp"
#include "actors/scheduler/timer_thread.hpp"
#include "actors/spawn.hpp"
#include "storage/redis_lock.hpp"
#include "storage/sqlite_checkpointer.hpp"
#include "storage/sqlite_store.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <utility>

namespace takt {

namespace {

/// Who holds the data folder exclusively needs no other lock: whoever the rows name is dead, and
/// his shards can be taken at once.
class folder_lock : public lease_lock {
public:
  answer acquire(const node_id&, millis) override { return answer::held; }
  void release(const node_id&) override {}
};

} // namespace

struct scheduler_node::impl {
  impl(caf::actor_system& host, scheduler_node_config config)
    : system(host), cfg(std::move(config)) {}

  caf::actor_system& system;
  scheduler_node_config cfg;
  std::optional<data_folder> folder{};
  std::shared_ptr<store> rows{};
  std::shared_ptr<store_reader> reading{};
  std::shared_ptr<store_reader> planning{};
  almanac_ptr edition{};
  std::unique_ptr<lease_table> leases{};
  std::unique_ptr<lease_lock> lock{};
  std::unique_ptr<sqlite_checkpointer> checkpointer{};
  std::shared_ptr<metrics> counts = std::make_shared<metrics>();
  std::shared_ptr<std::atomic<std::shared_ptr<const std::string>>> driver =
    std::make_shared<std::atomic<std::shared_ptr<const std::string>>>();
  std::unique_ptr<timer_thread> timer{};

  store_port_actor store_port_handle{};
  read_port_actor read_port_handle{};
  planner_actor planner_handle{};
  almanac_keeper_actor almanac_keeper_handle{};
  clockwork_actor clockwork_handle{};
  dispatcher_actor dispatcher_handle{};
  switchboard_actor switchboard_handle{};
  roster_actor roster_handle{};
  desk_actor desk_handle{};
  lease_keeper_actor lease_keeper_handle{};
  std::unique_ptr<gateway> front{};
  std::string address{};

  result<void> open_store();
  result<void> open_almanac();
  void spawn_actors(const node_id& name);
  result<void> open_gateway();
  void spawn_lease_keeper(const node_id& name);
  void stop();

private:
  bool stopped_ = false;
};

result<void> scheduler_node::impl::open_store() {
  auto opened = data_folder::open(cfg.data, cfg.sharing);
  if (!opened)
    return opened.failure();
  folder.emplace(std::move(*opened));
  auto path = folder->file("takt.db");
  auto writing = open_sqlite_store(path);
  if (!writing)
    return writing.failure();
  rows = std::move(*writing);
  auto reader = open_sqlite_reader(path);
  if (!reader)
    return reader.failure();
  reading = std::move(*reader);
  auto planner_reader = open_sqlite_reader(path);
  if (!planner_reader)
    return planner_reader.failure();
  planning = std::move(*planner_reader);
  auto table = open_sqlite_lease_table(path);
  if (!table)
    return table.failure();
  leases = std::move(*table);
  if (!cfg.lease_url.empty()) {
    auto redis = open_redis_lock(cfg.lease_url, rows->cluster());
    if (!redis)
      return redis.failure();
    lock = std::move(*redis);
  }
  if (auto kind = leases->settle_kind(lock ? lease_kind::redis : lease_kind::row); !kind)
    return kind;
  if (cfg.sharing == data_folder::mode::exclusive) {
    lock = std::make_unique<folder_lock>();
    cfg.lock_ttl = cfg.lease_ttl;
  }
  auto folding = sqlite_checkpointer::start(path);
  if (!folding)
    return folding.failure();
  checkpointer = std::move(*folding);
  return done{};
}

/// Zones from the host, calendars and blackouts from the store.
result<void> scheduler_node::impl::open_almanac() {
  auto stored = reading->almanac();
  if (!stored)
    return stored.failure();
  auto zones = zone_database::load(cfg.zones);
  if (!zones) {
    // Jobs in UTC need none of it; the others say so one by one.
    cfg.say.error(zones.failure().message() + "; only UTC is known (install tzdata)");
    zones = zone_database::utc_only();
  }
  edition = make_almanac(*zones, *stored);
  return done{};
}

void scheduler_node::impl::spawn_actors(const node_id& name) {
  // Detached are those who wait: for the disk (the ports) and for a lock server (LEASE KEEPER).
  store_port_handle = spawn_state<store_port, caf::detached>(system, rows, counts, cfg.time);
  read_port_handle = spawn_state<read_port, caf::detached>(system, reading);
  planner_handle = spawn_state<planner, caf::detached>(system, planning, edition, cfg.time);
  almanac_keeper_config keeping;
  keeping.reader = read_port_handle;
  keeping.first = edition;
  keeping.newer_zones = [folder_name = cfg.zones](const std::string& version) {
    return newer_zone_database(folder_name, version);
  };
  keeping.say = cfg.say;
  almanac_keeper_handle = spawn_state<almanac_keeper, caf::detached>(system, keeping);
  // The timer thread and the CLOCKWORK know each other; the thread learns the name first.
  auto clockwork_later = std::make_shared<std::atomic<bool>>(false);
  timer = std::make_unique<timer_thread>([this, clockwork_later] {
    if (*clockwork_later)
      caf::anon_send(clockwork_handle, clock_tick{cfg.time->wall()});
  });
  clockwork_handle = spawn_state<clockwork>(
    system, cfg.time,
    clockwork::wake_at_fn{[this](std::optional<wall_time> at) { timer->wake_at(at); }}, counts,
    cfg.say);
  *clockwork_later = true;
  dispatcher_handle = spawn_state<dispatcher>(
    system,
    dispatcher_deps{
      store_port_handle, read_port_handle, clockwork_handle, cfg.time, counts, cfg.say});
  executor_proxy_deps proxies{
    store_port_handle,
    dispatcher_handle,
    cfg.time,
    rows->cluster(),
    cfg.executor_silence,
    counts,
    cfg.say};
  switchboard_handle = spawn_state<switchboard>(
    system, proxies,
    link_opener{[open = cfg.open_link, name, cluster = rows->cluster()](link_listener listener) {
      return open(name, cluster, std::move(listener));
    }});
  roster_handle = spawn_state<roster>(
    system,
    job_runner_deps{
      store_port_handle, clockwork_handle, dispatcher_handle, switchboard_handle, cfg.time,
      cfg.random, counts, cfg.say},
    read_port_handle, counts, edition);
  desk_config front_desk;
  front_desk.store = store_port_handle;
  front_desk.reader = read_port_handle;
  front_desk.roster = roster_handle;
  front_desk.dispatcher = dispatcher_handle;
  front_desk.switchboard = switchboard_handle;
  front_desk.keeper = almanac_keeper_handle;
  front_desk.planner = planner_handle;
  front_desk.almanac = edition;
  front_desk.time = cfg.time;
  front_desk.random = cfg.random;
  front_desk.driver_address = [where = driver] {
    auto known = where->load();
    return known ? *known : std::string{};
  };
  desk_handle = spawn_state<desk>(system, front_desk);
  caf::anon_send(
    almanac_keeper_handle, almanac_readers{roster_handle, desk_handle, planner_handle});
}

result<void> scheduler_node::impl::open_gateway() {
  gateway_config front_door;
  front_door.listen = cfg.listen;
  front_door.token = cfg.token;
  front_door.counts = counts;
  front_door.log = cfg.say;
  front_door.time = cfg.time;
  auto opened = gateway::start(system, desk_handle, std::move(front_door));
  if (!opened)
    return opened.failure();
  front = std::move(*opened);
  address = front->address();
  return done{};
}

void scheduler_node::impl::spawn_lease_keeper(const node_id& name) {
  lease::config mine{{name, address}, cfg.lease_ttl, cfg.lock_ttl};
  lease_keeper_config keeping;
  keeping.right = std::make_shared<lease>(mine, *leases, lock.get());
  keeping.time = cfg.time;
  keeping.boot_id = os_boot_id();
  keeping.listeners = {
    caf::actor_cast<grant_listener_actor>(switchboard_handle),
    caf::actor_cast<grant_listener_actor>(dispatcher_handle),
    caf::actor_cast<grant_listener_actor>(roster_handle),
    caf::actor_cast<grant_listener_actor>(desk_handle),
  };
  keeping.driver_seen = [where = driver](std::string seen) {
    where->store(std::make_shared<const std::string>(std::move(seen)));
  };
  keeping.counts = counts;
  keeping.say = cfg.say;
  lease_keeper_handle = spawn_state<lease_keeper, caf::detached>(system, std::move(keeping));
}

void scheduler_node::impl::stop() {
  if (std::exchange(stopped_, true))
    return;
  if (front)
    front->stop();
  if (desk_handle)
    caf::anon_send(desk_handle, stop_working{});
  if (roster_handle)
    caf::anon_send(roster_handle, stop_working{});
  if (dispatcher_handle)
    caf::anon_send(dispatcher_handle, stop_working{});
  if (switchboard_handle)
    caf::anon_send(switchboard_handle, stop_working{});
  caf::scoped_actor self{system};
  if (lease_keeper_handle) {
    caf::anon_send(lease_keeper_handle, release_leases{});
    self->wait_for(lease_keeper_handle);
  }
  if (timer)
    timer->stop();
  auto end = [&](const auto& handle) {
    if (!handle)
      return;
    // Behind what is in its mailbox: what was asked before the stop is still written.
    caf::anon_send<caf::message_priority::normal>(
      caf::actor_cast<caf::actor>(handle),
      caf::exit_msg{handle->address(), caf::exit_reason::user_shutdown});
    self->wait_for(handle);
  };
  end(almanac_keeper_handle);
  end(desk_handle);
  end(planner_handle);
  end(roster_handle);
  end(dispatcher_handle);
  end(switchboard_handle);
  end(clockwork_handle);
  end(store_port_handle);
  end(read_port_handle);
}

scheduler_node::scheduler_node(std::unique_ptr<impl> parts) : impl_(std::move(parts)) {
  // nop
}

scheduler_node::~scheduler_node() {
  stop();
}

const std::string& scheduler_node::address() const {
  return impl_->address;
}

void scheduler_node::stop() {
  impl_->stop();
}

result<std::unique_ptr<scheduler_node>>
scheduler_node::start(caf::actor_system& system, scheduler_node_config cfg) {
  auto random = cfg.random;
  auto name = node_id{to_string(make_random_id<cluster_id>(*random))};
  std::unique_ptr<scheduler_node> node{
    new scheduler_node{std::make_unique<impl>(system, std::move(cfg))}};
  if (auto opened = node->impl_->open_store(); !opened)
    return opened.failure();
  if (auto opened = node->impl_->open_almanac(); !opened)
    return opened.failure();
  gateway_config wish;
  wish.listen = node->impl_->cfg.listen;
  wish.token = node->impl_->cfg.token;
  if (auto can = gateway::probe(wish); !can)
    return can.failure();
  node->impl_->spawn_actors(name);
  if (auto opened = node->impl_->open_gateway(); !opened)
    return opened.failure();
  node->impl_->spawn_lease_keeper(name);
  return node;
}

} // namespace takt
