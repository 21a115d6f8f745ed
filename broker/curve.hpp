// curve: the keys of a cluster, as files in one folder that the programs share.
//
//   broker.key  broker.pub     the brokers' pair
//   client.key  client.pub     the pair that schedulers and workers use
//   *.pub                      every other public key here is a client's that brokers let in
//
// Files hold Z85 text (40 characters). Secret files have mode 0600 and are refused with any other
// reader. The whole folder is for the brokers' hosts; a client needs broker.pub and its own pair.
//
// THREADING: safe from any thread. Reads and writes files; failures are setup_keys naming the file
// and what to do. No secret is ever part of a message.
#pragma once

#include "proto/result.hpp"

#include <string>
#include <vector>

namespace takt {

/// Z85 text.
struct curve_pair {
  std::string public_key{};
  std::string secret_key{};
};

struct enrolled_key {
  std::string name{}; ///< the file's name without ".pub"; becomes the connection's User-Id
  std::string public_key{};
};

/// What a broker needs.
struct broker_keys {
  curve_pair own{};
  std::vector<enrolled_key> clients{};
};

/// What a scheduler or a worker needs.
struct client_keys {
  std::string broker_public{};
  curve_pair own{};
};

/// Makes both pairs in `dir`, which is made (0700) if missing. Any of the four files exists
/// already: nothing is written.
result<void> write_new_keys(const std::string& dir);

/// Missing, malformed or readable by others, a pair that does not belong together, or no client
/// enrolled: setup_keys.
result<broker_keys> load_broker_keys(const std::string& dir);

/// The same, for client.key, client.pub and broker.pub.
result<client_keys> load_client_keys(const std::string& dir);

} // namespace takt
