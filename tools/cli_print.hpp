// cli_print: the API's answers as tables and short pages for people. Pure; safe from any thread.
// Reads tolerantly: a field that is missing prints as nothing, so that an older command line can
// talk to a newer server.
#pragma once

#include "proto/value.hpp"

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

std::string show_jobs(const value& page);
std::string show_job(const value& job);
std::string show_runs(const value& page);
std::string show_executors(const value& list);

} // namespace takt
