// ics_lines: an iCalendar file as its properties: lines unfolded, names and parameters read.
//
// Owned by its caller, one thread at a time; keeps a view of the text. Used by ics alone.
#pragma once

#include "proto/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace takt {

struct ics_property {
  std::string name{};       ///< in capitals
  std::string value_type{}; ///< the parameter VALUE in capitals, or empty
  std::string value{};
  size_t line = 0; ///< where it begins, from 1
};

/// bad_field: "ics: line 12: …".
failure ics_failure(size_t line, std::string_view why);

/// ASCII only.
std::string in_capitals(std::string_view text);

class ics_lines {
public:
  explicit ics_lines(std::string_view text);

  /// Nothing at the end. bad_field: a line that is no property.
  result<std::optional<ics_property>> next();

  /// The last line read.
  size_t line() const noexcept { return line_; }

private:
  std::string_view take_line();

  std::string_view rest_;
  size_t line_ = 0;
};

} // namespace takt
