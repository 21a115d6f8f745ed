// memory_journal_file: a journal's file whose disk a test can crash, tear, flip and fill.
#pragma once

#include "actors/worker/journal.hpp"

#include <algorithm>
#include <memory>
#include <string>

namespace takt {

/// What survives its file object, as a disk survives a process.
struct memory_disk {
  std::string content{};
  size_t synced = 0; ///< this much of the content survives a crash of the host
  size_t syncs = 0;
  bool fail_append = false;
  bool fail_sync = false;
  bool fail_replace = false;

  /// The host crashes: of what was not synced, `kept` bytes had reached the disk.
  void crash(size_t kept = 0) {
    content.resize(std::min(content.size(), synced + kept));
    synced = content.size();
  }
};

class memory_journal_file : public journal_file {
public:
  explicit memory_journal_file(memory_disk& disk) : disk_(disk) {}

  result<std::string> read_all() override { return disk_.content; }

  result<void> append(std::string_view data) override {
    if (disk_.fail_append) {
      disk_.content += data.substr(0, data.size() / 2);
      return failure{errc::setup_data_folder, "disk full"};
    }
    disk_.content += data;
    return done{};
  }

  result<void> sync() override {
    if (disk_.fail_sync)
      return failure{errc::setup_data_folder, "sync failed"};
    disk_.synced = disk_.content.size();
    ++disk_.syncs;
    return done{};
  }

  result<void> truncate(uint64_t size) override {
    disk_.content.resize(static_cast<size_t>(size));
    disk_.synced = disk_.content.size();
    return done{};
  }

  result<void> replace(std::string_view content) override {
    if (disk_.fail_replace)
      return failure{errc::setup_data_folder, "cannot rename"};
    disk_.content = content;
    disk_.synced = disk_.content.size();
    return done{};
  }

private:
  memory_disk& disk_;
};

inline result<journal> open_journal(memory_disk& disk, entropy& random, journal_config cfg = {}) {
  return journal::open(std::make_unique<memory_journal_file>(disk), random, cfg);
}

} // namespace takt
