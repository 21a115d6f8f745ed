#include "broker/curve.hpp"

#include <zmq.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace takt {

namespace {

namespace fs = std::filesystem;

constexpr size_t key_chars = 40;
constexpr mode_t secret_mode = 0600;
constexpr mode_t public_mode = 0644;

failure bad(const fs::path& file, const std::string& why) {
  return {errc::setup_keys, file.string() + " " + why};
}

/// Closes on leaving the scope.
struct open_file {
  int fd = -1;
  explicit open_file(int descriptor) : fd(descriptor) {}
  ~open_file() {
    if (fd >= 0)
      ::close(fd);
  }
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
};

std::optional<curve_pair> new_pair() {
  std::array<char, key_chars + 1> pub{};
  std::array<char, key_chars + 1> secret{};
  if (zmq_curve_keypair(pub.data(), secret.data()) != 0)
    return std::nullopt;
  return curve_pair{pub.data(), secret.data()};
}

result<void> write_key(const fs::path& file, const std::string& key, mode_t mode) {
  open_file f{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (f.fd < 0)
    return bad(file, std::string{"cannot be made: "} + std::strerror(errno));
  auto line = key + "\n";
  // The umask may only take rights away; fchmod makes them what they are meant to be.
  if (
    ::fchmod(f.fd, mode) != 0
    || ::write(f.fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())
    || ::fsync(f.fd) != 0) {
    auto why = std::string{"cannot be written: "} + std::strerror(errno);
    ::unlink(file.c_str());
    return bad(file, why);
  }
  return done{};
}

bool is_key(const std::string& text) {
  std::array<uint8_t, 32> bytes{};
  constexpr std::string_view z85 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  return text.size() == key_chars && text.find_first_not_of(z85) == std::string::npos
    && zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

result<std::string> read_key(const fs::path& file, bool secret) {
  open_file f{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (f.fd < 0 && errno == ENOENT)
    return bad(
      file, "is missing; \"takt keys new " + file.parent_path().string() + "\" makes keys");
  if (f.fd < 0)
    return bad(file, std::string{"cannot be read: "} + std::strerror(errno));
  struct stat about {};
  if (::fstat(f.fd, &about) != 0 || !S_ISREG(about.st_mode))
    return bad(file, "is not a file");
  if (secret && (about.st_mode & 077) != 0)
    return bad(file, "is a secret that others can read; run: chmod 600 " + file.string());
  std::array<char, 128> buffer{};
  auto n = ::read(f.fd, buffer.data(), buffer.size());
  std::string text{buffer.data(), n > 0 ? static_cast<size_t>(n) : 0};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.pop_back();
  if (!is_key(text))
    return bad(file, "does not hold a key (40 characters of Z85)");
  return text;
}

result<curve_pair> read_pair(const fs::path& dir, const std::string& name) {
  auto secret = read_key(dir / (name + ".key"), true);
  if (!secret)
    return secret.failure();
  auto pub = read_key(dir / (name + ".pub"), false);
  if (!pub)
    return pub.failure();
  std::array<char, key_chars + 1> derived{};
  if (zmq_curve_public(derived.data(), secret->c_str()) != 0 || *pub != derived.data())
    return bad(dir / (name + ".pub"), "does not belong to " + name + ".key");
  return curve_pair{*pub, *secret};
}

} // namespace

result<void> write_new_keys(const std::string& dir) {
  fs::path folder{dir};
  std::error_code error;
  if (!fs::exists(folder, error)) {
    fs::create_directories(folder, error);
    if (error || ::chmod(folder.c_str(), 0700) != 0)
      return bad(folder, "cannot be made");
  }
  auto broker = new_pair();
  auto client = new_pair();
  if (!broker || !client)
    return failure{errc::setup_keys, "this libzmq was built without CURVE"};
  struct planned {
    fs::path file;
    const std::string& key;
    mode_t mode;
  };
  const planned plan[] = {
    {folder / "broker.key", broker->secret_key, secret_mode},
    {folder / "broker.pub", broker->public_key, public_mode},
    {folder / "client.key", client->secret_key, secret_mode},
    {folder / "client.pub", client->public_key, public_mode},
  };
  for (const auto& p : plan)
    if (fs::exists(fs::symlink_status(p.file, error)))
      return bad(p.file, "exists already; keys are never overwritten");
  std::vector<fs::path> written;
  for (const auto& p : plan) {
    if (auto wrote = write_key(p.file, p.key, p.mode); !wrote) {
      for (const auto& file : written)
        fs::remove(file, error);
      return wrote;
    }
    written.push_back(p.file);
  }
  return done{};
}

result<broker_keys> load_broker_keys(const std::string& dir) {
  auto own = read_pair(dir, "broker");
  if (!own)
    return own.failure();
  broker_keys keys{std::move(*own), {}};
  std::error_code error;
  for (fs::directory_iterator it{dir, error}, end; !error && it != end; it.increment(error)) {
    const auto& file = it->path();
    if (file.extension() != ".pub" || file.filename() == "broker.pub")
      continue;
    auto key = read_key(file, false);
    if (!key)
      return key.failure();
    keys.clients.push_back({file.stem().string(), *key});
  }
  if (error)
    return bad(dir, "cannot be listed: " + error.message());
  if (keys.clients.empty())
    return bad(dir, "has no client's .pub: nobody could connect");
  std::sort(keys.clients.begin(), keys.clients.end(), [](const auto& a, const auto& b) {
    return a.name < b.name;
  });
  return keys;
}

result<client_keys> load_client_keys(const std::string& dir) {
  auto own = read_pair(dir, "client");
  if (!own)
    return own.failure();
  auto broker = read_key(fs::path{dir} / "broker.pub", false);
  if (!broker)
    return broker.failure();
  return client_keys{*broker, std::move(*own)};
}

} // namespace takt
