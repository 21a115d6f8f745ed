#include "actors/logic/cron_explain.hpp"

#include "actors/logic/cron.hpp"
#include "actors/logic/cron_words.hpp"

namespace takt {

result<std::string> explain_cron(std::string_view expression, language in, uint64_t hash_seed) {
  // The fields alone do not say whether it ever fires.
  if (auto legal = cron::parse(expression, hash_seed); !legal)
    return legal.failure();
  auto read = parse_cron_expression(expression, hash_seed);
  if (!read)
    return read.failure();
  return in == language::english ? english_words(*read) : chinese_words(*read);
}

} // namespace takt
