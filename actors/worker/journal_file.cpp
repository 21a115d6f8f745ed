#include "actors/worker/journal_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace takt {

namespace {

failure io_failure(std::string_view verb, const std::filesystem::path& path) {
  auto why = std::error_code{errno, std::generic_category()}.message();
  return {
    errc::setup_data_folder,
    "cannot " + std::string{verb} + " " + path.string() + ": " + std::move(why)};
}

class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  int get() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }

private:
  int fd_ = -1;
};

result<void> write_all(int fd, std::string_view data, const std::filesystem::path& path) {
  while (!data.empty()) {
    auto n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return io_failure("write", path);
    data.remove_prefix(static_cast<size_t>(n));
  }
  return done{};
}

/// A new name is durable only when its folder is.
result<void> sync_folder_of(const std::filesystem::path& path) {
  auto folder = path.parent_path().empty() ? std::filesystem::path{"."} : path.parent_path();
  descriptor dir{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!dir.is_open())
    return io_failure("open", folder);
  if (::fsync(dir.get()) != 0)
    return io_failure("sync", folder);
  return done{};
}

class posix_journal_file : public journal_file {
public:
  posix_journal_file(std::filesystem::path path, descriptor fd)
    : path_(std::move(path)), fd_(std::move(fd)) {}

  result<std::string> read_all() override {
    std::string all;
    char block[64 << 10];
    for (off_t at = 0;;) {
      auto n = ::pread(fd_.get(), block, sizeof block, at);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return io_failure("read", path_);
      if (n == 0)
        return all;
      all.append(block, static_cast<size_t>(n));
      at += n;
    }
  }

  result<void> append(std::string_view data) override { return write_all(fd_.get(), data, path_); }

  result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0)
      return io_failure("sync", path_);
    return done{};
  }

  result<void> truncate(uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0 || ::fsync(fd_.get()) != 0)
      return io_failure("truncate", path_);
    return done{};
  }

  result<void> replace(std::string_view content) override {
    auto temp = path_;
    temp += ".tmp";
    constexpr int flags = O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
    descriptor fresh{::open(temp.c_str(), flags, 0600)};
    if (!fresh.is_open())
      return io_failure("create", temp);
    if (auto written = write_all(fresh.get(), content, temp); !written)
      return written;
    if (::fsync(fresh.get()) != 0)
      return io_failure("sync", temp);
    if (::rename(temp.c_str(), path_.c_str()) != 0)
      return io_failure("rename", temp);
    fd_ = std::move(fresh);
    return sync_folder_of(path_);
  }

private:
  std::filesystem::path path_;
  descriptor fd_;
};

} // namespace

result<std::unique_ptr<journal_file>> open_journal_file(const std::filesystem::path& path) {
  descriptor fd{::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600)};
  if (!fd.is_open())
    return io_failure("open", path);
  if (auto synced = sync_folder_of(path); !synced)
    return synced.failure();
  return std::unique_ptr<journal_file>{new posix_journal_file{path, std::move(fd)}};
}

} // namespace takt
