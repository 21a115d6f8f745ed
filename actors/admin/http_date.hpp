// http_date: an instant as HTTP's headers write it (RFC 9110, IMF-fixdate). Pure.
#pragma once

#include "proto/time.hpp"

#include <string>

namespace takt {

/// "Sun, 06 Nov 1994 08:49:37 GMT"; milliseconds are cut.
/// @pre the year has four digits
std::string http_date(wall_time t);

} // namespace takt
