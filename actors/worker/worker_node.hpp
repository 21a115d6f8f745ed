// worker_node: one worker in a process, composed: data folder, journal, link, actors.
//
// THREADING: one thread at a time (the composition root); running() and is_broken() from any.
#pragma once

#include "actors/log.hpp"
#include "actors/worker/include/takt/task.hpp"
#include "broker/link.hpp"
#include "proto/limits.hpp"
#include "proto/random.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace takt {

struct worker_config {
  executor_id id{};
  uint32_t slots = limits::slots_default;
  /// The task types that this worker offers, of those it knows.
  std::vector<std::string> offered_types{};
  /// Made when missing; this worker's alone.
  std::filesystem::path data_dir{};
  std::string host{};
};

/// Makes the link to the brokers; its events may begin before it returns.
using link_factory = std::function<result<std::unique_ptr<link>>(link_listener)>;

class worker_node {
public:
  /// setup_bad_option: the id, the slots or a type; setup_data_folder: the folder cannot be used,
  /// another worker has it, or its journal is damaged; else what `make_link` says.
  /// `system` needs add_worker_messages(); it and `time` must outlive the node.
  static result<std::unique_ptr<worker_node>> start(
    caf::actor_system& system, worker_config cfg, task_types types, const link_factory& make_link,
    const clock& time, entropy& random, log notes);

  /// As stop(0).
  ~worker_node();

  /// Takes nothing new, waits for runs up to `grace`, ends the others as LOST, says BYE and closes.
  /// Idempotent.
  void stop(millis grace);

  /// Runs under way.
  uint32_t running() const;
  /// The journal failed: nothing is taken or told any more; the process should end.
  bool is_broken() const;

private:
  struct parts;
  explicit worker_node(std::unique_ptr<parts> p);

  std::unique_ptr<parts> parts_;
};

} // namespace takt
