// routing: which executor takes a run, or why none does.
//
// Who fits: it offers the task type, is the pinned one where the job names one, and has credit. Of
// those the policy chooses. A policy is a row of a table (routing.cpp). Pure; safe from any thread;
// cannot fail.
#pragma once

#include "proto/ids.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace takt {

/// An executor that is connected, as its proxy sees it now.
struct candidate {
  executor_id id{};
  uint32_t slots = 0;
  /// Attempts that it may be given now.
  uint32_t credit = 0;
  std::span<const std::string> task_types{};
};

enum class routing_policy : uint8_t {
  least_loaded, ///< most free credit relative to its slots
};

/// What a run asks for.
struct ready_demand {
  std::string_view task_type{};
  executor_id pinned{}; ///< empty: any
  routing_policy policy = routing_policy::least_loaded;
  /// Equals take turns by it, in the order of their ids: a counter of the caller's.
  uint64_t turn = 0;
};

/// Why nobody fits; the nearest miss says most.
enum class no_fit : uint8_t {
  none,           ///< somebody does
  no_executor,    ///< none is connected
  pinned_away,    ///< the pinned one is not connected
  none_with_type, ///< none, or not the pinned one, offers the task type
  no_credit,      ///< all that could are full
};

/// "no_executor", …: stable words.
std::string_view to_string(no_fit why) noexcept;
std::string_view to_string(routing_policy policy) noexcept;

struct routing_choice {
  std::optional<size_t> index{}; ///< into the candidates
  no_fit why = no_fit::none;

  bool operator==(const routing_choice&) const = default;
};

routing_choice pick_executor(std::span<const candidate> candidates, const ready_demand& demand);

} // namespace takt
