// setup_checks: what main functions look at before anything starts: tokens, keys, endpoints, names.
// Each failure is one sentence that says what to do. One thread.
#pragma once

#include "broker/curve.hpp"
#include "proto/ids.hpp"
#include "proto/result.hpp"
#include "tools/config/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace takt {

/// The first line of the file; empty when no file is named. Unreadable or empty: setup_bad_option.
result<std::string> read_token(const std::string& file);

/// Endpoints beyond loopback need keys or --insecure: setup_unsafe.
result<void> check_endpoints(const std::vector<std::string>& endpoints, const options& chosen);

/// Nothing when no folder is named.
result<std::optional<broker_keys>> keys_for_broker(const options& chosen);
result<std::optional<client_keys>> keys_for_client(const options& chosen);

/// --id, or the host's name made fit.
executor_id executor_name(const options& chosen);
std::string host_name();

/// Prints "<program>: <sentence>" to stderr; 1, or 2 for setup_bad_option found while parsing.
int fail(program which, const failure& why, int status = 1);

} // namespace takt
