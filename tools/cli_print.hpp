// cli_print: the API's answers as tables and short pages for people. Pure; safe from any thread.
// Reads tolerantly: a field that is missing prints as nothing, so that an older command line can
// talk to a newer server.
#pragma once

#include "proto/value.hpp"

#include <optional>
#include <string>
#include <vector>

namespace takt {

using text_row = std::vector<std::string>;

/// Columns as wide as their widest cell, two spaces apart; the first row is the header.
std::string text_table(const std::vector<text_row>& rows);

/// One line, at most `width` characters: control characters (a task's output may hold any) become
/// spaces, so that nobody's output moves the cursor of a terminal.
std::string one_line(std::string_view text, size_t width);

/// A member as text: "" when it is missing or null.
std::string text_of(const value& object, std::string_view key);

/// A member that is a whole number; nothing for anything else, and beyond int64.
std::optional<int64_t> whole_of(const value& object, std::string_view key);

/// "2026-01-02 03:04:05" of RFC 3339 in UTC, with milliseconds where there are any: the Z says
/// nothing where every line has it.
std::string instant_of(const value& object, std::string_view key);

/// The rows of a page, or of a plain list.
const value_list& rows_of(const value& page);

std::string show_jobs(const value& page);
std::string show_job(const value& job);
std::string show_runs(const value& page);
std::string show_executors(const value& list);

} // namespace takt
