// option_page: docs/CONFIG.md, printed from the table so that it is never out of date. Pure.
#pragma once

#include <string>

namespace takt {

/// The whole page.
std::string option_page();

} // namespace takt
