// A whole worker, the test in the place of its broker and scheduler.
#include "actors/worker/builtin_tasks.hpp"
#include "actors/worker/worker_node.hpp"
#include "tests/actors/worker/session_harness.hpp"
#include "tests/actors/worker/task_world.hpp"
#include "tools/examples/greeting_task.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

class sent_frames {
public:
  inbox<message> frames;
  link_listener listener;
  std::atomic<bool> closed{false};
  /// Acknowledge results at once, as a scheduler does.
  std::atomic<bool> acks{true};
};

class recording_link : public link {
public:
  explicit recording_link(std::shared_ptr<sent_frames> to) : to_(std::move(to)) {}
  void send(broker_no, message m) override {
    if (m.header.kind == frame_kind::result && to_->acks)
      acknowledge(*unpack<result_body>(m.body));
    to_->frames.put(std::move(m));
  }
  void close() override { to_->closed = true; }

private:
  void acknowledge(const result_body& body) {
    attempt_ref ref{session_harness::cluster(), body.key()};
    to_->listener.on_message(0, session_harness::about(frame_kind::result_ack, ref));
  }

  std::shared_ptr<sent_frames> to_;
};

class a_worker : public ::testing::Test {
protected:
  a_worker() {
    add_worker_messages(caf_cfg);
    caf_cfg.set("scheduler.max-threads", 2);
    system = std::make_unique<caf::actor_system>(caf_cfg);
    cfg.id.text = "w1";
    cfg.slots = 2;
    cfg.offered_types = {"SHELL_COMMAND", "NOOP", "SLEEP", "GREETING"};
    cfg.data_dir = std::filesystem::path{::testing::TempDir()}
      / ("takt-worker-" + std::to_string(os_entropy().next_u64()));
  }

  ~a_worker() override { std::filesystem::remove_all(cfg.data_dir); }

  result<std::unique_ptr<worker_node>> start() {
    task_types types;
    EXPECT_TRUE(add_builtin_tasks(types, os_clock()));
    examples::add_greeting(types);
    net = std::make_shared<sent_frames>();
    return worker_node::start(
      *system, cfg, types,
      [this](link_listener l) -> result<std::unique_ptr<link>> {
        net->listener = std::move(l);
        net->listener.on_up(0); // as early as an event may come
        return std::unique_ptr<link>{new recording_link{net}};
      },
      os_clock(), os_entropy(), {});
  }

  /// The next frame of this kind; heartbeats and repetitions pass by.
  message next(frame_kind kind) {
    while (auto m = net->frames.next())
      if (m->header.kind == kind)
        return *m;
    ADD_FAILURE() << "no " << to_string(kind);
    return {};
  }

  void dispatch(uint8_t n, const std::string& type, std::string payload) {
    auto m = session_harness::dispatch(session_harness::ref(n), 5, type);
    m.payload = std::move(payload);
    net->listener.on_message(0, m);
  }

  void ack(uint8_t n) {
    net->listener.on_message(
      0, session_harness::about(frame_kind::result_ack, session_harness::ref(n)));
  }

  caf::actor_system_config caf_cfg;
  std::unique_ptr<caf::actor_system> system;
  worker_config cfg;
  std::shared_ptr<sent_frames> net;
};

TEST_F(a_worker, registers_runs_what_it_is_given_and_leaves_in_good_order) {
  auto node = start();
  ASSERT_TRUE(node) << node.failure().message();
  auto info = unpack<register_body>(next(frame_kind::register_).body)->info;
  EXPECT_EQ(info.slots, 2u);
  EXPECT_EQ(info.task_types, cfg.offered_types);
  EXPECT_EQ(unpack<credit_body>(next(frame_kind::credit).body)->slots, 2u);
  dispatch(1, "SHELL_COMMAND", "echo $TAKT_ATTEMPT; echo $TAKT_FENCE");
  next(frame_kind::accepted);
  next(frame_kind::started);
  auto r = next(frame_kind::result);
  EXPECT_EQ(unpack<result_body>(r.body)->outcome, attempt_outcome::success);
  EXPECT_EQ(r.payload, "1\n77\n");
  EXPECT_EQ(r.header.cluster, session_harness::cluster());
  dispatch(2, "GREETING", "takt");
  EXPECT_NE(next(frame_kind::result).payload.find("Hello, takt!"), std::string::npos);
  dispatch(3, "HTTP_CALLBACK", "{}");
  EXPECT_EQ(unpack<attempt_body>(next(frame_kind::refused).body)->reason, "unknown_type")
    << "known, but not offered";
  ack(3);
  (*node)->stop(10s);
  next(frame_kind::bye);
  EXPECT_TRUE(net->closed);
  EXPECT_EQ((*node)->running(), 0u);
}

TEST_F(a_worker, that_stops_waits_for_its_runs) {
  auto node = start();
  ASSERT_TRUE(node);
  dispatch(1, "SLEEP", "300");
  next(frame_kind::started);
  (*node)->stop(20s);
  EXPECT_EQ(unpack<result_body>(next(frame_kind::result).body)->outcome, attempt_outcome::success);
  next(frame_kind::bye);
}

TEST_F(a_worker, that_stops_at_once_tells_what_is_lost) {
  auto node = start();
  ASSERT_TRUE(node);
  dispatch(1, "SLEEP", "600000");
  dispatch(2, "SHELL_COMMAND", "sleep 600");
  next(frame_kind::started);
  next(frame_kind::started);
  (*node)->stop(0ms);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(unpack<result_body>(next(frame_kind::result).body)->outcome, attempt_outcome::lost);
  next(frame_kind::bye);
}

TEST_F(a_worker, remembers_what_was_not_acknowledged_and_who_it_is) {
  auto node = start();
  ASSERT_TRUE(node);
  net->acks = false;
  auto first = *unpack<register_body>(next(frame_kind::register_).body);
  dispatch(1, "NOOP", "kept");
  next(frame_kind::result);
  node->reset();
  node = start();
  ASSERT_TRUE(node) << node.failure().message();
  auto second = *unpack<register_body>(next(frame_kind::register_).body);
  EXPECT_EQ(second.info.incarnation, first.info.incarnation);
  EXPECT_GT(second.info.session, first.info.session);
  ASSERT_EQ(second.inventory.size(), 1u);
  EXPECT_EQ(second.inventory[0].phase, attempt_phase::finished);
  EXPECT_EQ(next(frame_kind::result).payload, "kept");
}

TEST_F(a_worker, has_its_data_folder_for_itself) {
  auto node = start();
  ASSERT_TRUE(node);
  auto kept = net;
  auto other = start();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.code(), errc::setup_data_folder);
  EXPECT_NE(other.failure().context.find("in use by another worker"), std::string::npos);
  net = kept;
}

TEST_F(a_worker, refuses_options_that_make_no_sense) {
  struct {
    const char* says;
    std::function<void(worker_config&)> change;
  } const cases[] = {
    {"id", [](worker_config& c) { c.id.text = "no spaces"; }},
    {"slots", [](worker_config& c) { c.slots = 0; }},
    {"slots", [](worker_config& c) { c.slots = limits::slots_max + 1; }},
    {"NOOP", [](worker_config& c) { c.offered_types = {"MAGIC"}; }},
  };
  auto good = cfg;
  for (const auto& c : cases) {
    cfg = good;
    c.change(cfg);
    auto node = start();
    ASSERT_FALSE(node);
    EXPECT_EQ(node.code(), errc::setup_bad_option);
    EXPECT_NE(node.failure().context.find(c.says), std::string::npos) << node.failure().context;
  }
}

TEST_F(a_worker, says_when_its_journal_is_damaged) {
  auto node = start();
  ASSERT_TRUE(node);
  next(frame_kind::register_);
  dispatch(1, "NOOP", "");
  next(frame_kind::result);
  node->reset();
  auto path = cfg.data_dir / "journal";
  {
    auto* f = std::fopen(path.c_str(), "r+");
    ASSERT_TRUE(f);
    std::fseek(f, 20, SEEK_SET);
    std::fputc('!', f);
    std::fclose(f);
  }
  auto again = start();
  ASSERT_FALSE(again);
  EXPECT_NE(again.failure().context.find("damaged at byte 0"), std::string::npos);
}

} // namespace
} // namespace takt
