#include "storage/data_folder.hpp"
#include "tests/support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace takt::test {
namespace {

using enum data_folder::mode;

class data_folder_test : public testing::Test {
protected:
  temp_folder temp{};
  std::string path = temp.file("deep/down/data");
};

TEST_F(data_folder_test, it_is_created_with_its_parents_for_its_owner_only) {
  auto folder = data_folder::open(path, exclusive);
  ASSERT_TRUE(folder);
  struct stat found {};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
  EXPECT_EQ(folder->path(), path);
  EXPECT_EQ(folder->file("takt.db"), path + "/takt.db");
}

TEST_F(data_folder_test, a_slash_at_the_end_means_nothing) {
  auto folder = data_folder::open(path + "//", exclusive);
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->path(), path);
}

TEST_F(data_folder_test, an_exclusive_holder_keeps_everybody_out) {
  auto holder = data_folder::open(path, exclusive);
  ASSERT_TRUE(holder);
  for (auto how : {exclusive, shared}) {
    auto second = data_folder::open(path, how);
    ASSERT_EQ(second.code(), errc::store_locked);
    EXPECT_NE(second.failure().context.find(path), std::string::npos);
    EXPECT_NE(second.failure().context.find("--data"), std::string::npos) << "what to do";
  }
}

TEST_F(data_folder_test, sharers_share_and_keep_the_exclusive_out) {
  auto first = data_folder::open(path, shared);
  auto second = data_folder::open(path, shared);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(data_folder::open(path, exclusive).code(), errc::store_locked);
}

TEST_F(data_folder_test, the_lock_ends_with_its_holder) {
  {
    auto holder = data_folder::open(path, exclusive);
    ASSERT_TRUE(holder);
    auto moved = std::move(*holder);
    EXPECT_EQ(data_folder::open(path, exclusive).code(), errc::store_locked);
  }
  EXPECT_TRUE(data_folder::open(path, exclusive));
}

TEST_F(data_folder_test, the_lock_ends_with_its_process_however_it_ends) {
  int locked[2];
  ASSERT_EQ(pipe(locked), 0);
  auto child = fork();
  if (child == 0) {
    auto holder = data_folder::open(path, exclusive);
    char byte = holder ? 'y' : 'n';
    (void)!write(locked[1], &byte, 1);
    for (;;)
      ::pause();
  }
  char byte = 0;
  ASSERT_EQ(read(locked[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
  EXPECT_EQ(data_folder::open(path, shared).code(), errc::store_locked);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(data_folder::open(path, shared));
  close(locked[0]);
  close(locked[1]);
}

TEST_F(data_folder_test, a_file_is_no_folder) {
  std::ofstream{temp.file("file")} << "x";
  EXPECT_EQ(data_folder::open(temp.file("file"), shared).code(), errc::setup_data_folder);
  EXPECT_EQ(data_folder::open(temp.file("file/below"), shared).code(), errc::setup_data_folder);
}

TEST_F(data_folder_test, a_read_only_folder_is_refused_in_one_line) {
  ASSERT_EQ(mkdir(temp.file("ro").c_str(), 0755), 0);
  ASSERT_EQ(chmod(temp.path().c_str(), 0755), 0);
  if (geteuid() != 0) {
    ASSERT_EQ(chmod(temp.file("ro").c_str(), 0555), 0);
  }
  // Root may write anywhere: somebody else looks for it.
  auto child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setgid(65'534) != 0 || setuid(65'534) != 0))
      _exit(9);
    for (const auto& each : {temp.file("ro"), temp.file("ro/new")}) {
      auto folder = data_folder::open(each, exclusive);
      if (folder.code() != errc::setup_data_folder)
        _exit(1);
      const auto& text = folder.failure().context;
      if (text.find("read-only") == text.npos || text.find('\n') != text.npos)
        _exit(2);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(network_filesystems, are_known_by_name) {
  EXPECT_EQ(network_filesystem(0x6969), "NFS");
  EXPECT_EQ(network_filesystem(0xff534d42), "CIFS");
  EXPECT_EQ(network_filesystem(0xfe534d42), "SMB2");
  EXPECT_EQ(network_filesystem(0x01021997), "9p");
  ASSERT_TRUE(network_filesystem(0x65735546));
  EXPECT_NE(network_filesystem(0x65735546)->find("sshfs"), std::string_view::npos);
}

TEST(network_filesystems, local_ones_are_not_among_them) {
  for (uint64_t magic :
       {0xef53ULL /* ext4 */, 0x58465342ULL /* xfs */, 0x9123683eULL /* btrfs */,
        0x01021994ULL /* tmpfs */, 0x794c7630ULL /* overlay */, 0x2fc12fc1ULL /* zfs */})
    EXPECT_FALSE(network_filesystem(magic)) << std::hex << magic;
}

} // namespace
} // namespace takt::test
