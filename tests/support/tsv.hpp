// tsv: reads the tables of tests/golden/. Lines that begin with `#` are comments; `\t`, `\n`, `\\`
// and `\xNN` in a cell stand for what cannot stand there.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace takt::test {

inline std::string without_escapes(const std::string& cell) {
  std::string out;
  for (size_t i = 0; i < cell.size(); ++i) {
    if (cell[i] != '\\' || i + 1 == cell.size()) {
      out += cell[i];
    } else if (cell[++i] == 'x') {
      out += static_cast<char>(std::strtol(cell.substr(i + 1, 2).c_str(), nullptr, 16));
      i += 2;
    } else {
      out += cell[i] == 't' ? '\t' : cell[i] == 'n' ? '\n' : cell[i];
    }
  }
  return out;
}

/// The cells of each line of a file below tests/golden/; lines of another width fail the test.
inline std::vector<std::vector<std::string>> read_tsv(const std::string& file, size_t cells) {
  std::vector<std::vector<std::string>> out;
  std::ifstream in{std::string{TAKT_SOURCE_DIR} + "/tests/golden/" + file};
  EXPECT_TRUE(in.is_open()) << file;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#')
      continue;
    std::vector<std::string> row{""};
    for (char c : line) {
      if (c == '\t')
        row.emplace_back();
      else
        row.back() += c;
    }
    EXPECT_EQ(row.size(), cells) << file << ": " << line;
    for (auto& cell : row)
      cell = without_escapes(cell);
    if (row.size() == cells)
      out.push_back(std::move(row));
  }
  return out;
}

} // namespace takt::test
