#include "storage/sqlite_store.hpp"

#include "storage/run_rules.hpp"
#include "storage/sqlite_schema.hpp"
#include "storage/sqlite_writer.hpp"

#include <cassert>

namespace takt {

result<void> sqlite_writer::begin() {
  assert(!batch_open_);
  try {
    db_->begin_immediate();
  } catch (const std::exception& e) {
    auto why = db_->explain(e);
    db_->rollback();
    return why;
  }
  batch_open_ = true;
  batch_broken_ = false;
  return done{};
}

result<void> sqlite_writer::commit() {
  assert(batch_open_);
  batch_open_ = false;
  if (batch_broken_) {
    db_->rollback();
    return failure{errc::store_failed, db_->path() + ": the batch was rolled back"};
  }
  try {
    db_->commit();
    return done{};
  } catch (const std::exception& e) {
    auto why = db_->explain(e);
    db_->rollback();
    return why;
  }
}

result<void> sqlite_writer::open_request() {
  try {
    if (!batch_open_) {
      db_->begin_immediate();
      return done{};
    }
    if (batch_broken_)
      return failure{errc::store_failed, db_->path() + ": the batch was rolled back"};
    db_->prepare("SAVEPOINT request").run();
    return done{};
  } catch (const std::exception& e) {
    auto why = db_->explain(e);
    abandon_request();
    return why;
  }
}

void sqlite_writer::close_request() {
  if (batch_open_)
    db_->prepare("RELEASE request").run();
  else
    db_->commit();
}

void sqlite_writer::abandon_request() noexcept {
  if (!batch_open_) {
    db_->rollback();
    return;
  }
  // Full disks and I/O errors may end the transaction with all its savepoints.
  if (!db_->in_transaction()) {
    batch_broken_ = true;
    return;
  }
  try {
    db_->prepare("ROLLBACK TO request").run();
    db_->prepare("RELEASE request").run();
  } catch (const std::exception&) {
    // The savepoint cannot be taken back alone: then nothing of the batch may stay.
    batch_broken_ = true;
    db_->rollback();
  }
}

result<void> sqlite_writer::check_epoch(const takt::grant& g) {
  auto s = db_->prepare("SELECT epoch FROM shards WHERE shard = ?");
  return takt::check_epoch(g, s.bind(g.shard).step() ? s.get_one<epoch_no>() : 0);
}

result<void> sqlite_writer::check(const takt::grant& g, const job_id& id) {
  auto current = check_epoch(g);
  return current ? check_shard(g, id) : current;
}

result<std::unique_ptr<store>>
open_sqlite_store(const std::string& path, const sqlite_options& options) {
  auto db = open_sqlite_writer(path);
  if (!db)
    return db.failure();
  try {
    (*db)->set_busy_timeout(options.busy_timeout);
    if (options.pages_max > 0)
      (*db)->exec("PRAGMA max_page_count = " + std::to_string(options.pages_max));
    auto id = read_cluster_id(**db);
    return std::unique_ptr<store>{std::make_unique<sqlite_writer>(std::move(*db), id)};
  } catch (const std::exception& e) {
    return sqlite_connection::explain(e, path);
  }
}

} // namespace takt
