#include "tests/broker/zmq_fixture.hpp"

#include <zmq.hpp>

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace takt {

namespace {

namespace fs = std::filesystem;

struct curve_test : zmq_fixture {
  fs::path dir{};

  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "takt-keys-XXXXXX").string();
    dir = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(dir); }

  fs::path new_keys(const std::string& name) {
    auto folder = dir / name;
    auto made = write_new_keys(folder);
    EXPECT_TRUE(made) << (made ? "" : made.failure().message());
    return folder;
  }
  static void write(const fs::path& file, const std::string& text) { std::ofstream{file} << text; }
  static std::string read(const fs::path& file) {
    std::ifstream in{file};
    std::string text;
    std::getline(in, text);
    return text;
  }

  std::unique_ptr<router_thread> broker_with(const fs::path& keys) {
    auto config = broker_config();
    auto loaded = load_broker_keys(keys);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.failure().message());
    config.keys = *loaded;
    return start(std::move(config));
  }
};

TEST_F(curve_test, new_keys_load_again_and_secrets_are_for_the_owner_only) {
  auto keys = new_keys("k");
  auto broker = load_broker_keys(keys);
  ASSERT_TRUE(broker) << broker.failure().message();
  auto client = load_client_keys(keys);
  ASSERT_TRUE(client) << client.failure().message();
  EXPECT_EQ(client->broker_public, broker->own.public_key);
  ASSERT_EQ(broker->clients.size(), 1u);
  EXPECT_EQ(broker->clients[0].name, "client");
  EXPECT_EQ(broker->clients[0].public_key, client->own.public_key);
  EXPECT_NE(client->own.secret_key, broker->own.secret_key);
  for (auto* secret : {"broker.key", "client.key"})
    EXPECT_EQ(fs::status(keys / secret).permissions(), fs::perms{0600}) << secret;
  EXPECT_EQ(fs::status(keys).permissions(), fs::perms{0700});
}

TEST_F(curve_test, keys_are_never_overwritten_and_none_is_written_beside_one) {
  auto keys = new_keys("k");
  auto before = read(keys / "broker.key");
  auto again = write_new_keys(keys);
  EXPECT_EQ(again.code(), errc::setup_keys);
  EXPECT_EQ(read(keys / "broker.key"), before);
  fs::create_directory(dir / "half");
  write(dir / "half" / "client.pub", "mine");
  EXPECT_EQ(write_new_keys(dir / "half").code(), errc::setup_keys);
  EXPECT_FALSE(fs::exists(dir / "half" / "broker.key"));
  EXPECT_EQ(read(dir / "half" / "client.pub"), "mine");
}

TEST_F(curve_test, keys_that_cannot_be_used_are_refused_naming_the_file) {
  struct row {
    const char* what;
    std::function<void(const fs::path&)> spoil;
    const char* says;
  } rows[] = {
    {"missing", [](auto& k) { fs::remove(k / "broker.key"); }, "broker.key is missing"},
    {"readable by the group", [](auto& k) { ::chmod((k / "broker.key").c_str(), 0640); },
     "chmod 600"},
    {"readable by others", [](auto& k) { ::chmod((k / "broker.key").c_str(), 0604); }, "chmod 600"},
    {"empty", [](auto& k) { write(k / "broker.key", ""); }, "broker.key does not hold a key"},
    {"too short", [](auto& k) { write(k / "broker.key", "abc\n"); }, "does not hold a key"},
    {"not Z85", [](auto& k) { write(k / "broker.key", std::string(40, '~')); },
     "does not hold a key"},
    {"too long", [](auto& k) { write(k / "broker.key", std::string(41, 'a')); },
     "does not hold a key"},
    {"of another pair",
     [](auto& k) {
       fs::copy_file(k / "client.pub", k / "broker.pub", fs::copy_options::overwrite_existing);
     },
     "does not belong to broker.key"},
    {"a folder",
     [](auto& k) {
       fs::remove(k / "broker.key");
       fs::create_directory(k / "broker.key");
     },
     "is not a file"},
    {"nobody enrolled", [](auto& k) { fs::remove(k / "client.pub"); }, "nobody could connect"},
    {"a bad enrolment", [](auto& k) { write(k / "guest.pub", "x"); }, "guest.pub"},
  };
  int n = 0;
  for (const auto& r : rows) {
    auto keys = new_keys("k" + std::to_string(++n));
    auto secret = read(keys / "broker.key");
    r.spoil(keys);
    auto loaded = load_broker_keys(keys);
    ASSERT_FALSE(loaded) << r.what;
    EXPECT_EQ(loaded.code(), errc::setup_keys);
    EXPECT_NE(loaded.failure().message().find(r.says), std::string::npos)
      << r.what << ": " << loaded.failure().message();
    EXPECT_EQ(loaded.failure().message().find(secret), std::string::npos) << "a secret in a log";
  }
  EXPECT_EQ(load_broker_keys(dir / "nowhere").code(), errc::setup_keys);
  EXPECT_EQ(load_client_keys(dir / "nowhere").code(), errc::setup_keys);
}

TEST_F(curve_test, an_enrolled_key_works_on_both_sides) {
  auto keys = new_keys("k");
  auto broker = broker_with(keys);
  ASSERT_TRUE(broker);
  end scheduler, worker;
  auto to_front = link_config(peer_role::scheduler, broker->frontend_endpoints()[0]);
  auto to_back = link_config(peer_role::worker, broker->backend_endpoints()[0]);
  to_front.keys = to_back.keys = *load_client_keys(keys);
  open(scheduler, to_front);
  open(worker, to_back);
  introduce(scheduler, worker);
  talk(scheduler, worker);
}

TEST_F(curve_test, a_second_client_is_enrolled_by_its_public_file) {
  auto keys = new_keys("k");
  auto theirs = new_keys("theirs");
  fs::copy_file(theirs / "client.pub", keys / "guest.pub");
  auto broker = broker_with(keys);
  ASSERT_TRUE(broker);
  auto config = link_config(peer_role::worker, broker->backend_endpoints()[0]);
  config.keys = *load_client_keys(theirs);
  config.keys->broker_public = read(keys / "broker.pub");
  end worker;
  open(worker, config);
  EXPECT_TRUE(worker.is_up());
}

TEST_F(curve_test, an_unknown_key_gets_nothing_and_both_sides_say_so) {
  auto broker = broker_with(new_keys("k"));
  ASSERT_TRUE(broker);
  auto config = link_config(peer_role::worker, broker->backend_endpoints()[0]);
  config.keys = *load_client_keys(new_keys("theirs"));
  config.keys->broker_public = read(dir / "k" / "broker.pub");
  end worker;
  open(worker, config);
  EXPECT_TRUE(broker_log.wait_for("its key is not enrolled: " + config.keys->own.public_key))
    << broker_log.all();
  EXPECT_TRUE(link_log.wait_for("do the keys match?")) << link_log.all();
  EXPECT_TRUE(link_log.wait_for("handshake failed")) << link_log.all();
  EXPECT_EQ(worker.state.copy().ups, 0);
  EXPECT_EQ(broker->stats().counters[router_count::frames_in], 0u);
}

TEST_F(curve_test, a_wrong_broker_key_gets_nothing_and_both_sides_say_so) {
  auto broker = broker_with(new_keys("k"));
  ASSERT_TRUE(broker);
  auto config = link_config(peer_role::worker, broker->backend_endpoints()[0]);
  config.keys = *load_client_keys(dir / "k");
  config.keys->broker_public = read(new_keys("theirs") / "broker.pub");
  end worker;
  open(worker, config);
  EXPECT_TRUE(link_log.wait_for("do the keys match?")) << link_log.all();
  EXPECT_TRUE(broker_log.wait_for("handshake failed")) << broker_log.all();
  EXPECT_EQ(worker.state.copy().ups, 0);
}

TEST_F(curve_test, no_key_at_all_gets_nothing_and_both_sides_say_so) {
  auto broker = broker_with(new_keys("k"));
  ASSERT_TRUE(broker);
  end worker;
  open(worker, link_config(peer_role::worker, broker->backend_endpoints()[0]));
  EXPECT_TRUE(broker_log.wait_for("handshake failed")) << broker_log.all();
  EXPECT_TRUE(link_log.wait_for("do the keys match?")) << link_log.all();
  EXPECT_EQ(worker.state.copy().ups, 0);
  EXPECT_EQ(broker->stats().counters[router_count::frames_in], 0u);
}

TEST_F(curve_test, inproc_needs_no_key_beside_sockets_that_do) {
  auto broker = broker_with(new_keys("k"));
  ASSERT_TRUE(broker);
  end scheduler, worker;
  open(scheduler, link_config(peer_role::scheduler, "inproc://front"));
  auto to_back = link_config(peer_role::worker, broker->backend_endpoints()[0]);
  to_back.keys = *load_client_keys(dir / "k");
  open(worker, to_back);
  introduce(scheduler, worker);
  talk(scheduler, worker);
}

TEST_F(curve_test, a_second_broker_with_keys_in_one_context_is_refused_not_left_open) {
  auto broker = broker_with(new_keys("k"));
  ASSERT_TRUE(broker);
  auto config = broker_config({"tcp://127.0.0.1:*"}, {"tcp://127.0.0.1:*"});
  config.keys = *load_broker_keys(dir / "k");
  EXPECT_EQ(start_router_thread(config, context, os_clock()).code(), errc::setup_keys);
}

} // namespace

} // namespace takt
