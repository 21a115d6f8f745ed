// redis_lock: the lock that makes take-over quick, as one key in Redis. Losing it proves nothing
// (lease.hpp says what does), so every trouble with Redis is an answer: unreachable.
//
// Uses the smallest contract Redis has: SET NX PX, and compare-then-act scripts for what one owner
// may do to its own lock. One connection, kept, opened anew after an error. One thread at a time;
// a call takes at most a few limits::redis_timeout.
#pragma once

#include "storage/lease.hpp"

#include <memory>
#include <string>

namespace takt {

/// `url`: "redis://host:port[/db]". Redis need not be up. The key is the cluster's own.
/// setup_bad_option for a url of another form.
result<std::unique_ptr<lease_lock>>
open_redis_lock(const std::string& url, const cluster_id& cluster);

} // namespace takt
