// cron_explain: a cron expression in plain words, English and Chinese, for `takt cron explain`, the
// preview and the console. Pure; safe from any thread.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <string_view>

namespace takt {

enum class language : uint8_t { english, chinese };

/// One sentence without its full stop: "At 09:30 on Monday to Friday", "工作日（周一至周五）09:30".
/// What `H` stands for is given by the seed, as in cron::parse. bad_schedule: as cron::parse.
result<std::string> explain_cron(std::string_view expression, language in, uint64_t hash_seed = 0);

} // namespace takt
