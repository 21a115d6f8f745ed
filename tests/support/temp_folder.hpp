// temp_folder: a fresh folder below the system's, removed with everything in it. One thread.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace takt::test {

class temp_folder {
public:
  temp_folder() {
    auto name = (std::filesystem::temp_directory_path() / "takt-test-XXXXXX").string();
    if (mkdtemp(name.data()))
      path_ = name;
  }

  ~temp_folder() {
    std::error_code ignored;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }

  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string{name}; }

private:
  std::string path_{};
};

} // namespace takt::test
