// sqlite_file: a fixture with the path of a database in a folder of its own. One thread.
#pragma once

#include "storage/sqlite_connection.hpp"
#include "tests/support/store_backends.hpp"

namespace takt::test {

class sqlite_file : public testing::Test {
protected:
  std::unique_ptr<store> open(const sqlite_options& options = {}) {
    return store_world::unwrap(open_sqlite_store(path, options));
  }

  grant take_shard(const job_id& id) {
    auto leases = store_world::unwrap(open_sqlite_lease_table(path));
    return store_world::unwrap(
      leases->take(first_node, boot_start, millis{10'000}, false))[shard_of(id)];
  }

  static job make_job(uint64_t n) {
    job j;
    j.id = id_of<job_id>(n);
    return j;
  }

  static fire_request fire_of(const grant& g, const job& j, uint64_t n) {
    fire_request f{g, j.id, j.version, {}, wall_from_ms(1), {}, 0, wall_from_ms(1)};
    f.entries.push_back(
      {id_of<run_id>(n), run_kind::planned, wall_from_ms(int64_t(n)), {}, 1, {}, {}, {}});
    return f;
  }

  /// SQL on a connection of its own.
  void raw(const std::string& script) {
    sqlite_connection db{path, sqlite_connection::access::read_write};
    db.exec(script);
  }

  temp_folder folder{};
  std::string path = folder.file("takt.db");
};

} // namespace takt::test
