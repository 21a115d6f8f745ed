// Every sentence of store.hpp about executors, over every backend.
#include "tests/support/store_backends.hpp"

namespace takt::test {
namespace {

class store_executors : public store_test {
protected:
  static executor_info info_of(const std::string& id, std::vector<std::string> types) {
    executor_info info;
    info.id = {id};
    info.incarnation = id_of<incarnation_id>(5);
    info.session = UINT64_MAX;
    info.task_types = std::move(types);
    info.slots = 8;
    info.host = "host";
    info.pid = 4'242;
    info.version = "0.1.0";
    return info;
  }

  std::vector<executor> all() { return store_world::unwrap(world.reader().list_executors()); }
};

TEST_P(store_executors, a_saved_executor_is_up_with_all_it_said) {
  auto info = info_of("w1", {"Z", "A"});
  ASSERT_TRUE(db.save_executor(info, at(1)));
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all()[0], (executor{info, true, at(1), at(1), at(1)}));
}

TEST_P(store_executors, saving_again_replaces_what_it_said_and_keeps_its_age) {
  ASSERT_TRUE(db.save_executor(info_of("w1", {"A", "B"}), at(1)));
  ASSERT_TRUE(db.mark_executor({"w1"}, false, at(2)));
  auto info = info_of("w1", {"C"});
  info.incarnation = id_of<incarnation_id>(6);
  info.session = 2;
  info.slots = 1;
  info.host = "elsewhere";
  info.pid = 1;
  info.version = "0.2.0";
  ASSERT_TRUE(db.save_executor(info, at(3)));
  ASSERT_EQ(all().size(), 1U);
  EXPECT_EQ(all()[0], (executor{info, true, at(3), at(1), at(3)}));
}

TEST_P(store_executors, a_heartbeat_is_written_when_up_and_left_when_down) {
  ASSERT_TRUE(db.save_executor(info_of("w1", {}), at(1)));
  ASSERT_TRUE(db.mark_executor({"w1"}, true, at(5)));
  EXPECT_TRUE(all()[0].up);
  EXPECT_EQ(all()[0].heartbeat_at, at(5));
  ASSERT_TRUE(db.mark_executor({"w1"}, false, at(9)));
  EXPECT_FALSE(all()[0].up);
  EXPECT_EQ(all()[0].heartbeat_at, at(5));
}

TEST_P(store_executors, an_unknown_executor_is_neither_marked_nor_removed) {
  EXPECT_EQ(db.mark_executor({"w1"}, true, at(1)).code(), errc::store_no_such_executor);
  EXPECT_EQ(db.remove_executor({"w1"}).code(), errc::store_no_such_executor);
  EXPECT_TRUE(all().empty());
}

TEST_P(store_executors, executors_are_listed_by_id) {
  for (const auto* id : {"w2", "w10", "W3"})
    ASSERT_TRUE(db.save_executor(info_of(id, {}), at(1)));
  ASSERT_EQ(all().size(), 3U);
  EXPECT_EQ(all()[0].info.id.text, "W3");
  EXPECT_EQ(all()[1].info.id.text, "w10");
  EXPECT_EQ(all()[2].info.id.text, "w2");
}

TEST_P(store_executors, known_task_types_are_sorted_and_each_named_once) {
  ASSERT_TRUE(db.save_executor(info_of("w1", {"SHELL", "HTTP"}), at(1)));
  ASSERT_TRUE(db.save_executor(info_of("w2", {"HTTP", "MAIL"}), at(1)));
  EXPECT_EQ(
    store_world::unwrap(db.known_task_types()),
    (std::vector<std::string>{"HTTP", "MAIL", "SHELL"}));
}

TEST_P(store_executors, removing_a_record_removes_what_only_it_announced) {
  ASSERT_TRUE(db.save_executor(info_of("w1", {"SHELL", "HTTP"}), at(1)));
  ASSERT_TRUE(db.save_executor(info_of("w2", {"HTTP"}), at(1)));
  ASSERT_TRUE(db.remove_executor({"w1"}));
  EXPECT_EQ(store_world::unwrap(db.known_task_types()), std::vector<std::string>{"HTTP"});
  EXPECT_EQ(all().size(), 1U);
}

TEST_P(store_executors, a_removed_executors_attempts_keep_its_name) {
  ASSERT_TRUE(db.save_executor(info_of("worker-1", {}), at(1)));
  auto j = add_job(1);
  auto a = assign_one(j, fire_one(j, 1, 10'000));
  ASSERT_TRUE(db.remove_executor({"worker-1"}));
  EXPECT_EQ(read_attempt(a.key).executor.text, "worker-1");
  EXPECT_EQ(read_run(a.key.run).executor.text, "worker-1");
}

TAKT_EVERY_BACKEND(store_executors);

} // namespace
} // namespace takt::test
