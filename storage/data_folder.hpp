// data_folder: the folder a program keeps its files in, held while the object lives.
//
// takt dev takes it exclusively, schedulers share it; both by flock on DIR/lock, which the kernel
// drops when the process ends, however it ends. Used by one thread at a time. Paths as given.
#pragma once

#include "proto/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace takt {

class data_folder {
public:
  enum class mode : uint8_t { exclusive, shared };

  /// Creates the folder (only its owner may look inside) unless it exists, and locks it.
  /// - somebody else holds it so that it cannot be had:    store_locked
  /// - not a folder, read-only, on a network filesystem:   setup_data_folder
  static result<data_folder> open(const std::string& path, mode how);

  data_folder(data_folder&& other) noexcept;
  data_folder& operator=(data_folder&& other) noexcept;
  data_folder(const data_folder&) = delete;
  data_folder& operator=(const data_folder&) = delete;
  /// Lets go of the lock; the files stay.
  ~data_folder();

  const std::string& path() const noexcept { return path_; }
  /// "<path>/<name>".
  std::string file(std::string_view name) const { return path_ + "/" + std::string{name}; }

private:
  data_folder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

/// The name of the network filesystem with this statfs magic; nothing for local ones.
std::optional<std::string_view> network_filesystem(uint64_t magic) noexcept;

} // namespace takt
