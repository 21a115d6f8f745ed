#include "actors/worker/shell_task.hpp"
#include "tests/actors/worker/task_world.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

class shell_command : public task_world {
protected:
  void SetUp() override {
    auto processes = process_thread::start(os_clock(), 300ms);
    ASSERT_TRUE(processes);
    types.add_actor(shell_task_type, shell_task(*processes, {"PATH=/usr/bin:/bin"}));
    begin({.kill_grace = 2000ms, .tick = 5ms});
  }
};

TEST_F(shell_command, answers_with_its_output) {
  start(shell_task_type, "echo 'Hello from takt'");
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::success);
  EXPECT_EQ(o.output.text(), "Hello from takt\n");
}

TEST_F(shell_command, is_told_what_it_runs_for) {
  start(shell_task_type, "env | grep ^TAKT_ | sort");
  EXPECT_EQ(
    outcome().output.text(),
    "TAKT_ATTEMPT=1\n"
    "TAKT_DUE=2023-11-14T22:13:20.123Z\n"
    "TAKT_FENCE=42\n"
    "TAKT_JOB_ID=00000000-0000-0000-0000-000000000000\n"
    "TAKT_RUN_ID=00000000-0000-0000-0000-000000000000\n");
}

TEST_F(shell_command, fails_with_its_exit_code_or_signal) {
  start(shell_task_type, "echo oops; exit 3");
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::failed);
  EXPECT_EQ(o.error, "exit code 3");
  EXPECT_EQ(o.output.text(), "oops\n");
  start(shell_task_type, "kill -9 $$");
  EXPECT_EQ(outcome().error, "killed by signal 9");
  start(shell_task_type, std::string{"echo a\0b", 8});
  EXPECT_EQ(outcome().error, "the command contains a NUL byte");
}

TEST_F(shell_command, ends_at_its_timeout_with_what_it_had_written) {
  start(shell_task_type, "echo begun; sleep 1000 & sleep 1000", 1000ms);
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::timeout);
  EXPECT_EQ(o.error, "timeout after 1 s");
  EXPECT_EQ(o.output.text(), "begun\n");
}

TEST_F(shell_command, that_ignores_sigterm_ends_too) {
  start(shell_task_type, "trap '' TERM; echo deaf; while :; do sleep 0.01; done", 500ms);
  auto o = outcome();
  EXPECT_EQ(o.outcome, attempt_outcome::timeout);
  EXPECT_EQ(o.output.text(), "deaf\n");
}

TEST_F(shell_command, is_canceled) {
  auto ref = start(shell_task_type, "sleep 1000");
  cancel(ref);
  EXPECT_EQ(outcome().outcome, attempt_outcome::canceled);
}

TEST(shell_environment, has_a_path_and_no_secrets) {
  ::setenv("TAKT_TEST_SECRET", "hush", 1);
  ::setenv("LC_TIME", "C", 1);
  auto all = inherited_environment();
  bool path = false;
  bool locale = false;
  for (const auto& entry : all) {
    EXPECT_EQ(entry.find("hush"), std::string::npos);
    path |= entry.starts_with("PATH=");
    locale |= entry == "LC_TIME=C";
  }
  EXPECT_TRUE(path);
  EXPECT_TRUE(locale);
}

} // namespace
} // namespace takt
