// journal_file: the bytes under a journal, as a seam: tests tear them, production writes them.
//
// THREADING: one thread at a time. Errors are setup_data_folder with the path and errno's text.
// After a failed append, sync or replace the content on disk is unknown: the caller stops writing.
#pragma once

#include "proto/result.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace takt {

class journal_file {
public:
  virtual ~journal_file() = default;

  virtual result<std::string> read_all() = 0;
  /// Writes at the end; durable only after sync().
  virtual result<void> append(std::string_view data) = 0;
  /// Everything appended so far survives a crash of the host once this returned.
  virtual result<void> sync() = 0;
  /// Cuts the file to `size` bytes, durably.
  virtual result<void> truncate(uint64_t size) = 0;
  /// Puts `content` in the place of the file, durably, as one step: a crash leaves the old or the
  /// new content. Later appends follow it.
  virtual result<void> replace(std::string_view content) = 0;
};

/// Opens `path`, or creates it, durably, in a folder that exists. The file is its owner's only.
result<std::unique_ptr<journal_file>> open_journal_file(const std::filesystem::path& path);

} // namespace takt
