#include "storage/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace takt {

namespace {

struct filesystem_row {
  uint64_t magic;
  std::string_view name;
};

// Locks and shared memory do not hold across hosts on these. statfs(2) lists the numbers.
constexpr filesystem_row network_filesystems[] = {
  {0x6969, "NFS"},       {0x517b, "SMB"},        {0xff534d42, "CIFS"},
  {0xfe534d42, "SMB2"},  {0x01021997, "9p"},     {0x65735546, "FUSE (sshfs and the like)"},
  {0x5346414f, "AFS"},   {0x6b414653, "AFS"},    {0x00c36400, "Ceph"},
  {0x73757245, "Coda"},  {0x0bd00bd0, "Lustre"}, {0x01161970, "GFS2"},
  {0x7461636f, "OCFS2"},
};

failure unusable(const std::string& path, std::string_view why) {
  return {
    errc::setup_data_folder, path + " " + std::string{why} + "; choose another folder with --data"};
}

failure unusable_errno(const std::string& path, int error) {
  if (error == EROFS || error == EACCES || error == EPERM)
    return unusable(path, "is read-only for this user");
  return unusable(path, std::string{"cannot be used: "} + std::strerror(error));
}

result<void> make_folder(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (auto parent = fs::path{path}.parent_path(); !parent.empty())
    fs::create_directories(parent, error);
  if (error)
    return unusable_errno(path, error.value());
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return unusable_errno(path, errno);
  if (!fs::is_directory(path, error))
    return unusable(path, "is not a folder");
  return done{};
}

result<void> check_filesystem(const std::string& path) {
  struct statfs found {};
  if (statfs(path.c_str(), &found) != 0)
    return unusable_errno(path, errno);
  // The type is signed on some machines; the magic is its lower 32 bits.
  auto name = network_filesystem(static_cast<uint32_t>(found.f_type));
  if (!name)
    return done{};
  return unusable(
    path,
    "is on a network filesystem, " + std::string{*name}
      + ", where a database cannot be locked reliably");
}

result<void> check_writable(const std::string& path) {
  if (access(path.c_str(), W_OK | X_OK) == 0)
    return done{};
  return unusable_errno(path, errno);
}

} // namespace

std::optional<std::string_view> network_filesystem(uint64_t magic) noexcept {
  for (const auto& row : network_filesystems)
    if (row.magic == magic)
      return row.name;
  return std::nullopt;
}

result<data_folder> data_folder::open(const std::string& given, mode how) {
  auto path = given;
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  for (auto* check : {make_folder, check_filesystem, check_writable})
    if (auto passed = check(path); !passed)
      return passed.failure();
  int lock = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0)
    return unusable_errno(path, errno);
  data_folder folder{path, lock};
  if (flock(lock, (how == mode::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
    return folder;
  if (errno != EWOULDBLOCK)
    return unusable_errno(path, errno);
  return failure{
    errc::store_locked,
    path + " is used by another takt; stop that one, or choose another folder with --data"};
}

data_folder::data_folder(data_folder&& other) noexcept
  : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

data_folder& data_folder::operator=(data_folder&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

data_folder::~data_folder() {
  if (lock_ >= 0)
    close(lock_);
}

} // namespace takt
