#include "actors/logic/closest.hpp"

#include <algorithm>
#include <numeric>

namespace takt {

namespace {

/// Longer words are not compared: nobody mistypes so much, and the cost is their product.
constexpr size_t word_bytes_max = 64;
constexpr size_t slips_max = 2;
/// Shorter ones are close to everything.
constexpr size_t part_bytes_min = 4;

/// How many letters must be added, dropped or changed (Levenshtein 1965).
size_t slips(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (size_t k = 0; k < b.size(); ++k) {
      auto other = diagonal + (a[i] == b[k] ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({other, row[k] + 1, row[k + 1] + 1});
    }
  }
  return row[b.size()];
}

bool is_part(std::string_view part, std::string_view whole) {
  return part.size() >= part_bytes_min && (whole.starts_with(part) || whole.ends_with(part));
}

} // namespace

std::string_view closest(std::string_view given, const std::vector<std::string_view>& known) {
  if (given.empty() || given.size() > word_bytes_max)
    return {};
  std::string_view best;
  auto fewest = slips_max + 1;
  for (auto word : known) {
    auto n = slips(given, word);
    if (n < fewest && n < word.size()) {
      best = word;
      fewest = n;
    }
  }
  if (!best.empty())
    return best;
  auto related = [given](auto word) { return is_part(given, word) || is_part(word, given); };
  auto found = std::find_if(known.begin(), known.end(), related);
  return found == known.end() ? std::string_view{} : *found;
}

} // namespace takt
