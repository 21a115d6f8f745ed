// The double must do what its users rely on.
#include "tests/support/faulty_store.hpp"
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class faulty_store_test : public testing::Test {
protected:
  store_world world{backend::memory};
  faulty_store db{world.db(), {}};

  result<void> save() {
    executor_info info;
    info.id = {"w1"};
    return db.save_executor(info, wall_from_ms(1));
  }
  bool is_saved() { return !store_world::unwrap(world.db().list_executors()).empty(); }
};

TEST_F(faulty_store_test, without_faults_it_is_the_store) {
  EXPECT_TRUE(save());
  EXPECT_TRUE(is_saved());
  EXPECT_EQ(store_world::unwrap(db.list_executors()).size(), 1U);
}

TEST_F(faulty_store_test, failing_before_applies_nothing) {
  db.set_plan({1, 1000, 0});
  EXPECT_EQ(save().code(), errc::store_failed);
  EXPECT_FALSE(is_saved());
  EXPECT_EQ(db.failed_before(), 1U);
  EXPECT_EQ(db.begin().code(), errc::store_failed);
}

TEST_F(faulty_store_test, failing_after_applies_and_reports_it_lost) {
  db.set_plan({1, 0, 1000});
  EXPECT_EQ(save().code(), errc::store_failed);
  EXPECT_TRUE(is_saved());
  EXPECT_EQ(db.failed_after(), 1U);
  EXPECT_TRUE(db.begin());
  EXPECT_EQ(db.commit().code(), errc::store_failed);
}

TEST_F(faulty_store_test, the_seed_decides_where_it_fails) {
  auto failures = [&](uint64_t seed) {
    db.set_plan({seed, 300, 0});
    std::string out;
    for (int i = 0; i < 64; ++i)
      out += save() ? '.' : 'x';
    return out;
  };
  EXPECT_EQ(failures(7), failures(7));
  EXPECT_NE(failures(7), failures(8));
}

} // namespace
} // namespace takt::test
