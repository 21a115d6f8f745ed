// limits: every bound in takt, with its unit in its name and its reason in a sentence.
//
// Beyond a limit the caller gets a clear error, and nothing already accepted suffers. Options
// (tools/config) may lower or raise those that say so; the others are constants of the design.
#pragma once

#include "proto/time.hpp"

#include <cstddef>
#include <cstdint>

namespace takt::limits {

using namespace std::chrono_literals;

// -- REST ---------------------------------------------------------------------

/// A request's body. A payload is at most as long as what carries it.
inline constexpr size_t body_bytes_max = 1 << 20;
/// Request line and headers together.
inline constexpr size_t http_header_bytes_max = 16 << 10;
/// Connections open at once; more are told so (429) and closed.
inline constexpr size_t http_connections_max = 1024;
/// How long the gateway waits for the DESK before it answers 504.
inline constexpr millis desk_answer_timeout = 10s;
/// How long an idle connection is kept.
inline constexpr millis http_idle_timeout = 60s;
/// Rows a page may have, and has when nothing is said.
inline constexpr uint32_t page_size_max = 1000;
inline constexpr uint32_t page_size_default = 10;
/// The ledger's rows are small, and accounts are long.
inline constexpr uint32_t ledger_page_size_max = 10'000;
/// Instants still to come that a ledger counts and lists; what lies beyond is cut, and said so.
inline constexpr uint64_t ledger_planned_max = 100'000;
/// Steps of one forecast, and instants of one preview.
inline constexpr uint32_t forecast_steps_max = 10'000;
inline constexpr uint32_t preview_count_max = 10'000;
/// Fires that one rehearsal plays, and one forecast searches for its herd: seconds of work.
inline constexpr uint64_t rehearsed_fires_max = 20'000'000;

// -- jobs ---------------------------------------------------------------------

inline constexpr size_t job_name_bytes_max = 255;
inline constexpr size_t job_description_bytes_max = 16 << 10;
inline constexpr size_t task_type_bytes_max = 64;
inline constexpr size_t cron_bytes_max = 255;
/// The longest interval, timeout: ten years; longer ones are a slip of the keyboard.
inline constexpr int64_t interval_s_max = 10LL * 366 * 86'400;
inline constexpr int64_t interval_ms_min = 10;
/// Rules of one job: their dues are merged one by one.
inline constexpr size_t rules_max = 16;
/// An interval or a window's step beside other rules: what a pause swallowed of them is counted one
/// by one.
inline constexpr int64_t shared_interval_ms_min = 1000;
inline constexpr size_t calendars_per_job_max = 16;
/// Jitter spreads a herd; longer than a day it is another schedule.
inline constexpr int64_t jitter_ms_max = 86'400'000;
inline constexpr millis catch_up_window_default = 1h;
inline constexpr millis catch_up_window_max = 366LL * 24h;
/// Made-up-for runs in a second, for misfire "all".
inline constexpr uint32_t catch_up_rate_default = 10;
inline constexpr uint32_t catch_up_rate_max = 1000;
/// Names of calendars and blackouts.
inline constexpr size_t calendar_name_bytes_max = 64;
/// Ranges in one calendar; an .ics file of a century of holidays fits.
inline constexpr size_t calendar_ranges_max = 10'000;
inline constexpr size_t calendars_max = 1000;
inline constexpr size_t blackouts_max = 1000;
/// Days in a row that a calendar may exclude for a due to be moved past them; a due that finds no
/// day within is SKIPPED.
inline constexpr int excluded_days_max = 62;
inline constexpr int64_t timeout_s_max = 10LL * 366 * 86'400;
inline constexpr int64_t timeout_s_default = 60;
inline constexpr uint32_t retry_times_max = 100;
/// Unfinished runs of one job; a due beyond it is SKIPPED (queue_full), a trigger gets 429.
inline constexpr uint32_t queued_runs_per_job_max = 1000;

// -- time ---------------------------------------------------------------------

/// The wheel's tick: no timer fires earlier than asked, nor later than this after it by design.
inline constexpr millis wheel_tick = 1ms;
/// Jobs due within this are live actors; the others rest in the store.
inline constexpr millis live_horizon = 10min;
/// How often resting jobs are looked for. Well under live_horizon, so that none is late.
inline constexpr millis horizon_scan_interval = 2min;
/// A due found this late or later has misfired; earlier is ordinary lateness.
inline constexpr millis misfire_threshold = 1s;
/// The same while the node was driving all the time and is only busy.
inline constexpr millis overload_threshold = 10s;
/// Ledger rows of one firing transaction; what is left comes with the next.
inline constexpr size_t plan_entries_max = 1000;

// -- dispatch -----------------------------------------------------------------

/// PENDING runs that the DISPATCHER keeps in memory; the rest waits in the store.
inline constexpr uint32_t ready_window_max = 10'000;
/// How often unacknowledged DISPATCH, RESULT and CANCEL frames are sent again.
inline constexpr millis resend_interval = 2s;
/// Wait before a failed attempt's successor. A job's own retry_delay comes with retries' issue.
inline constexpr millis retry_delay_default = 1s;

// -- liveness -----------------------------------------------------------------

inline constexpr millis heartbeat_interval = 1s;
/// Silence on a link after which it is closed and opened anew (three missed heartbeats).
inline constexpr millis link_silence_max = 3s;
/// Silence after which an executor's attempts are LOST. Counted only while a link that serves it
/// is alive. An option, from 3 s.
inline constexpr millis executor_silence_max = 10s;

// -- leases -------------------------------------------------------------------

/// How long a shard stays with a node that no longer renews. An option.
inline constexpr millis lease_ttl = 10s;
/// The same for the Redis lock that lets a stand-by take over sooner.
inline constexpr millis redis_lease_ttl = 3s;
/// The lock server must answer within this.
inline constexpr millis redis_timeout = 500ms;

// -- frames -------------------------------------------------------------------

/// One frame of a message, payload included.
inline constexpr size_t frame_bytes_max = 2 << 20;
inline constexpr size_t frames_per_message_max = 4;
inline constexpr size_t header_frame_bytes_max = 256;
/// Elements in one message body: an inventory of a full worker fits.
inline constexpr size_t frame_elements_max = 100'000;
/// Messages that wait to be sent to one peer; beyond it the peer is slow and the frame is dropped
/// and counted: everything that matters is sent again.
inline constexpr int socket_queue_max = 10'000;
/// Open attempts that a worker's inventory may list.
inline constexpr size_t inventory_max = 10'000;

// -- workers ------------------------------------------------------------------

inline constexpr uint32_t slots_max = 10'000;
inline constexpr uint32_t slots_default = 8;
/// Of a run's output the row keeps its first and last bytes; a cut between them is marked.
inline constexpr size_t output_head_bytes_max = 4 << 10;
inline constexpr size_t output_tail_bytes_max = 16 << 10;
inline constexpr size_t error_bytes_max = 4 << 10;
/// An HTTP task reads at most this much of the answer.
inline constexpr size_t http_response_bytes_max = 1 << 20;
/// Between SIGTERM and SIGKILL to a task's process group.
inline constexpr millis kill_grace = 2s;
/// The journal is rewritten without acknowledged attempts when it grows beyond this.
inline constexpr size_t journal_bytes_max = 16 << 20;

// -- store --------------------------------------------------------------------

/// Requests that share one commit.
inline constexpr size_t commit_batch_max = 256;
/// How long a connection waits for another process's write.
inline constexpr millis sqlite_busy_timeout = 5s;
/// How often the write-ahead log is folded into the database, on a connection of its own.
inline constexpr millis checkpoint_interval = 250ms;

// -- shutdown -----------------------------------------------------------------

/// How long a stop may take before it becomes an exit.
inline constexpr millis stop_grace = 10s;

static_assert(heartbeat_interval * 3 <= link_silence_max);
static_assert(heartbeat_interval * 3 < executor_silence_max);
static_assert(heartbeat_interval * 3 < lease_ttl);
static_assert(frame_bytes_max >= body_bytes_max + (64 << 10), "a payload fits into a frame");
static_assert(horizon_scan_interval * 2 < live_horizon);
static_assert(output_head_bytes_max + output_tail_bytes_max + error_bytes_max < frame_bytes_max);

} // namespace takt::limits
