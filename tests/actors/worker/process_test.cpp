// Child processes that end well, badly, late, or leave somebody behind.
#include "actors/worker/process.hpp"
#include "proto/random.hpp"
#include "tests/actors/worker/task_world.hpp"

#include <csignal>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace takt {
namespace {

using namespace std::chrono_literals;

class child_processes : public ::testing::Test {
protected:
  void SetUp() override {
    auto started = process_thread::start(os_clock(), 300ms);
    ASSERT_TRUE(started) << started.failure().message();
    processes = *started;
  }

  process_no bash(std::string script) {
    return processes->launch(
      {{"/bin/bash", "-c", std::move(script)}, {"PATH=/usr/bin:/bin", "A=b"}},
      [this](process_exit how) { exits.put(std::move(how)); });
  }

  process_exit ended() {
    auto how = exits.next();
    if (!how)
      ADD_FAILURE() << "no process ended";
    return how.value_or(process_exit{});
  }

  inbox<process_exit> exits;
  std::shared_ptr<process_thread> processes;
};

TEST_F(child_processes, tell_output_and_exit_code) {
  bash("echo out; echo err >&2; exit 3");
  auto how = ended();
  EXPECT_EQ(how.output.text(), "out\nerr\n");
  EXPECT_EQ(how.code, 3);
  EXPECT_EQ(how.signal, 0);
}

TEST_F(child_processes, read_nothing_inherit_nothing_and_lead_a_session) {
  bash("cat; env | grep -c ^A=b; [ $$ = $(ps -o sid= -p $$) ] && echo leader; ls /proc/self/fd | "
       "wc -l");
  EXPECT_EQ(ended().output.text(), "1\nleader\n4\n") << "0, 1, 2 and ls's own";
}

TEST_F(child_processes, named_by_their_signal) {
  bash("kill -SEGV $$");
  EXPECT_EQ(ended().signal, SIGSEGV);
}

TEST_F(child_processes, that_cannot_be_executed_say_so) {
  processes->launch({{"/no/such/program"}, {}}, [this](process_exit how) { exits.put(how); });
  auto how = ended();
  EXPECT_EQ(how.code, 127);
  EXPECT_EQ(how.output.text(), "takt: cannot execute the program\n");
}

TEST_F(child_processes, are_stopped_with_their_whole_group) {
  auto no = bash("sleep 1000 & echo $!; sleep 1000");
  processes->stop(no);
  auto how = ended();
  EXPECT_EQ(how.signal, SIGTERM);
}

TEST_F(child_processes, that_ignore_sigterm_are_killed_after_the_grace) {
  auto no = bash("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  processes->stop(no);
  auto how = ended();
  EXPECT_NE(how.signal, 0);
}

TEST_F(child_processes, may_end_in_their_own_way_within_the_grace) {
  // stop() may come before the trap is set: then SIGTERM kills; so the child asks for it.
  bash("trap 'echo bye; exit 7' TERM; kill -TERM $$; sleep 1000");
  auto how = ended();
  EXPECT_EQ(how.code, 7);
  EXPECT_EQ(how.output.text(), "bye\n");
}

TEST_F(child_processes, that_leave_a_grandchild_with_the_output_open_hold_nobody_up) {
  bash("sleep 1000 & echo $!; exit 0");
  auto how = ended();
  EXPECT_EQ(how.code, 0);
  auto grandchild = std::stoi(how.output.text());
  // Killed with the group; gone or a zombie that somebody else reaps.
  auto stat = "/proc/" + std::to_string(grandchild) + "/stat";
  for (int i = 0; i < 100'000; ++i) {
    auto* f = std::fopen(stat.c_str(), "r");
    if (!f)
      return;
    char state = 0;
    auto read = std::fscanf(f, "%*d %*s %c", &state);
    std::fclose(f);
    if (read != 1 || state == 'Z' || state == 'X')
      return;
    std::this_thread::yield();
  }
  FAIL() << "the grandchild still runs";
}

TEST_F(child_processes, that_leave_even_their_session_hold_nobody_up) {
  bash("setsid sleep 3 & exit 0");
  EXPECT_EQ(ended().code, 0);
}

TEST_F(child_processes, flooding_their_output_keep_its_ends) {
  bash("echo first; head -c 5000000 /dev/zero | tr '\\0' x; echo last");
  auto how = ended();
  EXPECT_EQ(how.output.bytes_total, 5'000'000u + 11u);
  EXPECT_TRUE(how.output.head.starts_with("first\n"));
  EXPECT_TRUE(how.output.tail.ends_with("last\n"));
  EXPECT_EQ(how.output.head.size(), limits::output_head_bytes_max);
}

TEST_F(child_processes, run_side_by_side) {
  for (int i = 0; i < 50; ++i)
    bash("echo " + std::to_string(i));
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i)
    seen.insert(ended().output.text());
  EXPECT_EQ(seen.size(), 50u);
}

TEST_F(child_processes, die_with_the_object_that_runs_them) {
  auto fifo = ::testing::TempDir() + "/takt-fifo-" + std::to_string(os_entropy().next_u64());
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  bash("echo $$ > " + fifo + "; sleep 1000");
  pid_t pid = 0;
  std::ifstream{fifo} >> pid;
  std::remove(fifo.c_str());
  ASSERT_GT(pid, 0);
  processes.reset();
  EXPECT_NE(::kill(pid, 0), 0) << "killed and reaped";
}

} // namespace
} // namespace takt
