#include "actors/worker/worker_node.hpp"

#include "actors/spawn.hpp"
#include "actors/worker/worker_actor.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace takt {

namespace {

/// The data folder, exclusively: the kernel forgets the lock with the process.
class folder_lock {
public:
  ~folder_lock() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  result<void> take(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    auto path = folder / "worker.lock";
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0)
      return failure{
        errc::setup_data_folder,
        "cannot open " + path.string() + ": "
          + std::error_code{errno, std::generic_category()}.message()};
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0)
      return failure{
        errc::setup_data_folder,
        folder.string()
          + " is in use by another worker; give each worker "
            "a data folder of its own"};
    return done{};
  }

private:
  int fd_ = -1;
};

result<void> check(const worker_config& cfg, const task_types& types) {
  if (!is_valid(cfg.id))
    return failure{errc::setup_bad_option, "a worker's id is 1 to 64 of A-Z a-z 0-9 . _ -"};
  if (cfg.slots < 1 || cfg.slots > limits::slots_max)
    return failure{
      errc::setup_bad_option, "slots must be 1 to " + std::to_string(limits::slots_max)};
  for (const auto& type : cfg.offered_types) {
    if (types.find(type))
      continue;
    std::string known;
    for (const auto& name : types.names())
      known += (known.empty() ? "" : ", ") + name;
    return failure{
      errc::setup_bad_option, "no task type \"" + type + "\"; this worker knows " + known};
  }
  return done{};
}

session_config session_config_of(const worker_config& cfg) {
  session_config s;
  s.info.id = cfg.id;
  s.info.slots = cfg.slots;
  s.info.task_types = cfg.offered_types;
  s.info.host = cfg.host.substr(0, 255);
  s.info.pid = static_cast<uint64_t>(::getpid());
  s.info.version = TAKT_VERSION;
  return s;
}

link_listener listener_for(const worker_actor& worker) {
  return {
    [worker](broker_no b) { caf::anon_send(worker, link_raised{b}); },
    [worker](broker_no b) { caf::anon_send(worker, link_dropped{b}); },
    [worker](broker_no b, message m) {
      caf::anon_send(worker, link_frame{b, std::make_shared<const message>(std::move(m))});
    }};
}

} // namespace

struct worker_node::parts {
  std::unique_ptr<folder_lock> folder{};
  std::shared_ptr<worker_gauges> gauges = std::make_shared<worker_gauges>();
  worker_actor actor{};
  std::shared_ptr<link> connection{};
  millis patience{}; ///< beyond a stop's grace
};

worker_node::worker_node(std::unique_ptr<parts> p) : parts_(std::move(p)) {}

worker_node::~worker_node() {
  stop(millis{0});
}

result<std::unique_ptr<worker_node>> worker_node::start(
  caf::actor_system& system, worker_config cfg, task_types types, const link_factory& make_link,
  const clock& time, entropy& random, log notes) {
  if (auto checked = check(cfg, types); !checked)
    return checked.failure();
  auto p = std::make_unique<parts>();
  p->folder = std::make_unique<folder_lock>();
  if (auto taken = p->folder->take(cfg.data_dir); !taken)
    return taken.failure();
  auto file = open_journal_file(cfg.data_dir / "journal");
  if (!file)
    return file.failure();
  auto opened = journal::open(*std::move(file), random);
  if (!opened)
    return opened.failure();
  auto w = std::make_shared<worker_parts>();
  w->session = session_config_of(cfg);
  w->log = std::make_unique<journal>(*std::move(opened));
  w->types = std::move(types);
  w->time = &time;
  w->notes = std::move(notes);
  w->gauges = p->gauges;
  p->patience = 3 * w->host.kill_grace;
  // Detached: it waits for the disk.
  p->actor = spawn_state<worker, caf::detached>(system, std::move(w));
  std::unique_ptr<worker_node> node{new worker_node{std::move(p)}};
  auto connection = make_link(listener_for(node->parts_->actor));
  if (!connection)
    return connection.failure();
  node->parts_->connection = *std::move(connection);
  caf::anon_send(node->parts_->actor, link_made{node->parts_->connection});
  return node;
}

void worker_node::stop(millis grace) {
  if (!parts_->actor)
    return;
  auto left = std::make_shared<std::promise<void>>();
  auto gone = left->get_future();
  caf::anon_send(parts_->actor, leave{grace, left});
  if (gone.wait_for(grace + parts_->patience) != std::future_status::ready)
    caf::anon_send_exit(parts_->actor, caf::exit_reason::kill);
  if (parts_->connection)
    parts_->connection->close();
  parts_->connection.reset();
  parts_->actor = nullptr;
}

uint32_t worker_node::running() const {
  return parts_->gauges->running;
}

bool worker_node::is_broken() const {
  return parts_->gauges->broken;
}

} // namespace takt
