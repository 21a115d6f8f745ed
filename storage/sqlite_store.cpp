#include "storage/sqlite_store.hpp"

#include "storage/run_rules.hpp"
#include "storage/sqlite_schema.hpp"
#include "storage/sqlite_writer.hpp"

#include <cassert>
#include <chrono>
#include <thread>

namespace takt {

namespace {

/// A writer that begins again the moment it has committed leaves the others no instant to get the
/// lock in; measured, a lease renewal then waited 3.7 s. With this gap: 0.1 s, for 4 % of the rate.
constexpr std::chrono::microseconds gap_for_others{100};

} // namespace

result<void> sqlite_writer::begin() {
  assert(!batch_open_);
  if (requests_since_gap_ >= limits::commit_batch_max) {
    std::this_thread::sleep_for(gap_for_others);
    requests_since_gap_ = 0;
  }
  try {
    db_->begin_immediate();
  } catch (const std::exception& e) {
    auto why = db_->explain(e);
    db_->rollback();
    return why;
  }
  batch_open_ = true;
  batch_broken_ = false;
  epochs_.reset();
  return done{};
}

result<void> sqlite_writer::commit() {
  assert(batch_open_);
  batch_open_ = false;
  epochs_.reset();
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

result<void> sqlite_writer::open_request(undo how) {
  static const sqlite_text savepoint{"SAVEPOINT request"};
  ++requests_since_gap_;
  undo_ = how;
  try {
    if (!batch_open_) {
      db_->begin_immediate();
      return done{};
    }
    if (batch_broken_)
      return failure{errc::store_failed, db_->path() + ": the batch was rolled back"};
    changes_before_ = db_->changes();
    if (how == undo::by_savepoint)
      db_->prepare(savepoint).run();
    return done{};
  } catch (const std::exception& e) {
    auto why = db_->explain(e);
    abandon_request();
    return why;
  }
}

void sqlite_writer::close_request() {
  static const sqlite_text release{"RELEASE request"};
  if (!batch_open_)
    db_->commit();
  else if (undo_ == undo::by_savepoint)
    db_->prepare(release).run();
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
  if (undo_ == undo::not_needed) {
    if (db_->changes() == changes_before_)
      return;
    batch_broken_ = true;
    db_->rollback();
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
  static const sqlite_text sql{"SELECT shard, epoch FROM shards"};
  if (!batch_open_ || !epochs_) {
    epochs_.emplace();
    auto s = db_->prepare(sql);
    shard_no shard = 0;
    for (epoch_no epoch = 0; s.get_row(shard, epoch);)
      epochs_->at(shard) = epoch;
  }
  return takt::check_epoch(g, g.shard < shard_count ? (*epochs_)[g.shard] : 0);
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
    // A full batch touches more pages than the usual 2 MiB hold; those would be written twice.
    (*db)->exec("PRAGMA cache_size = -65536");
    if (options.pages_max > 0)
      (*db)->exec("PRAGMA max_page_count = " + std::to_string(options.pages_max));
    auto id = read_cluster_id(**db);
    return std::unique_ptr<store>{std::make_unique<sqlite_writer>(std::move(*db), id)};
  } catch (const std::exception& e) {
    return sqlite_connection::explain(e, path);
  }
}

} // namespace takt
