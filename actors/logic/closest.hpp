// closest: which of a few known words somebody probably meant. Pure; safe from any thread.
#pragma once

#include <string_view>
#include <vector>

namespace takt {

/// The known word that is at most two slips (a letter more, less or other) away, or that begins or
/// ends with what was given or the other way round; the nearest first. Empty: none is close.
std::string_view closest(std::string_view given, const std::vector<std::string_view>& known);

} // namespace takt
