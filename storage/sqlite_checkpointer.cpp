#include "storage/sqlite_checkpointer.hpp"

#include "proto/limits.hpp"
#include "storage/sqlite_schema.hpp"

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

namespace takt {

namespace {

/// TRUNCATE needs the write lock, and holds writers off while it waits for readers: it presses for
/// the first, and rather tries again at the next look than wait for long.
constexpr millis truncate_wait{50};

class wal_folder_impl : public wal_folder {
public:
  explicit wal_folder_impl(std::unique_ptr<sqlite_connection> db) : db_(std::move(db)) {
    db_->set_busy_timeout(truncate_wait);
  }

  result<uint64_t> fold(uint64_t bytes_max) override {
    try {
      db_->get_int("PRAGMA wal_checkpoint(PASSIVE)");
      if (wal_bytes() > bytes_max)
        db_->get_int("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (const std::exception& e) {
      if (!sqlite_connection::is_busy(e))
        return db_->explain(e);
    }
    return wal_bytes();
  }

private:
  uint64_t wal_bytes() const {
    std::error_code missing;
    auto size = std::filesystem::file_size(db_->path() + "-wal", missing);
    return missing ? 0 : size;
  }

  std::unique_ptr<sqlite_connection> db_;
};

} // namespace

result<std::unique_ptr<wal_folder>> wal_folder::open(const std::string& path) {
  auto db = open_sqlite_writer(path, sqlite_connection::patience::pressing);
  if (!db)
    return db.failure();
  return std::unique_ptr<wal_folder>{std::make_unique<wal_folder_impl>(std::move(*db))};
}

struct sqlite_checkpointer::impl {
  std::unique_ptr<wal_folder> folder;
  std::atomic<uint64_t> wal_bytes{0};
  std::mutex guard{};
  std::condition_variable stop_changed{};
  bool stop = false;
  std::thread thread{};

  void run() {
    std::unique_lock lock{guard};
    while (!stop_changed.wait_for(lock, limits::checkpoint_interval, [this] { return stop; })) {
      lock.unlock();
      // A failure here would have failed the next commit too; that one is reported.
      if (auto bytes = folder->fold())
        wal_bytes = *bytes;
      lock.lock();
    }
  }
};

sqlite_checkpointer::sqlite_checkpointer(std::unique_ptr<wal_folder> folder)
  : impl_(new impl{std::move(folder)}) {
  impl_->thread = std::thread{[state = impl_.get()] { state->run(); }};
}

sqlite_checkpointer::~sqlite_checkpointer() {
  {
    std::lock_guard lock{impl_->guard};
    impl_->stop = true;
  }
  impl_->stop_changed.notify_one();
  impl_->thread.join();
}

uint64_t sqlite_checkpointer::wal_bytes() const noexcept {
  return impl_->wal_bytes;
}

result<std::unique_ptr<sqlite_checkpointer>> sqlite_checkpointer::start(const std::string& path) {
  auto folder = wal_folder::open(path);
  if (!folder)
    return folder.failure();
  return std::unique_ptr<sqlite_checkpointer>{new sqlite_checkpointer(std::move(*folder))};
}

} // namespace takt
